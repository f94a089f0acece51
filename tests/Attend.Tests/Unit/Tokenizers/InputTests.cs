using Attend.Text.Tokenizers;

namespace Attend.Tests.Unit.Tokenizers;

/// <summary>What all tokenizers do with inputs, shown with BERT's.</summary>
public sealed class InputTests
{
    private static readonly BertTokenizer Tokenizer = new(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "c", "d", "e", "##b"]);

    private static string Show(Encoding encoding) => string.Join(' ', encoding.Ids.Select(Tokenizer.TokenOf));

    [Fact]
    public void EveryTokenKnowsItsTextItsWordAndItsPlace()
    {
        var encoding = Tokenizer.Encode("ab c", "😀 d");
        Assert.Equal("[CLS] a ##b c [SEP] [UNK] d [SEP]", Show(encoding));
        Assert.Equal([-1, 0, 0, 0, -1, 1, 1, -1], encoding.TextIds);
        Assert.Equal([-1, 0, 0, 1, -1, 0, 1, -1], encoding.WordIds);
        Assert.Equal(["", "a", "b", "c", "", "😀", "d", ""], Enumerable.Range(0, encoding.Length).Select(encoding.TextOf));
        Assert.Equal(new TextSpan(3, 4), encoding.Offsets[6]);
        Assert.Equal(new TextSpan(2, 3), encoding.CodePointOffsets()[6]);
    }

    [Fact]
    public void SpecialTokensInATextAreTextUnlessAskedFor()
    {
        Assert.Equal("[CLS] a [UNK] [UNK] [UNK] b [SEP]", Show(Tokenizer.Encode("a[SEP]b")));
        var parsed = Tokenizer.Encode("a[SEP]b [MASK]", null, new EncodeOptions { ParseSpecialTokens = true });
        Assert.Equal("[CLS] a [SEP] b [MASK] [SEP]", Show(parsed));
        Assert.Equal(["", "a", "[SEP]", "b", "[MASK]", ""], Enumerable.Range(0, parsed.Length).Select(parsed.TextOf));
        Assert.Equal([false, false], [parsed.SpecialTokensMask[2], parsed.SpecialTokensMask[4]]);
    }

    [Theory]
    [InlineData(TruncationStrategy.LongestFirst, 9, "[CLS] a b c [SEP] a b c [SEP]")]
    [InlineData(TruncationStrategy.LongestFirst, 8, "[CLS] a b [SEP] a b c [SEP]")]
    [InlineData(TruncationStrategy.OnlyFirst, 8, "[CLS] a [SEP] a b c d [SEP]")]
    [InlineData(TruncationStrategy.OnlySecond, 8, "[CLS] a b c d [SEP] a [SEP]")]
    public void TheStrategySaysWhatIsCut(TruncationStrategy strategy, int limit, string expected)
    {
        var encoding = Tokenizer.Encode("a b c d", "a b c d", new EncodeOptions { MaxInputTokens = limit, Truncation = strategy });
        Assert.Equal(expected, Show(encoding));
        Assert.Equal(11 - limit, encoding.TruncatedTokenCount);
    }

    [Fact]
    public void WindowsSlideOverTheSecondTextAlone()
    {
        var windows = Tokenizer.EncodeWindows("a", "a b c d e", new EncodeOptions { MaxInputTokens = 7, Stride = 1, Truncation = TruncationStrategy.OnlySecond });
        Assert.Equal(["[CLS] a [SEP] a b c [SEP]", "[CLS] a [SEP] c d e [SEP]"], windows.Select(Show));
        Assert.Equal(["c", "d", "e"], Enumerable.Range(3, 3).Select(windows[1].TextOf));
        Assert.All(windows, window => Assert.Equal(2, window.TruncatedTokenCount));
        Assert.Equal(["[CLS] c d e [SEP]", "[CLS] a b c [SEP]"], Tokenizer.EncodeWindows("a b c d e", null, new EncodeOptions { MaxInputTokens = 5, Stride = 1, TruncateLeft = true }).Select(Show));
        Assert.Equal("[CLS] [SEP]", Show(Assert.Single(Tokenizer.EncodeWindows("", null, new EncodeOptions { MaxInputTokens = 2 }))));
    }

    [Fact]
    public void WhatCannotBeCutIsSaid()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Tokenizer.Encode("a", null, new EncodeOptions { MaxInputTokens = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tokenizer.Encode("a b c", "a", new EncodeOptions { MaxInputTokens = 5, Truncation = TruncationStrategy.OnlySecond }));
        Assert.Throws<ArgumentException>(() => Tokenizer.Encode("a b c", null, new EncodeOptions { MaxInputTokens = 4, Truncation = TruncationStrategy.OnlySecond }));
        Assert.Throws<ArgumentException>(() => Tokenizer.EncodeWindows("a b c", "a", new EncodeOptions { MaxInputTokens = 6 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tokenizer.EncodeWindows("a b c", null, new EncodeOptions { MaxInputTokens = 4, Stride = 2 }));
    }

    [Fact]
    public void PaddingFillsOneEnd()
    {
        var encoding = Tokenizer.Encode("a");
        Assert.Same(encoding, encoding.PadTo(3, 0));
        var (right, left) = (encoding.PadTo(5, 0), encoding.PadTo(5, 0, onLeft: true));
        Assert.Equal("[CLS] a [SEP] [PAD] [PAD]", Show(right));
        Assert.Equal([true, true, true, false, false], right.AttentionMask());
        Assert.Equal("[PAD] [PAD] [CLS] a [SEP]", Show(left));
        Assert.Equal([false, false, true, true, true], left.AttentionMask());
        Assert.Equal("a", left.TextOf(3));
    }
}
