using Attend.Text.Data;

namespace Attend.Tests.Unit;

public sealed class DataSpanJsonTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{"text": "Tim 在 北京", "spans": [{"start": 6, "end": 8, "label": "place"}, {"start": 0, "end": 3, "label": "person"}]}""")]
    [InlineData("""{"data": "Tim 在 北京", "label": [[0, 3, "person"], [6, 8, "place"]]}""")]
    [InlineData("""{"id": 1, "text": "Tim 在 北京", "entities": [{"id": 7, "label": "person", "start_offset": 0, "end_offset": 3}, {"label": "place", "start_offset": 6, "end_offset": 8, "text": "北京"}]}""")]
    public void FormatsOfAnnotationToolsAreRead(string line)
    {
        var example = Assert.Single(Read(line));
        Assert.Equal("Tim 在 北京", example.Text);
        Assert.Equal([new(0, 3, "person"), new(6, 8, "place")], example.Spans);
        Assert.Equal(1, example.Line);
    }

    [Fact]
    public void OffsetsCountWhatIsSaid()
    {
        const string line = """{"text": "😀 Ada", "spans": [{"start": 2, "end": 5, "label": "person"}]}""";
        Assert.Equal(new LabeledSpan(3, 6, "person"), Assert.Single(Assert.Single(Read(line, new SpanJsonOptions { Offsets = OffsetUnit.CodePoints })).Spans));
        Assert.Equal(new LabeledSpan(2, 5, "person"), Assert.Single(Assert.Single(Read(line)).Spans));
    }

    [Fact]
    public void KeysCanBeChosenAndKept()
    {
        var example = Assert.Single(Read("""{"body": "x", "marks": [], "source": "web", "n": 3}""", new SpanJsonOptions { TextKey = "body", SpansKey = "marks", KeepKeys = ["source", "n"] }));
        Assert.Equal(new Dictionary<string, string> { ["source"] = "web", ["n"] = "3" }, example.Kept);
        Assert.Empty(Assert.Single(Read("""{"text": "x"}""", new SpanJsonOptions { SpansRequired = false })).Spans);
    }

    [Theory]
    [InlineData("""{"text": "abc", "spans": [{"start": 1, "end": 9, "label": "x"}]}""", "lies outside of its text, which has 3 UTF-16 code units")]
    [InlineData("""{"text": "abc", "spans": [{"start": -1, "end": 2, "label": "x"}]}""", "lies outside")]
    [InlineData("""{"text": "abc", "spans": [{"start": 2, "end": 2, "label": "x"}]}""", "is empty")]
    [InlineData("""{"text": "a😀c", "spans": [{"start": 0, "end": 2, "label": "x"}]}""", "cuts a character beyond U+FFFF in two")]
    [InlineData("""{"text": "abcdef", "spans": [{"start": 0, "end": 3, "label": "x"}, {"start": 2, "end": 4, "label": "y"}]}""", "0 to 3 ('abc', x) and 2 to 4 ('cd', y) overlap")]
    [InlineData("""{"text": "abc", "spans": [{"start": 0, "end": 2, "label": " "}]}""", "has no label")]
    [InlineData("""{"text": "abc", "spans": [{"start": 0.5, "end": 2, "label": "x"}]}""", "no whole numbers")]
    [InlineData("""{"text": "abc", "spans": [{"start": 0, "end": 2, "label": "x", "text": "bc"}]}""", "says that its text is 'bc'")]
    [InlineData("""{"text": "abc", "spans": ["x"]}""", "is no span")]
    [InlineData("""{"text": "abc", "spans": 1}""", "the spans are no list")]
    [InlineData("""{"text": "abc"}""", "has no spans")]
    [InlineData("""{"texts": "abc", "spans": []}""", "has no text: expected a string under 'text'")]
    [InlineData("""{"text": "\ud800", "spans": []}""", "half of a surrogate pair")]
    [InlineData("""[1]""", "is no JSON object")]
    [InlineData("""{"text": """, "is not one JSON object on one line")]
    public void BadLinesAreRefused(string line, string problem)
    {
        var e = Assert.Throws<DataFileException>(() => Read("""{"text": "fine", "spans": []}""" + "\n\n" + line).ToList());
        Assert.Equal(3, e.Line);
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MissingAndEmptyFilesAreTold()
    {
        Assert.Contains("no such file", Assert.Throws<DataFileException>(() => SpanJsonFile.Read(_folder.Path("none.jsonl"))).Message);
        Assert.Contains("is empty", Assert.Throws<DataFileException>(() => Read("").ToList()).Message);
    }

    private IEnumerable<TaggedText> Read(string content, SpanJsonOptions? options = null) => SpanJsonFile.Read(_folder.Write("x.jsonl", content), options);
}
