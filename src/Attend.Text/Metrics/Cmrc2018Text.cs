using System.Text;

namespace Attend.Text.Metrics;

/// <summary>How the CMRC 2018 script compares Chinese answers: by characters, other writing by words.</summary>
internal static class Cmrc2018Text
{
    private const string Removed = "-:_*^/\\~`+=，。：？！“”；’《》·、「」（）－～『』";

    /// <summary>The answer in lower case, without white space around it and without the script's punctuation.</summary>
    public static string Normalize(string answer)
    {
        var kept = new StringBuilder(answer.Length);
        foreach (var unit in UnicodeText.Trim(UnicodeText.Lower(answer)))
            if (!Removed.Contains(unit, StringComparison.Ordinal)) kept.Append(unit);
        return kept.ToString();
    }

    /// <summary>Each Chinese character, each word of other writing and each punctuation mark of it.</summary>
    /// <remarks>The script cuts other writing with NLTK's word tokenizer; here it is cut at white space and ASCII punctuation, which the signature says.</remarks>
    public static List<string> Segments(string answer)
    {
        var segments = new List<string>();
        var word = new StringBuilder();
        foreach (var unit in Normalize(answer))
        {
            var isAlone = unit is >= '\u4E00' and <= '\u9FA5' || (char.IsAscii(unit) && (char.IsPunctuation(unit) || char.IsSymbol(unit)));
            if (!isAlone && !UnicodeText.IsWhiteSpace(unit))
            {
                word.Append(unit);
                continue;
            }
            if (word.Length > 0) segments.Add(word.ToString());
            word.Clear();
            if (isAlone) segments.Add(unit.ToString());
        }
        if (word.Length > 0) segments.Add(word.ToString());
        return segments;
    }

    /// <summary>F1 of the longest stretch of segments that the two have in common.</summary>
    public static double F1(List<string> predicted, List<string> gold)
    {
        var longest = 0;
        var above = new int[predicted.Count + 1];
        foreach (var segment in gold)
        {
            var left = 0;
            for (var i = 0; i < predicted.Count; i++)
            {
                var length = predicted[i] == segment ? left + 1 : 0;
                left = above[i + 1];
                above[i + 1] = length;
                longest = Math.Max(longest, length);
            }
        }
        if (longest == 0) return 0;
        double precision = (double)longest / predicted.Count, recall = (double)longest / gold.Count;
        return 2 * precision * recall / (precision + recall);
    }
}
