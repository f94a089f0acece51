using System.Globalization;
using System.Text;

namespace Attend.Text.Metrics;

/// <summary>The words that ROUGE compares.</summary>
internal static class RougeTokens
{
    public static string Name(RougeTokenizer tokenizer) => tokenizer switch
    {
        RougeTokenizer.LatinWords => "latin-words",
        RougeTokenizer.Characters => "ideographs+words",
        _ => throw new ArgumentOutOfRangeException(nameof(tokenizer)),
    };

    public static List<string> Tokenize(string text, RougeOptions options)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (var rune in UnicodeText.Lower(text).EnumerateRunes())
        {
            var isIdeograph = options.Tokenizer == RougeTokenizer.Characters && UnicodeText.IsIdeograph(rune.Value);
            if (!isIdeograph && IsPart(rune, options.Tokenizer))
            {
                word.Append(rune);
                continue;
            }
            Finish();
            if (isIdeograph) words.Add(rune.ToString());
        }
        Finish();
        return words;

        void Finish()
        {
            if (word.Length == 0) return;
            var finished = word.ToString();
            words.Add(options.Stemmer && finished.Length > 3 && Ascii.IsValid(finished) ? PorterStemmer.Stem(finished) : finished);
            word.Clear();
        }
    }

    private static bool IsPart(Rune rune, RougeTokenizer tokenizer) => tokenizer == RougeTokenizer.LatinWords
        ? rune.IsAscii && (char.IsAsciiLetterLower((char)rune.Value) || char.IsAsciiDigit((char)rune.Value))
        : Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
}
