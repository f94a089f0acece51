using Attend.Text.Metrics;
using SkiaSharp;

namespace Attend.Plots;

/// <summary>The curve of one label.</summary>
/// <param name="Name">The label.</param>
/// <param name="Points">One for each threshold, falling; see <see cref="RankingMetrics.PrecisionRecallCurve"/>.</param>
/// <param name="AveragePrecision">The area under the curve's steps, in [0, 1].</param>
public sealed record PrecisionRecallSeries(string Name, IReadOnlyList<PrecisionRecallPoint> Points, double AveragePrecision)
{
    /// <summary>Where the model's own decisions stand, or null where that is not known.</summary>
    public (double Recall, double Precision)? Decision { get; init; }
}

/// <summary>Draws precision against recall over all thresholds, with lines of equal F1.</summary>
public static class PrecisionRecallPlot
{
    private const float Margin = 24;
    private const float Side = 420;
    private const float LegendWidth = 264;
    private const float LegendSize = 12;

    // Points nearer to the last one drawn add nothing to see.
    private const float LeastDistance = 0.4f;

    private static readonly double[] EqualF1 = [0.2, 0.4, 0.6, 0.8];

    /// <summary>Writes the picture to a file; an older file is replaced only once the picture is complete.</summary>
    /// <param name="path">Ends in .png or .svg.</param>
    /// <param name="series">At least one; more than six are hard to tell apart.</param>
    /// <exception cref="ArgumentException">Another file ending, no series, or one without points.</exception>
    public static void Save(string path, params IReadOnlyList<PrecisionRecallSeries> series) => Compose(series).Save(path);

    /// <summary>The picture as a PNG file in memory, two pixels per point.</summary>
    /// <inheritdoc cref="Save"/>
    public static byte[] Png(params IReadOnlyList<PrecisionRecallSeries> series) => Compose(series).Png();

    private static Picture Compose(IReadOnlyList<PrecisionRecallSeries> series)
    {
        ArgumentNullException.ThrowIfNull(series);
        if (series.Count == 0) throw new ArgumentException("Expected at least one series, found none.", nameof(series));
        foreach (var each in series)
            if (each.Points.Count == 0) throw new ArgumentException($"Series \"{each.Name}\" has no points.", nameof(series));
        var area = SKRect.Create(Margin + 58, 84, Side, Side);
        var height = Math.Max(area.Bottom + 48 + Margin / 2, area.Top + 30 + series.Count * 44 + Margin);
        return new Picture(area.Right + 28 + LegendWidth + Margin, height, pen =>
        {
            pen.Text("Precision against recall", Margin, 38, new TextStyle(18, PlotColors.Ink, Bold: true));
            pen.Text("over all thresholds; dot: the model's own decisions; faint: equal F1", Margin, 59, new TextStyle(12, PlotColors.Faint));
            var axes = new UnitAxes(area);
            axes.Draw(pen, "recall", "precision");
            DrawEqualF1(pen, axes);
            for (var i = 0; i < series.Count; i++) pen.Polyline(Steps(series[i].Points, axes), PlotColors.OfLine(i), 1.8f, PlotColors.DashesOfLine(i));
            for (var i = 0; i < series.Count; i++)
            {
                if (series[i].Decision is not { } decision) continue;
                var dot = axes.Place(decision.Recall, decision.Precision);
                pen.Dot(dot.X, dot.Y, 6, SKColors.White);
                pen.Dot(dot.X, dot.Y, 4.4f, PlotColors.OfLine(i));
            }
            DrawLegend(pen, area, series);
        });
    }

    private static void DrawEqualF1(Picture.Pen pen, UnitAxes axes)
    {
        foreach (var f1 in EqualF1)
        {
            // precision = F1 · recall / (2 · recall - F1), which is at most 1 from recall = F1 / (2 - F1) on.
            var first = f1 / (2 - f1);
            var points = Enumerable.Range(0, 61).Select(i => first + i / 60.0 * (1 - first)).Select(recall => axes.Place(recall, Math.Min(1, f1 * recall / (2 * recall - f1)))).ToArray();
            pen.Polyline(points, PlotColors.Grid, 1.2f, []);
            pen.Text($"F1 {f1:0.0}", points[^1].X - 4, points[^1].Y - 5, new TextStyle(10, PlotColors.Faint, SKTextAlign.Right));
        }
    }

    private static void DrawLegend(Picture.Pen pen, SKRect area, IReadOnlyList<PrecisionRecallSeries> series)
    {
        var left = area.Right + 28;
        for (var i = 0; i < series.Count; i++)
        {
            var y = area.Top + 12 + i * 44;
            pen.Polyline([new SKPoint(left, y - 4), new SKPoint(left + 24, y - 4)], PlotColors.OfLine(i), 2, PlotColors.DashesOfLine(i));
            pen.Text(PlotFonts.Fit(series[i].Name, LegendSize, LegendWidth - 32), left + 32, y, new TextStyle(LegendSize, PlotColors.Ink));
            pen.Text($"average precision {series[i].AveragePrecision:0.000}", left + 32, y + 16, new TextStyle(11, PlotColors.Faint));
        }
    }

    // The area under these steps is the average precision.
    private static SKPoint[] Steps(IReadOnlyList<PrecisionRecallPoint> points, UnitAxes axes)
    {
        var steps = new List<SKPoint> { axes.Place(0, points[0].Precision) };
        var recall = 0.0;
        for (var i = 0; i < points.Count; i++)
        {
            Add(axes.Place(recall, points[i].Precision), isLast: false);
            Add(axes.Place(points[i].Recall, points[i].Precision), isLast: i == points.Count - 1);
            recall = points[i].Recall;
            // What follows once everything was found costs precision only.
            if (recall >= 1) break;
        }
        return [.. steps];

        void Add(SKPoint point, bool isLast)
        {
            var last = steps[^1];
            if (isLast || Math.Abs(point.X - last.X) + Math.Abs(point.Y - last.Y) >= LeastDistance) steps.Add(point);
        }
    }
}
