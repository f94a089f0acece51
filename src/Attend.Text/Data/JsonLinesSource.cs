using System.Text.Json;

namespace Attend.Text.Data;

/// <summary>JSON Lines: one object a line, the columns named by the keys of the first.</summary>
internal sealed class JsonLinesSource : ITableSource
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };
    private readonly string _path;

    public JsonLinesSource(string path)
    {
        _path = path;
        using var reader = new LineReader(DataFile.OpenText(path));
        using var first = NextObject(reader) ?? throw new DataFileException(path, null, "is empty; expected one JSON object a line.");
        Columns = [.. first.RootElement.EnumerateObject().Select(property => property.Name)];
        if (Columns.Count == 0) throw new DataFileException(path, reader.Number, "the first object has no keys; its keys name the columns.");
    }

    public IReadOnlyList<string> Columns { get; }

    public bool HasNames => true;

    public IEnumerable<TableRow> Rows(IReadOnlyList<int> columns, string[] names)
    {
        using var reader = new LineReader(DataFile.OpenText(_path));
        while (NextObject(reader) is { } document)
        {
            using (document)
            {
                var cells = new Cell[columns.Count];
                for (var i = 0; i < cells.Length; i++)
                    cells[i] = document.RootElement.TryGetProperty(Columns[columns[i]], out var value) ? ToCell(value, reader.Number) : Cell.Missing;
                yield return new TableRow(_path, reader.Number, names, cells);
            }
        }
    }

    private JsonDocument? NextObject(LineReader reader)
    {
        do
        {
            if (!reader.Next()) return null;
        } while (reader.Bytes.Span.IndexOfAnyExcept(" \t\r"u8) < 0);
        try
        {
            var document = JsonDocument.Parse(reader.Bytes, Strict);
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
            var found = Describe(document.RootElement.ValueKind);
            document.Dispose();
            throw new DataFileException(_path, reader.Number, $"found {found}; expected one JSON object a line, such as {{\"text\": \"...\", \"label\": \"...\"}}.");
        }
        catch (JsonException e)
        {
            throw new DataFileException(_path, reader.Number, $"is not one JSON object on one line (at byte {e.BytePositionInLine + 1}): {Reason(e)}", e);
        }
    }

    // Without the "LineNumber: 0 | BytePositionInLine: 7." that System.Text.Json counts within the line.
    private static string Reason(JsonException e) => e.Message.Split(" LineNumber:")[0];

    private Cell ToCell(JsonElement value, long line)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                return Cell.Missing;
            case JsonValueKind.String:
                return Cell.Text(Scalar(value, line));
            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                return Cell.Scalar(Scalar(value, line));
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    if (item.ValueKind is JsonValueKind.Null or JsonValueKind.Array or JsonValueKind.Object)
                        return Cell.Other($"a list with {Describe(item.ValueKind)} in it");
                }
                return Cell.List([.. value.EnumerateArray().Select(item => Scalar(item, line))]);
            default:
                return Cell.Other(Describe(value.ValueKind));
        }
    }

    private string Scalar(JsonElement value, long line)
    {
        if (value.ValueKind != JsonValueKind.String) return value.GetRawText();
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new DataFileException(_path, line, "a string has half of a surrogate pair (\\ud800 to \\udfff without its other half), which is no text.", e);
        }
    }

    private static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "a JSON object",
        JsonValueKind.Array => "a JSON array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "a truth value",
    };
}
