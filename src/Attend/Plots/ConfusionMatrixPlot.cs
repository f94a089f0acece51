using Attend.Text.Metrics;
using SkiaSharp;

namespace Attend.Plots;

/// <summary>Draws which labels a classifier takes for which: gold in rows, predicted in columns, colour by share of the row.</summary>
public static class ConfusionMatrixPlot
{
    private const int MostLabels = 2000;
    private const int MostNamedLabels = 200;
    private const float Margin = 24;
    private const float Gap = 8;
    private const float AxisNameSize = 13;

    /// <summary>Writes the picture to a file; an older file is replaced only once the picture is complete.</summary>
    /// <param name="path">Ends in .png or .svg.</param>
    /// <param name="labels">Label names; long ones lose their middle.</param>
    /// <param name="matrix">Counts as [gold][predicted], one row and one column per label.</param>
    /// <exception cref="ArgumentException">Another file ending, a matrix that does not fit the labels, negative counts, or more than 2,000 labels.</exception>
    public static void Save(string path, IReadOnlyList<string> labels, long[][] matrix) => Compose(labels, matrix).Save(path);

    /// <summary>The picture as a PNG file in memory, two pixels per point unless it is very large.</summary>
    /// <inheritdoc cref="Save"/>
    public static byte[] Png(IReadOnlyList<string> labels, long[][] matrix) => Compose(labels, matrix).Png();

    /// <summary>Draws which spans a tagger takes for which, finds without there being one, or misses.</summary>
    /// <param name="report">What was counted.</param>
    /// <returns>A PNG file, two pixels per point.</returns>
    public static byte[] SpanPng(SpanReport report) => Compose(report).Png();

    /// <summary>Writes the picture of <see cref="SpanPng"/> to a file; an older file is replaced only once the picture is complete.</summary>
    /// <param name="path">Ends in .png or .svg.</param>
    /// <param name="report">What was counted.</param>
    /// <exception cref="ArgumentException">Another file ending.</exception>
    public static void SaveSpans(string path, SpanReport report) => Compose(report).Save(path);

    private static Picture Compose(IReadOnlyList<string> labels, long[][] matrix)
    {
        Check(labels, matrix);
        var total = matrix.Sum(row => row.Sum());
        var right = matrix.Select((row, i) => row[i]).Sum();
        var subtitle = $"{total:N0} examples" + (total == 0 ? "" : $", {100.0 * right / total:0.0}% on the diagonal") + "; colour: share of the gold label's examples (row)";
        return Compose(new Layout(labels, labels, subtitle), matrix, "Confusion matrix");
    }

    private static Picture Compose(SpanReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        string[] labels = [.. report.PerLabel.Select(label => label.Label)];
        Check([.. labels, "none"], report.ConfusionMatrix);
        long gold = report.PerLabel.Sum(label => label.Support), found = report.PerLabel.Sum(label => label.CorrectCount);
        var subtitle = $"{gold:N0} gold spans" + (gold == 0 ? "" : $", {100.0 * found / gold:0.0}% found") + (report.BoundaryErrorCount == 0 ? "" : $", {report.BoundaryErrorCount:N0} of the missed found with other boundaries")
            + "; colour: share of the row";
        return Compose(new Layout([.. labels, "made up"], [.. labels, "missed"], subtitle) { LastCellIsUndefined = true }, report.ConfusionMatrix, "Confusion of spans");
    }

    private static Picture Compose(Layout layout, long[][] matrix, string title)
    {
        return new Picture(layout.Width, layout.Height, pen =>
        {
            pen.Text(title, Margin, 38, new TextStyle(18, PlotColors.Ink, Bold: true));
            pen.Text(layout.Subtitle, Margin, 59, new TextStyle(12, PlotColors.Faint));
            DrawCells(pen, layout, matrix);
            DrawLabels(pen, layout);
            DrawColorBar(pen, layout);
        });
    }

    private static void DrawCells(Picture.Pen pen, Layout layout, long[][] matrix)
    {
        var seam = layout.Cell >= 12 ? 1f : 0;
        for (var gold = 0; gold < matrix.Length; gold++)
        {
            var total = matrix[gold].Sum();
            for (var predicted = 0; predicted < matrix.Length; predicted++)
            {
                if (layout.LastCellIsUndefined && gold == matrix.Length - 1 && predicted == gold) continue;
                var count = matrix[gold][predicted];
                var share = total == 0 ? 0 : (double)count / total;
                var (x, y) = (layout.Left + predicted * layout.Cell, layout.Top + gold * layout.Cell);
                pen.Fill(SKRect.Create(x, y, layout.Cell - seam, layout.Cell - seam), PlotColors.OfShare(share));
                if (count == 0 && matrix.Length > 10) continue;
                var text = count.ToString("N0");
                if (layout.CountSize < Layout.SmallestCount || PlotFonts.Width(text, layout.CountSize) > layout.Cell - 3) continue;
                var ink = count == 0 ? PlotColors.Faint : PlotColors.InkOnShare(share);
                pen.Text(text, x + (layout.Cell - seam) / 2, y + (layout.Cell - seam) / 2 + layout.CountSize * 0.36f, new TextStyle(layout.CountSize, ink, SKTextAlign.Center));
            }
        }
    }

