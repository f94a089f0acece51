using Attend.Text.Metrics;

namespace Attend.Tests.Unit;

public sealed class MetricsMultiLabelTests
{
    [Fact]
    public void AgreesWithHandComputedTable()
    {
        // gold {} {0,1,2} {1,2}, predicted {} {0,1,2} {0,1}: F1 per label 2/3, 1, 2/3.
        var report = Measure(3, ([], []), ([0, 1, 2], [2, 1, 0]), ([0, 1], [1, 2]));
        Assert.Equal([2.0 / 3, 1, 2.0 / 3], report.PerLabel.Select(label => label.F1));
        Assert.Equal(new LabelScore("label 0", 0.5, 1, 2.0 / 3, 1, 2, 1), report.PerLabel[0]);
        Assert.Equal(2.0 / 3, report.Accuracy, 12);
        Assert.Equal(2.0 / 9, report.HammingLoss!.Value, 12);
        Assert.Equal(0.8, report.Micro.F1, 12);
        Assert.Equal(7.0 / 9, report.Macro.F1, 12);
        Assert.Equal((2.0 / 3 + 2 + 4.0 / 3) / 5, report.Weighted.F1, 12);
        Assert.Equal((0 + 1 + 0.5) / 3, report.Samples!.F1, 12);
        Assert.Contains("Examples without any label that were given none: 1; right for accuracy, but 0 in the samples average.", report.Notes);
        Assert.Empty(report.ConfusionMatrix);
        Assert.Null(report.MatthewsCorrelation);
        Assert.Empty(report.MostConfusedPairs(3));
    }

    [Fact]
    public void HammingLossCountsSingleDecisions() =>
        Assert.Equal(0.75, Measure(2, ([], [1]), ([], [0, 1])).HammingLoss!.Value, 12);

    [Fact]
    public void MergedHalvesEqualTheWhole()
    {
        var whole = new MultiLabelMetrics(MetricsClassificationTests.Names(3));
        var halves = new[] { new MultiLabelMetrics(MetricsClassificationTests.Names(3)), new MultiLabelMetrics(MetricsClassificationTests.Names(3)) };
        (int[], int[])[] answers = [([0], [0]), ([1, 2], [2]), ([], [1]), ([0, 2], [0, 1, 2])];
        for (var i = 0; i < answers.Length; i++)
        {
            var (predicted, expected) = answers[i];
            whole.Add(new ClassAnswer(predicted), new ClassAnswer(expected));
            halves[i % 2].Add(new ClassAnswer(predicted), new ClassAnswer(expected));
        }
        halves[0].Merge(halves[1]);
        var merged = halves[0].Result();
        foreach (var (name, value) in whole.Result()) Assert.Equal(value, merged[name], 12);
    }

    [Fact]
    public void BadAnswersAreRefusedAndChangeNothing()
    {
        var metrics = new MultiLabelMetrics(["a", "b"]);
        metrics.Add(new ClassAnswer([0, 1]), new ClassAnswer([0, 1]));
        Assert.Contains("\"b\") occurs twice", Assert.Throws<ArgumentException>(() => metrics.Add(new ClassAnswer([1, 1]), new ClassAnswer([1]))).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => metrics.Add(new ClassAnswer([0]), new ClassAnswer([2])));
        Assert.Throws<ArgumentException>(() => metrics.Merge(new MultiLabelMetrics(["a"])));
        Assert.Equal((1, 1.0), (metrics.Report().ExampleCount, metrics.Report().Micro.F1));
    }

    private static ClassificationReport Measure(int labels, params (int[] Predicted, int[] Expected)[] answers)
    {
        var metrics = new MultiLabelMetrics(MetricsClassificationTests.Names(labels));
        foreach (var (predicted, expected) in answers) metrics.Add(new ClassAnswer(predicted), new ClassAnswer(expected));
        return metrics.Report();
    }
}
