using Attend.Plots;
using Attend.Text.Data;
using Attend.Text.Metrics;
using SkiaSharp;

namespace Attend.Tests.Unit;

/// <summary>Pictures of alignments, reliability, precision against recall, and spans.</summary>
public sealed class PlotsOfMetricsTests
{
    [Fact]
    public void EveryWeightHasTheColourOfItsShare()
    {
        // Cells of 38 points without a seam; the largest has its number on it.
        var colors = Colors(AlignmentPlot.Png(["好", "的"], ["all", "right", "."], new[,] { { 0.5, 0.25, 0.25 }, { 0.01, 0, 0.99 } }));
        Assert.InRange(colors.GetValueOrDefault(PlotColors.OfShare(0.25)), 2 * 4000, 2 * 4 * 38 * 38 + 100);
        Assert.InRange(colors.GetValueOrDefault(PlotColors.OfShare(0.5)), 4000, 4 * 38 * 38 + 100);
        Assert.InRange(colors.GetValueOrDefault(PlotColors.OfShare(0.99)), 4000, 4 * 38 * 38 + 100);
        // What is below 2 % is drawn as nothing, and so is the sample in the legend.
        Assert.InRange(colors.GetValueOrDefault(PlotColors.Nothing), 2 * 5400, 2 * 4 * 38 * 38 + 700);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(60, 3)]
    [InlineData(3, 200)]
    [InlineData(900, 700)]
    public void AlignmentsOfAnyLengthAreDrawn(int targetCount, int sourceCount)
    {
        var weights = new double[targetCount, sourceCount];
        for (var i = 0; i < targetCount; i++) weights[i, i % sourceCount] = 1;
        using var picture = SKBitmap.Decode(AlignmentPlot.Png(Words(targetCount), Words(sourceCount), weights));
        Assert.InRange(Math.Max(picture.Width, picture.Height), 100, 7000);
        // Up to two hundred words each has a row of at least 14 points, at one or two pixels to the point.
        if (targetCount <= 200) Assert.True(picture.Height >= 14 * targetCount);
        if (sourceCount <= 200) Assert.True(picture.Width >= 14 * sourceCount);

        static string[] Words(int count) => [.. Enumerable.Range(0, count).Select(i => $"第{i}Donaudampfschifffahrtsgesellschaftskapitän")];
    }

    [Fact]
    public void BadAlignmentsAreRefused()
    {
        Assert.Contains("2 target words x 1 source words, found 1 x 1", Assert.Throws<ArgumentException>(() => AlignmentPlot.Png(["a", "b"], ["c"], new double[1, 1])).Message);
        Assert.Contains("target word 0 on source word 0 is NaN", Assert.Throws<ArgumentException>(() => AlignmentPlot.Png(["a"], ["c"], new[,] { { double.NaN } })).Message);
        Assert.Contains("1 to 1,000 words, found 0", Assert.Throws<ArgumentException>(() => AlignmentPlot.Png([], ["c"], new double[0, 1])).Message);
    }

    [Fact]
    public void BarsReachTheShareThatIsRight()
    {
        // Of 3 answers that are nearly sure, 2 are right; one of 1 that is at a loss. A bar is 1/15 of 400 points wide, less two.
        var metrics = new ClassificationMetrics(["a", "b"]);
        foreach (var expected in new[] { 0, 0, 1 }) metrics.Add(0, expected, [0.99f, 0.01f]);
        metrics.Add(0, 0, [0.5f, 0.5f]);
        var bars = Colors(ReliabilityPlot.Png(metrics.Report().ReliabilityBins)).GetValueOrDefault(PlotColors.OfShare(0.15));
        var expectedArea = (400 / 15.0 - 2) * 4 * (400 * (2 / 3.0 + 1) + 84 * (1 + 1 / 3.0));
        Assert.InRange(bars, 0.85 * expectedArea, expectedArea + 200);
        Assert.Throws<ArgumentException>(() => ReliabilityPlot.Png([]));
    }

    [Fact]
    public void IntervalOfAShareIsWilsons()
    {
        // 8 of 10: .490 and .943 (Newcombe 1998 gives such values for the score method).
        var (low, high) = ReliabilityPlot.Wilson(0.8, 10);
        Assert.Equal(0.490, low, 0.0005);
        Assert.Equal(0.943, high, 0.0005);
        Assert.Equal(1, ReliabilityPlot.Wilson(1, 5).High, 12);
        Assert.Equal(0, ReliabilityPlot.Wilson(0, 5).Low, 12);
    }

    [Fact]
    public void CurvesOfPrecisionAreDrawnInTheirColours()
    {
        var ranking = new RankingMetrics(["差评", "好评"]);
        for (var i = 0; i < 5000; i++) ranking.Add(new ClassAnswer(0, [0, i % 97 / 97f + i % 2 * 0.3f]), new ClassAnswer(i % 2));
        var series = new PrecisionRecallSeries("好评", ranking.PrecisionRecallCurve(1), ranking.AveragePrecision(1)!.Value) { Decision = (0.5, 0.5) };
        var one = Colors(PrecisionRecallPlot.Png(series));
        var two = Colors(PrecisionRecallPlot.Png(series, series with { Name = "a name that is much too long to be written out in the legend beside the picture", Decision = null }));
        Assert.True(one[PlotColors.OfLine(0)] > 500 && !one.ContainsKey(PlotColors.OfLine(1)));
        Assert.True(two.ContainsKey(PlotColors.OfLine(1)));
        Assert.Throws<ArgumentException>(() => PrecisionRecallPlot.Png());
        Assert.Contains("has no points", Assert.Throws<ArgumentException>(() => PrecisionRecallPlot.Png(series with { Points = [] })).Message);
    }

    [Fact]
    public void SpansThatAreMissedOrMadeUpHaveCellsOfTheirOwn()
    {
        var metrics = new SpanMetrics();
        // Found, taken for another, missed; one made up.
        metrics.Add(new SpanAnswer([new LabeledSpan(0, 1, "人名"), new LabeledSpan(2, 3, "place"), new LabeledSpan(8, 9, "place")]),
            new SpanAnswer([new LabeledSpan(0, 1, "人名"), new LabeledSpan(2, 3, "人名"), new LabeledSpan(4, 5, "人名"), new LabeledSpan(6, 7, "人名")]));
        var colors = Colors(ConfusionMatrixPlot.SpanPng(metrics.Report()));
        // Row 人名: a quarter each found and taken for another, half missed; row place: nothing; row made up: all place, and the last cell is white.
        const int cell = 109 * 109 * 4;
        Assert.InRange(colors.GetValueOrDefault(PlotColors.OfShare(0.25)), 2 * 45_000, 2 * cell + 1000);
        Assert.InRange(colors.GetValueOrDefault(PlotColors.OfShare(0.5)), 45_000, cell + 1000);
        Assert.InRange(colors.GetValueOrDefault(PlotColors.OfShare(1)), 45_000, cell + 1000);
        Assert.InRange(colors.GetValueOrDefault(PlotColors.Nothing), 4 * 45_000, 4 * cell + 1000);
        Assert.NotEmpty(ConfusionMatrixPlot.SpanPng(new SpanMetrics().Report()));
    }

    private static Dictionary<SKColor, int> Colors(byte[] png)
    {
        using var picture = SKBitmap.Decode(png);
        return picture.Pixels.CountBy(pixel => pixel).ToDictionary();
    }
}
