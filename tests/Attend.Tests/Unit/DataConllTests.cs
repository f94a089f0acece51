using Attend.Text.Data;

namespace Attend.Tests.Unit;

public sealed class DataConllTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WordsBecomeATextWithOffsets()
    {
        var file = Open("Ada\tB-person\nLovelace\tI-person\nwrote\tO\n.\tO\n\nParis\tB-place\n");
        Assert.Equal((TagScheme.Iob2, 2L, 5L, 0L), (file.Scheme, file.SentenceCount, file.WordCount, file.OrphanCount));
        Assert.Equal(new Dictionary<string, long> { ["person"] = 1, ["place"] = 1 }, file.SpanCounts);
        TaggedText[] sentences = [.. file.Read()];
        Assert.Equal(["Ada Lovelace wrote .", "Paris"], sentences.Select(sentence => sentence.Text));
        Assert.Equal(new LabeledSpan(0, 12, "person"), Assert.Single(sentences[0].Spans));
        Assert.Equal(["Ada", "Lovelace", "wrote", "."], sentences[0].Words.Select(word => sentences[0].Text[word]));
        Assert.Equal(["B-person", "I-person", "O", "O"], sentences[0].Tags);
        Assert.Equal([1L, 6L], sentences.Select(sentence => sentence.Line));
    }

    [Fact]
    public void ChineseCharactersStandClose()
    {
        var sentence = Assert.Single(Open("我 O\n爱 O\n北 B-LOC\n京 E-LOC\n， O\nOK O\nfine O\n").Read());
        Assert.Equal("我爱北京，OK fine", sentence.Text);
        Assert.Equal("北京", sentence.Text[sentence.Spans[0].Start..sentence.Spans[0].End]);
    }

    [Fact]
    public void PlaceNumbersOfWeiboAreLeftOut()
    {
        var file = Open("科0\tB-ORG.NAM\n技1\tI-ORG.NAM\na10\tO\n");
        Assert.True(file.HasPlaceNumbers);
        Assert.Equal("科技a", Assert.Single(file.Read()).Text);
        Assert.False(Open("科0\tO\n技\tO\n").HasPlaceNumbers);
    }

    [Theory]
    [InlineData("a B-X\nb I-X\nc O\n", TagScheme.Iob2)]
    [InlineData("a I-X\nb I-X\nc O\nd I-X\ne B-X\n", TagScheme.Iob1)]
    [InlineData("a I-X\nb O\nc B-X\n", TagScheme.Iob2)]
    [InlineData("a B-X\nb E-X\nc S-X\n", TagScheme.Bioes)]
    [InlineData("a B-X\nb M-X\nc E-X\n", TagScheme.Bmes)]
    [InlineData("a B-X\nb L-X\nc U-X\n", TagScheme.Bilou)]
    [InlineData("a O\n", TagScheme.Iob2)]
    public void SchemeIsFound(string content, TagScheme expected) => Assert.Equal(expected, Open(content).Scheme);

    [Fact]
    public void OrphansAreCountedAndRead()
    {
        var file = Open("a O\nb I-X\nc B-Y\nd I-X\n");
        Assert.Equal(2, file.OrphanCount);
        Assert.Equal([new(2, 3, "X"), new(4, 5, "Y"), new(6, 7, "X")], Assert.Single(file.Read()).Spans);
        Assert.Equal(0, Open("a O\nb I-X\n").OrphanCount);   // IOB1
    }

    [Fact]
    public void CommentsAndDocumentStartsAreNoWords()
    {
        var file = Open("-DOCSTART- -X- O\n\n# sent_id = 1\n# text = x\nEU NNP B-ORG\n-DOCSTART- -X- O\n#tag NN O\n# NN O\n");
        Assert.Equal(["EU", "#tag #"], file.Read().Select(sentence => sentence.Text));
        Assert.Equal(["B-ORG"], file.Read().First().Tags);
    }

    [Fact]
    public void ColumnsCanBeChosen()
    {
        var path = _folder.Write("x.conll", "1\tEU\tB-ORG\t0\n2\trejects\tO\t1\n");
        var file = ConllFile.Open(path, new ConllOptions { WordColumn = 2, TagColumn = 3 });
        Assert.Equal("EU rejects", Assert.Single(file.Read()).Text);
        Assert.Contains("no column 9", Assert.Throws<DataFileException>(() => ConllFile.Open(path, new ConllOptions { WordColumn = 9 })).Message);
    }

    [Theory]
    [InlineData("EU\tB-ORG\nrejects O\n", 2, "This line has blanks and the first has tabs: use the same separator throughout")]
    [InlineData("EU B-ORG\nrejects\tO\n", 2, "This line has tabs and the first has none: use the same separator throughout")]
    [InlineData("EU B-ORG\n\nGerman call O\n", 3, "3 column(s) parted by blanks, but the first word's line has 2")]
    [InlineData("EU X B-ORG\ncall O\n", 2, "2 column(s)")]
    [InlineData("EU\tB-ORG\ncall\tMISC\n", 2, "'MISC' is no tag")]
    [InlineData("EU\tB-ORG\n\tO\n", 2, "the word is empty")]
    [InlineData("EU\n", 1, "has 1 column(s) parted by blanks; expected a word and its tag")]
    [InlineData("\n \n", null, "has no word")]
    [InlineData("a B-X\nb M-X\nc L-X\n", null, "mixes the tags of several schemes")]
    public void BadFilesAreRefusedWithTheirLine(string content, int? line, string problem)
    {
        var e = Assert.Throws<DataFileException>(() => Open(content));
        Assert.Equal(line, (int?)e.Line);
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TagsOutsideTheStatedSchemeAreRefused()
    {
        var path = _folder.Write("x.conll", "a\tO\nb\tB-X\nc\tE-X\n");
        var e = Assert.Throws<DataFileException>(() => ConllFile.Open(path, new ConllOptions { Scheme = TagScheme.Iob2 }));
        Assert.Equal(3, e.Line);
        Assert.Contains("'E-X' is no tag of IOB2", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ner-wnut17/train.conll.gz", TagScheme.Iob2, 3394, 62730, 0)]
    [InlineData("ner-wnut17/dev.conll.gz", TagScheme.Iob2, 1009, 15733, 0)]
    [InlineData("ner-weibo-zh/train.conll.gz", TagScheme.Iob2, 1350, 73778, 10)]
    [InlineData("ner-resume-zh/train.char.bmes.gz", TagScheme.Bmes, 3821, 124099, 2)]
    [InlineData("ner-resume-zh/dev.char.bmes.gz", TagScheme.Bmes, 463, 13890, 0)]
    public void RealFilesHaveTheirCounts(string name, TagScheme scheme, long sentences, long words, long orphans)
    {
        var file = ConllFile.Open(Repository.SharedData(name.Split('/')));
        Assert.Equal((scheme, sentences, words, orphans), (file.Scheme, file.SentenceCount, file.WordCount, file.OrphanCount));
        Assert.Equal(name.Contains("weibo", StringComparison.Ordinal), file.HasPlaceNumbers);
        foreach (var sentence in file.Read())
        {
            Assert.Equal(sentence.Words.Count, sentence.Tags.Count);
            Assert.All(sentence.Spans, span => Assert.InRange(span.End, span.Start + 1, sentence.Text.Length));
        }
        if (name == "ner-wnut17/train.conll.gz")
        {
            Assert.Equal(new Dictionary<string, long> { ["corporation"] = 221, ["creative-work"] = 140, ["group"] = 264, ["location"] = 548, ["person"] = 660, ["product"] = 142 }, file.SpanCounts);
        }
    }

    private ConllFile Open(string content) => ConllFile.Open(_folder.Write("x.conll", content));
}
