using Attend.Text.Tokenizers;

namespace Attend.Tests.Unit.Tokenizers;

public sealed class BertTokenizerTests
{
    private static readonly string[] Special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    private static BertTokenizer With(BertTokenizerOptions? options, params string[] entries) => new([.. Special, .. entries], options);

    private static BertTokenizer Uncased { get; } = With(null,
        "un", "##want", "##ed", "runn", "##ing", ",", ".", "!", "'", "[", "]", "sep", "cafe", "i", "a", "b", "##a", "##b", "中", "=", "\u1112", "##\u1161", "##\u11AB", "😀", "οδο\u03C2", "##\u03C3");

    private static BertTokenizer Cased { get; } = With(new() { DoLowerCase = false }, "Ab", "##c", "é", "e", "##\u0301", "PAD", "한");

    private static string Show(BertTokenizer tokenizer, string text)
    {
        var encoding = tokenizer.Encode(text);
        return string.Join(' ', encoding.Ids[1..^1].Zip(encoding.Offsets[1..^1], (id, span) => $"{tokenizer.TokenOf(id)}@{span.Start}-{span.End}"));
    }

    [Theory]
    [InlineData("UNwant\u00E9d,running", "un@0-2 ##want@2-6 ##ed@6-8 ,@8-9 runn@9-13 ##ing@13-16")]
    [InlineData("unwantedX running", "[UNK]@0-9 runn@10-14 ##ing@14-17")]
    [InlineData("", "")]
    [InlineData(" \t\r\n\u00A0\u2028\u2029\u3000", "")]
    [InlineData("a\u2028b", "a@0-1 b@2-3")]
    [InlineData("Cafe\u0301!", "cafe@0-5 !@5-6")]
    [InlineData("!\u0301 a", "!@0-2 a@3-4")]
    [InlineData("\u0301a", "a@1-2")]
    [InlineData("a \u0301b", "a@0-1 b@3-4")]
    [InlineData("a\u0000b", "a@0-1 ##b@2-3")]
    [InlineData("a\u200D\u0301b", "a@0-3 ##b@3-4")]
    [InlineData("\u00ADa\uFFFDb\u200B", "a@1-2 ##b@3-4")]
    [InlineData("a\u0001 \u0002b", "a@0-1 b@4-5")]
    [InlineData("a中b", "a@0-1 中@1-2 b@2-3")]
    [InlineData("≠", "=@0-1")]
    [InlineData("a\u1FEFb", "a@0-1 [UNK]@1-2 b@2-3")]
    [InlineData("\uD55C", "\u1112@0-1 ##\u1161@0-1 ##\u11AB@0-1")]
    [InlineData("\u0130", "i@0-1")]
    [InlineData("a😀b😀", "[UNK]@0-6")]
    [InlineData("😀 😀\uFE0F", "😀@0-2 😀@3-6")]
    public void UncasedTokensAndTheirPlaces(string text, string expected) => Assert.Equal(expected, Show(Uncased, text));

    [Fact]
    public void LoneSurrogatesAreCharactersOfUnknownWords()
    {
        Assert.Equal("[UNK]@0-1", Show(Uncased, "\uD83D"));
        Assert.Equal("[UNK]@1-3 a@4-5", Show(Uncased, " \uDE00a a"));
        Assert.Equal("[UNK]@0-3", Show(Uncased, "\uD83D\u0301\uDE00"));
        Assert.Equal("😀@0-2 [UNK]@3-6", Show(Uncased, "😀 \uD83D😀"));
    }

    [Theory]
    [InlineData("Abc ab", "Ab@0-2 ##c@2-3 [UNK]@4-6")]
    [InlineData("e\u0301 é", "e@0-1 ##\u0301@1-2 é@3-4")]
    [InlineData("한", "한@0-1")]
    public void CasedTokensKeepAccents(string text, string expected) => Assert.Equal(expected, Show(Cased, text));

