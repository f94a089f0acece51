using Attend.Text.Tokenizers;
using Attend.Text.Tokenizers.Pipeline;

namespace Attend.Tests.Property.Tokenizers;

/// <summary>Time grows with the length of a text, not with its square: that would be ten thousand million steps for each of these.</summary>
public sealed class PipelineLinearTimeTests
{
    private const int Length = 100_000;

    private static readonly TokenizerDefinition Bytes = new()
    {
        Model = new BpeDefinition(
            [.. Enumerable.Range(0, 256).Select(value => ByteCharacters.Of((byte)value).ToString()), "aa", "aaaa", "ab", "abab", "Ã©"],
            [("a", "a"), ("aa", "aa"), ("a", "b"), ("ab", "ab"), ("Ã", "©")]),
        PreTokenizer = new ByteLevelPreTokenizer(addPrefixSpace: true, useRegex: true),
    };

    private static void AssertQuick(TokenizerDefinition definition, string unit, int length = Length)
    {
        var tokenizer = new PipelineTokenizer(definition);
        var text = string.Concat(Enumerable.Repeat(unit, length / unit.Length));
        ProcessorTime.AssertWithin(8, () =>
        {
            Assert.NotNull(tokenizer.Encode(text));
            Assert.NotNull(tokenizer.Encode(text, null, new EncodeOptions { ParseSpecialTokens = true }));
        });
    }

    [Theory]
    [InlineData("a")]
    [InlineData("ab")]
    [InlineData("é")]
    [InlineData(" ")]
    [InlineData("\n")]
    [InlineData("😀")]
    [InlineData("中")]
    [InlineData("'")]
    [InlineData("\0")]
    [InlineData("lone \\uD800")]
    public void OneHugeWordInBytes(string unit) => AssertQuick(Bytes, unit.Replace("\\uD800", "\uD800"));

    [Fact]
    public void AMegabyteWithoutASpace() => AssertQuick(Bytes, "abc", 1_000_000);

    [Theory]
    [InlineData("a")]
    [InlineData("\u0301")]
    [InlineData("e\u0301\u0327\u0345")]
    [InlineData("\u0327\u0301")]
    [InlineData("\u1100\u1161\u11A8")]
    [InlineData("ﷺ", 10_000)]
    [InlineData("\u200D")]
    public void Normalisation(string unit, int length = 60_000) => AssertQuick(Bytes with
    {
        Normalizer = new NormalizerSequence([new UnicodeNormalizer(UnicodeForm.NFD), new UnicodeNormalizer(UnicodeForm.NFKC), new BertNormalizer(true, true, true, true), new StripNormalizer(true, true), new ReplaceNormalizer(new TextPattern(" +", true), " ")]),
    }, unit, length);

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    [InlineData(" a")]
    [InlineData("x")]
    public void UnigramWithoutWords(string unit)
        => AssertQuick(new() { Model = new UnigramDefinition([("?", 0), ("a", -1), ("aa", -1.5), ("aaaaaaaa", -3), ("▁", -1), ("▁a", -2)], 0), PreTokenizer = new MetaspacePreTokenizer("▁", PrependScheme.Always, split: false) }, unit);

    [Theory]
    [InlineData("a")]
    [InlineData(" ")]
    [InlineData("a ")]
    [InlineData("<tok")]
    public void ManyAddedTokensWithWhiteSpace(string unit) => AssertQuick(Bytes with
    {
        AddedTokens =
        [
            .. Enumerable.Range(0, 10_000).Select(i => new AddedToken(261 + i, $"<tok{i}>") { LeftStrip = true, RightStrip = true, Special = i % 2 == 0 }),
            new AddedToken(10_261, new string('a', 20_000) + "b"),
            new AddedToken(10_262, " ") { RightStrip = true, LeftStrip = true, Normalized = true },
        ],
    }, unit);

    [Theory]
    [InlineData("a")]
    [InlineData(" ")]
    [InlineData("12")]
    [InlineData("x'")]
    public void Llama3sPattern(string unit) => AssertQuick(Bytes with
    {
        PreTokenizer = new PreTokenizerSequence(
        [
            new SplitPreTokenizer(new TextPattern(@"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+", isRegex: true), DelimiterBehavior.Isolated, invert: false),
            new ByteLevelPreTokenizer(addPrefixSpace: false, useRegex: false),
        ]),
    }, unit);

    /// <summary>A pattern that backtracks without end is stopped, with an error that names it.</summary>
    [Fact]
    public void ACatastrophicPatternIsNamed()
    {
        var tokenizer = new PipelineTokenizer(Bytes with { PreTokenizer = new SplitPreTokenizer(new TextPattern("(a|aa)+$", isRegex: true, TimeSpan.FromMilliseconds(200)), DelimiterBehavior.Isolated, invert: false) });
        Assert.Contains("(a|aa)+$", Assert.Throws<TokenizationException>(() => tokenizer.Encode(new string('a', 5000) + "b")).Message);
        Assert.NotEmpty(tokenizer.Encode("aaa").Ids);
    }

    /// <summary>So is one that needs a little, but too much altogether.</summary>
    [Fact]
    public void AQuadraticPatternIsNamed()
    {
        var tokenizer = new PipelineTokenizer(Bytes with { PreTokenizer = new SplitPreTokenizer(new TextPattern("aa(?=.*b)|a", isRegex: true, TimeSpan.FromMilliseconds(200)), DelimiterBehavior.Isolated, invert: false) });
        Assert.Contains("(?=.*b)", Assert.Throws<TokenizationException>(() => tokenizer.Encode(new string('a', 1_000_000))).Message);
    }
}
