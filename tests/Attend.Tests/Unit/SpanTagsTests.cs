using Attend.Text.Data;
using CsCheck;

namespace Attend.Tests.Unit;

public sealed class SpanTagsTests
{
    [Theory]
    [InlineData("B-A I-A O B-B", "A:0-2 B:3-4")]
    [InlineData("I-A I-A I-B", "A:0-2 B:2-3")]
    [InlineData("B-A I-B B-B", "A:0-1 B:1-2 B:2-3")]
    [InlineData("B-A M-A E-A S-A E-A", "A:0-3 A:3-4 A:4-5")]
    [InlineData("B-A I-A L-A U-B", "A:0-3 B:3-4")]
    [InlineData("B-PER.NAM I-PER.NAM B-creative-work", "PER.NAM:0-2 creative-work:2-3")]
    [InlineData("B I O I", "_:0-2 _:3-4")]
    [InlineData("O", "")]
    public void LenientReadingTakesEverySpan(string tags, string expected) => Assert.Equal(expected, Show(SpanTags.ToSpans(tags.Split(' '))));

    [Theory]
    [InlineData(TagScheme.Iob2, "I-A B-A I-A I-B", "A:1-3")]
    [InlineData(TagScheme.Iob1, "I-A I-A B-A I-B O B-B", "A:0-2 A:2-3 B:3-4")]
    [InlineData(TagScheme.Bioes, "B-A I-A E-A S-B B-A I-A O E-A", "A:0-3 B:3-4")]
    [InlineData(TagScheme.Bioes, "B-A E-B S-B", "B:2-3")]
    [InlineData(TagScheme.Bmes, "B-A M-A E-A S-B", "A:0-3 B:3-4")]
    [InlineData(TagScheme.Bilou, "B-A I-A L-A U-B", "A:0-3 B:3-4")]
    public void StrictReadingTakesWellSpelledSpans(TagScheme scheme, string tags, string expected) =>
        Assert.Equal(expected, Show(SpanTags.ToSpans(tags.Split(' '), scheme)));

    [Theory]
    [InlineData(TagScheme.Iob2, "I-A I-A B-A I-B O I-B", 3)]
    [InlineData(TagScheme.Bioes, "E-A B-A E-A I-A S-B", 2)]
    [InlineData(TagScheme.Iob1, "I-A I-B", 0)]
    public void OrphansAreCounted(TagScheme scheme, string tags, int expected) => Assert.Equal(expected, SpanTags.OrphanCount(tags.Split(' '), scheme));

    [Fact]
    public void SpansSurviveEveryScheme() =>
        Gen.Select(Gen.Int[0, 3], Gen.Int[1, 4], Gen.Int[0, 2]).Array[0, 8].Sample(parts =>
        {
            var spans = new List<LabeledSpan>();
            var end = 0;
            foreach (var (gap, length, label) in parts)
            {
                spans.Add(new LabeledSpan(end + gap, end + gap + length, "ABC"[label].ToString()));
                end += gap + length;
            }
            foreach (var scheme in Enum.GetValues<TagScheme>())
            {
                var tags = SpanTags.FromSpans(spans, end + 1, scheme);
                Assert.Equal(spans, SpanTags.ToSpans(tags));
                // In IOB1 a B before another label is lost to seqeval's strict mode, which cannot happen in tags of our own: B then is inside.
                Assert.Equal(0, SpanTags.OrphanCount(tags, scheme));
                if (scheme != TagScheme.Iob1) Assert.Equal(spans, SpanTags.ToSpans(tags, scheme));
            }
        });

    [Fact]
    public void BadSpansAreRefused()
    {
        Assert.Contains("overlap", Assert.Throws<ArgumentException>(() => SpanTags.FromSpans([new(0, 2, "A"), new(1, 3, "B")], 3, TagScheme.Iob2)).Message);
        Assert.Contains("outside of the 3 words", Assert.Throws<ArgumentOutOfRangeException>(() => SpanTags.FromSpans([new(2, 4, "A")], 3, TagScheme.Iob2)).Message);
        Assert.Contains("has no word", Assert.Throws<ArgumentException>(() => SpanTags.FromSpans([new(1, 1, "A")], 3, TagScheme.Iob2)).Message);
        Assert.Equal("person", SpanTags.LabelOf("B-person"));
        Assert.Null(SpanTags.LabelOf("O"));
        foreach (var tag in new[] { "", "X-A", "BA", "o" }) Assert.Throws<FormatException>(() => SpanTags.LabelOf(tag));
    }

    private static string Show(IReadOnlyList<LabeledSpan> spans) => string.Join(' ', spans.Select(span => $"{span.Label}:{span.Start}-{span.End}"));
}
