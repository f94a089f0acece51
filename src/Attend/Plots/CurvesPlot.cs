using SkiaSharp;

namespace Attend.Plots;

/// <summary>One line of a picture of curves.</summary>
/// <param name="Name">Name in the legend.</param>
/// <param name="Panel">Title of the small picture it is drawn in; series of one panel share its scale.</param>
/// <param name="X">Where each value was taken, such as update steps; not falling.</param>
/// <param name="Y">The values, as many as <paramref name="X"/>; a value that is not finite interrupts the line.</param>
public sealed record CurveSeries(string Name, string Panel, IReadOnlyList<double> X, IReadOnlyList<double> Y);

/// <summary>Draws curves over a common x axis (loss, accuracy, learning rate over steps) as small pictures side by side.</summary>
public static class CurvesPlot
{
    private const float Margin = 24;
    private const float Head = 60;
    private const float PanelWidth = 470;
    private const float PanelHeight = 280;
    private const float AxisSize = 11;

    // Room inside a panel around its plot area: numbers, title, legend.
    private const float InnerLeft = 62;
    private const float InnerRight = 18;
    private const float InnerTop = 46;
    private const float InnerBottom = 46;

    /// <summary>Writes the picture to a file; an older file is replaced only once the picture is complete.</summary>
    /// <param name="path">Ends in .png or .svg.</param>
    /// <param name="title">Headline.</param>
    /// <param name="xName">What the x axis counts.</param>
    /// <param name="series">At least one; panels appear in the order of their first series.</param>
    /// <exception cref="ArgumentException">Another file ending, no series, X and Y of different lengths, X not finite or falling.</exception>
    public static void Save(string path, string title, string xName, params IReadOnlyList<CurveSeries> series) => Compose(title, xName, series).Save(path);

    /// <summary>The picture as a PNG file in memory, two pixels per point.</summary>
    /// <inheritdoc cref="Save"/>
    public static byte[] Png(string title, string xName, params IReadOnlyList<CurveSeries> series) => Compose(title, xName, series).Png();

    private static Picture Compose(string title, string xName, IReadOnlyList<CurveSeries> series)
    {
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(xName);
        Check(series);
        var panels = series.GroupBy(each => each.Panel, StringComparer.Ordinal).Select(panel => panel.ToArray()).ToArray();
        var columns = Math.Min(panels.Length, 2);
        var rows = (panels.Length + columns - 1) / columns;
        var counted = series.SelectMany(each => each.X).All(double.IsInteger);
        var x = Range(series.SelectMany(each => each.X), 6, counted ? 1 : 0);
        return new Picture(2 * Margin + columns * PanelWidth, Head + rows * PanelHeight + Margin / 2, pen =>
        {
            pen.Text(PlotFonts.Fit(title, 18, columns * PanelWidth), Margin, 38, new TextStyle(18, PlotColors.Ink, Bold: true));
            for (var i = 0; i < panels.Length; i++)
            {
                var corner = new SKPoint(Margin + i % columns * PanelWidth, Head + i / columns * PanelHeight);
                DrawPanel(pen, corner, panels[i], x, xName);
            }
        });
    }

    private static void DrawPanel(Picture.Pen pen, SKPoint corner, CurveSeries[] series, NiceTicks x, string xName)
    {
        var area = SKRect.Create(corner.X + InnerLeft, corner.Y + InnerTop, PanelWidth - InnerLeft - InnerRight, PanelHeight - InnerTop - InnerBottom);
        var y = Range(series.SelectMany(each => each.Y), 5);
        DrawHead(pen, corner, area, series);
        foreach (var value in y.Values())
        {
            var height = PlaceY(value);
            pen.Line(new SKPoint(area.Left, height), new SKPoint(area.Right, height), PlotColors.Grid);
            pen.Text(y.Text(value), area.Left - 7, height + AxisSize * 0.36f, new TextStyle(AxisSize, PlotColors.Faint, SKTextAlign.Right));
        }
        foreach (var value in x.Values())
        {
            var place = PlaceX(value);
            pen.Line(new SKPoint(place, area.Bottom), new SKPoint(place, area.Bottom + 4), PlotColors.Faint);
            pen.Text(x.Text(value), place, area.Bottom + 17, new TextStyle(AxisSize, PlotColors.Faint, SKTextAlign.Center));
        }
        pen.Line(new SKPoint(area.Left, area.Bottom), new SKPoint(area.Right, area.Bottom), PlotColors.Faint);
        pen.Text(PlotFonts.Fit(xName, AxisSize, area.Width), area.MidX, area.Bottom + 33, new TextStyle(AxisSize, PlotColors.Faint, SKTextAlign.Center));

        if (!series.Any(each => each.Y.Any(double.IsFinite)))
            pen.Text("no finite value", area.MidX, area.MidY, new TextStyle(AxisSize, PlotColors.Faint, SKTextAlign.Center));
        for (var i = 0; i < series.Length; i++) DrawCurve(pen, [.. series[i].X.Zip(series[i].Y, (at, value) => new SKPoint(PlaceX(at), PlaceY(value)))], i);

        float PlaceX(double value) => area.Left + (float)((value - x.Least) / (x.Most - x.Least)) * area.Width;
        float PlaceY(double value) => area.Bottom - (float)((value - y.Least) / (y.Most - y.Least)) * area.Height;
    }

