using Attend.Text.Data;

namespace Attend.Tests.Unit;

public sealed class DataLabeledTextTests : IDisposable
{
    private static readonly LabeledTextOptions NoHeader = new() { HasHeader = false };
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string[] Read(string name, string content, LabeledTextOptions? options = null) =>
        [.. LabeledTextFile.Read(_folder.Write(name, content), options).Select(example => $"{example.Line}:{example.Text}={string.Join('+', example.Labels)}")];

    private string Fault(string name, string content, LabeledTextOptions? options = null) =>
        Assert.Throws<DataFileException>(() => Read(name, content, options)).Message;

    [Theory]
    [InlineData("text,label\na,b\n")]
    [InlineData("label,text\nb,a\n")]
    [InlineData("id,Sentence,x,CATEGORY\n1,a,2,b\n")]
    [InlineData(" review , intent \na,b\n")]
    [InlineData("review,stars\na,b\n")]
    [InlineData("stars,review\nb,a\n")]
    [InlineData("label,utt\nb,a\n")]
    [InlineData("文本,标签\na,b\n")]
    public void WellKnownNamesAreFound(string content) => Assert.Equal(["2:a=b"], Read("t.csv", content));

    [Fact]
    public void OtherColumnsCanBeKept()
    {
        var path = _folder.Write("kept.tsv", "text\tlabel\tsource\n good \tpos\tweb\n");
        var example = Assert.Single(LabeledTextFile.Read(path, new LabeledTextOptions { KeepColumns = ["source"] }));
        Assert.Equal(" good ", example.Text);
        Assert.Equal(new Dictionary<string, string> { ["source"] = "web" }, example.Kept);
        Assert.Empty(Assert.Single(LabeledTextFile.Read(path)).Kept);
        Assert.Contains("no column 'sourc'", Assert.Throws<DataFileException>(() => LabeledTextFile.Read(path, new LabeledTextOptions { KeepColumns = ["sourc"] })).Message);
    }

    [Fact]
    public void WithoutAHeaderTheTextComesFirst()
    {
        Assert.Equal(["1:a=b"], Read("t.tsv", "a\tb\n", NoHeader));
        Assert.Equal(["1:b=a"], Read("t.tsv", "a\tb\n", NoHeader with { LabelColumn = "1" }));
        Assert.Equal(["1:b=a"], Read("t.tsv", "a\tb\n", NoHeader with { TextColumn = "2" }));
        Assert.Equal(["1:c=a"], Read("t.tsv", "a\tb\tc\n", NoHeader with { TextColumn = "3", LabelColumn = "1" }));
    }

