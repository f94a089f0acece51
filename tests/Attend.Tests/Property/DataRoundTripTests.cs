using System.Text.Encodings.Web;
using System.Text.Json;
using Attend.Tests.Unit;
using Attend.Text.Data;
using CsCheck;
using CsvHelper;

namespace Attend.Tests.Property;

/// <summary>What a good writer wrote is read back to the character.</summary>
public sealed class DataRoundTripTests : IDisposable
{
    private static readonly string[] Pieces =
    [
        "a", "b c", " ", "", "\"", "\"\"", ",", "\t", "\n", "\r\n", "\r", "字", "。", "😀", "é", "\0", "\u0001", "'", "\\", "\ufeff", "\u2028",
    ];

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Gen<string> GenText = Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]).Array[0, 6].Select(pieces => string.Concat(pieces));

    private static readonly Gen<string[][]> GenTable = Gen.Select(Gen.Int[1, 4], Gen.Int[0, 6])
        .SelectMany((columns, rows) => GenText.Array[columns].Array[rows]);

    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static string[] Header(int count) => [.. Enumerable.Range(0, count).Select(i => $"column {i}")];

    private static string[][] Read(string path, int columns)
    {
        int[] all = [.. Enumerable.Range(0, columns)];
        return [.. TableFile.Open(path).Rows(all).Select(row => all.Select(row.Text).ToArray())];
    }

    private static void Write(string path, char separator, string newLine, CsvQuoting quoting, string[][] table)
    {
        using var writer = CsvWriter.ToFile(path, new CsvWriterOptions { Separator = separator, NewLine = newLine, Quoting = quoting });
        writer.WriteRecord(Header(table.Length == 0 ? 1 : table[0].Length));
        foreach (var row in table) writer.WriteRecord(row);
    }

    [Theory]
    [InlineData("\n", CsvQuoting.WhenNeeded)]
    [InlineData("\r\n", CsvQuoting.WhenNeeded)]
    [InlineData("\r\n", CsvQuoting.Always)]
    public void Csv(string newLine, CsvQuoting quoting)
    {
        var path = _folder.Path("t.csv");
        GenTable.Sample(table =>
        {
            Write(path, ',', newLine, quoting, table);
            Assert.Equal(table, Read(path, table.Length == 0 ? 1 : table[0].Length));
        }, iter: 300, threads: 1);
    }

    // TSV has to tell quotes from text (see TableFile): quoted fields without line breaks are read back without exception.
    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public void TsvOfSingleLines(string newLine)
    {
        var path = _folder.Path("t.tsv");
        GenTable.Select(table => table.Select(row => row.Select(text => text.Replace("\n", "", StringComparison.Ordinal)).ToArray()).ToArray()).Sample(table =>
        {
            Write(path, '\t', newLine, CsvQuoting.WhenNeeded, table);
            Assert.Equal(table, Read(path, table.Length == 0 ? 1 : table[0].Length));
        }, iter: 300, threads: 1);
    }

    // With line breaks in the text column, before a label, where most files have them.
    [Fact]
    public void TsvOfTextsAndLabels()
    {
        var path = _folder.Path("t.tsv");
        GenText.Select(text => text.Replace("\t", " ", StringComparison.Ordinal)).Array[1, 6].Sample(texts =>
        {
            string[][] table = [.. texts.Select((text, i) => new[] { text, $"label {i}" })];
            Write(path, '\t', "\n", CsvQuoting.WhenNeeded, table);
            Assert.Equal(table, Read(path, 2));
        }, iter: 300, threads: 1);
    }

    // Unquoted TSV, as most corpora are: any text without tab and line break, unless it is quoted as a whole.
    [Fact]
    public void TsvWithoutQuoting()
    {
        var path = _folder.Path("t.tsv");
        GenText.Select(text => "\"" + text.Replace("\t", " ", StringComparison.Ordinal).Replace("\n", " ", StringComparison.Ordinal) + "x").Array[0, 6].Sample(texts =>
        {
            File.WriteAllText(path, "text\tlabel\n" + string.Concat(texts.Select((text, i) => $"{text}\t{i}\n")));
            Assert.Equal(texts.Select((text, i) => new[] { text, $"{i}" }), Read(path, 2));
        }, iter: 300, threads: 1);
    }

    [Fact]
    public void JsonLines()
    {
        var path = _folder.Path("t.jsonl.gz");
        GenTable.Where(table => table.Length > 0).Sample(table =>
        {
            var header = Header(table[0].Length);
            var lines = table.Select(row => JsonSerializer.Serialize(header.Zip(row).ToDictionary(pair => pair.First, pair => pair.Second), Relaxed));
            _folder.Write("t.jsonl.gz", string.Join('\n', lines));
            Assert.Equal(table, Read(path, header.Length));
        }, iter: 100, threads: 1);
    }
}
