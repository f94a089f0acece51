using Attend.Text.Data;
using Attend.Text.Metrics;
using Attend.Text.Tokenizers.Unicode;

namespace Attend.Text.Baselines;

/// <summary>The baseline that knows names but no contexts: finds the stretches that were labelled in the training texts, longest first.</summary>
/// <remarks>
/// The baseline of the shared task CoNLL-2003 (Tjong Kim Sang and De Meulder 2003, section 3), but of a phrase with several labels the most frequent one counts, and
/// a phrase that was labelled in less than half of the places where it stands is not known. Safe for several threads.
/// </remarks>
public sealed class KnownPhrases
{
    private const char Between = '\u0001';

    // Longer names are rare, and each word more is one more look-up at every place.
    private const int MostWords = 12;

    private readonly Dictionary<string, string> _labels;
    private readonly int _longest;

    private KnownPhrases(Dictionary<string, string> labels, int longest) => (_labels, _longest) = (labels, longest);

    /// <summary>How many phrases it knows.</summary>
    public int Count => _labels.Count;

    /// <summary>Learns phrases.</summary>
    /// <param name="texts">Texts with labelled stretches; enumerated twice.</param>
    public static KnownPhrases Train(IEnumerable<TaggedText> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var counts = new Dictionary<string, Dictionary<string, int>>(StringComparer.Ordinal);
        var longest = 0;
        foreach (var text in texts)
        {
            var words = WordsOf(text);
            foreach (var span in text.Spans)
            {
                var (first, last) = (words.FindIndex(word => word.Start == span.Start), words.FindIndex(word => word.End == span.End));
                if (first < 0 || last < first || last - first >= MostWords) continue;
                var phrase = Phrase(text.Text, words, first, last - first + 1);
                var labels = counts.TryGetValue(phrase, out var known) ? known : counts[phrase] = new(StringComparer.Ordinal);
                labels[span.Label] = labels.GetValueOrDefault(span.Label) + 1;
                longest = Math.Max(longest, last - first + 1);
            }
        }
        // Of equally frequent labels the first by name.
        var candidates = new KnownPhrases(counts.ToDictionary(entry => entry.Key, entry => entry.Value.OrderByDescending(label => label.Value).ThenBy(label => label.Key, StringComparer.Ordinal).First().Key, StringComparer.Ordinal), longest);
        var places = new Dictionary<string, (int Right, int All)>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            var gold = text.Spans.ToHashSet();
            foreach (var (span, phrase) in candidates.Matches(text))
            {
                var (right, all) = places.GetValueOrDefault(phrase);
                places[phrase] = (right + (gold.Contains(span) ? 1 : 0), all + 1);
            }
        }
        return new KnownPhrases(candidates._labels.Where(entry => places.GetValueOrDefault(entry.Key) is var (right, all) && all > 0 && 2 * right >= all).ToDictionary(StringComparer.Ordinal), longest);
    }

    /// <summary>The known phrases in a text, in order, without overlap.</summary>
    /// <param name="text">Its spans and tags are not looked at.</param>
    public IReadOnlyList<LabeledSpan> Find(TaggedText text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return [.. Matches(text).Select(match => match.Span)];
    }

    private IEnumerable<(LabeledSpan Span, string Phrase)> Matches(TaggedText text)
    {
        var words = WordsOf(text);
        for (var first = 0; first < words.Count;)
        {
            var length = Math.Min(_longest, words.Count - first);
            for (; length > 0; length--)
            {
                var phrase = Phrase(text.Text, words, first, length);
                if (!_labels.TryGetValue(phrase, out var label)) continue;
                yield return (new LabeledSpan(words[first].Start, words[first + length - 1].End, label), phrase);
                break;
            }
            first += Math.Max(1, length);
        }
    }

    private static string Phrase(string text, List<(int Start, int End)> words, int first, int count) =>
        string.Join(Between, words.GetRange(first, count).Select(word => text[word.Start..word.End]));

    // The words of a column file; in other texts runs of letters and digits, and every other character by itself.
    private static List<(int Start, int End)> WordsOf(TaggedText text)
    {
        if (text.Words.Count > 0) return [.. text.Words.Select(word => (word.Start.Value, word.End.Value))];
        var words = new List<(int, int)>();
        var start = -1;
        for (var i = 0; i < text.Text.Length;)
        {
            var codePoint = UnicodeCharacters.CodePointAt(text.Text, i);
            var end = i + UnicodeCharacters.UnitsOf(codePoint);
            var isPart = !UnicodeText.IsIdeograph(codePoint) && UnicodeText.IsWordPart(codePoint);
            if (isPart && start < 0) start = i;
            if (!isPart)
            {
                if (start >= 0) words.Add((start, i));
                start = -1;
                if (codePoint > char.MaxValue || !UnicodeText.IsWhiteSpace((char)codePoint)) words.Add((i, end));
            }
            i = end;
        }
        if (start >= 0) words.Add((start, text.Text.Length));
        return words;
    }
}