    [Fact]
    public void ChosenColumnsWin()
    {
        Assert.Equal(["2:x=y"], Read("t.csv", "text,label,a,b\n1,2,x,y\n", new LabeledTextOptions { TextColumn = "a", LabelColumn = "4" }));
        Assert.Equal(["2:1=y"], Read("t.csv", "text,label,a,b\n1,2,x,y\n", new LabeledTextOptions { LabelColumn = "b" }));
        Assert.Equal(["2:y=x"], Read("t.csv", "p,q\nx,y\n", new LabeledTextOptions { LabelColumn = "p" }));
        Assert.Contains("both mean column 'p'", Fault("t.csv", "p,q\nx,y\n", new LabeledTextOptions { LabelColumn = "p", TextColumn = "1" }), StringComparison.Ordinal);
        Assert.Contains("there is no column 'lable'", Fault("t.csv", "text,label\nx,y\n", new LabeledTextOptions { LabelColumn = "lable" }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a fine film\t1\nbad\t0\n", "the columns are 'a fine film', '1'. Choose it with --text-column. If this is the first row of the data rather than a header, use --no-header.")]
    [InlineData("only\na\n", "cannot tell which column holds the texts")]
    [InlineData("id\tphrase\tlabel\n1\ta\tb\n", "cannot tell which column holds the texts; the columns are 'id', 'phrase', 'label'. Choose it with --text-column.")]
    [InlineData("text\tscore\tid\na\t1\t2\n", "cannot tell which column holds the labels")]
    [InlineData("text\tcontent\tlabel\na\tb\tc\n", "the columns 'text', 'content' could all be meant; choose one with --text-column")]
    [InlineData("text\tlabel\tclass\na\tb\tc\n", "the columns 'label', 'class' could all be meant; choose one with --label-column")]
    [InlineData("text\na\n", "has one column only ('text')")]
    [InlineData("text;label\na;b\n", "separated by ';'")]
    public void UnclearColumnsAreNotGuessed(string content, string problem) => Assert.Contains(problem, Fault("t.tsv", content), StringComparison.Ordinal);

    [Fact]
    public void UnclearNumbersAreNotGuessed()
    {
        Assert.Contains("cannot tell which of the 3 columns holds the texts", Fault("t.csv", "1,a,b\n", NoHeader), StringComparison.Ordinal);
        Assert.Contains("cannot tell which of the 3 columns holds the labels", Fault("t.csv", "1,a,b\n", NoHeader with { TextColumn = "2" }), StringComparison.Ordinal);
        Assert.Contains("has one column only", Fault("t.csv", "a\n", NoHeader), StringComparison.Ordinal);
        Assert.Contains("separated by tabs", Fault("t.csv", "a\tb\n", NoHeader), StringComparison.Ordinal);
    }

    [Fact]
    public void ColumnsAreJudgedBeforeTheFirstRowIsAskedFor() =>
        Assert.Throws<DataFileException>(() => LabeledTextFile.Read(_folder.Write("t.csv", "a,b\nc,d\n")));

    [Fact]
    public void EmptyTextsAreTexts() => Assert.Equal(["2:=a", "3: =b"], Read("t.csv", "text,label\n,a\n ,b\n"));

    [Theory]
    [InlineData("text,label\na,b\nc,\n", 3)]
    [InlineData("text,label\na,b\nc, \n", 3)]
    [InlineData("text,label\n\"c\nd\",\"\"\n", 2)]
    public void AnEmptyLabelIsAnError(string content, long line)
    {
        Assert.Contains($"t.csv:{line}: the label is empty", Fault("t.csv", content), StringComparison.Ordinal);
        Assert.Contains($"t.csv:{line}: the label is empty", Fault("t.csv", content, new LabeledTextOptions { LabelSeparator = "|" }), StringComparison.Ordinal);
    }

    [Fact]
    public void LabelsAreOptionalWhereTheyAreNotRequired()
    {
        var options = new LabeledTextOptions { LabelsRequired = false };
        Assert.Equal(["2:a=x", "3:b="], Read("t.csv", "text,label\na,x\nb,\n", options));
        Assert.Equal(["2:a="], Read("t.csv", "text\na\n", options));
        Assert.Equal(["2:a="], Read("t.csv", "id,text\n7,a\n", options));
        Assert.Equal(["1:a="], Read("t.csv", "a\n", options with { HasHeader = false }));
        Assert.Equal(["1:a=x"], Read("t.csv", "a,x\n", options with { HasHeader = false }));
    }

    [Fact]
    public void LabelsAreSplitTrimmedAndNamedOnce()
    {
        var options = new LabeledTextOptions { LabelSeparator = "|" };
        Assert.Equal(["2:a=x+y z", "3:b=x"], Read("t.csv", "text,label\na, x |y z|x\nb,x\n", options));
        Assert.Equal(["2:a=x|y"], Read("t.csv", "text,label\na,x|y \n"));
        Assert.Contains("t.csv:2: one of the labels is empty in 'x||y'", Fault("t.csv", "text,label\na,x||y\n", options), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => LabeledTextFile.Read(_folder.Path("t.csv"), options with { LabelSeparator = "" }));
    }

    [Fact]
    public void JsonLabelsOfEveryKindAreRead()
    {
        const string content = """
            {"text": "a", "label": "x"}
            {"text": "b", "label": 3}
            {"text": "c", "label": true}
            {"text": "d", "label": ["x", "y", "x"]}
            """;
        Assert.Equal(["1:a=x", "2:b=3", "3:c=true", "4:d=x+y"], Read("t.jsonl", content));
        Assert.Contains("t.jsonl:2: the label is empty", Fault("t.jsonl", """
            {"text": "a", "label": "x"}
            {"text": "b", "label": []}
            """), StringComparison.Ordinal);
        Assert.DoesNotContain("--no-header", Fault("t.jsonl", """{"a": "x", "b": "y", "c": "z"}"""), StringComparison.Ordinal);
    }

    [Fact]
    public void RowsAreReadOneByOne()
    {
        // The broken last row is met only by who goes so far; the file is far larger than any buffer.
        var path = _folder.Write("t.csv", "text,label\n" + string.Concat(Enumerable.Repeat($"{new string('x', 1000)},y\n", 5000)) + "broken\n");
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(3, LabeledTextFile.Read(path).Take(3).Count());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 1_000_000);
        Assert.Throws<DataFileException>(() => LabeledTextFile.Read(path).Count());
    }

    [Fact]
    public void TheFileIsClosedWhenEnumerationStops()
    {
        var path = _folder.Write("t.csv", "text,label\na,b\nc,d\n");
        Assert.Equal("a", LabeledTextFile.Read(path).First().Text);
        using var exclusive = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
    }
}
