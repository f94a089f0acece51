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

    /// <summary>Escapes a text and marks stretches of it; of a long text shows the part around the first mark.</summary>
    /// <exception cref="ArgumentException">A mark lies outside of the text.</exception>
    public static void AppendMarked(StringBuilder html, string text, IReadOnlyList<ReportMark> marks, int most)
    {
        var shown = new List<ReportMark>();
        foreach (var mark in marks)
        {
            if (mark.Start < 0 || mark.End > text.Length || mark.Start > mark.End)
                throw new ArgumentException($"The mark \"{mark.Name}\" is at {mark.Start}-{mark.End}, outside of a text of {text.Length} characters.", nameof(marks));
            if (!shown.Any(other => mark.Start < other.End && other.Start < mark.End)) shown.Add(mark);
        }
        shown.Sort((left, right) => left.Start.CompareTo(right.Start));
        var start = text.Length <= most ? 0 : WholeCharacter(text, Math.Clamp(shown[0].Start - most / 4, 0, text.Length - most));
        var end = text.Length <= most ? text.Length : WholeCharacter(text, start + most);
        if (start > 0) html.Append("… ");
        var place = start;
        foreach (var mark in shown.TakeWhile(mark => mark.Start < end))
        {
            html.Append(Escape(text[place..mark.Start]));
            place = Math.Min(mark.End, end);
            html.Append(mark.IsWrong ? "<mark class=\"wrong\">" : "<mark>").Append(Escape(text[mark.Start..place]));
            if (mark.Name.Length > 0) html.Append("<small>").Append(Escape(mark.Name)).Append("</small>");
            html.Append("</mark>");
        }
        html.Append(Escape(text[place..end]));
        if (end < text.Length) html.Append($" … ({text.Length - end:N0} more characters)");
    }

    private static int WholeCharacter(string text, int place) => place < text.Length && char.IsLowSurrogate(text[place]) ? place - 1 : place;

    /// <summary>The beginning of a long text and how much is missing; never half of a character.</summary>
    public static string Shorten(string text, int most)
    {
        if (text.Length <= most) return text;
        var end = 0;
        while (StringInfo.GetNextTextElementLength(text, end) is var length && end + length <= most) end += length;
        return $"{text[..end]} … ({text.Length - end:N0} more characters)";
    }
}
