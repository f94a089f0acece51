using Attend.Text.Data;

namespace Attend.Tests.Unit;

public sealed class DataJsonLinesTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private TableFile Open(string content, string name = "t.jsonl") => TableFile.Open(_folder.Write(name, content));

    private DataFileException Fault(string content) => Assert.Throws<DataFileException>(() =>
    {
        var table = Open(content);
        foreach (var row in table.Rows(table.Find("text"), table.Find("label"))) _ = (row.Text(0), row.Values(1));
    });

    [Theory]
    [InlineData("t.jsonl")]
    [InlineData("t.jsonl.gz")]
    public void StringsNumbersTruthValuesAndListsAreRead(string name)
    {
        var table = Open("""
            {"text": "a\n\"b\" \u5b57😀\u0000", "label": "pos", "other": {"x": [1]}}

            {"label": 1.50, "text": ""}
            {"text": "c", "label": true, "new": 1}
            {"text": "d", "label": ["x", 2, false]}
            {"text": "e", "label": []}
            {"text": "f", "label": null}
            {"text": "g"}
            """, name);
        Assert.Equal(["text", "label", "other"], table.Columns);
        Assert.Equal(
            ["1 a\n\"b\" 字😀\0 pos", "3  1.50", "4 c true", "5 d x,2,false", "6 e ", "7 f ", "8 g "],
            table.Rows(0, 1).Select(row => $"{row.Line} {row.Text(0)} {string.Join(',', row.Values(1))}"));
    }

    [Theory]
    [InlineData("""{"text": "a", "label": 1""", 2, "is not one JSON object on one line (at byte 25)")]
    [InlineData("""{"text": "a", "label": 1},""", 2, "is not one JSON object on one line")]
    [InlineData("""{"text": "a", "text": "b", "label": 1}""", 2, "is not one JSON object on one line")]
    [InlineData("""["a", 1]""", 2, "found a JSON array; expected one JSON object a line")]
    [InlineData("""{"text": 5, "label": 1}""", 2, "column 'text' holds 5; expected a string")]
    [InlineData("""{"text": null, "label": 1}""", 2, "column 'text' holds nothing; expected a string")]
    [InlineData("""{"label": 1}""", 2, "column 'text' holds nothing")]
    [InlineData("""{"text": ["a"], "label": 1}""", 2, "column 'text' holds a list")]
    [InlineData("""{"text": "a", "label": {"x": 1}}""", 2, "column 'label' holds a JSON object; expected a string, a number, true, false or a list of these.")]
    [InlineData("""{"text": "a", "label": ["x", null]}""", 2, "holds a list with null in it")]
    [InlineData("""{"text": "\ud800", "label": 1}""", 2, "half of a surrogate pair")]
    public void ABrokenLineIsReported(string line, long number, string problem)
    {
        var fault = Fault("""{"text": "fine", "label": 0}""" + "\n" + line + "\n");
        Assert.Equal(number, fault.Line);
        Assert.Contains(problem, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber:", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnOrdinaryJsonFileIsNamedAsSuch()
    {
        Assert.Contains("found a JSON array", Fault("""[{"text": "a", "label": 1}]""").Message, StringComparison.Ordinal);
        Assert.Contains("is not one JSON object on one line", Fault("{\n  \"text\": \"a\"\n}\n").Message, StringComparison.Ordinal);
        Assert.Contains("has no keys", Fault("{}").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingKeyIsSuggested() =>
        Assert.Contains("Did you mean 'text'?", Assert.Throws<DataFileException>(() => Open("""{"text": "a"}""").Find("txt")).Message, StringComparison.Ordinal);

    [Fact]
    public void ALineOfTenMegabytesWorks()
    {
        var text = new string('x', 10_000_000);
        Assert.Equal(text, Open($$"""{"text": "{{text}}"}""").Rows(0).Single().Text(0));
    }
}
