using Attend.Text.Tokenizers;

namespace Attend.Tests.Unit.Tokenizers;

public sealed class WordWindowsTests
{
    private static readonly BertTokenizer Tokenizer = new(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "##a", "##b", "北", "京", ".", "x"]);

    [Theory]
    [InlineData("Tim Cook", "Tim|Cook")]
    [InlineData("don't (go)!", "don|'|t|(|go|)|!")]
    [InlineData("visited 北京 in 2024", "visited|北|京|in|2024")]
    [InlineData("東京タワーへ", "東|京|タ|ワ|ー|へ")]
    [InlineData("กรุงเทพ", "ก|รุ|ง|เ|ท|พ")]
    [InlineData("cafe\u0301 ünï", "cafe\u0301|ünï")]
    [InlineData("👩🏽x €5", "👩|🏽|x|€|5")]
    [InlineData("naïve\u00adly\u200b", "naïve\u00adly\u200b")]
    [InlineData(" \t\u3000\0", "")]
    public void WordsAreWhatStandsTogether(string text, string words) => Assert.Equal(words, string.Join('|', TextWords.Of(text).Select(word => word.Of(text))));

    [Fact]
    public void LoneSurrogatesStandAlone() => Assert.Equal([new(0, 1), new(2, 3), new(3, 4)], TextWords.Of("\ud83d a\udc00"));

    [Fact]
    public void EachWordIsSpokenForOnceWhereMostIsAroundIt()
    {
        // Windows of four tokens of text, two of them shared: tokens 0-3, 2-5, 4-7.
        var text = "a b a b a b a b";
        var windows = WordWindows.Of(Tokenizer, text, null, 6, 2);
        Assert.Equal(3, windows.Windows.Count);
        Assert.Equal(8, windows.Words.Count);
        Assert.Equal([(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 2), (2, 3), (2, 4)], windows.Places.Select(place => (place.Window, place.Token)));
    }

    [Fact]
    public void AWordCutByAWindowIsSpokenForByItsBeginning()
    {
        var text = "ab ab ab ab ab ab";
        foreach (var (length, stride) in new[] { (5, 0), (5, 1), (6, 2), (7, 3), (5, 2) })
        {
            var windows = WordWindows.Of(Tokenizer, text, null, length, stride);
            Assert.Equal(6, windows.Words.Count);
            Assert.All(windows.Words.Zip(windows.Places), pair => Assert.Equal(pair.First.Start, windows.Windows[pair.Second.Window].Offsets[pair.Second.Token].Start));
            Assert.Equal(windows.Places, windows.Places.OrderBy(place => place.Window).ThenBy(place => place.Token));
        }
    }

    [Fact]
    public void GivenWordsAreKeptAndThoseThatShareATokenArePutTogether()
    {
        // "ab" is two tokens; the given words cut it, and leave "x" out.
        var windows = WordWindows.Of(Tokenizer, "ab x ba", [new(0, 1), new(1, 2), new(5, 7)], 16, 0);
        Assert.Equal([new(0, 1), new(1, 2), new(5, 7)], windows.Words);
        // An unknown word is one token.
        windows = WordWindows.Of(Tokenizer, "qqq a", [new(0, 1), new(1, 3), new(4, 5)], 16, 0);
        Assert.Equal([new(0, 3), new(4, 5)], windows.Words);
    }

    [Fact]
    public void WordsWithoutTokensAreLeftOut()
    {
        var windows = WordWindows.Of(Tokenizer, "a \u200d b", [new(0, 1), new(2, 3), new(4, 5)], 16, 0);
        Assert.Equal([new(0, 1), new(4, 5)], windows.Words);
        Assert.Empty(WordWindows.Of(Tokenizer, "", null, 16, 0).Words);
    }
}
