using System.Text;
using Attend.Text.Tokenizers.Unicode;

namespace Attend.Text.Tokenizers.Training;

/// <summary>The characters that a vocabulary keeps.</summary>
internal static class Alphabet
{
    private const int IdeographsPerOther = 10;

    /// <summary>The most frequent characters of counted words, in the order of their code points.</summary>
    /// <param name="words">Lone surrogates in them are no characters.</param>
    /// <param name="coverage">
    /// Share of the ideographs seen that must be kept, in [0, 1]; of all other characters, of which there are few, no more than a tenth
    /// of that share may be lost. Each is counted among its kind, so that rare ideographs are not judged by how much alphabetic text stands
    /// beside them. All that are as frequent as the last one needed are kept.
    /// </param>
    /// <param name="most">Most characters kept in all.</param>
    /// <param name="hasSeen">Share of the characters seen that is kept.</param>
    public static int[] Choose(WordCounts words, double coverage, int most, out double hasSeen)
    {
        var counts = new Dictionary<int, long>();
        for (var i = 0; i < words.Count; i++)
        {
            var word = words.Word(i);
            for (var at = 0; at < word.Length;)
            {
                var codePoint = UnicodeCharacters.CodePointAt(word, at);
                at += UnicodeCharacters.UnitsOf(codePoint);
                if (!Rune.IsValid(codePoint)) continue;
                System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(counts, codePoint, out _) += words.CountOf(i);
            }
        }
        var kept = counts.GroupBy(entry => IsIdeograph(entry.Key)).SelectMany(group => Cover([.. group], group.Key ? coverage : 1 - (1 - coverage) / IdeographsPerOther))
            .OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key).Take(most).ToArray();
        var total = counts.Values.Sum();
        hasSeen = total == 0 ? 1 : (double)kept.Sum(entry => entry.Value) / total;
        return [.. kept.Select(entry => entry.Key).Order()];
    }

    private static IEnumerable<KeyValuePair<int, long>> Cover(KeyValuePair<int, long>[] counts, double coverage)
    {
        var left = (long)Math.Ceiling(coverage * counts.Sum(entry => entry.Value));
        var last = long.MaxValue;
        foreach (var entry in counts.OrderByDescending(entry => entry.Value))
        {
            if (left <= 0 && entry.Value < last) yield break;
            left -= entry.Value;
            last = entry.Value;
            yield return entry;
        }
    }

    private static bool IsIdeograph(int codePoint) => codePoint is (>= 0x3400 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFF);
}