    private static void DrawHead(Picture.Pen pen, SKPoint corner, SKRect area, CurveSeries[] series)
    {
        var title = PlotFonts.Fit(series[0].Panel, 13, area.Width / 2);
        pen.Text(title, corner.X + InnerLeft, corner.Y + 18, new TextStyle(13, PlotColors.Ink, Bold: true));
        if (series.Length == 1 && series[0].Name == series[0].Panel) return;
        var left = area.Left;
        for (var i = 0; i < series.Length; i++)
        {
            var name = PlotFonts.Fit(series[i].Name, AxisSize, area.Width / series.Length - 40);
            pen.Polyline([new SKPoint(left, corner.Y + 33), new SKPoint(left + 22, corner.Y + 33)], PlotColors.OfLine(i), 2, PlotColors.DashesOfLine(i));
            pen.Text(name, left + 28, corner.Y + 37, new TextStyle(AxisSize, PlotColors.Ink));
            left += 28 + PlotFonts.Width(name, AxisSize) + 16;
        }
    }

    private static void DrawCurve(Picture.Pen pen, SKPoint[] points, int index)
    {
        var color = PlotColors.OfLine(index);
        var thickness = points.Length > PanelWidth ? 1.1f : 1.8f;
        var start = 0;
        for (var end = 0; end <= points.Length; end++)
        {
            if (end < points.Length && float.IsFinite(points[end].Y)) continue;
            if (end - start > 1) pen.Polyline(Thin(points[start..end]), color, thickness, PlotColors.DashesOfLine(index));
            else if (end - start == 1) pen.Dot(points[start].X, points[start].Y, 3, color);
            start = end + 1;
        }
        if (points.Length > 40) return;
        foreach (var point in points.Where(point => float.IsFinite(point.Y))) pen.Dot(point.X, point.Y, 2.6f, color);
    }

    /// <summary>Of many points within half a point of width only the first, lowest, highest and last: looks the same, draws a million in no time.</summary>
    private static SKPoint[] Thin(SKPoint[] points)
    {
        if (points.Length < 4 * PanelWidth) return points;
        var kept = new List<SKPoint>();
        for (var start = 0; start < points.Length;)
        {
            var end = start + 1;
            while (end < points.Length && points[end].X - points[start].X < 0.5f) end++;
            var (lowest, highest) = (start, start);
            for (var i = start; i < end; i++)
            {
                if (points[i].Y < points[lowest].Y) lowest = i;
                if (points[i].Y > points[highest].Y) highest = i;
            }
            foreach (var i in new SortedSet<int> { start, lowest, highest, end - 1 }) kept.Add(points[i]);
            start = end;
        }
        return [.. kept];
    }

    private static NiceTicks Range(IEnumerable<double> values, int about, double leastStep = 0)
    {
        double least = double.MaxValue, most = double.MinValue;
        foreach (var value in values)
        {
            if (!double.IsFinite(value)) continue;
            least = Math.Min(least, value);
            most = Math.Max(most, value);
        }
        return least > most ? new NiceTicks(0, 1, 0.2) : NiceTicks.Cover(least, most, about, leastStep);
    }

    private static void Check(IReadOnlyList<CurveSeries> series)
    {
        ArgumentNullException.ThrowIfNull(series);
        if (series.Count == 0) throw new ArgumentException("Expected at least one series, found none.", nameof(series));
        foreach (var each in series)
        {
            if (each.X.Count != each.Y.Count) throw new ArgumentException($"Series \"{each.Name}\": expected as many y values as x values ({each.X.Count}), found {each.Y.Count}.", nameof(series));
            for (var i = 0; i < each.X.Count; i++)
            {
                if (!double.IsFinite(each.X[i])) throw new ArgumentException($"Series \"{each.Name}\": x value {i} is {each.X[i]}, expected a finite number.", nameof(series));
                if (i > 0 && each.X[i] < each.X[i - 1]) throw new ArgumentException($"Series \"{each.Name}\": x value {i} ({each.X[i]}) is below the one before it ({each.X[i - 1]}).", nameof(series));
            }
        }
    }
}
