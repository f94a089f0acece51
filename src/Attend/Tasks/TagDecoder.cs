using Attend.Text.Data;

namespace Attend.Tasks;

/// <summary>A span that was found over words.</summary>
/// <param name="Start">First word, from 0.</param>
/// <param name="End">The first word after it.</param>
/// <param name="Label">What it is.</param>
/// <param name="Score">Probability of exactly this span, in [0, 1], over all sequences of tags that the scheme allows.</param>
internal readonly record struct WordSpan(int Start, int End, string Label, double Score);

/// <summary>From scores per word and tag to spans: the likeliest sequence of tags among those that the scheme allows.</summary>
/// <remarks>
/// The search is Viterbi's (1967), the probabilities are those of the forward and backward recursion (Rabiner 1989, equations 19 to 27), with the
/// tags' softmax as emission and transitions that are either allowed or not. No invalid sequence can come out.
/// </remarks>
internal sealed class TagDecoder
{
    private readonly string[] _tags;
    private readonly string?[] _labels;
    private readonly char[] _prefixes;
    // Whether a tag may follow another; whether it then goes on with its span.
    private readonly bool[,] _follows;
    private readonly bool[,] _continues;
    private readonly bool[] _begins;
    private readonly bool[] _ends;

    /// <summary>A decoder for a model's tags.</summary>
    /// <param name="tags">Names in index order.</param>
    /// <exception cref="FormatException">They are not the tags of a scheme.</exception>
    public TagDecoder(IReadOnlyList<string> tags)
    {
        _tags = [.. tags];
        _labels = [.. tags.Select(SpanTags.LabelOf)];
        _prefixes = [.. tags.Select(tag => tag[0])];
        Scheme = SchemeOf(_prefixes, _labels);
        // A tag is spelled with the first letter of its scheme; that the letters belong together is what this asks.
        SpanTags.OrphanCount(tags, Scheme);
        var count = tags.Count;
        (_follows, _continues, _begins, _ends) = (new bool[count, count], new bool[count, count], new bool[count], new bool[count]);
        for (var next = 0; next < count; next++)
        {
            _begins[next] = Scheme == TagScheme.Iob1 ? _prefixes[next] != 'B' : BeginsOrOutside(next);
            _ends[next] = EndsOrOutside(next);
            for (var before = 0; before < count; before++)
            {
                var sameSpan = _labels[before] is not null && _labels[before] == _labels[next];
                (_follows[before, next], _continues[before, next]) = Scheme switch
                {
                    TagScheme.Iob1 => (_prefixes[next] != 'B' || sameSpan, _prefixes[next] == 'I' && sameSpan),
                    TagScheme.Iob2 => (_prefixes[next] != 'I' || sameSpan, _prefixes[next] == 'I' && sameSpan),
                    _ when EndsOrOutside(before) => (BeginsOrOutside(next), false),
                    _ => (!BeginsOrOutside(next) && sameSpan, true),
                };
            }
        }
    }

    /// <summary>The scheme that the tags are of.</summary>
    public TagScheme Scheme { get; }

    /// <summary>The tags that spell the labels in a scheme: "O" first, then each label's.</summary>
    public static IReadOnlyList<string> TagsOf(IEnumerable<string> labels, TagScheme scheme)
    {
        var prefixes = scheme switch
        {
            TagScheme.Iob1 or TagScheme.Iob2 => "BI",
            TagScheme.Bioes => "BIES",
            TagScheme.Bmes => "BMES",
            _ => "BILU",
        };
        return ["O", .. labels.SelectMany(label => prefixes.Select(prefix => $"{prefix}-{label}"))];
    }

    /// <summary>The index of each word's tag.</summary>
    /// <param name="spans">Spans over the words, in order, without overlap.</param>
    /// <param name="count">Number of words.</param>
    /// <exception cref="ArgumentException">A label is none of the model's.</exception>
    public long[] Spell(IReadOnlyList<LabeledSpan> spans, int count) => [.. SpanTags.FromSpans(spans, count, Scheme).Select(tag => Array.IndexOf(_tags, tag) is var index and >= 0
        ? (long)index
        : throw new ArgumentException($"the tag '{tag}' is none that the model knows"))];

    /// <summary>The spans of the likeliest allowed sequence.</summary>
    /// <param name="logits">[word, tag], row after row.</param>
    public IReadOnlyList<WordSpan> Decode(ReadOnlySpan<float> logits)
    {
        var count = logits.Length / _tags.Length;
        if (count == 0) return [];
        var path = Likeliest(logits, count);
        var spans = SpanTags.ToSpans([.. path.Select(tag => _tags[tag])]);
        if (spans.Count == 0) return [];
        var sums = Sums(logits, count);
        return [.. spans.Select(span => new WordSpan(span.Start, span.End, span.Label, Math.Min(1, Probability(span, path, sums))))];
    }

