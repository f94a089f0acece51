using Attend.Text.Tokenizers;
using CsCheck;

namespace Attend.Tests.Property.Tokenizers;

public sealed class BertTokenizerProperties
{
    private static readonly BertTokenizer[] Tokenizers = [.. new BertTokenizerOptions[]
    {
        new(),
        new() { DoLowerCase = false },
        new() { StripAccents = false },
        new() { TokenizeChineseChars = false, MaxWordCodePoints = 5 },
    }.Select(options => new BertTokenizer(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Entries()], options))];

    private static IEnumerable<string> Entries()
    {
        string[] characters = [.. Enumerable.Range('!', 94).Select(unit => ((char)unit).ToString()), "σ", "\u03C2", "é", "\u0301", "\u1100", "\u1161", "中", "😀", "\u302E", "\U0001D165"];
        return characters.Concat(characters.Select(character => "##" + character)).Concat(["ab", "##ab", "abc", "##é😀"]);
    }

    // Any UTF-16, with a liking for what the rules treat apart.
    private static readonly Gen<char> Units = Gen.OneOf(
        Gen.Char,
        Gen.Char[' ', '~'],
        OneOf('a', 'b', 'A', 'É', 'e', '\u0301', '\u0327', 'Σ', 'İ', '한', '中', '\uFA6C', '\u200D', '\0', '\uFFFD', '\u2028', '\t', '≠', '\u302E', '\u0345', '\uD834', '\uDD65', '\uD83D', '\uDE00'));

    private static Gen<T> OneOf<T>(params T[] choices) => Gen.Int[0, choices.Length - 1].Select(i => choices[i]);

    private static readonly Gen<string> Texts = Units.Array[0, 60].Select(units => new string(units));

    [Fact]
    public void OffsetsAreInRangeInOrderAndCutNoCharacter() => Texts.Sample(text =>
    {
        foreach (var tokenizer in Tokenizers)
        {
            var encoding = tokenizer.Encode(text);
            var spans = encoding.Offsets[1..^1];
            var last = default(TextSpan);
            foreach (var span in spans)
            {
                Assert.True(span.Start >= last.Start && span.End >= last.End, "offsets run backwards");
                Assert.True(span.Length > 0 && span.End <= text.Length, "offsets out of range");
                Assert.False(CutsPair(text, span.Start) || CutsPair(text, span.End), "a surrogate pair is cut");
                last = span;
            }
        }
    });

    private static bool CutsPair(string text, int at) => at > 0 && at < text.Length && char.IsHighSurrogate(text[at - 1]) && char.IsLowSurrogate(text[at]);

    [Fact]
    public void AKnownTokenIsTheNormalisedTextAtItsPlace() => Texts.Sample(text =>
    {
        var tokenizer = Tokenizers[0];
        var encoding = tokenizer.Encode(text);
        for (var i = 1; i < encoding.Length - 1; i++)
        {
            if (encoding.Ids[i] == tokenizer.UnknownId) continue;
            var token = tokenizer.TokenOf(encoding.Ids[i]);
            var again = tokenizer.Encode(encoding.Offsets[i].Of(text)).Ids[1..^1].Select(id => tokenizer.TokenOf(id).Replace("##", ""));
            // Pieces of one raw character share its place; a sigma knows its neighbours.
            Assert.Contains(token.Replace("##", "").Replace('\u03C2', 'σ'), string.Concat(again).Replace('\u03C2', 'σ').Replace("[UNK]", token.Replace("##", "")));
        }
    });

    [Fact]
    public void SimpleTextIsItsTokensInLowerCase() => Gen.Char[' ', '~'].Array[0, 80].Sample(units =>
    {
        var text = new string(units);
        var encoding = Tokenizers[0].Encode(text);
        for (var i = 1; i < encoding.Length - 1; i++)
            Assert.Equal(encoding.Offsets[i].Of(text).ToLowerInvariant(), Tokenizers[0].TokenOf(encoding.Ids[i]).TrimStart('#') is { Length: > 0 } token ? token : "#");
        Assert.Equal(text.Count(unit => unit != ' '), encoding.Offsets.Sum(span => span.Length));
    });

    [Fact]
    public void TextInPiecesGivesTheSameTokens() => Gen.Select(Texts, Texts).Sample((first, second) =>
    {
        foreach (var tokenizer in Tokenizers)
        {
            int[] apart = [.. tokenizer.Encode(first).Ids[1..^1], .. tokenizer.Encode(second).Ids[1..^1]];
            Assert.Equal(apart, tokenizer.Encode(first + " " + second).Ids[1..^1]);
            Assert.Equal(apart, tokenizer.Encode(first, second).Ids.Where(id => id != tokenizer.ClsId && id != tokenizer.SepId));
        }
    });

    [Fact]
    public void NoTextMakesASpecialToken() => OneOf("[SEP]", "[CLS]", "[PAD]", "[MASK]", "[UNK]", " ", "a", "##", "[").Array[0, 10].Sample(parts =>
    {
        var tokenizer = Tokenizers[1];
        var encoding = tokenizer.Encode(string.Concat(parts));
        Assert.Equal(2, encoding.Ids.Count(id => id == tokenizer.ClsId || id == tokenizer.SepId || id == tokenizer.PadId || id == tokenizer.MaskId));
    });

    [Fact]
    public void TruncationKeepsTheBeginning() => Gen.Select(Texts, Gen.Int[2, 40]).Sample((text, limit) =>
    {
        var whole = Tokenizers[0].Encode(text);
        var cut = Tokenizers[0].Encode(text, maxInputTokens: limit);
        Assert.Equal(Math.Min(limit, whole.Length), cut.Length);
        Assert.Equal(whole.Length - cut.Length, cut.TruncatedTokenCount);
        Assert.Equal(whole.Ids[..(cut.Length - 1)], cut.Ids[..^1]);
    });

    [Fact]
    public void TrainedTokenizersKnowTheirTexts() => Texts.Array[1, 5].Sample(texts =>
    {
        var cancellation = TestContext.Current.CancellationToken;
        var tokenizer = WordPieceTrainer.Train(texts, new() { VocabSize = 200, MinFrequency = 1, CharacterCoverage = 1 }, cancellationToken: cancellation);
        foreach (var text in texts)
        {
            var encoding = tokenizer.Encode(text);
            var unknown = encoding.Offsets.Where((_, i) => encoding.Ids[i] == tokenizer.UnknownId).Select(span => span.Of(text));
            Assert.All(unknown, word => Assert.Contains(word.EnumerateRunes(), rune => rune == System.Text.Rune.ReplacementChar));
        }
    }, iter: 50);

    /// <summary>Ten times the text may take ten times as long, not a hundred times; these would take hours if it did.</summary>
    [Theory]
    [InlineData("a", 2_000_000)]
    [InlineData("é")]
    [InlineData("\u0301")]
    [InlineData("Σ")]
    [InlineData("Σ'")]
    [InlineData("'")]
    [InlineData("\0")]
    [InlineData("\\uD800")]
    [InlineData("😀")]
    [InlineData("\u302E\U0001D165")]
    [InlineData("abababab ")]
    public void HostileTextTakesLinearTime(string unit, int length = 200_000)
    {
        if (unit == "\\uD800") unit = "\uD800"; // An attribute cannot hold a lone surrogate.
        var text = string.Concat(Enumerable.Repeat(unit, length / unit.Length));
        ProcessorTime.AssertWithin(10, () => Assert.NotNull(Tokenizers[0].Encode(text)));
    }
}
