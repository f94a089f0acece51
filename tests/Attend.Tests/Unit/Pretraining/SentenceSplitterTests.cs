using Attend.Text.Pretraining;

namespace Attend.Tests.Unit.Pretraining;

public sealed class SentenceSplitterTests
{
    // Sentences are divided by '|'.
    [Theory]
    [InlineData("The lamp is on. The door is open.|", "The lamp is on.|The door is open.")]
    [InlineData("Dr. Vane met Mrs. Holt at 3.15 p.m. on Monday. They left.", "Dr. Vane met Mrs. Holt at 3.15 p.m. on Monday.|They left.")]
    [InlineData("It cost 4.50 dollars. He paid 5.", "It cost 4.50 dollars.|He paid 5.")]
    [InlineData("J. R. Miller wrote it. See No. 7 and Fig. 2 there.", "J. R. Miller wrote it.|See No. 7 and Fig. 2 there.")]
    [InlineData("“Stop!” he cried. “Why?” She ran.", "“Stop!” he cried.|“Why?”|She ran.")]
    [InlineData("He said (quietly.) Then he went ... and came back. Really?! Yes.", "He said (quietly.)|Then he went ... and came back.|Really?!|Yes.")]
    [InlineData("Tools, e.g. Saws, i.e. blades, etc. The rest stays. The U.S. Army came. He lives in the U.S. The rest too.", "Tools, e.g. Saws, i.e. blades, etc.|The rest stays.|The U.S. Army came.|He lives in the U.S.|The rest too.")]
    [InlineData("12. A numbered line. Next one.", "12. A numbered line.|Next one.")]
    [InlineData("他来了。“你好！”她笑了。真的吗？是的……我们走吧！", "他来了。|“你好！”|她笑了。|真的吗？|是的……|我们走吧！")]
    [InlineData("“走！”，他说。价格是3.5元。", "“走！”，他说。|价格是3.5元。")]
    [InlineData("使用Attend v1.2 训练。Then it ends. 完了。", "使用Attend v1.2 训练。|Then it ends.|完了。")]
    [InlineData("no mark at all", "no mark at all")]
    public void EndsWhereAReaderWouldEndThem(string text, string expected) =>
        Assert.Equal(expected.Split('|', StringSplitOptions.RemoveEmptyEntries), SentenceSplitter.Split(text.TrimEnd('|')).Select(span => span.Of(text)));

    [Theory]
    [InlineData("")]
    [InlineData(" \t ")]
    public void NothingOfNothing(string text) => Assert.Empty(SentenceSplitter.Split(text));

    [Fact]
    public void NothingIsLostAndNothingComesTwice()
    {
        var random = new Random(3);
        const string Characters = "ab A.!?。！…\"”’)（ 0\uD83D\uDE00你,";
        for (var round = 0; round < 500; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => Characters[random.Next(Characters.Length)]));
            var spans = SentenceSplitter.Split(text).ToArray();
            for (var i = 1; i < spans.Length; i++) Assert.True(spans[i].Start >= spans[i - 1].End);
            Assert.Equal(text.Where(unit => !char.IsWhiteSpace(unit)), spans.SelectMany(span => span.Of(text)).Where(unit => !char.IsWhiteSpace(unit)));
        }
    }

    [Fact]
    public void TextWithoutMarksIsCutAtBlanksAndNeverWithinACharacter()
    {
        var words = string.Join(' ', Enumerable.Repeat("word", 5000));
        var pieces = SentenceSplitter.Split(words).Select(span => span.Of(words)).ToArray();
        Assert.True(pieces.Length > 1);
        Assert.All(pieces, piece => Assert.True(piece.Length <= SentenceSplitter.LongestSentence && piece.StartsWith('w') && piece.EndsWith('d')));
        var solid = "x" + string.Concat(Enumerable.Repeat("\uD83D\uDE00", 5000));
        Assert.All(SentenceSplitter.Split(solid), span => Assert.False(char.IsLowSurrogate(solid[span.Start])));
    }
}
