using System.Globalization;
using System.Text;
using SkiaSharp;

namespace Attend.Plots;

/// <summary>The two fonts that travel inside this library, so that a bare machine draws the same pictures, Chinese included.</summary>
internal static class PlotFonts
{
    private static readonly SKTypeface Latin = Load("NotoSans-Regular.ttf");
    private static readonly SKTypeface Chinese = Load("DroidSansFallback.ttf");
    private static readonly SKFont LatinGlyphs = new(Latin);
    private static readonly SKFont ChineseGlyphs = new(Chinese);

    /// <summary>Cuts a text into stretches of one typeface; a character that neither has is drawn as the Latin font's empty box.</summary>
    public static IEnumerable<(string Text, SKTypeface Typeface)> Runs(string text)
    {
        var run = new StringBuilder();
        var typeface = Latin;
        foreach (var rune in Drawable(text))
        {
            var next = LatinGlyphs.ContainsGlyph(rune.Value) || !ChineseGlyphs.ContainsGlyph(rune.Value) ? Latin : Chinese;
            if (next != typeface && run.Length > 0)
            {
                yield return (run.ToString(), typeface);
                run.Clear();
            }
            typeface = next;
            run.Append(rune.ToString());
        }
        if (run.Length > 0) yield return (run.ToString(), typeface);
    }

    public static SKFont Font(SKTypeface typeface, float size, bool bold) =>
        new(typeface, size) { Edging = SKFontEdging.Antialias, Subpixel = true, Hinting = SKFontHinting.None, Embolden = bold };

    public static float Width(string text, float size, bool bold = false)
    {
        var width = 0f;
        foreach (var (run, typeface) in Runs(text))
        {
            using var font = Font(typeface, size, bold);
            width += font.MeasureText(run);
        }
        return width;
    }

    /// <summary>The text itself where it fits, or its beginning and its end around an ellipsis.</summary>
    public static string Fit(string text, float size, float maxWidth)
    {
        if (Width(text, size) <= maxWidth) return text;
        var elements = new List<string>();
        for (var each = StringInfo.GetTextElementEnumerator(text); each.MoveNext();) elements.Add(each.GetTextElement());
        int least = 0, most = elements.Count - 1;
        while (least < most)
        {
            var middle = (least + most + 1) / 2;
            if (Width(Keep(middle), size) <= maxWidth) least = middle;
            else most = middle - 1;
        }
        return Keep(least);

        string Keep(int count) => string.Concat(elements.Take((count + 1) / 2)) + "…" + string.Concat(elements.Skip(elements.Count - count / 2));
    }

    // Lone surrogates come out of EnumerateRunes as U+FFFD. Control characters have no picture, format characters must have none.
    private static IEnumerable<Rune> Drawable(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            if (category == UnicodeCategory.Format || rune.Value is >= 0xFE00 and <= 0xFE0F) continue;
            yield return category is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator ? new Rune(' ') : rune;
        }
    }

    private static SKTypeface Load(string file)
    {
        using var stream = typeof(PlotFonts).Assembly.GetManifestResourceStream("Attend.Plots.Fonts." + file)
            ?? throw new InvalidOperationException($"The font {file} is not embedded in {typeof(PlotFonts).Assembly.GetName().Name}: the library was built without src/Attend/Plots/Fonts.");
        using var data = SKData.Create(stream);
        return SKTypeface.FromData(data) ?? throw new InvalidOperationException($"The embedded font {file} cannot be read.");
    }
}
