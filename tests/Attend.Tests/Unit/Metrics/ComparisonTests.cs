using Attend.Text.Data;
using Attend.Text.Metrics;

namespace Attend.Tests.Unit.Metrics;

public sealed class ComparisonTests
{
    private static readonly string[] Labels = ["no", "yes"];

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(0, 5, 0.0625)]
    [InlineData(3, 9, 0.14599609375)]     // 2 * (1 + 12 + 66 + 220) / 4096
    [InlineData(12, 12, 1)]
    public void FewDisagreementsAreTestedExactly(long first, long second, double expected)
    {
        var test = McNemarTest.Of(first, second);
        Assert.Equal(expected, test.PValue, 12);
        Assert.Equal("exact-binomial", test.Method);
    }

    // Expected: erfc(sqrt(statistic / 2)) of the C library.
    [Theory]
    [InlineData(30, 10, 361 / 40.0, 0.002663119259)]
    [InlineData(25, 15, 81 / 40.0, 0.154728923485)]
    [InlineData(20, 20, 0, 1)]
    [InlineData(500, 400, 9801 / 900.0, 0.000966848)]
    public void ManyDisagreementsAreTestedByChiSquare(long first, long second, double statistic, double expected)
    {
        var test = McNemarTest.Of(first, second);
        Assert.Equal(expected, test.PValue, 8);
        Assert.Equal("chi-square-continuity", test.Method);
        Assert.Equal(test.PValue, McNemarTest.Of(second, first).PValue);
        Assert.Equal(statistic, first == second ? 0 : Math.Pow(Math.Abs(first - second) - 1, 2) / (first + second), 12);
    }

    [Fact]
    public void BetterSystemIsTold()
    {
        var test = Compare(400, secondIsRight: i => i % 5 != 0, firstIsRight: i => i % 5 is not (0 or 1));
        var accuracy = test.Result()["accuracy"];
        Assert.Equal((0.6, 0.8), (accuracy.First, accuracy.Second));
        Assert.Equal(0.2, accuracy.Difference, 12);
        Assert.InRange(accuracy.Interval.Low, 0.13, 0.19);
        Assert.InRange(accuracy.Interval.High, 0.21, 0.27);
        Assert.Equal(1, accuracy.SecondHigherShare);
        Assert.True(accuracy.BootstrapP < 0.01 && accuracy.RandomizationP < 0.01, $"{accuracy}");
    }

    [Fact]
    public void EqualSystemsAreNot()
    {
        var accuracy = Compare(200, firstIsRight: i => i % 3 == 0, secondIsRight: i => i % 3 == 1).Result()["accuracy"];
        Assert.True(accuracy.BootstrapP > 0.3 && accuracy.RandomizationP > 0.5, $"{accuracy}");
        Assert.InRange(accuracy.SecondHigherShare, 0.2, 0.8);
        var same = Compare(50, firstIsRight: i => i % 3 == 0, secondIsRight: i => i % 3 == 0).Result()["accuracy"];
        Assert.Equal((0.0, 0.5), (same.Difference, same.SecondHigherShare));
        Assert.Equal((1.0, 1.0), (same.BootstrapP, same.RandomizationP));
    }

    [Fact]
    public void RandomizationIsTheSignTestWhereAnswersAreRightOrWrong()
    {
        // 3 against 9 disagreements: exchanging at random reaches this difference with the probability of 3 or fewer, or 9 or more, of 12.
        var test = Compare(100, firstIsRight: i => i is < 3 or >= 12, secondIsRight: i => i >= 3);
        Assert.Equal(McNemarTest.Of(3, 9).PValue, test.Result()["accuracy"].RandomizationP, 0.01);
    }

    [Fact]
    public void BootstrapAgreesWithTheNormalApproximation()
    {
        // 40 against 60 disagreements of 400: the difference is 0.05 with the deviation sqrt(100/400 - 0.05²) / 20, so that z = 2.010.
        var accuracy = Compare(400, firstIsRight: i => i is < 40 or >= 100, secondIsRight: i => i >= 40).Result()["accuracy"];
        Assert.Equal(0.05, accuracy.Difference, 12);
        Assert.Equal(0.0444, accuracy.BootstrapP, 0.025);
        Assert.Equal(0.05 - 1.96 * 0.02487, accuracy.Interval.Low, 0.006);
        Assert.Equal(0.05 + 1.96 * 0.02487, accuracy.Interval.High, 0.006);
    }

    [Fact]
    public void NumbersAreComparedByTheirCorrelations()
    {
        var test = new PairedRegressionTest(new PairedTestOptions { RandomizationTrials = 1000 });
        Assert.Empty(test.Result());
        foreach (var (first, second, gold) in new[] { (1.0, 1.0, 1.0), (2, 3, 2), (4, 2, 3), (3, 4, 4) }) test.Add(first, second, gold);
        var figures = test.Result();
        // First: errors 0, 0, 1, -1; ranks 1 2 4 3. Second: errors 0, 1, -1, 0; ranks 1 3 2 4. Either way 1 - 6 · 2 / (4 · 15) = 0.8.
        Assert.Equal(0.8, figures["spearman"].First, 12);
        Assert.Equal(0.8, figures["spearman"].Second, 12);
        Assert.Equal((0.5, 0.5), (figures["mse"].First, figures["mse"].Second));
        Assert.Equal((1.0, 1.0), (figures["mse"].RandomizationP, figures["mse"].BootstrapP));
        Assert.Throws<ArgumentException>(() => test.Add(double.NaN, 0, 0));
    }

    [Fact]
    public void BetterNumbersAreTold()
    {
        var test = new PairedRegressionTest(new PairedTestOptions { RandomizationTrials = 1000 });
        var (first, second) = (new RegressionMetrics(), new RegressionMetrics());
        var random = new DeterministicRandom(5);
        for (var i = 0; i < 300; i++)
        {
            var gold = random.NextDouble();
            var (rough, fine) = (gold + random.NextDouble(), gold + 0.5 * random.NextDouble());
            test.Add(rough, fine, gold);
            first.Add(rough, gold);
            second.Add(fine, gold);
        }
        foreach (var (name, figure) in test.Result())
        {
            Assert.Equal((first.Result()[name], second.Result()[name]), (figure.First, figure.Second));
            Assert.True(figure.BootstrapP < 0.01 && figure.RandomizationP < 0.01, $"{name}: {figure}");
            Assert.InRange(figure.Difference, figure.Interval.Low, figure.Interval.High);
        }
    }

    [Fact]
    public void SwappingTheSystemsTurnsTheSigns()
    {
        var (forward, backward) = (new PairedTest<TextAnswer>(new BleuMetrics()), new PairedTest<TextAnswer>(new BleuMetrics()));
        for (var i = 0; i < 40; i++)
        {
            var (first, second, gold) = (new TextAnswer($"the small {i % 4} cat sat here"), new TextAnswer($"the {i % 3} cat sat here now"), new TextAnswer($"the small {i % 5} cat sat here now"));
            forward.Add(first, second, gold);
            backward.Add(second, first, gold);
        }
        var (one, other) = (forward.Result()["bleu"], backward.Result()["bleu"]);
        Assert.Equal(one.Difference, -other.Difference, 9);
        Assert.Equal(one.SecondHigherShare, 1 - other.SecondHigherShare, 9);
        Assert.Equal(one.BootstrapP, other.BootstrapP, 9);
        Assert.Equal(one.RandomizationP, other.RandomizationP, 9);
    }

    [Fact]
    public void SignatureNamesTheTests()
    {
        var test = new PairedTest<ClassAnswer>(new ClassificationMetrics(Labels));
        Assert.Equal($"paired|bs:1000|weights:multinomial|interval:percentile-95|ar:10000|p:two-sided,bs-shifted,ties-count,(c+1)/(n+1)|seed:1|version:{LabelSet.Version}", test.Signature);
        Assert.Empty(test.Result());
        Assert.Throws<ArgumentOutOfRangeException>(() => new PairedTest<ClassAnswer>(new ClassificationMetrics(Labels), new PairedTestOptions { RandomizationTrials = -1 }));
    }

    // sacreBLEU's own test, on the two real systems: the better one is better at p < .01.
    [Fact]
    public void RealSystemsDiffer()
    {
        var (_, first, references) = SacreBleuSets.Read("promt-rule-based");
        var second = SacreBleuSets.Read("lium-nmt").Predicted;
        var test = new PairedTest<TextAnswer>(new BleuMetrics(), new PairedTestOptions { RandomizationTrials = 1000 });
        for (var i = 0; i < first.Length; i++) test.Add(new TextAnswer(first[i]), new TextAnswer(second[i]), new TextAnswer(references[0][i]));
        var bleu = test.Result()["bleu"];
        Assert.Equal(18.937937971090996, bleu.First, 10);
        Assert.Equal(30.00482965952256, bleu.Second, 10);
        Assert.Equal((1 / 1001.0, 1 / 1001.0), (bleu.BootstrapP, bleu.RandomizationP));
    }

    [Fact]
    public void SlicesAreMeasuredApart()
    {
        var byLabel = new SliceTable<ClassAnswer>("gold label", () => new ClassificationMetrics(Labels));
        var byLength = new SliceTable<ClassAnswer>("length", () => new BootstrapMetric<ClassAnswer>(new ClassificationMetrics(Labels)), SliceKind.Length);
        for (var i = 0; i < 40; i++)
        {
            var (predicted, gold) = (new ClassAnswer(i % 4 == 0 ? 1 : 0), new ClassAnswer(i % 4 < 3 ? 0 : 1));
            byLabel.Add(Labels[gold.Labels[0]], predicted, gold);
            byLength.Add(i, predicted, gold);
        }
        Assert.Equal([("no", 30L), ("yes", 10L)], byLabel.Slices().Select(slice => (slice.Name, slice.ExampleCount)));
        Assert.Equal([20 / 30.0, 0.0], byLabel.Slices().Select(slice => slice.Figures["accuracy"]));
        Assert.Equal(["0", "1", "2", "3-4", "5-8", "9-16", "17-32", "33-64"], byLength.Slices().Select(slice => slice.Name));
        Assert.Equal([1L, 1, 1, 2, 4, 8, 16, 7], byLength.Slices().Select(slice => slice.ExampleCount));
        Assert.NotEmpty(byLength.Slices()[^1].Intervals);
        Assert.Empty(byLabel.Slices()[0].Intervals);
    }

    [Fact]
    public void TooManyNamesArePutTogether()
    {
        var table = new SliceTable<SpanAnswer>("column", () => new SpanMetrics(), mostSlices: 2);
        foreach (var name in new[] { "a", "b", "b", "c", "d", "a", null }) table.Add(name, new SpanAnswer(["O"]), new SpanAnswer(["O"]));
        Assert.Equal([("a", 2L), ("b", 2L), ("(other)", 3L)], table.Slices().Select(slice => (slice.Name, slice.ExampleCount)));
        Assert.Throws<InvalidOperationException>(() => table.Add(3, new SpanAnswer(["O"]), new SpanAnswer(["O"])));
    }

    [Fact]
    public void CurveHasAPointForEachScore()
    {
        var metrics = new RankingMetrics(Labels);
        foreach (var (score, gold) in new[] { (0.9f, 1), (0.8f, 0), (0.8f, 1), (0.3f, 0), (0.1f, 1) }) metrics.Add(new ClassAnswer(0, [1 - score, score]), new ClassAnswer(gold));
        var curve = metrics.PrecisionRecallCurve(1);
        Assert.Equal([1, 2 / 3.0, 0.5, 0.6], curve.Select(point => point.Precision));
        Assert.Equal([1 / 3.0, 2 / 3.0, 2 / 3.0, 1], curve.Select(point => point.Recall));
        var area = curve.Zip(curve.Prepend(new(0, 1, 0)), (point, before) => (point.Recall - before.Recall) * point.Precision).Sum();
        Assert.Equal(metrics.Result()["average_precision"], area, 12);
        Assert.Throws<ArgumentOutOfRangeException>(() => metrics.PrecisionRecallCurve(0));
        Assert.Empty(new RankingMetrics(Labels).PrecisionRecallCurve(1));
    }

    [Fact]
    public void ReliabilityBinsAddUpToTheCalibrationError()
    {
        var metrics = new ClassificationMetrics(Labels);
        var random = new DeterministicRandom(3);
        for (var i = 0; i < 100; i++)
        {
            var yes = (float)random.NextDouble();
            metrics.Add(yes > 0.5f ? 1 : 0, random.Next(2), [1 - yes, yes]);
        }
        var report = metrics.Report();
        Assert.Equal(15, report.ReliabilityBins.Length);
        Assert.Equal(100, report.ReliabilityBins.Sum(bin => bin.Count));
        Assert.Equal(report.CalibrationError!.Value, report.ReliabilityBins.Sum(bin => bin.Count * Math.Abs(bin.Accuracy - bin.Confidence)) / 100, 6);
        foreach (var bin in report.ReliabilityBins.Where(bin => bin.Count > 0)) Assert.InRange(bin.Confidence, bin.Low, bin.High);
        Assert.Empty(new ClassificationMetrics(Labels).Report().ReliabilityBins);
    }

    private static PairedTest<ClassAnswer> Compare(int count, Func<int, bool> firstIsRight, Func<int, bool> secondIsRight)
    {
        var test = new PairedTest<ClassAnswer>(new ClassificationMetrics(Labels));
        for (var i = 0; i < count; i++) test.Add(new ClassAnswer(firstIsRight(i) ? 1 : 0), new ClassAnswer(secondIsRight(i) ? 1 : 0), new ClassAnswer(1));
        return test;
    }
}
