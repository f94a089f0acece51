using System.Buffers.Binary;
using Attend.Text.Data;
using Attend.Text.Tokenizers;
using Attend.Text.Tokenizers.Pipeline;

namespace Attend.Tests.Unit.Tokenizers;

/// <summary>Files made to take all memory or time: refused, or stopped with an error that names what does it.</summary>
public sealed class HostileTokenizerTests : IDisposable
{
    private const string WordLevel = """{"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0}}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private ITokenizer Load(string parts, string model = WordLevel) => TokenizerFolder.Load(_folder.Write("tokenizer.json", "{" + parts + " \"model\": " + model + "}"));

    private void Refuses(string expected, string parts, string model = WordLevel) => Assert.Contains(expected, Assert.Throws<DataFileException>(() => Load(parts, model)).Message);

    private static string Repeat(string text, int count, string between = ", ") => string.Join(between, Enumerable.Repeat(text, count));

    [Fact]
    public void TextsThatNormalisationWouldBlowUp()
    {
        var doubling = Load($$$"""
            "normalizer": {"type": "Sequence", "normalizers": [{{{Repeat("""{"type": "Replace", "pattern": {"String": "a"}, "content": "aa"}""", 40)}}}]},
            """);
        Assert.Equal([0], doubling.Encode("b").Ids);
        Assert.Contains("normalisation makes more than", Assert.Throws<TokenizationException>(() => doubling.Encode("a")).Message);

        var lengthening = Load($$$"""
            "normalizer": {"type": "Replace", "pattern": {"String": "a"}, "content": "{{{new string('b', 100_000)}}}"},
            """);
        Assert.Throws<TokenizationException>(() => lengthening.Encode(new string('a', 100_000)));

        // An added token is normalised when the file is loaded.
        Refuses("normalisation makes more than", $$$"""
            "added_tokens": [{"id": 1, "content": "a", "normalized": true}], "normalizer": {"type": "Sequence", "normalizers": [{{{Repeat("""{"type": "Replace", "pattern": {"String": "a"}, "content": "aa"}""", 40)}}}]},
            """);
    }

    [Fact]
    public void TokensThatDecodingWouldBlowUp()
    {
        var tokenizer = Load($$$"""
            "decoder": {"type": "Sequence", "decoders": [{{{Repeat("""{"type": "Replace", "pattern": {"String": "?"}, "content": "????"}""", 30)}}}]},
            """);
        Assert.Contains("decoding makes more than", Assert.Throws<TokenizationException>(() => tokenizer.Decode([0])).Message);
    }

    [Fact]
    public void PartsOfNoReasonableSize()
    {
        Refuses("a template of 200 places", $$$"""
            "post_processor": {"type": "TemplateProcessing", "single": [{{{Repeat("""{"Sequence": {"id": "A", "type_id": 0}}""", 200)}}}], "pair": [], "special_tokens": {}},
            """);
        Refuses("a template with 20000 special tokens", $$$"""
            "post_processor": {"type": "TemplateProcessing", "single": [{{{Repeat("""{"SpecialToken": {"id": "?", "type_id": 0}}""", 20)}}}], "pair": [], "special_tokens": {"?": {"id": "?", "ids": [{{{Repeat("0", 1000)}}}], "tokens": [{{{Repeat("\"?\"", 1000)}}}] } } },
            """);
        Refuses("at most 1048576", """
            "padding": {"strategy": {"Fixed": 2000000000}, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0, "pad_type_id": 0, "pad_token": "?"},
            """);
        Refuses("continuing_subword_prefix has 1000 characters", "", $$$"""{"type": "BPE", "vocab": {"a": 0}, "merges": [], "continuing_subword_prefix": "{{{new string('a', 1000)}}}"}""");
        Refuses("an entry of 5000 characters", "", $$$"""{"type": "Unigram", "unk_id": 0, "vocab": [["?", 0], ["{{{new string('a', 5000)}}}", -1]]}""");
        Refuses("an entry of 5000 characters", "", $$$"""{"type": "WordPiece", "unk_token": "?", "continuing_subword_prefix": "##", "max_input_chars_per_word": 2000000000, "vocab": {"?": 0, "{{{new string('a', 5000)}}}": 1}}""");
        Refuses("sound JSON", $$$"""
            "normalizer": {{{Repeat("""{"type": "Sequence", "normalizers": [""", 1000, "")}}}{{{Repeat("]}", 1000, "")}}},
            """);
    }

    [Theory]
    [InlineData("tokenizer.json")]
    [InlineData("vocab.txt")]
    [InlineData("x.model")]
    public void FilesOfNoReasonableSize(string name)
    {
        using (var file = File.Create(_folder.File(name))) file.SetLength(1L << 28);
        Assert.Contains("larger than 128 MiB", Assert.Throws<DataFileException>(() => TokenizerFolder.Load(_folder.Path)).Message);
    }

    /// <summary>A double array whose steps lead back to where they came from.</summary>
    [Fact]
    public void CharacterRulesThatGoRoundInCircles()
    {
        // Every unit is labelled 'a' and leads to itself, by way of the offset 'a' ^ 'a'.
        var units = Enumerable.Range(0, 256).Select(node => 'a' | ((uint)(node ^ (node ^ 'a')) << 10)).ToArray();
        var bytes = new byte[4 + (units.Length * 4) + 2];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)units.Length * 4);
        for (var i = 0; i < units.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 + (i * 4)), units[i]);
        var map = new CharsMap(bytes);
        Assert.Contains("more than 256 characters", Assert.Throws<TokenizationException>(() => map.Longest(new string('a', 100_000), out _)).Message);
    }

    [Fact]
    public void PatternsOfManyQuantifiers()
    {
        foreach (var pattern in new[] { "a" + new string('*', 8000), "a" + new string('?', 8000), Repeat("a{1000}", 1000, "") + "b", "(" + Repeat("a{100}){100}", 3, "") + ")" })
        {
            try
            {
                new TextPattern(pattern, isRegex: true, TimeSpan.FromSeconds(1)).Find(new string('a', 1000), []);
            }
            catch (Exception fault) when (fault is ArgumentException or TokenizationException)
            {
                Assert.NotEmpty(fault.Message);
            }
        }
    }
}
