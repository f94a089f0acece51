using System.Runtime.InteropServices;
using Attend.Text.Metrics;
using Attend.Text.Tokenizers.Unicode;

namespace Attend.Text.Baselines;

/// <summary>Which words, and pairs of neighbours, a text has: lower-cased words of any script, single Chinese characters, single punctuation marks.</summary>
internal sealed class BagOfWordsFeatures
{
    // Two texts of a pair have features of their own.
    private const char PairMark = '\u0001', BigramMark = '\u0002';

    private readonly Dictionary<string, int> _features = new(StringComparer.Ordinal);

    private readonly BagOfWordsOptions _options;

    /// <param name="examples">Texts of the training examples.</param>
    /// <param name="options">What to look at.</param>
    /// <param name="most">At most so many features, the most frequent ones.</param>
    public BagOfWordsFeatures(IEnumerable<IReadOnlyList<string>> examples, BagOfWordsOptions options, int most)
    {
        _options = options;
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var texts in examples)
            foreach (var feature in Names(texts, _options)) CollectionsMarshal.GetValueRefOrAddDefault(counts, feature, out _)++;
        foreach (var (feature, _) in counts.Where(entry => entry.Value >= options.MinCount)
            .OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key, StringComparer.Ordinal).Take(most)) _features.Add(feature, _features.Count);
    }

    public int Count => _features.Count;

    /// <summary>How many words, and pairs of words, texts have, frequent or not.</summary>
    public static int CountOf(IReadOnlyList<string> texts, BagOfWordsOptions options) => Names(texts, options).Count;

    /// <summary>The features of a text, or of a pair of texts, each once, in ascending order.</summary>
    public int[] Of(IReadOnlyList<string> texts)
    {
        var found = new List<int>();
        foreach (var name in Names(texts, _options))
            if (_features.TryGetValue(name, out var feature)) found.Add(feature);
        found.Sort();
        return [.. found];
    }

    private static HashSet<string> Names(IReadOnlyList<string> texts, BagOfWordsOptions options)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < texts.Count; i++)
        {
            var prefix = i == 0 ? "" : new string(PairMark, i);
            string? previous = null;
            foreach (var word in Words(texts[i]))
            {
                names.Add(prefix + word);
                if (options.Bigrams && previous is not null) names.Add($"{prefix}{previous}{BigramMark}{word}");
                previous = word;
            }
        }
        return names;
    }

    private static IEnumerable<string> Words(string text)
    {
        var lower = UnicodeText.Lower(text);
        var start = -1;
        for (var i = 0; i < lower.Length;)
        {
            var codePoint = UnicodeCharacters.CodePointAt(lower, i);
            var length = UnicodeCharacters.UnitsOf(codePoint);
            var isIdeograph = UnicodeText.IsIdeograph(codePoint);
            var isPart = !isIdeograph && (codePoint == '\'' || UnicodeText.IsWordPart(codePoint) || (UnicodeCharacters.TraitsOf(codePoint) & CharacterTraits.NonspacingMark) != 0);
            if (isPart && start < 0) start = i;
            if (!isPart)
            {
                if (start >= 0) yield return lower[start..i];
                start = -1;
                if (isIdeograph || (codePoint > char.MaxValue || !UnicodeText.IsWhiteSpace((char)codePoint))) yield return lower.Substring(i, length);
            }
            i += length;
        }
        if (start >= 0) yield return lower[start..];
    }
}
