using System.Text;
using Attend.Text.Tokenizers.Unicode;

namespace Attend.Text.Metrics;

/// <summary>How the official SQuAD scripts compare answers.</summary>
internal static class SquadText
{
    /// <summary>Lower case, then without ASCII punctuation, then without the words a, an and the, then words only.</summary>
    public static List<string> Words(string answer)
    {
        var text = WithoutPunctuation(UnicodeText.Lower(answer));
        return UnicodeText.Split(WithoutArticles(text));
    }

    /// <summary>F1 of two bags of words; 0 where they have nothing in common.</summary>
    public static double F1(List<string> predicted, List<string> gold)
    {
        var left = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var word in gold) left[word] = left.GetValueOrDefault(word) + 1;
        var common = 0;
        foreach (var word in predicted)
        {
            if (left.GetValueOrDefault(word) == 0) continue;
            left[word]--;
            common++;
        }
        if (common == 0) return 0;
        double precision = (double)common / predicted.Count, recall = (double)common / gold.Count;
        return 2 * precision * recall / (precision + recall);
    }

    private static string WithoutPunctuation(string text)
    {
        var kept = new StringBuilder(text.Length);
        foreach (var unit in text)
            if (!char.IsAscii(unit) || !(char.IsPunctuation(unit) || char.IsSymbol(unit))) kept.Append(unit);
        return kept.ToString();
    }

    // An article counts where no part of a word stands beside it, as \b has it; a combining mark is no part of a word to Python.
    private static string WithoutArticles(string text)
    {
        var kept = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var length = i > 0 && UnicodeText.IsWordPart(UnicodeCharacters.CodePointBefore(text, i)) ? 0 : ArticleAt(text, i);
            if (length > 0) kept.Append(' ');
            else kept.Append(text[i]);
            i += Math.Max(1, length);
        }
        return kept.ToString();
    }

    private static int ArticleAt(string text, int start)
    {
        foreach (var article in (ReadOnlySpan<string>)["a", "an", "the"])
        {
            var end = start + article.Length;
            if (string.CompareOrdinal(text, start, article, 0, article.Length) == 0
                && (end == text.Length || !UnicodeText.IsWordPart(UnicodeCharacters.CodePointAt(text, end)))) return article.Length;
        }
        return 0;
    }
}
