namespace Attend.Text.Data;

/// <summary>Translates between the tags of words and labelled spans.</summary>
/// <remarks>A tag is "O", or a prefix letter, "-" and a label. A prefix alone ("B") has the label "_".</remarks>
public static class SpanTags
{
    private const string NoLabel = "_";

    /// <summary>The spans that tags of any scheme mean, however badly they follow one another.</summary>
    /// <remarks>
    /// The rules of conlleval and of seqeval's default mode: B, S, a change of label, and any tag after O, E or S begin a span; O, B, S, a change
    /// of label, and what follows E or S end one. M, L, U and W count as I, E, S and S.
    /// </remarks>
    /// <param name="tags">One tag per word.</param>
    /// <exception cref="FormatException">A tag is neither "O" nor one of the known prefixes with or without a label.</exception>
    public static IReadOnlyList<LabeledSpan> ToSpans(IReadOnlyList<string> tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        var spans = new List<LabeledSpan>();
        var previous = Tag.Outside;
        var start = 0;
        for (var i = 0; i <= tags.Count; i++)
        {
            var tag = i < tags.Count ? Parse(tags[i]) : Tag.Outside;
            if (!previous.IsOutside && Ends(previous, tag)) spans.Add(new LabeledSpan(start, i, previous.Label));
            if (!tag.IsOutside && Starts(previous, tag)) start = i;
            previous = tag;
        }
        return spans;
    }

    /// <summary>Only the spans that are spelled as a scheme demands; tags that belong to none are ignored.</summary>
    /// <remarks>
    /// The rules of seqeval's strict mode. IOB2: a span begins at B and goes on while I has its label. BIOES and its like: S alone, or B, any
    /// number of I and an E, all of one label. IOB1: I begins a span after O, after B and after another label; B begins one only after its own label.
    /// </remarks>
    /// <param name="tags">One tag per word.</param>
    /// <param name="scheme">The scheme.</param>
    /// <exception cref="FormatException">A tag has a prefix that is not of the scheme.</exception>
    public static IReadOnlyList<LabeledSpan> ToSpans(IReadOnlyList<string> tags, TagScheme scheme)
    {
        ArgumentNullException.ThrowIfNull(tags);
        var parsed = new Tag[tags.Count + 1];
        for (var i = 0; i < tags.Count; i++) parsed[i] = Parse(tags[i], scheme);
        parsed[^1] = Tag.Outside;
        return scheme switch
        {
            TagScheme.Iob1 => Iob1(parsed),
            TagScheme.Iob2 => Iob2(parsed),
            _ => Bioes(parsed),
        };
    }

    /// <summary>Spells spans as tags.</summary>
    /// <param name="spans">Spans over words, in any order, that do not overlap; labels are not empty.</param>
    /// <param name="count">Number of words.</param>
    /// <param name="scheme">The scheme to write.</param>
    /// <exception cref="ArgumentException">A span is empty or overlaps another.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A span lies outside of the words.</exception>
    public static string[] FromSpans(IReadOnlyList<LabeledSpan> spans, int count, TagScheme scheme)
    {
        ArgumentNullException.ThrowIfNull(spans);
        var tags = new string[count];
        Array.Fill(tags, "O");
        LabeledSpan? previous = null;
        foreach (var span in spans.OrderBy(span => span.Start))
        {
            if (span.Start < 0 || span.End > count)
                throw new ArgumentOutOfRangeException(nameof(spans), $"The span {span.Start} to {span.End} (\"{span.Label}\") lies outside of the {count} words.");
            if (span.End <= span.Start) throw new ArgumentException($"The span {span.Start} to {span.End} (\"{span.Label}\") has no word.", nameof(spans));
            if (previous is { } before && before.Overlaps(span))
                throw new ArgumentException($"The spans {before.Start} to {before.End} (\"{before.Label}\") and {span.Start} to {span.End} (\"{span.Label}\") overlap.", nameof(spans));
            var followsItsLike = previous is { } last && last.End == span.Start && last.Label == span.Label;
            for (var i = span.Start; i < span.End; i++) tags[i] = $"{Prefix(scheme, i - span.Start, span.End - span.Start, followsItsLike)}-{span.Label}";
            previous = span;
        }
        return tags;
    }

    /// <summary>How many tags continue a span that has not begun (an I, E or M after O, or after another label); none in IOB1, where I begins spans.</summary>
    /// <exception cref="FormatException">A tag has a prefix that is not of the scheme.</exception>
    public static int OrphanCount(IReadOnlyList<string> tags, TagScheme scheme)
    {
        ArgumentNullException.ThrowIfNull(tags);
        var count = 0;
        var previous = Tag.Outside;
        foreach (var text in tags)
        {
            var tag = Parse(text, scheme);
            if (scheme != TagScheme.Iob1 && tag.Prefix is 'I' or 'E' && !(previous.Prefix is 'B' or 'I' && previous.Label == tag.Label)) count++;
            previous = tag;
        }
        return count;
    }

    /// <summary>The label of a tag, or null for "O".</summary>
    /// <exception cref="FormatException">A tag is neither "O" nor one of the known prefixes with or without a label.</exception>
    public static string? LabelOf(string tag) => Parse(tag) is { IsOutside: false } parsed ? parsed.Label : null;

