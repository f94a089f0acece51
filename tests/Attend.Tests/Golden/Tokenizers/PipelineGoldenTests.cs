using System.Text.Json;
using Attend.Text.Tokenizers.Pipeline;

namespace Attend.Tests.Golden.Tokenizers;

/// <summary>Small tokenizers of every kind against what Hugging Face's library made of the same texts; make-pipelines.mjs makes the file anew.</summary>
public sealed class PipelineGoldenTests
{
    private static readonly JsonElement Root = Read();

    private static JsonElement Read()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Repository.Path("tests", "Attend.Tests", "Golden", "Tokenizers", "pipelines.json")));
        return document.RootElement.Clone();
    }

    public static TheoryData<string> Names => [.. Root.GetProperty("tokenizers").EnumerateArray().Select(item => item.GetProperty("name").GetString()!)];

    private static int[] Ints(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetInt32())];

    [Theory]
    [MemberData(nameof(Names))]
    public void TokensAreThoseOfTheReference(string name)
    {
        var item = Root.GetProperty("tokenizers").EnumerateArray().Single(item => item.GetProperty("name").GetString() == name);
        using var folder = new TemporaryFolder();
        var definition = TokenizerJsonReader.Read(folder.Write("tokenizer.json", item.GetProperty("tokenizer").GetRawText()));
        var tokenizer = new PipelineTokenizer(definition);
        foreach (var (input, expected) in Root.GetProperty("texts").EnumerateArray().Zip(item.GetProperty("cases").EnumerateArray()))
        {
            var (text, pair) = input.ValueKind == JsonValueKind.Array ? (input[0].GetString()!, input[1].GetString()) : (input.GetString()!, null);
            var options = tokenizer.FileOptions with { ParseSpecialTokens = true };
            if (expected.TryGetProperty("refused", out _))
            {
                Assert.ThrowsAny<ArgumentException>(() => tokenizer.Encode(text, pair, options));
                continue;
            }
            var encoding = tokenizer.Encode(text, pair, options);
            Assert.Equal(Ints(expected.GetProperty("ids")), encoding.Ids);
            Assert.Equal(Ints(expected.GetProperty("words")), encoding.WordIds);
            Assert.Equal(expected.TryGetProperty("segments", out var segments) ? Ints(segments) : new int[encoding.Length], encoding.SegmentIds);
            Assert.Equal(expected.TryGetProperty("mask", out var mask) ? Ints(mask).Select(value => value == 1) : encoding.Ids.Select(_ => true), encoding.AttentionMask());
            if (expected.TryGetProperty("overflow", out var overflow))
                Assert.Equal([encoding.Ids, .. overflow.EnumerateArray().Select(Ints)], tokenizer.EncodeWindows(text, pair, options).Select(window => window.Ids));
            if (expected.TryGetProperty("offsets", out var offsets)) Assert.Equal(Ints(offsets), encoding.CodePointOffsets().SelectMany(span => new[] { span.Start, span.End }));
            Assert.Equal(expected.GetProperty("decoded").GetString(), tokenizer.Decode(encoding.Ids));
        }
    }
}
