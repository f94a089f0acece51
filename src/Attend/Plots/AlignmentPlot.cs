using SkiaSharp;

namespace Attend.Plots;

/// <summary>Draws how strongly each word of a target looks at each word of its source (Bahdanau et al. 2015, figure 3).</summary>
public static class AlignmentPlot
{
    private const int MostWords = 1000;
    private const float Margin = 24;
    private const float Gap = 8;
    private const float AxisNameSize = 13;
    private const float WidestWord = 150;

    // Smaller cells have no room for their words.
    private const float SmallestNamedCell = 10;
    private const float SmallestNumberedCell = 34;

    // Softmax leaves something everywhere; what is below is drawn as nothing.
    private const double LeastWeight = 0.02;

    /// <summary>Writes the picture to a file; an older file is replaced only once the picture is complete.</summary>
    /// <param name="path">Ends in .png or .svg.</param>
    /// <param name="target">Words that look, in rows from above; long ones lose their middle.</param>
    /// <param name="source">Words that are looked at, in columns from the left.</param>
    /// <param name="weights">[target, source], in [0, 1].</param>
    /// <exception cref="ArgumentException">Another file ending, no word or more than 1,000 on a side, weights of another shape or outside of [0, 1].</exception>
    public static void Save(string path, IReadOnlyList<string> target, IReadOnlyList<string> source, double[,] weights) => Compose(target, source, weights).Save(path);

    /// <summary>The picture as a PNG file in memory, two pixels per point unless it is very large.</summary>
    /// <inheritdoc cref="Save"/>
    public static byte[] Png(IReadOnlyList<string> target, IReadOnlyList<string> source, double[,] weights) => Compose(target, source, weights).Png();

    private static Picture Compose(IReadOnlyList<string> target, IReadOnlyList<string> source, double[,] weights)
    {
        Check(target, source, weights);
        var longer = Math.Max(target.Count, source.Count);
        var cell = longer <= 200 ? Math.Clamp(MathF.Floor(1000f / longer), 14, 38) : Math.Max(3, MathF.Floor(2800f / longer));
        var size = Math.Clamp(cell * 0.62f, 9, 14);
        var isNamed = cell >= SmallestNamedCell;
        string[] rows = isNamed ? [.. target.Select(word => PlotFonts.Fit(word, size, WidestWord))] : [];
        string[] columns = isNamed ? [.. source.Select(word => PlotFonts.Fit(word, size, WidestWord))] : [];
        var widestRow = rows.Select(word => PlotFonts.Width(word, size)).DefaultIfEmpty().Max();
        var widestColumn = columns.Select(word => PlotFonts.Width(word, size)).DefaultIfEmpty().Max();
        var slope = widestColumn > cell - 4;
        var above = slope ? (widestColumn + size) * MathF.Sqrt(0.5f) : size;
        // Sloping words lean out to the right: the last one, or an earlier one that is longer.
        var leaning = slope ? columns.Select((word, i) => PlotFonts.Width(word, size) * MathF.Sqrt(0.5f) - (columns.Length - 1 - i) * cell).DefaultIfEmpty().Max() : 0;

        var subtitle = "colour: share of a target word's attention (row)" + (isNamed ? "" : $"; {target.Count:N0} x {source.Count:N0} words, too many to name");
        var left = Margin + AxisNameSize + 2 * Gap + widestRow + Gap;
        var top = 72 + AxisNameSize + 2 * Gap + above + Gap;
        var area = SKRect.Create(left, top, cell * source.Count, cell * target.Count);
        var width = Math.Max(Math.Max(area.Right + 90, area.Right + leaning), Margin + PlotFonts.Width(subtitle, 12)) + Margin;
        return new Picture(width, Math.Max(area.Bottom, top + 90) + Margin, pen =>
        {
            pen.Text("Alignment", Margin, 38, new TextStyle(18, PlotColors.Ink, Bold: true));
            pen.Text(subtitle, Margin, 59, new TextStyle(12, PlotColors.Faint));
            DrawCells(pen, area, cell, weights);
            var word = new TextStyle(size, PlotColors.Ink, SKTextAlign.Right);
            for (var i = 0; i < rows.Length; i++) pen.Text(rows[i], area.Left - Gap, area.Top + (i + 0.5f) * cell + size * 0.36f, word);
            for (var j = 0; j < columns.Length; j++)
            {
                var middle = area.Left + (j + 0.5f) * cell;
                if (slope) pen.Text(columns[j], middle + size * 0.3f, area.Top - Gap, word with { Align = SKTextAlign.Left, Degrees = -45 });
                else pen.Text(columns[j], middle, area.Top - Gap, word with { Align = SKTextAlign.Center });
            }
            var axis = new TextStyle(AxisNameSize, PlotColors.Ink, SKTextAlign.Center, Bold: true);
            pen.Text("source", area.MidX, 72 + AxisNameSize, axis);
            pen.Text("target", Margin + AxisNameSize, area.MidY, axis with { Degrees = -90 });
            DrawColorBar(pen, area);
        });
    }

