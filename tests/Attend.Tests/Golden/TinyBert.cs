using System.Text.Json;

namespace Attend.Tests.Golden;

/// <summary>One sequence of tiny-bert/expected.json: what goes in, and what an independent computation in double precision gives.</summary>
/// <param name="Text">The text; tiny-bert/vocab.txt (uncased WordPiece) turns it into the ids.</param>
/// <param name="Pair">The second segment, or null.</param>
/// <param name="InputIds">Ids without padding.</param>
/// <param name="TokenTypeIds">Segments: 0, and 1 for the pair.</param>
/// <param name="HiddenStates">[layers + 1][seq][hidden]: after the embeddings, then after each layer.</param>
/// <param name="Pooled">[hidden].</param>
/// <param name="Logits">[labels].</param>
internal sealed record TinyBertRow(
    string Text, string? Pair, int[] InputIds, int[] TokenTypeIds, double[][][] HiddenStates, double[] Pooled, double[] Logits);

/// <summary>The small random BERT classifier in Golden/tiny-bert: hidden 16, 2 layers, 4 heads, 3 labels. Tests of models load it and compare.</summary>
internal static class TinyBert
{
    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
    private static readonly Lazy<TinyBertRow[]> Rows = new(() => Parse(System.IO.File.ReadAllText(File("expected.json"))));

    /// <summary>The folder, as a Hugging Face model folder: config.json, model.safetensors, vocab.txt; and expected.json.</summary>
    public static string Folder { get; } = Repository.Path("tests", "Attend.Tests", "Golden", "tiny-bert");

    /// <summary>The committed inputs and outputs, three sequences of different lengths.</summary>
    public static TinyBertRow[] Expected => Rows.Value;

    public static string File(string name) => Path.Combine(Folder, name);

    /// <summary>The independent computation with the committed weights.</summary>
    public static ReferenceBert Reference() => new(ReferenceFiles.Weights(File("model.safetensors")), ReferenceFiles.Config(File("config.json")));

    public static TinyBertRow[] Parse(string json) => JsonSerializer.Deserialize<TinyBertRow[]>(json, SnakeCase)!;

    /// <summary>One line for each row of a matrix, so that a changed value is one changed line.</summary>
    public static string Format(TinyBertRow[] rows)
    {
        var json = JsonSerializer.Serialize(rows, SnakeCase);
        return json.Replace("[[", "[\n[", StringComparison.Ordinal).Replace("],[", "],\n[", StringComparison.Ordinal).Replace(",\"", ",\n\"", StringComparison.Ordinal)
            .Replace("},", "},\n", StringComparison.Ordinal) + "\n";
    }
}
