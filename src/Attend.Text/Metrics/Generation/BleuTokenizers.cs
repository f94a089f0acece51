using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Attend.Text.Metrics;

/// <summary>The tokenizations of <see cref="BleuTokenizer"/>.</summary>
internal static partial class BleuTokenizers
{
    // sacreBLEU's Chinese characters. U+2001 to U+2A6D is there because U+20000 to U+2A6D6 is misspelled in its source; scores depend on it.
    private static readonly (int First, int Last)[] ChineseRanges =
    [
        (0x2001, 0x2A6D), (0x2E80, 0x2EFF), (0x2F00, 0x2FDF), (0x2FF0, 0x303F), (0x3100, 0x312F), (0x31A0, 0x31BF), (0x31C0, 0x31EF),
        (0x3200, 0x33FF), (0x3400, 0x4DB5), (0x4E00, 0x9FBB), (0xF900, 0xFA2D), (0xFA30, 0xFA6A), (0xFA70, 0xFAD9), (0xFE10, 0xFE1F),
        (0xFE30, 0xFE4F), (0xFF00, 0xFFEF),
    ];

    public static string Name(BleuTokenizer tokenizer) => tokenizer switch
    {
        BleuTokenizer.V13A => "13a",
        BleuTokenizer.International => "intl",
        BleuTokenizer.None => "none",
        BleuTokenizer.Characters => "char",
        BleuTokenizer.Chinese => "zh",
        BleuTokenizer.MosesGerman => "moses-normalize-de",
        BleuTokenizer.MosesEnglish => "moses-normalize-en",
        _ => throw new ArgumentOutOfRangeException(nameof(tokenizer)),
    };

    public static List<string> Tokenize(BleuTokenizer tokenizer, string text) => tokenizer switch
    {
        BleuTokenizer.V13A => V13A(text),
        BleuTokenizer.International => International(text),
        BleuTokenizer.None => UnicodeText.Split(text),
        BleuTokenizer.Characters => Characters(text),
        BleuTokenizer.Chinese => Western(SeparateChinese(UnicodeText.Trim(text))),
        BleuTokenizer.MosesGerman => MosesTokenizer.German.Tokenize(text),
        BleuTokenizer.MosesEnglish => MosesTokenizer.English.Tokenize(text),
        _ => throw new ArgumentOutOfRangeException(nameof(tokenizer)),
    };

    /// <summary>The part that mteval-v13a applies to western languages; for a text with spaces around it.</summary>
    public static string SeparatePunctuation(string text)
    {
        text = Symbols().Replace(text, " $1 ");
        text = MarkAfterNoDigit().Replace(text, "$1 $2 ");
        text = MarkBeforeNoDigit().Replace(text, " $1 $2");
        return DashAfterDigit().Replace(text, "$1 $2 ");
    }

    private static List<string> V13A(string text)
    {
        text = text.Replace("<skipped>", "", StringComparison.Ordinal).Replace("-\n", "", StringComparison.Ordinal).Replace('\n', ' ');
        if (text.Contains('&', StringComparison.Ordinal))
        {
            text = text.Replace("&quot;", "\"", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal)
                .Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal);
        }
        return Western($" {text} ");
    }

    private static List<string> Western(string text) => UnicodeText.Split(SeparatePunctuation(text));

    private static string SeparateChinese(string text)
    {
        var separated = new StringBuilder(3 * text.Length);
        foreach (var unit in text)
        {
            var isChinese = unit >= 0x2001 && Array.Exists(ChineseRanges, range => unit >= range.First && unit <= range.Last);
            if (isChinese) separated.Append(' ').Append(unit).Append(' ');
            else separated.Append(unit);
        }
        return separated.ToString();
    }

    private static List<string> Characters(string text)
    {
        var characters = new List<string>(text.Length);
        foreach (var rune in text.EnumerateRunes())
            if (rune.Value > char.MaxValue || !UnicodeText.IsWhiteSpace((char)rune.Value)) characters.Add(rune.ToString());
        return characters;
    }

    // Three passes over code points, each replacing without overlap from left to right, as regular expressions do.
    private static List<string> International(string text)
    {
        var runes = text.EnumerateRunes().ToList();
        runes = Pass(runes, (rune, next) => !IsNumber(rune) && IsPunctuation(next), before: false, after: true);
        runes = Pass(runes, (rune, next) => IsPunctuation(rune) && !IsNumber(next), before: true, after: false);
        var separated = new StringBuilder(2 * runes.Count);
        foreach (var rune in runes)
        {
            if (Rune.IsSymbol(rune)) separated.Append(' ').Append(rune).Append(' ');
            else separated.Append(rune);
        }
        return UnicodeText.Split(separated.ToString());
    }

    private static List<Rune> Pass(List<Rune> runes, Func<Rune, Rune, bool> matches, bool before, bool after)
    {
        var space = new Rune(' ');
        var result = new List<Rune>(2 * runes.Count);
        for (var i = 0; i < runes.Count; i++)
        {
            var isMatch = i + 1 < runes.Count && matches(runes[i], runes[i + 1]);
            if (isMatch && before) result.Add(space);
            result.Add(runes[i]);
            if (!isMatch) continue;
            result.Add(space);
            result.Add(runes[++i]);
            if (after) result.Add(space);
        }
        return result;
    }

    private static bool IsNumber(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    private static bool IsPunctuation(Rune rune) => Rune.IsPunctuation(rune);

    [GeneratedRegex(@"([{-~[-` -&(-+:-@/])")]
    private static partial Regex Symbols();

    [GeneratedRegex(@"([^0-9])([.,])")]
    private static partial Regex MarkAfterNoDigit();

    [GeneratedRegex(@"([.,])([^0-9])")]
    private static partial Regex MarkBeforeNoDigit();

    [GeneratedRegex(@"([0-9])(-)")]
    private static partial Regex DashAfterDigit();
}