    private static void DrawLabels(Picture.Pen pen, Layout layout)
    {
        var side = layout.Side;
        for (var i = 0; i < layout.RowNames.Length; i++)
        {
            var middle = (i + 0.5f) * layout.Cell;
            pen.Text(layout.RowNames[i], layout.Left - Gap, layout.Top + middle + layout.LabelSize * 0.36f, new TextStyle(layout.LabelSize, PlotColors.Ink, SKTextAlign.Right));
            if (layout.LabelsSlope)
                pen.Text(layout.ColumnNames[i], layout.Left + middle + layout.LabelSize * 0.36f, layout.Top + side + Gap + layout.LabelSize * 0.4f, new TextStyle(layout.LabelSize, PlotColors.Ink, SKTextAlign.Right, Degrees: -45));
            else
                pen.Text(layout.ColumnNames[i], layout.Left + middle, layout.Top + side + Gap + layout.LabelSize, new TextStyle(layout.LabelSize, PlotColors.Ink, SKTextAlign.Center));
        }
        var axis = new TextStyle(AxisNameSize, PlotColors.Ink, SKTextAlign.Center, Bold: true);
        pen.Text("predicted", layout.Left + side / 2, layout.Height - Margin, axis);
        pen.Text("gold", Margin + AxisNameSize, layout.Top + side / 2, axis with { Degrees = -90 });
    }

    private static void DrawColorBar(Picture.Pen pen, Layout layout)
    {
        const int width = 12;
        var height = Math.Min(layout.Side - 24, 200);
        var left = layout.Left + layout.Side + 22;
        for (var y = 0; y < height; y++) pen.Fill(SKRect.Create(left, layout.Top + y, width, 1), PlotColors.OfShare(1 - (y + 0.5) / height));
        foreach (var share in new[] { 0, 50, 100 })
            pen.Text($"{share}%", left + width + 6, layout.Top + height * (1 - share / 100f) + 4, new TextStyle(11, PlotColors.Faint));
        pen.Fill(SKRect.Create(left, layout.Top + height + 12, width, width), PlotColors.Nothing);
        pen.Text("none", left + width + 6, layout.Top + height + 22, new TextStyle(11, PlotColors.Faint));
    }

    private static void Check(IReadOnlyList<string> labels, long[][] matrix)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(matrix);
        if (labels.Count == 0) throw new ArgumentException("Expected at least one label, found none.", nameof(labels));
        if (labels.Count > MostLabels)
            throw new ArgumentException($"Expected at most {MostLabels} labels, found {labels.Count}: nobody can read such a picture; list the most confused pairs instead.", nameof(labels));
        if (matrix.Length != labels.Count) throw new ArgumentException($"Expected one row for each of the {labels.Count} labels, found {matrix.Length}.", nameof(matrix));
        for (var row = 0; row < matrix.Length; row++)
        {
            if (labels[row] is null) throw new ArgumentException($"Label {row} has no name (null).", nameof(labels));
            if (matrix[row]?.Length != labels.Count) throw new ArgumentException($"Row {row}: expected {labels.Count} counts, found {matrix[row]?.Length ?? 0}.", nameof(matrix));
            var negative = Array.FindIndex(matrix[row], count => count < 0);
            if (negative >= 0) throw new ArgumentException($"Row {row}, column {negative}: a count cannot be negative, found {matrix[row][negative]}.", nameof(matrix));
        }
    }

    /// <summary>Sizes and places, in points, that follow from the number and the length of the labels.</summary>
    private sealed class Layout
    {
        public const float SmallestCount = 8;

        public Layout(IReadOnlyList<string> rows, IReadOnlyList<string> columns, string subtitle)
        {
            var named = rows.Count <= MostNamedLabels;
            Cell = named ? Math.Clamp(MathF.Floor(640f / rows.Count), 18, 110) : Math.Max(1, MathF.Floor(3000f / rows.Count));
            Side = Cell * rows.Count;
            LabelSize = Math.Clamp(Cell * 0.6f, 11, 14);
            CountSize = Math.Min(Cell * 0.45f, 17);
            // About forty letters.
            RowNames = named ? [.. rows.Select(label => PlotFonts.Fit(label, LabelSize, 21 * LabelSize))] : [];
            ColumnNames = named ? [.. columns.Select(label => PlotFonts.Fit(label, LabelSize, 21 * LabelSize))] : [];

            var longest = ColumnNames.Concat(RowNames).Select(name => PlotFonts.Width(name, LabelSize)).DefaultIfEmpty().Max();
            LabelsSlope = longest > Cell - 6;
            var below = LabelsSlope ? (longest + LabelSize) * MathF.Sqrt(0.5f) : LabelSize;
            Left = Margin + AxisNameSize + 2 * Gap + longest + Gap;
            Top = 84;

            Subtitle = subtitle + (named ? "" : $"; {rows.Count:N0} labels, too many to name");
            Width = Math.Max(Left + Side + 80, Margin + PlotFonts.Width(Subtitle, 12)) + Margin;
            Height = Top + Side + Gap + below + Gap + AxisNameSize + Margin + Gap;
        }

        public float Cell { get; }

        public float Side { get; }

        public float LabelSize { get; }

        public float CountSize { get; }

        public string[] RowNames { get; }

        public string[] ColumnNames { get; }

        /// <summary>Whether the last row and column stand for no span, so that their cell counts nothing.</summary>
        public bool LastCellIsUndefined { get; init; }

        public bool LabelsSlope { get; }

        public float Left { get; }

        public float Top { get; }

        public string Subtitle { get; }

        public float Width { get; }

        public float Height { get; }
    }
}
