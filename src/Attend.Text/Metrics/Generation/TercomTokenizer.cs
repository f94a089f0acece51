using System.Text.RegularExpressions;

namespace Attend.Text.Metrics;

/// <summary>Tercom's normalisation, as sacreBLEU has it.</summary>
internal static partial class TercomTokenizer
{
    public static string Tokenize(string text, TerOptions options)
    {
        if (!options.CaseSensitive) text = UnicodeText.Lower(text);
        if (options.Normalized)
        {
            text = Western(text);
            if (options.AsianSupport) text = Asian(text);
        }
        if (options.NoPunctuation)
        {
            text = WesternMarks().Replace(text, "");
            if (options.AsianSupport) text = FullWidthMarks().Replace(AsianMarks().Replace(text, ""), "");
        }
        return text;
    }

    private static string Western(string text)
    {
        text = text.Replace("\n-", "", StringComparison.Ordinal).Replace('\n', ' ');
        text = text.Replace("&quot;", "\"", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal)
            .Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal);
        text = Symbols().Replace($" {text} ", " $1 ");
        text = text.Replace("'s ", " 's ", StringComparison.Ordinal);
        if (text.EndsWith("'s", StringComparison.Ordinal)) text = text[..^2] + " 's";
        text = MarkAfterNoDigit().Replace(text, "$1 $2 ");
        text = MarkBeforeNoDigit().Replace(text, " $1 $2");
        return DashAfterDigit().Replace(text, "$1 $2 ");
    }

    private static string Asian(string text)
    {
        text = Ideographs().Replace(text, " $1 ");
        text = Strokes().Replace(text, " $1 ");
        text = Compatibility().Replace(text, " $1 ");
        // Up to U+3F22 because U+32FF is misspelled in the reference.
        text = Enclosed().Replace(text, " $1 ");
        text = Hiragana().Replace(text, "$1 $2 ");
        text = Katakana().Replace(text, "$1 $2 ");
        text = KatakanaExtensions().Replace(text, "$1 $2 ");
        return FullWidthMarks().Replace(AsianMarks().Replace(text, " $1 "), " $1 ");
    }

    [GeneratedRegex(@"([{-~[-` -&(-+:-@/])")]
    private static partial Regex Symbols();

    [GeneratedRegex(@"([^0-9])([.,])")]
    private static partial Regex MarkAfterNoDigit();

    [GeneratedRegex(@"([.,])([^0-9])")]
    private static partial Regex MarkBeforeNoDigit();

    [GeneratedRegex(@"([0-9])(-)")]
    private static partial Regex DashAfterDigit();

    [GeneratedRegex(@"[.,?:;!""()]")]
    private static partial Regex WesternMarks();

    [GeneratedRegex(@"([\u3001\u3002\u3008-\u3011\u3014-\u301f\uff61-\uff65\u30fb])")]
    private static partial Regex AsianMarks();

    [GeneratedRegex(@"([\uff0e\uff0c\uff1f\uff1a\uff1b\uff01\uff02\uff08\uff09])")]
    private static partial Regex FullWidthMarks();

    [GeneratedRegex(@"([\u4e00-\u9fff\u3400-\u4dbf])")]
    private static partial Regex Ideographs();

    [GeneratedRegex(@"([\u31c0-\u31ef\u2e80-\u2eff])")]
    private static partial Regex Strokes();

    [GeneratedRegex(@"([\u3300-\u33ff\uf900-\ufaff\ufe30-\ufe4f])")]
    private static partial Regex Compatibility();

    [GeneratedRegex(@"([\u3200-\u3f22])")]
    private static partial Regex Enclosed();

    // The ^ within is the reference's: these join a run only at the very beginning of a text.
    [GeneratedRegex(@"(^|^[\u3040-\u309f])([\u3040-\u309f]+)(?=$|^[\u3040-\u309f])")]
    private static partial Regex Hiragana();

    [GeneratedRegex(@"(^|^[\u30a0-\u30ff])([\u30a0-\u30ff]+)(?=$|^[\u30a0-\u30ff])")]
    private static partial Regex Katakana();

    [GeneratedRegex(@"(^|^[\u31f0-\u31ff])([\u31f0-\u31ff]+)(?=$|^[\u31f0-\u31ff])")]
    private static partial Regex KatakanaExtensions();
}
