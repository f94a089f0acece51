using System.Globalization;
using System.Text;

namespace Attend.Plots;

/// <summary>Turns any string into text of an HTML page that means just these characters.</summary>
internal static class HtmlText
{
    /// <summary>Escapes markup; shows control characters as their codes, [U+0007], and what is no character at all as U+FFFD.</summary>
    /// <remarks>Line breaks and tabs stay. Characters that turn the direction of writing are shown as codes too, as they could make a text read as another.</remarks>
    public static string Escape(string text)
    {
        var html = new StringBuilder(text.Length + 16);
        // Lone surrogates come out as U+FFFD.
        foreach (var rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '&': html.Append("&amp;"); break;
                case '<': html.Append("&lt;"); break;
                case '>': html.Append("&gt;"); break;
                case '"': html.Append("&quot;"); break;
                case '\'': html.Append("&#39;"); break;
                case '\n' or '\t': html.Append((char)rune.Value); break;
                case < 0x20 or (>= 0x7F and <= 0x9F) or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069): html.Append($"[U+{rune.Value:X4}]"); break;
                case (>= 0xFDD0 and <= 0xFDEF) or 0xFFFE or 0xFFFF: html.Append('\uFFFD'); break;
                default: html.Append((rune.Value & 0xFFFE) == 0xFFFE ? "\uFFFD" : rune.ToString()); break;
            }
        }
        return html.ToString();
    }

    /// <summary>The beginning of a long text and how much is missing; never half of a character.</summary>
    public static string Shorten(string text, int most)
    {
        if (text.Length <= most) return text;
        var end = 0;
        while (StringInfo.GetNextTextElementLength(text, end) is var length && end + length <= most) end += length;
        return $"{text[..end]} … ({text.Length - end:N0} more characters)";
    }
}
