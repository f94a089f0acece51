using System.Globalization;
using System.Text;
using Attend.Text.Tokenizers.Unicode;

namespace Attend.Text.Metrics;

/// <summary>Casing, white space and words as the reference implementations (in Python) have them, so that their figures are met to all digits.</summary>
internal static class UnicodeText
{
    private const char CapitalSigma = '\u03A3', FinalSigma = '\u03C2', SmallSigma = '\u03C3', CapitalIWithDot = '\u0130';

    /// <summary>Lower case by the rules of Unicode, section 3.13: with Final_Sigma, and U+0130 as i and a dot above.</summary>
    public static string Lower(string text)
    {
        if (!text.AsSpan().ContainsAny(CapitalSigma, CapitalIWithDot)) return text.ToLowerInvariant();
        var lower = new StringBuilder(text.Length + 8);
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is not (CapitalSigma or CapitalIWithDot)) continue;
            lower.Append(text[start..i].ToLowerInvariant());
            lower.Append(text[i] == CapitalIWithDot ? "i\u0307" : IsFinal(text, i) ? FinalSigma : SmallSigma);
            start = i + 1;
        }
        return lower.Append(text[start..].ToLowerInvariant()).ToString();
    }

    /// <summary>White space in the sense of Python's str.split, which also counts the separators U+001C to U+001F.</summary>
    public static bool IsWhiteSpace(char unit) => char.IsWhiteSpace(unit) || unit is >= '\u001C' and <= '\u001F';

    /// <summary>The stretches between white space.</summary>
    public static List<string> Split(ReadOnlySpan<char> text)
    {
        var words = new List<string>();
        for (var i = 0; i < text.Length;)
        {
            while (i < text.Length && IsWhiteSpace(text[i])) i++;
            var start = i;
            while (i < text.Length && !IsWhiteSpace(text[i])) i++;
            if (i > start) words.Add(text[start..i].ToString());
        }
        return words;
    }

    /// <summary>The text without white space at its end.</summary>
    public static string TrimEnd(string text)
    {
        var end = text.Length;
        while (end > 0 && IsWhiteSpace(text[end - 1])) end--;
        return text[..end];
    }

    /// <summary>The text without white space at both ends.</summary>
    public static string Trim(string text)
    {
        var start = 0;
        while (start < text.Length && IsWhiteSpace(text[start])) start++;
        return TrimEnd(text[start..]);
    }

    /// <summary>A code point that Python's regular expressions count as part of a word: letters, numbers and the underscore, but no combining marks.</summary>
    public static bool IsWordPart(int codePoint) => codePoint == '_' || Rune.IsValid(codePoint) && Rune.GetUnicodeCategory(new Rune(codePoint))
        is <= UnicodeCategory.OtherLetter or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    /// <summary>A Chinese character: of the blocks of CJK ideographs, compatibility ones and planes 2 and 3 included.</summary>
    public static bool IsIdeograph(int codePoint) => codePoint is >= 0x3400 and <= 0x4DBF or >= 0x4E00 and <= 0x9FFF or >= 0xF900 and <= 0xFAFF or >= 0x20000 and <= 0x3FFFF;

    /// <summary>The code points of a text; a lone surrogate stands for itself.</summary>
    public static int[] CodePoints(ReadOnlySpan<char> text)
    {
        var points = new int[text.Length];
        var count = 0;
        for (var i = 0; i < text.Length; i += UnicodeCharacters.UnitsOf(points[count++])) points[count] = UnicodeCharacters.CodePointAt(text, i);
        Array.Resize(ref points, count);
        return points;
    }

    private static bool IsFinal(string text, int sigma)
    {
        var before = sigma;
        var traits = CharacterTraits.None;
        while (before > 0 && ((traits = TraitsBefore(text, before)) & CharacterTraits.CaseIgnorable) != 0) before -= UnicodeCharacters.UnitsOf(UnicodeCharacters.CodePointBefore(text, before));
        if (before == 0 || (traits & CharacterTraits.Cased) == 0) return false;
        for (var after = sigma + 1; after < text.Length;)
        {
            var next = UnicodeCharacters.CodePointAt(text, after);
            var nextTraits = UnicodeCharacters.TraitsOf(next);
            if ((nextTraits & CharacterTraits.CaseIgnorable) == 0) return (nextTraits & CharacterTraits.Cased) == 0;
            after += UnicodeCharacters.UnitsOf(next);
        }
        return true;
    }

    private static CharacterTraits TraitsBefore(string text, int index) => UnicodeCharacters.TraitsOf(UnicodeCharacters.CodePointBefore(text, index));
}
