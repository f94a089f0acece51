using Attend.Text.Metrics;
using SkiaSharp;

namespace Attend.Plots;

/// <summary>Draws how far a classifier's confidence can be believed: how often it is right when it says how sure it is (Guo et al. 2017, figure 1).</summary>
public static class ReliabilityPlot
{
    private const float Margin = 24;
    private const float Side = 400;
    private const float HistogramHeight = 84;
    private const float HistogramGap = 14;

    // Of a normal distribution, 95 % lie within so many standard deviations.
    private const double Deviations = 1.96;

    private static readonly SKColor Bar = PlotColors.OfShare(0.15);

    /// <summary>Writes the picture to a file; an older file is replaced only once the picture is complete.</summary>
    /// <param name="path">Ends in .png or .svg.</param>
    /// <param name="bins">Ranges of confidence, see <see cref="ClassificationReport.ReliabilityBins"/>.</param>
    /// <exception cref="ArgumentException">Another file ending, or no bin with an answer.</exception>
    public static void Save(string path, IReadOnlyList<ReliabilityBin> bins) => Compose(bins).Save(path);

    /// <summary>The picture as a PNG file in memory, two pixels per point.</summary>
    /// <inheritdoc cref="Save"/>
    public static byte[] Png(IReadOnlyList<ReliabilityBin> bins) => Compose(bins).Png();

    private static Picture Compose(IReadOnlyList<ReliabilityBin> bins)
    {
        ArgumentNullException.ThrowIfNull(bins);
        var total = bins.Sum(bin => bin.Count);
        if (total == 0) throw new ArgumentException("Expected at least one answer with probabilities, found none.", nameof(bins));
        var confidence = bins.Sum(bin => bin.Count * bin.Confidence) / total;
        var accuracy = bins.Sum(bin => bin.Count * bin.Accuracy) / total;
        var area = SKRect.Create(Margin + 58, 92, Side, Side);
        var counts = SKRect.Create(area.Left, area.Bottom + HistogramGap, Side, HistogramHeight);
        var subtitle = $"{total:N0} answers; on average {100 * confidence:0.0}% sure and {100 * accuracy:0.0}% right: {Verdict(confidence - accuracy)}";
        var legend = "bar: share that is right; line: its 95% interval (Wilson); dot: mean confidence; dashed: as sure as right";
        var width = Math.Max(area.Right, Margin + Math.Max(PlotFonts.Width(subtitle, 12), PlotFonts.Width(legend, 11))) + Margin;
        return new Picture(width, counts.Bottom + 48 + Margin / 2, pen =>
        {
            pen.Text("Reliability", Margin, 38, new TextStyle(18, PlotColors.Ink, Bold: true));
            pen.Text(subtitle, Margin, 59, new TextStyle(12, PlotColors.Faint));
            pen.Text(legend, Margin, 77, new TextStyle(11, PlotColors.Faint));
            DrawBins(pen, new UnitAxes(area), bins);
            DrawCounts(pen, counts, bins, total);
        });
    }

    private static string Verdict(double excess) => excess switch
    {
        > 0.01 => $"over-confident by {100 * excess:0.0} points",
        < -0.01 => $"under-confident by {-100 * excess:0.0} points",
        _ => "well matched",
    };

    private static void DrawBins(Picture.Pen pen, UnitAxes axes, IReadOnlyList<ReliabilityBin> bins)
    {
        foreach (var bin in bins.Where(bin => bin.Count > 0))
        {
            var (corner, opposite) = (axes.Place(bin.Low, bin.Accuracy), axes.Place(bin.High, 0));
            pen.Fill(new SKRect(corner.X + 1, corner.Y, opposite.X - 1, opposite.Y), Bar);
        }
        axes.Draw(pen, "", "share that is right");
        pen.Polyline([axes.Place(0, 0), axes.Place(1, 1)], PlotColors.Faint, 1.2f, [5, 4]);
        foreach (var bin in bins.Where(bin => bin.Count > 0))
        {
            var (low, high) = Wilson(bin.Accuracy, bin.Count);
            pen.Line(axes.Place(bin.Confidence, low), axes.Place(bin.Confidence, high), PlotColors.OfLine(0), 1.6f);
            var dot = axes.Place(bin.Confidence, bin.Accuracy);
            pen.Dot(dot.X, dot.Y, 3.6f, PlotColors.OfLine(0));
        }
    }

    private static void DrawCounts(Picture.Pen pen, SKRect area, IReadOnlyList<ReliabilityBin> bins, long total)
    {
        var most = bins.Max(bin => bin.Count);
        var number = new TextStyle(11, PlotColors.Faint, SKTextAlign.Right);
        foreach (var bin in bins.Where(bin => bin.Count > 0))
        {
            var height = Math.Max(1, (float)bin.Count / most * area.Height);
            pen.Fill(new SKRect(area.Left + (float)bin.Low * area.Width + 1, area.Bottom - height, area.Left + (float)bin.High * area.Width - 1, area.Bottom), Bar);
        }
        pen.Line(new SKPoint(area.Left, area.Bottom), new SKPoint(area.Right, area.Bottom), PlotColors.Faint);
        pen.Line(new SKPoint(area.Left, area.Top), new SKPoint(area.Right, area.Top), PlotColors.Grid);
        pen.Text($"{100.0 * most / total:0}%", area.Left - 7, area.Top + 4, number);
        pen.Text("0%", area.Left - 7, area.Bottom + 4, number);
        for (var i = 0; i <= 5; i++) pen.Text($"{i / 5.0:0.0}", area.Left + i / 5f * area.Width, area.Bottom + 17, number with { Align = SKTextAlign.Center });
        var axis = new TextStyle(13, PlotColors.Ink, SKTextAlign.Center, Bold: true);
        pen.Text("confidence", area.MidX, area.Bottom + 38, axis);
        pen.Text("answers", area.Left - 38, area.MidY, axis with { Degrees = -90 });
    }

    /// <summary>Wilson 1927: the shares from which the one seen is no surprise.</summary>
    internal static (double Low, double High) Wilson(double share, long count)
    {
        var spread = Deviations * Deviations / count;
        var middle = (share + spread / 2) / (1 + spread);
        var half = Deviations / (1 + spread) * Math.Sqrt(share * (1 - share) / count + spread / (4 * count));
        return (Math.Max(0, middle - half), Math.Min(1, middle + half));
    }
}
