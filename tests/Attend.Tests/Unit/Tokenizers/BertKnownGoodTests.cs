using System.IO.Compression;
using System.Text.Json;
using Attend.Text.Tokenizers;

namespace Attend.Tests.Unit.Tokenizers;

/// <summary>Ids that the original implementations gave: not one may differ.</summary>
public sealed class BertKnownGoodTests
{
    private static JsonElement Vectors(string name)
    {
        using var file = File.OpenRead(Repository.SharedData("tokenization-vectors", name));
        using Stream content = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        return JsonDocument.Parse(content).RootElement.Clone();
    }

    private static string[] Strings(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetString()!)];

    private static void AssertSameIds(BertTokenizer tokenizer, JsonElement cases)
    {
        Assert.NotEqual(0, cases.GetArrayLength());
        foreach (var item in cases.EnumerateArray())
        {
            var text = item.GetProperty("text").GetString()!;
            var encoding = tokenizer.Encode(text);
            Assert.Equal(item.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()), encoding.Ids[1..^1]);
        }
    }

    [Theory]
    [InlineData("bert-base-uncased", true)]
    [InlineData("bert-base-cased", false)]
    [InlineData("bert-base-chinese", true)]
    [InlineData("bert-base-multilingual-cased", false)]
    public void LinesOfRealTextsAsGooglesOriginalCodeCutsThem(string model, bool lowerCase)
        => AssertSameIds(BertTokenizer.Load(Repository.SharedData("vocab", model), new() { DoLowerCase = lowerCase }), Vectors("google-bert-corpus.json.gz").GetProperty(model));

    [Fact]
    public void OddTextsAsHuggingFaceCutsThem()
        => AssertSameIds(BertTokenizer.Load(Repository.SharedData("vocab", "bert-base-uncased")), Vectors("llamacpp.json").GetProperty("bert-base-uncased"));

    [Fact]
    public void CasesOfGooglesOwnTests()
    {
        var cases = Vectors("google-bert-unit.json");
        foreach (var part in new[] { cases.GetProperty("full"), cases.GetProperty("wordpiece") })
        {
            var tokenizer = new BertTokenizer([.. Strings(part.GetProperty("vocab")), "[PAD]", "[MASK]"], new() { DoLowerCase = part.TryGetProperty("lower", out var lower) && lower.GetBoolean() });
            foreach (var item in part.GetProperty("cases").EnumerateArray())
                Assert.Equal(Strings(item.GetProperty("tokens")), tokenizer.Encode(item.GetProperty("text").GetString()!).Ids[1..^1].Select(tokenizer.TokenOf));
        }
        foreach (var item in cases.GetProperty("basic").EnumerateArray())
        {
            var tokens = Strings(item.GetProperty("tokens"));
            var tokenizer = new BertTokenizer(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. tokens.Distinct()], new() { DoLowerCase = item.GetProperty("lower").GetBoolean() });
            Assert.Equal(tokens, tokenizer.Encode(item.GetProperty("text").GetString()!).Ids[1..^1].Select(tokenizer.TokenOf));
        }
    }
}
