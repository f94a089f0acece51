using Attend.Text.Data;

namespace Attend.Tests.Unit;

public sealed class DataPairsTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("x.tsv", "text\ttext2\tlabel\nA cat.\tAn animal.\tentailment\n")]
    [InlineData("x.csv", "id,premise,hypothesis,gold_label\n1,A cat.,An animal., entailment \n")]
    [InlineData("x.jsonl", """{"sentence1": "A cat.", "sentence2": "An animal.", "label": "entailment"}""")]
    public void ColumnsAreFoundByName(string name, string content)
    {
        var pair = Assert.Single(TextPairFile.Open(_folder.Write(name, content)).Read());
        Assert.Equal(("A cat.", "An animal.", "entailment", null), (pair.Text, pair.Text2, pair.Label, pair.Score));
    }

    [Fact]
    public void ScoresAreNumbers()
    {
        var options = new TextPairOptions { Target = PairTarget.Score, HasHeader = false };
        Assert.Equal([4.75, -1e-3], TextPairFile.Open(_folder.Write("x.csv", "a,b,4.75\nc,d,-1e-3\n"), options).Read().Select(pair => pair.Score!.Value));
        var e = Assert.Throws<DataFileException>(() => TextPairFile.Open(_folder.Write("y.csv", "a,b,1\nc,d,\"4,75\"\n"), options).Read().ToList());
        Assert.Equal(2, e.Line);
        Assert.Contains("'4,75' is no score", e.Message, StringComparison.Ordinal);
        Assert.Throws<DataFileException>(() => TextPairFile.Open(_folder.Write("z.csv", "a,b,NaN\n"), options).Read().ToList());
    }

    [Fact]
    public void PairsWithoutALabelAreCounted()
    {
        var file = TextPairFile.Open(_folder.Write("x.tsv", "text\ttext2\tlabel\na\tb\t-\nc\td\tneutral\n"));
        Assert.Equal("c", Assert.Single(file.Read()).Text);
        Assert.Equal(1, file.NoLabelCount);
        var e = Assert.Throws<DataFileException>(() => TextPairFile.Open(_folder.Write("y.tsv", "text\ttext2\tlabel\na\tb\t\n")).Read().ToList());
        Assert.Contains("the label is empty", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void PairsToPredictOnNeedNoThirdColumn()
    {
        var pair = Assert.Single(TextPairFile.Open(_folder.Write("x.tsv", "question1\tquestion2\tid\na\tb\t7\n"), new TextPairOptions { Target = PairTarget.None, KeepColumns = ["id"] }).Read());
        Assert.Equal(("a", "b", null, null), (pair.Text, pair.Text2, pair.Label, pair.Score));
        Assert.Equal("7", pair.Kept["id"]);
    }

    [Theory]
    [InlineData("a\tb\n1\t2\n", "cannot tell which column holds the first texts")]
    [InlineData("text\tpremise\ttext2\tlabel\n1\t2\t3\t4\n", "could all hold the first texts")]
    [InlineData("text\ttext2\n1\t2\n", "cannot tell which column holds the labels")]
    public void UnclearColumnsAreTold(string content, string problem) =>
        Assert.Contains(problem, Assert.Throws<DataFileException>(() => TextPairFile.Open(_folder.Write("x.tsv", content))).Message);

    [Fact]
    public void RealPairsHaveTheirCounts()
    {
        var ocnli = TextPairFile.Open(Repository.SharedData("ocnli-zh", "train.10k.jsonl.gz"));
        var labels = ocnli.Read().CountBy(pair => pair.Label!).ToDictionary();
        Assert.Equal(new Dictionary<string, int> { ["contradiction"] = 3242, ["neutral"] = 3434, ["entailment"] = 3309 }, labels);
        Assert.Equal(15, ocnli.NoLabelCount);
        foreach (var language in new[] { "en", "de", "zh" })
        {
            var pairs = TextPairFile.Open(Repository.SharedData("stsb-en-de-zh", $"stsb-{language}-train.csv.gz"), new TextPairOptions { Target = PairTarget.Score, HasHeader = false }).Read().ToList();
            Assert.Equal(5749, pairs.Count);
            Assert.All(pairs, pair => Assert.InRange(pair.Score!.Value, 0, 5));
        }
    }

    [Fact]
    public void FilesOfLinesAreReadSideBySide()
    {
        var texts = ParallelTextFile.Read(_folder.Write("a.en", "one\n\nthree"), [_folder.Write("a.de", "eins\n\ndrei\n"), _folder.Write("b.de", "ein\nx\ndrei")]).ToList();
        Assert.Equal(["one", "", "three"], texts.Select(text => text.Source));
        Assert.Equal(["eins", "ein"], texts[0].References);
        Assert.Equal(["", "x"], texts[1].References);
        Assert.Equal([1L, 2, 3], texts.Select(text => text.Line));
    }

    [Fact]
    public void DifferentNumbersOfLinesAreTold()
    {
        var (source, target) = (_folder.Write("a.en", "1\n2\n3\n"), _folder.Write("a.de", "1\n2\n"));
        var e = Assert.Throws<DataFileException>(() => ParallelTextFile.Read(source, [target]));
        Assert.Contains($"has 2 line(s), but {source} has 3: {target} ends after line 2, and line 3 of {source} has no partner", e.Message, StringComparison.Ordinal);
        Assert.Equal(3, e.Line);
        Assert.Contains($"{target} ends after line 2", Assert.Throws<DataFileException>(() => ParallelTextFile.Read(target, [source])).Message);
    }

    [Theory]
    [InlineData("x.tsv", "source\ttarget\nA dog.\tEin Hund.\n")]
    [InlineData("x.tsv", "A dog.\tEin Hund.\n")]
    [InlineData("x.jsonl", """{"source": "A dog.", "references": ["Ein Hund."]}""")]
    [InlineData("x.jsonl", """{"text": ["A", "dog."], "summary": "Ein Hund."}""")]
    public void TablesOfParallelTextAreRead(string name, string content)
    {
        var text = Assert.Single(ParallelTextFile.Read(_folder.Write(name, content)));
        Assert.Equal("A dog.", text.Source);
        Assert.Equal(["Ein Hund."], text.References);
    }

    [Fact]
    public void SeveralReferencesAndNone()
    {
        var path = _folder.Write("x.jsonl", """{"source": "a", "target": ["b", "c"]}""" + "\n" + """{"source": "d", "target": []}""");
        var e = Assert.Throws<DataFileException>(() => ParallelTextFile.Read(path).ToList());
        Assert.Equal(2, e.Line);
        Assert.Contains("has no reference", e.Message, StringComparison.Ordinal);
        var texts = ParallelTextFile.Read(path, new ParallelTextOptions { TargetRequired = false }).ToList();
        Assert.Equal([2, 0], texts.Select(text => text.References.Count));
        Assert.Contains("cannot tell which column holds the references", Assert.Throws<DataFileException>(() => ParallelTextFile.Read(_folder.Write("y.jsonl", """{"source": "a"}"""))).Message);
    }

    [Fact]
    public void RealParallelTextIsReadWhole()
    {
        var folder = Repository.SharedData("multi30k-en-de");
        Assert.Equal(29000, ParallelTextFile.Read(Path.Combine(folder, "train.en.gz"), [Path.Combine(folder, "train.de.gz")]).Count());
        var papers = ParallelTextFile.Read(Repository.SharedData("scitldr-a", "dev.jsonl.gz")).ToList();
        Assert.Equal((619, 1453), (papers.Count, papers.Sum(paper => paper.References.Count)));
        var lexicon = ParallelTextFile.Read(Repository.SharedData("g2p-lexicon-en-us", "train.tsv.gz")).ToList();
        Assert.Equal(72708, lexicon.Count);
        Assert.All(lexicon, entry => Assert.NotEmpty(Assert.Single(entry.References)));
    }
}