    private static void DrawCells(Picture.Pen pen, SKRect area, float cell, double[,] weights)
    {
        var seam = cell >= SmallestNamedCell ? 1f : 0;
        for (var i = 0; i < weights.GetLength(0); i++)
        {
            for (var j = 0; j < weights.GetLength(1); j++)
            {
                var weight = weights[i, j] < LeastWeight ? 0 : weights[i, j];
                var (x, y) = (area.Left + j * cell, area.Top + i * cell);
                pen.Fill(SKRect.Create(x, y, cell - seam, cell - seam), PlotColors.OfShare(weight));
                if (cell >= SmallestNumberedCell && weight > 0)
                    pen.Text($"{100 * weight:0}", x + cell / 2, y + cell / 2 + 4, new TextStyle(11, PlotColors.InkOnShare(weight), SKTextAlign.Center));
            }
        }
    }

    private static void DrawColorBar(Picture.Pen pen, SKRect area)
    {
        const int width = 12;
        var height = Math.Clamp((int)area.Height - 24, 60, 160);
        var left = area.Right + 22;
        for (var y = 0; y < height; y++) pen.Fill(SKRect.Create(left, area.Top + y, width, 1), PlotColors.OfShare(1 - (y + 0.5) / height));
        foreach (var share in new[] { 50, 100 })
            pen.Text($"{share}%", left + width + 6, area.Top + height * (1 - share / 100f) + (share == 100 ? 9 : 4), new TextStyle(11, PlotColors.Faint));
        pen.Fill(SKRect.Create(left, area.Top + height + 10, width, width), PlotColors.Nothing);
        pen.Text($"under {100 * LeastWeight:0}%", left + width + 6, area.Top + height + 20, new TextStyle(11, PlotColors.Faint));
    }

    private static void Check(IReadOnlyList<string> target, IReadOnlyList<string> source, double[,] weights)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(weights);
        CheckWords(target, nameof(target));
        CheckWords(source, nameof(source));
        if (weights.GetLength(0) != target.Count || weights.GetLength(1) != source.Count)
            throw new ArgumentException($"Expected weights of {target.Count} target words x {source.Count} source words, found {weights.GetLength(0)} x {weights.GetLength(1)}.", nameof(weights));
        for (var i = 0; i < target.Count; i++)
        {
            for (var j = 0; j < source.Count; j++)
                if (!(weights[i, j] >= 0 && weights[i, j] <= 1 + 1e-3)) throw new ArgumentException($"The weight of target word {i} on source word {j} is {weights[i, j]}, expected a share in [0, 1].", nameof(weights));
        }
    }

    private static void CheckWords(IReadOnlyList<string> words, string parameter)
    {
        if (words.Count is 0 or > MostWords) throw new ArgumentException($"Expected 1 to {MostWords:N0} words, found {words.Count:N0}.", parameter);
        for (var i = 0; i < words.Count; i++)
            if (words[i] is null) throw new ArgumentException($"Word {i} is null.", parameter);
    }
}
