using Attend.Text.Metrics;

namespace Attend.Tests.Unit.Metrics;

public sealed class RegressionMetricsTests
{
    [Fact]
    public void FiguresFollowTheirDefinitions()
    {
        var figures = Measure((1, 2), (2, 1), (3, 4), (4, 3), (5, 5)).Result();
        Assert.Equal(0.8, figures["pearson"], 12);
        Assert.Equal(0.8, figures["spearman"], 12);
        Assert.Equal(4 / 5.0, figures["mse"], 12);
    }

    [Fact]
    public void TiesShareTheMeanOfTheirRanks()
    {
        // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: 4.5 / sqrt(4.5 * 5).
        var figures = Measure((1, 10), (2, 20), (2, 30), (9, 40)).Result();
        Assert.Equal(4.5 / Math.Sqrt(4.5 * 5), figures["spearman"], 12);
    }

    [Fact]
    public void RisingFunctionsHaveFullRankCorrelation()
    {
        var figures = Measure([.. Enumerable.Range(1, 20).Select(i => (Math.Exp(i), (double)i))]).Result();
        Assert.Equal(1, figures["spearman"], 12);
        Assert.InRange(figures["pearson"], 0.3, 0.9);
    }

    [Fact]
    public void LargeMeansCostNoDigits()
    {
        var figures = Measure((1e9 + 1, 1), (1e9 + 2, 2), (1e9 + 3, 3)).Result();
        Assert.Equal(1, figures["pearson"], 12);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(3)]
    public void NoCorrelationWithAConstant(double constant)
    {
        var metrics = Measure((1, constant), (2, constant), (3, constant));
        Assert.Equal(["mse"], metrics.Result().Keys);
        Assert.Equal(["All gold numbers are the same: no correlation is defined."], metrics.Notes());
    }

    [Fact]
    public void NothingIsSaidAboutNothing()
    {
        var metrics = new RegressionMetrics();
        Assert.Empty(metrics.Result());
        Assert.Empty(metrics.Intervals());
        Assert.Equal(["No example was measured."], metrics.Notes());
        Assert.Contains("not finite", Assert.Throws<ArgumentException>(() => metrics.Add(double.NaN, 1)).Message);
        Assert.Throws<ArgumentException>(() => metrics.Add(1, double.PositiveInfinity));
    }

    [Fact]
    public void IntervalsSurroundTheFigures()
    {
        var metrics = Measure([.. Enumerable.Range(0, 200).Select(i => (i + 37.0 * (i * 7919 % 23), (double)i))]);
        var (figures, intervals) = (metrics.Result(), metrics.Intervals());
        Assert.Equal(figures.Keys, intervals.Keys);
        foreach (var (name, interval) in intervals) Assert.InRange(figures[name], interval.Low, interval.High);
        Assert.InRange(intervals["spearman"].High - intervals["spearman"].Low, 0.05, 0.4);
        Assert.Equal(intervals, metrics.Intervals());
    }

    private static RegressionMetrics Measure(params (double Predicted, double Expected)[] examples)
    {
        var metrics = new RegressionMetrics();
        foreach (var (predicted, expected) in examples) metrics.Add(predicted, expected);
        return metrics;
    }
}