    [Theory]
    [InlineData("ΟΔΟΣ", "οδο\u03C2@0-4")]
    [InlineData("ΟΔΟΣ.", "οδο\u03C2@0-4 .@4-5")]
    [InlineData("ΟΔΟΣ\u00ADa", "[UNK]@0-6")]
    [InlineData("aΣ'a", "a@0-1 ##σ@1-2 '@2-3 a@3-4")]
    [InlineData("aΣ'", "[UNK]@0-2 '@2-3")]
    [InlineData("中Σ", "中@0-1 [UNK]@1-2")]
    public void CapitalSigmaIsLoweredByItsPlaceInTheWord(string text, string expected) => Assert.Equal(expected, Show(Uncased, text));

    [Fact]
    public void SpacingMarksComeInCanonicalOrder()
    {
        // U+1D165 has class 216, U+302E has 224.
        var tokenizer = With(null, "a\U0001D165\u302E", "a", "##\U0001D165");
        Assert.Equal("a\U0001D165\u302E@0-4", Show(tokenizer, "a\u302E\U0001D165"));
        Assert.Equal("[UNK]@0-5", Show(tokenizer, "a\u302E\u034F\U0001D165"));
    }

    [Fact]
    public void LowerCasingAndAccentStrippingCanBeChosenApart()
    {
        var lowerOnly = With(new() { StripAccents = false }, "é", "i\u0307");
        Assert.Equal("é@0-1 i\u0307@2-3", Show(lowerOnly, "É İ"));
        var stripOnly = With(new() { DoLowerCase = false, StripAccents = true }, "E", "I");
        Assert.Equal("E@0-1 I@2-3", Show(stripOnly, "É İ"));
    }

    [Fact]
    public void IdeographsStayInTheirWordWhereTheOptionSaysSo()
        => Assert.Equal("a中@0-2", Show(With(new() { TokenizeChineseChars = false }, "a中", "a", "中"), "a中"));

    [Theory]
    [InlineData("[SEP]", "[@0-1 sep@1-4 ]@4-5")]
    [InlineData("[UNK]", "[@0-1 [UNK]@1-4 ]@4-5")]
    public void SpecialTokensWrittenInATextAreText(string text, string expected) => Assert.Equal(expected, Show(Uncased, text));

    [Fact]
    public void ASpecialTokenThatLooksLikeAWordCannotBeWritten()
    {
        var tokenizer = new BertTokenizer(["PAD", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "P"], new() { DoLowerCase = false, PadToken = "PAD" });
        Assert.DoesNotContain(tokenizer.PadId, tokenizer.Encode("PAD P").Ids);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("é")]
    [InlineData("e\u0301")]
    [InlineData("😀")]
    public void AWordOfMoreThanAHundredCodePointsIsUnknown(string character)
    {
        var tokenizer = With(null, "a", "##a", "e", "##e", "😀", "##😀");
        string Word(int count) => string.Concat(Enumerable.Repeat(character, count));
        Assert.Equal(102, tokenizer.Encode(Word(100)).Length);
        Assert.Equal($"[UNK]@0-{Word(101).Length}", Show(tokenizer, Word(101)));
        Assert.Equal($"[UNK]@1-{Word(250).Length + 1}", Show(tokenizer, " " + Word(250) + " "));
    }

    [Fact]
    public void ATextAndAPair()
    {
        var encoding = Uncased.Encode("a", "b a");
        Assert.Equal(["[CLS]", "a", "[SEP]", "b", "a", "[SEP]"], encoding.Ids.Select(Uncased.TokenOf));
        Assert.Equal([0, 0, 0, 1, 1, 1], encoding.SegmentIds);
        Assert.Equal([true, false, true, false, false, true], encoding.SpecialTokensMask);
        Assert.Equal([default, new(0, 1), default, new(0, 1), new(2, 3), default], encoding.Offsets);
        Assert.Equal(0, encoding.TruncatedTokenCount);
    }

    [Fact]
    public void AnEmptyPairIsStillAPair() => Assert.Equal([0, 0, 0, 1], Uncased.Encode("a", "").SegmentIds);

