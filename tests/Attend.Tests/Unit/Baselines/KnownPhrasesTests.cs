using Attend.Text.Baselines;
using Attend.Text.Data;

namespace Attend.Tests.Unit.Baselines;

public sealed class KnownPhrasesTests
{
    [Fact]
    public void LongestKnownPhraseIsFound()
    {
        var known = KnownPhrases.Train([Text("I saw [New York:place] and [York:place] today"), Text("the [New York Times:paper] came")]);
        Assert.Equal(3, known.Count);
        Assert.Equal(["New York Times:paper", "York:place", "New York:place"], Found(known, "New York Times, York: New York."));
        Assert.Empty(Found(known, "new york is Newer Yorkish"));
    }

    [Fact]
    public void AmbiguousPhrasesTakeTheirMostFrequentLabelAndRareNamesAreLeftOut()
    {
        var known = KnownPhrases.Train([Text("[Paris:place] and [Paris:place]"), Text("[Paris:person] came"), Text("[May:person] came in May or May"), Text("[Will:person] will"), Text("Will")]);
        Assert.Equal(["Paris:place", "Will:person"], Found(known, "Paris in May with Will"));
    }

    [Fact]
    public void ChineseIsReadByCharactersAndColumnsByTheirWords()
    {
        var known = KnownPhrases.Train([Text("我在[北京:place]。")]);
        Assert.Equal(["北京:place"], Found(known, "北京大学在北海"));
        var columns = new TaggedText { Text = "U.N. official", Spans = [new(0, 4, "org")], Words = [0..4, 5..13], Line = 1 };
        Assert.Equal([new LabeledSpan(0, 4, "org")], KnownPhrases.Train([columns]).Find(columns));
        Assert.Empty(KnownPhrases.Train([]).Find(columns));
    }

    private static IEnumerable<string> Found(KnownPhrases known, string text) =>
        known.Find(new TaggedText { Text = text, Spans = [], Line = 1 }).Select(span => $"{text[span.Start..span.End]}:{span.Label}");

    // Spans as [text:label].
    private static TaggedText Text(string marked)
    {
        var (text, spans) = ("", new List<LabeledSpan>());
        foreach (var part in marked.Split('[', ']'))
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0) spans.Add(new LabeledSpan(text.Length, text.Length + colon, part[(colon + 1)..]));
            text += colon > 0 ? part[..colon] : part;
        }
        return new TaggedText { Text = text, Spans = spans, Line = 1 };
    }
}