    internal readonly record struct Tag(char Prefix, string Label)
    {
        public static Tag Outside { get; } = new('O', "");

        public bool IsOutside => Prefix == 'O';
    }

    /// <summary>A tag with its prefix as one of O, B, I, E, S.</summary>
    internal static Tag Parse(string tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        if (tag == "O") return Tag.Outside;
        var prefix = tag.Length == 0 ? '\0' : tag[0] switch { 'B' => 'B', 'I' or 'M' => 'I', 'E' or 'L' => 'E', 'S' or 'U' or 'W' => 'S', _ => '\0' };
        if (prefix == '\0' || (tag.Length > 1 && tag[1] != '-'))
            throw new FormatException($"'{tag}' is no tag: expected O, or one of the prefixes B, I, M, E, L, S, U, W with a label, such as B-person.");
        return new Tag(prefix, tag.Length <= 2 ? NoLabel : tag[2..]);
    }

    internal static Tag Parse(string tag, TagScheme scheme)
    {
        var parsed = Parse(tag);
        var allowed = Letters(scheme);
        return allowed.Contains(tag[0], StringComparison.Ordinal)
            ? parsed
            : throw new FormatException($"'{tag}' is no tag of {Name(scheme)}, whose prefixes are {string.Join(", ", allowed.AsEnumerable())}.");
    }

    /// <summary>The scheme as signatures and messages write it.</summary>
    internal static string Name(TagScheme scheme) => scheme.ToString().ToUpperInvariant();

    private static string Letters(TagScheme scheme) => scheme switch
    {
        TagScheme.Iob1 or TagScheme.Iob2 => "OBI",
        TagScheme.Bioes => "OBIES",
        TagScheme.Bmes => "OBMES",
        TagScheme.Bilou => "OBILU",
        _ => throw new ArgumentOutOfRangeException(nameof(scheme)),
    };

    private static char Prefix(TagScheme scheme, int place, int length, bool followsItsLike)
    {
        var isFirst = place == 0;
        var isLast = place == length - 1;
        return scheme switch
        {
            TagScheme.Iob1 => isFirst && followsItsLike ? 'B' : 'I',
            TagScheme.Iob2 => isFirst ? 'B' : 'I',
            _ when isFirst && isLast => scheme == TagScheme.Bilou ? 'U' : 'S',
            _ when isFirst => 'B',
            _ when isLast => scheme == TagScheme.Bilou ? 'L' : 'E',
            _ => scheme == TagScheme.Bmes ? 'M' : 'I',
        };
    }

    private static bool Ends(Tag previous, Tag next) =>
        previous.Prefix is 'E' or 'S' || next.Prefix is 'B' or 'S' or 'O' || previous.Label != next.Label;

    private static bool Starts(Tag previous, Tag next) =>
        next.Prefix is 'B' or 'S' || previous.Prefix is 'O' or 'E' or 'S' || previous.Label != next.Label;

    private static List<LabeledSpan> Iob1(Tag[] tags)
    {
        var spans = new List<LabeledSpan>();
        var previous = Tag.Outside;
        for (var i = 0; i < tags.Length;)
        {
            var begins = (tags[i].Prefix, previous.Prefix) switch
            {
                ('I', 'O' or 'B') => true,
                ('I', _) => previous.Label != tags[i].Label,
                ('B', 'I' or 'B') => previous.Label == tags[i].Label,
                _ => false,
            };
            if (!begins)
            {
                previous = tags[i++];
                continue;
            }
            var end = EndOfInside(tags, i);
            // A B of another label is neither the end of a span nor the beginning of one.
            if (!(tags[end - 1].Prefix == 'B' && tags[end].Prefix == 'B' && tags[end - 1].Label != tags[end].Label)) spans.Add(new LabeledSpan(i, end, tags[i].Label));
            previous = tags[end - 1];
            i = end;
        }
        return spans;
    }

    private static List<LabeledSpan> Iob2(Tag[] tags)
    {
        var spans = new List<LabeledSpan>();
        for (var i = 0; i < tags.Length;)
        {
            var end = i + 1;
            if (tags[i].Prefix == 'B')
            {
                end = EndOfInside(tags, i);
                spans.Add(new LabeledSpan(i, end, tags[i].Label));
            }
            i = end;
        }
        return spans;
    }

    private static List<LabeledSpan> Bioes(Tag[] tags)
    {
        var spans = new List<LabeledSpan>();
        for (var i = 0; i < tags.Length; i++)
        {
            var label = tags[i].Label;
            if (tags[i].Prefix == 'S') spans.Add(new LabeledSpan(i, i + 1, label));
            if (tags[i].Prefix != 'B') continue;
            var end = EndOfInside(tags, i);
            if (tags[end].Prefix == 'E' && tags[end].Label == label) spans.Add(new LabeledSpan(i, end + 1, label));
        }
        return spans;
    }

    // The first place after the tag at i which is no I of its label.
    private static int EndOfInside(Tag[] tags, int i)
    {
        var end = i + 1;
        while (tags[end].Prefix == 'I' && tags[end].Label == tags[i].Label) end++;
        return end;
    }
}