    [Fact]
    public void TruncationCutsTheLongerTextToTheLengthOfTheShorterThenBoth()
    {
        for (var first = 0; first < 8; first++)
        {
            for (var second = 0; second < 8; second++)
            {
                for (var limit = 3; limit < 20; limit++)
                {
                    // From the other side: tokens are given, one by one, to the text that has fewer, the first one first; the last, odd one to the longer.
                    var (a, b, room) = (0, 0, limit - 3);
                    for (; room > 0 && (a < first || b < second); room--)
                    {
                        var isOdd = a == b && room == 1 && a < first && b < second;
                        if (isOdd ? first > second : b == second || (a <= b && a < first)) a++;
                        else b++;
                    }
                    var encoding = Uncased.Encode(Words("a", first), Words("b", second), limit);
                    Assert.Equal((a, b, first + second - a - b), (encoding.Ids.Count(id => id == Uncased.IdOf("a")), encoding.Ids.Count(id => id == Uncased.IdOf("b")), encoding.TruncatedTokenCount));
                    Assert.Equal(a + b + 3, encoding.Length);
                }
            }
        }
    }

    private static string Words(string word, int count) => string.Join(' ', Enumerable.Repeat(word, count));

    [Fact]
    public void ASingleTextLosesItsEnd()
    {
        var encoding = Uncased.Encode("a b a b", maxInputTokens: 4);
        Assert.Equal(["[CLS]", "a", "b", "[SEP]"], encoding.Ids.Select(Uncased.TokenOf));
        Assert.Equal(2, encoding.TruncatedTokenCount);
    }

    [Fact]
    public void ThereMustBeRoomForTheSpecialTokens()
    {
        Assert.Equal(2, Uncased.Encode("a", maxInputTokens: 2).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => Uncased.Encode("a", maxInputTokens: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Uncased.Encode("a", "b", maxInputTokens: 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Uncased.Encode("a", maxInputTokens: int.MinValue));
    }

    [Fact]
    public void DecodingJoinsPiecesAndTidiesBlanks()
    {
        Assert.Equal("unwanted, running!", Uncased.Decode(Uncased.Encode("UNwanted , running !").Ids));
        Assert.Equal("i'i", Uncased.Decode(Uncased.Encode("i'i").Ids));
        Assert.Equal("a", Uncased.Decode([Uncased.MaskId, Uncased.UnknownId, Uncased.IdOf("a")!.Value, Uncased.PadId]));
        Assert.Equal("", Uncased.Decode([]));
    }

    [Fact]
    public void IdsOutsideTheVocabularyAreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Uncased.TokenOf(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Uncased.Decode([Uncased.VocabSize]));
        Assert.Null(Uncased.IdOf("nowhere"));
    }

    [Fact]
    public void SeveralThreadsMayEncodeAtOnce()
    {
        var texts = Enumerable.Range(0, 400).Select(i => Words("UNwantéd, 中 running", i % 40)).ToArray();
        var expected = texts.Select(text => Uncased.Encode(text).Ids).ToArray();
        Assert.Equal(expected, texts.AsParallel().AsOrdered().WithDegreeOfParallelism(4).Select(text => Uncased.Encode(text).Ids).ToArray());
    }

    [Fact]
    public void AMalformedVocabularyIsRefused()
    {
        Assert.Contains("[MASK]", Assert.Throws<ArgumentException>(() => new BertTokenizer(Special[..^1])).Message);
        Assert.Contains("entry 6", Assert.Throws<ArgumentException>(() => With(null, "a", "a")).Message);
        Assert.Contains("entry 5", Assert.Throws<ArgumentException>(() => With(null, "\uD800")).Message);
        Assert.Contains("entry 5", Assert.Throws<ArgumentException>(() => With(null, "a\nb")).Message);
        Assert.Contains("entry 5", Assert.Throws<ArgumentException>(() => With(null, "")).Message);
        Assert.Contains("empty", Assert.Throws<ArgumentException>(() => new BertTokenizer([])).Message);
        Assert.Contains("more than one", Assert.Throws<ArgumentException>(() => With(new() { MaskToken = "[PAD]" })).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => With(new() { MaxWordCodePoints = 0 }));
    }
}
