using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Attend.App;

/// <summary>What goes to standard output.</summary>
internal static class Output
{
    public static JsonSerializerOptions Json { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>The one JSON object of a command run with --json.</summary>
    public static void WriteJson(object value) => Console.Out.WriteLine(JsonSerializer.Serialize(value, value.GetType(), Json));

    /// <summary>An object as one line of JSON Lines.</summary>
    public static string Line(object value) => JsonSerializer.Serialize(value, value.GetType(), Json);

    /// <summary>Rows of cells in aligned columns, for eyes.</summary>
    public static void WriteColumns(TextWriter writer, IEnumerable<string[]> rows)
    {
        var table = rows.ToArray();
        var widths = Enumerable.Range(0, table.Max(row => row.Length)).Select(column => table.Max(row => column < row.Length ? Width(row[column]) : 0)).ToArray();
        foreach (var row in table)
            writer.WriteLine(string.Concat(row.Select((cell, column) => column == row.Length - 1 ? cell : cell + new string(' ', widths[column] - Width(cell) + 2))).TrimEnd());
    }

    // Chinese, Japanese and Korean characters take two columns of a terminal.
    private static int Width(string text) => text.Sum(character => character is >= '\u2e80' and <= '\uffdf' and not (>= '\uff61' and <= '\uffdf') ? 2 : 1);
}