    private int[] Likeliest(ReadOnlySpan<float> logits, int count)
    {
        var tagCount = _tags.Length;
        var from = new int[count, tagCount];
        var (scores, next) = (new double[tagCount], new double[tagCount]);
        for (var tag = 0; tag < tagCount; tag++) scores[tag] = _begins[tag] ? logits[tag] : double.NegativeInfinity;
        for (var word = 1; word < count; word++)
        {
            for (var tag = 0; tag < tagCount; tag++)
            {
                var best = double.NegativeInfinity;
                for (var before = 0; before < tagCount; before++)
                {
                    if (!_follows[before, tag] || scores[before] <= best) continue;
                    best = scores[before];
                    from[word, tag] = before;
                }
                next[tag] = best + logits[word * tagCount + tag];
            }
            (scores, next) = (next, scores);
        }
        var last = -1;
        for (var tag = 0; tag < tagCount; tag++)
            if (_ends[tag] && (last < 0 || scores[tag] > scores[last])) last = tag;
        var path = new int[count];
        path[^1] = last;
        for (var word = count - 1; word > 0; word--) path[word - 1] = from[word, path[word]];
        return path;
    }

    /// <summary>Emissions, scaled forward and backward sums, all [word, tag]; each word's scale.</summary>
    private sealed record Recursion(double[,] Emissions, double[,] Forward, double[,] Backward, double[] Scales);

    private Recursion Sums(ReadOnlySpan<float> logits, int count)
    {
        var tagCount = _tags.Length;
        var (emissions, forward, backward, scales) = (new double[count, tagCount], new double[count, tagCount], new double[count, tagCount], new double[count]);
        for (var word = 0; word < count; word++)
        {
            var row = logits.Slice(word * tagCount, tagCount);
            var greatest = double.NegativeInfinity;
            foreach (var logit in row) greatest = Math.Max(greatest, logit);
            for (var tag = 0; tag < tagCount; tag++)
            {
                // Never quite 0: what the model holds impossible may be all that the scheme allows.
                emissions[word, tag] = Math.Max(Math.Exp(row[tag] - greatest), 1e-200);
                var sum = word == 0 && _begins[tag] ? 1.0 : 0;
                for (var before = 0; word > 0 && before < tagCount; before++)
                    if (_follows[before, tag]) sum += forward[word - 1, before];
                scales[word] += forward[word, tag] = sum * emissions[word, tag];
            }
            for (var tag = 0; tag < tagCount; tag++) forward[word, tag] /= scales[word];
        }
        var all = 0.0;
        for (var tag = 0; tag < tagCount; tag++) all += _ends[tag] ? forward[count - 1, tag] : 0;
        for (var tag = 0; tag < tagCount; tag++) backward[count - 1, tag] = _ends[tag] ? 1 / all : 0;
        for (var word = count - 2; word >= 0; word--)
            for (var tag = 0; tag < tagCount; tag++)
            {
                for (var after = 0; after < tagCount; after++)
                    if (_follows[tag, after]) backward[word, tag] += emissions[word + 1, after] * backward[word + 1, after];
                backward[word, tag] /= scales[word + 1];
            }
        return new Recursion(emissions, forward, backward, scales);
    }

    // Of all allowed sequences, those that have this very span, spelled as it is.
    private double Probability(LabeledSpan span, int[] path, Recursion sums)
    {
        var (first, last) = (path[span.Start], path[span.End - 1]);
        var probability = span.Start == 0 ? 1.0 : 0;
        for (var before = 0; span.Start > 0 && before < _tags.Length; before++)
            if (_follows[before, first] && !_continues[before, first]) probability += sums.Forward[span.Start - 1, before];
        for (var word = span.Start; word < span.End; word++) probability *= sums.Emissions[word, path[word]] / sums.Scales[word];
        if (span.End == path.Length) return probability * sums.Backward[span.End - 1, last];
        var rest = 0.0;
        for (var after = 0; after < _tags.Length; after++)
            if (_follows[last, after] && !_continues[last, after]) rest += sums.Emissions[span.End, after] * sums.Backward[span.End, after];
        return probability * rest / sums.Scales[span.End];
    }

    private bool BeginsOrOutside(int tag) => _prefixes[tag] is 'O' or 'B' or 'S' or 'U' or 'W';

    // Where spans have no closing tag, any tag may be the last of one.
    private bool EndsOrOutside(int tag) => Scheme is TagScheme.Iob1 or TagScheme.Iob2 || _prefixes[tag] is 'O' or 'E' or 'L' or 'S' or 'U' or 'W';

    private static TagScheme SchemeOf(char[] prefixes, string?[] labels)
    {
        if (prefixes.Contains('M')) return TagScheme.Bmes;
        if (prefixes.Contains('L') || prefixes.Contains('U')) return TagScheme.Bilou;
        if (prefixes.Contains('E') || prefixes.Contains('S')) return TagScheme.Bioes;
        // A label that is never begun by B is begun by I.
        var begun = labels.Where((_, tag) => prefixes[tag] == 'B').ToHashSet();
        return labels.Where((_, tag) => prefixes[tag] == 'I').All(begun.Contains) ? TagScheme.Iob2 : TagScheme.Iob1;
    }
}
