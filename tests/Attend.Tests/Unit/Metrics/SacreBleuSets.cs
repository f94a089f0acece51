using System.Text.Json;
using Attend.Text.Data;

namespace Attend.Tests.Unit.Metrics;

/// <summary>Values that sacreBLEU itself computed on real system outputs.</summary>
internal static class SacreBleuSets
{
    public static (JsonElement Expected, string[] Predicted, string[][] References) Read(string name)
    {
        var expected = Root().GetProperty("sets").GetProperty(name);
        return (expected, Lines(expected.GetProperty("hyp").GetString()!), [.. expected.GetProperty("refs").EnumerateArray().Select(file => Lines(file.GetString()!))]);
    }

    public static IEnumerable<JsonElement> Edges() => Root().GetProperty("edge").EnumerateArray();

    private static JsonElement Root() => JsonDocument.Parse(File.ReadAllText(Repository.SharedData("metric-vectors", "sacrebleu.json"))).RootElement;

    private static string[] Lines(string file) => [.. PlainTextFile.Read(Repository.SharedData("metric-vectors", file))];
}
