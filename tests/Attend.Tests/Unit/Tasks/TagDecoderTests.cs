using Attend.Tasks;
using Attend.Text.Data;

namespace Attend.Tests.Unit.Tasks;

public sealed class TagDecoderTests
{
    public static TheoryData<TagScheme> Schemes => [.. Enum.GetValues<TagScheme>()];

    [Theory, MemberData(nameof(Schemes))]
    public void TheBestAllowedSequenceAndItsProbabilitiesAreThoseOfTryingAll(TagScheme scheme)
    {
        var tags = Tags(scheme);
        var decoder = new TagDecoder(tags);
        Assert.Equal(scheme, decoder.Scheme);
        var random = new Random(5);
        for (var trial = 0; trial < 8; trial++)
        {
            var count = 1 + trial % 4;
            var logits = Enumerable.Range(0, count * tags.Count).Select(_ => (float)(6 * random.NextDouble())).ToArray();
            // All sequences that say of themselves, spelled out by the scheme, what they are.
            var (best, bestScore, total) = (Array.Empty<string>(), double.NegativeInfinity, 0.0);
            var bySpan = new Dictionary<LabeledSpan, double>();
            foreach (var sequence in Sequences(tags, count).Where(sequence => IsValid(sequence, scheme)))
            {
                var score = sequence.Select((tag, word) => (double)logits[word * tags.Count + tags.ToList().IndexOf(tag)]).Sum();
                if (score > bestScore) (best, bestScore) = (sequence, score);
                total += Math.Exp(score);
                foreach (var span in SpanTags.ToSpans(sequence)) bySpan[span] = bySpan.GetValueOrDefault(span) + Math.Exp(score);
            }
            var found = decoder.Decode(logits);
            Assert.Equal(SpanTags.ToSpans(best), found.Select(span => new LabeledSpan(span.Start, span.End, span.Label)));
            // IOB1 spells a span in two ways, and the probability is of the one chosen.
            if (scheme != TagScheme.Iob1) Assert.All(found, span => Assert.Equal(bySpan[new LabeledSpan(span.Start, span.End, span.Label)] / total, span.Score, 1e-9));
            else Assert.All(found, span => Assert.InRange(span.Score, 0, bySpan[new LabeledSpan(span.Start, span.End, span.Label)] / total + 1e-9));
        }
    }

    [Theory, MemberData(nameof(Schemes))]
    public void WhatIsSpelledIsDecoded(TagScheme scheme)
    {
        var tags = Tags(scheme);
        var decoder = new TagDecoder(tags);
        LabeledSpan[] spans = [new(0, 1, "a"), new(1, 4, "a"), new(5, 7, "b"), new(7, 8, "a")];
        var indices = decoder.Spell(spans, 9);
        var logits = new float[9 * tags.Count];
        for (var word = 0; word < 9; word++) logits[word * tags.Count + indices[word]] = 20;
        var found = decoder.Decode(logits);
        Assert.Equal(spans, found.Select(span => new LabeledSpan(span.Start, span.End, span.Label)));
        Assert.All(found, span => Assert.InRange(span.Score, 0.999, 1));
    }

    [Fact]
    public void ConfidenceInTheImpossibleIsMetWithTheLikeliestPossible()
    {
        // I-a at the beginning, which IOB2 does not know, a thousand times likelier than anything.
        var found = new TagDecoder(["O", "B-a", "I-a"]).Decode([0, -1, 500, 0, -1, 500]);
        Assert.Equal(0, found[0].Start);
        Assert.Equal(2, found[0].End);
        Assert.InRange(found[0].Score, 0, 1);
    }

    [Theory]
    [InlineData("O", "B-a", "I-a", TagScheme.Iob2)]
    [InlineData("I-a", "O", "I-b", TagScheme.Iob1)]
    [InlineData("O", "S-a", "B-a", TagScheme.Bioes)]
    [InlineData("M-a", "B-a", "O", TagScheme.Bmes)]
    [InlineData("U-a", "O", "L-a", TagScheme.Bilou)]
    public void TheSchemeIsThatOfTheTags(string first, string second, string third, TagScheme scheme) => Assert.Equal(scheme, new TagDecoder([first, second, third]).Scheme);

    [Theory]
    [InlineData("O", "NOUN")]
    [InlineData("M-a", "U-a")]
    [InlineData("LABEL_0", "LABEL_1")]
    public void LabelsThatAreNoTagsAreRefused(string first, string second) => Assert.Throws<FormatException>(() => new TagDecoder([first, second]));

    // Only a label that is never begun by B- tells IOB1 from IOB2.
    private static IReadOnlyList<string> Tags(TagScheme scheme) => scheme == TagScheme.Iob1 ? ["O", "I-a", "B-a", "I-b"] : TagDecoder.TagsOf(["a", "b"], scheme);

    private static bool IsValid(string[] tags, TagScheme scheme) => SpanTags.FromSpans(SpanTags.ToSpans(tags), tags.Length, scheme).SequenceEqual(tags);

    private static IEnumerable<string[]> Sequences(IReadOnlyList<string> tags, int count) =>
        count == 0 ? [[]] : Sequences(tags, count - 1).SelectMany(start => tags.Select(tag => start.Append(tag).ToArray()));
}
