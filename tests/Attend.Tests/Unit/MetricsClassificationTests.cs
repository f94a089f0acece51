using System.Text.Json;
using Attend.Text.Metrics;

namespace Attend.Tests.Unit;

public sealed class MetricsClassificationTests
{
    [Fact]
    public void AgreesWithHandComputedTable()
    {
        // gold 0 1 2 2 0, predicted 0 0 2 1 0: the values printed in scikit-learn's guide to its classification report.
        var report = Measure(3, (0, 0), (0, 1), (2, 2), (1, 2), (0, 0));

        Assert.Equal(5, report.ExampleCount);
        Assert.Equal(0.6, report.Accuracy, 12);
        Assert.Equal(new LabelScore("label 0", 2.0 / 3, 1, 0.8, 2, 3, 2), report.PerLabel[0]);
        Assert.Equal(new LabelScore("label 1", 0, 0, 0, 1, 1, 0), report.PerLabel[1]);
        Assert.Equal(new LabelScore("label 2", 1, 0.5, 2.0 / 3, 2, 1, 1), report.PerLabel[2]);
        AssertScore(5.0 / 9, 0.5, 22.0 / 45, report.Macro);
        AssertScore(2.0 / 3, 0.6, 44.0 / 75, report.Weighted);
        AssertScore(0.6, 0.6, 0.6, report.Micro);
        Assert.Empty(report.Notes);
        Assert.Null(report.LogLoss);
        Assert.Null(report.CalibrationError);
    }

    [Fact]
    public void ConfusionMatrixHasGoldInRows()
    {
        var matrix = Measure(3, (0, 2), (0, 0), (2, 2), (2, 2), (0, 0), (2, 1)).ConfusionMatrix;
        Assert.Equal([[2, 0, 0], [0, 0, 1], [1, 0, 2]], matrix);
    }

    [Fact]
    public void MatthewsCorrelationOfTwoLabels()
    {
        // gold + + + -, predicted + - + +: (2·0 - 1·1) / sqrt(3·3·1·1).
        Assert.Equal(-1.0 / 3, Measure(2, (1, 1), (0, 1), (1, 1), (1, 0)).MatthewsCorrelation!.Value, 12);
        Assert.Equal(1, Measure(2, (1, 1), (0, 0), (1, 1)).MatthewsCorrelation);
        Assert.Equal(-1, Measure(2, (0, 1), (1, 0)).MatthewsCorrelation);
    }

    [Fact]
    public void MatthewsCorrelationStaysExactForLargeCounts()
    {
        // Doubling the counts 31 times changes no ratio.
        var metrics = New(3);
        foreach (var (predicted, expected) in new[] { (0, 0), (0, 1), (2, 2), (1, 2), (0, 0) }) metrics.Add(predicted, expected);
        var small = metrics.Report().MatthewsCorrelation!.Value;
        for (var i = 0; i < 31; i++) metrics.Merge(metrics);
        Assert.Equal(5L << 31, metrics.Report().ExampleCount);
        Assert.Equal(small, metrics.Report().MatthewsCorrelation!.Value, 15);
    }

    [Fact]
    public void LogLossIsTheMeanNaturalLogarithm()
    {
        var metrics = New(2);
        metrics.Add(1, 1, [0.1f, 0.9f]);
        metrics.Add(0, 0, [0.9f, 0.1f]);
        metrics.Add(0, 0, [0.8f, 0.2f]);
        metrics.Add(1, 1, [0.35f, 0.65f]);
        Assert.Equal(-(2 * Math.Log(0.9) + Math.Log(0.8) + Math.Log(0.65)) / 4, metrics.Report().LogLoss!.Value, 6);
        Assert.Equal(0.21616, metrics.Result()["log_loss"], 5);
    }

    [Fact]
    public void LogLossOfACertainMistakeIsFinite()
    {
        var metrics = New(2);
        metrics.Add(0, 1, [1f, 0f]);
        Assert.Equal(-Math.Log(Math.Pow(2, -23)), metrics.Report().LogLoss!.Value, 9);
    }

    [Fact]
    public void CalibrationErrorWeighsBinsByTheirSize()
    {
        // Three answers at confidence .9 of which two are right: |2/3 - .9|; one at .6, right: |1 - .6|.
        var metrics = New(2);
        metrics.Add(0, 0, [0.9f, 0.1f]);
        metrics.Add(0, 0, [0.9f, 0.1f]);
        metrics.Add(0, 1, [0.9f, 0.1f]);
        metrics.Add(1, 1, [0.4f, 0.6f]);
        Assert.Equal((3 * (0.9 - 2.0 / 3) + 0.4) / 4, metrics.Report().CalibrationError!.Value, 6);
    }

    [Theory]
    [InlineData(0.79f, 0.81f, 0.51)] // apart, as 12/15 lies between: (|1 - .79| + |0 - .81|) / 2
    [InlineData(0.81f, 0.85f, 0.33)] // together: |1 - (.81 + .85)| / 2
    [InlineData(0.8f, 0.74f, 0.27)] // together: 12/15 belongs to the bin below it
    [InlineData(0.8f, 0.85f, 0.525)] // apart
    public void CalibrationBinsEndAtFifteenths(float right, float wrong, double expected)
    {
        var metrics = New(2);
        metrics.Add(0, 0, [right, 1 - right]);
        metrics.Add(0, 1, [wrong, 1 - wrong]);
        Assert.Equal(expected, metrics.Report().CalibrationError!.Value, 6);
    }

    [Fact]
    public void AgreesWithScikitLearnOnTwoHundredExamples()
    {
        // Computed by scikit-learn 1.2.1 from the same stream of numbers; the calibration error and the means over labels 0-3 with numpy.
        var stream = new Stream();
        var metrics = New(5);
        var ranking = new RankingMetrics(Names(5));
        for (var i = 0; i < 200; i++)
        {
            var gold = stream.Next() % 4;
            var weights = Enumerable.Range(0, 5).Select(_ => 1 + stream.Next() % 50).ToArray();
            weights[gold] += 30;
            float sum = weights.Sum();
            var probabilities = weights.Select(weight => weight / sum).ToArray();
            var predicted = Array.IndexOf(weights, weights.Max());
            metrics.Add(new ClassAnswer(predicted, probabilities), new ClassAnswer(gold));
            ranking.Add(new ClassAnswer(predicted, probabilities), new ClassAnswer(gold));
        }
        var report = metrics.Report();
        Assert.Equal(0.785, report.Accuracy, 12);
        AssertScore(0.6783092254646371, 0.6290351629502573, 0.6520647971797691, report.Macro);
        AssertScore(0.850969588344126, 0.785, 0.8158194257340909, report.Weighted);
        Assert.Equal(0.7241194181809611, report.MatthewsCorrelation!.Value, 12);
        Assert.Equal(1.04291147, report.LogLoss!.Value, 7);
        Assert.Equal(0.4103303458541632, report.CalibrationError!.Value, 6);
        Assert.Equal([[41, 1, 3, 2, 6], [3, 42, 3, 2, 5], [2, 2, 35, 4, 1], [0, 3, 3, 39, 3], [0, 0, 0, 0, 0]], report.ConfusionMatrix);
        Assert.Equal("Predicted but without a gold example, recall set to 0: \"label 4\".", Assert.Single(report.Notes));
        Assert.Equal(0.9463357909075379, ranking.Result()["roc_auc"], 12);
        Assert.Equal(0.8752263285330334, ranking.Result()["average_precision"], 12);

        var several = new MultiLabelMetrics(Names(5));
        for (var i = 0; i < 200; i++)
        {
            List<int> gold = [], predicted = [];
            for (var label = 0; label < 5; label++)
            {
                var has = stream.Next() % 3 == 0;
                if (has) gold.Add(label);
                if (stream.Next() % 4 != 0 == has) predicted.Add(label);
            }
            several.Add(new ClassAnswer(predicted), new ClassAnswer(gold));
        }
        report = several.Report();
        Assert.Equal(0.24, report.Accuracy, 12);
        Assert.Equal(0.248, report.HammingLoss!.Value, 12);
        AssertScore(0.5832965502186022, 0.7655039103289898, 0.6604348203819079, report.Macro);
        AssertScore(0.5807228915662651, 0.765079365079365, 0.6602739726027398, report.Micro);
        AssertScore(0.5862776015055448, 0.765079365079365, 0.6620973028501458, report.Weighted);
        AssertScore(0.544, 0.65, 0.5616785714285715, report.Samples!);
    }

    [Fact]
    public void EveryDivisionByZeroIsNoted()
    {
        var notes = Measure(4, (1, 0), (1, 0)).Notes;
        Assert.Contains("Never predicted, precision set to 0: \"label 0\".", notes);
        Assert.Contains("Predicted but without a gold example, recall set to 0: \"label 1\".", notes);
        Assert.Contains("Neither gold nor predicted, left out of the macro average: \"label 2\", \"label 3\".", notes);
        Assert.Contains("All gold labels are the same, Matthews correlation set to 0.", notes);
    }

    [Fact]
    public void LabelsThatDoNotOccurLeaveTheMacroAverageAlone() =>
        Assert.Equal(Measure(2, (0, 0), (1, 1), (0, 1)).Macro, Measure(9, (0, 0), (1, 1), (0, 1)).Macro);

    [Fact]
    public void NoExampleGivesZerosAndSaysSo()
    {
        var report = New(2).Report();
        Assert.Equal((0, 0.0, 0.0, 0.0), (report.ExampleCount, report.Accuracy, report.Macro.F1, report.MatthewsCorrelation!.Value));
        Assert.Contains("No example was measured: every figure is 0.", report.Notes);
    }

    [Fact]
    public void ProbabilitiesForSomeExamplesOnlyAreNoted()
    {
        var metrics = New(2);
        metrics.Add(0, 0, [1f, 0f]);
        metrics.Add(0, 0);
        Assert.Contains("Only 1 of 2 examples came with probabilities: log loss and calibration error are over those.", metrics.Report().Notes);
    }

    [Fact]
    public void BadAnswersAreRefusedAndChangeNothing()
    {
        var metrics = New(2);
        metrics.Add(0, 0, [0.5f, 0.5f]);
        var before = JsonSerializer.Serialize(metrics.Report());

        Assert.Contains("[0, 2)", Assert.Throws<ArgumentOutOfRangeException>(() => metrics.Add(2, 0)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => metrics.Add(0, -1));
        Assert.Contains("found 3", Assert.Throws<ArgumentException>(() => metrics.Add(0, 0, [1f, 0f, 0f])).Message);
        Assert.Contains("sum to 0.5", Assert.Throws<ArgumentException>(() => metrics.Add(0, 0, [0.25f, 0.25f])).Message);
        Assert.Contains("not logits", Assert.Throws<ArgumentException>(() => metrics.Add(0, 0, [3f, -2f])).Message);
        Assert.Contains("NaN", Assert.Throws<ArgumentException>(() => metrics.Add(0, 0, [float.NaN, 1f])).Message);
        Assert.Contains("exactly one label", Assert.Throws<ArgumentException>(() => metrics.Add(new ClassAnswer([0, 1]), new ClassAnswer(0))).Message);
        Assert.Throws<ArgumentException>(() => metrics.Add(new ClassAnswer(0), new ClassAnswer([])));
        Assert.Throws<ArgumentException>(() => metrics.Merge(new ClassificationMetrics(["label 1", "label 0"])));

        Assert.Equal(before, JsonSerializer.Serialize(metrics.Report()));
    }

    [Fact]
    public void BadLabelListsAreRefused()
    {
        Assert.Contains("at least 2", Assert.Throws<ArgumentException>(() => new ClassificationMetrics(["one"])).Message);
        Assert.Contains("Labels 0 and 2", Assert.Throws<ArgumentException>(() => new ClassificationMetrics(["a", "b", "a"])).Message);
        Assert.Contains("at most 16384", Assert.Throws<ArgumentException>(() => New(16_385)).Message);
    }

    [Fact]
    public void SignaturesNameEveryChoice()
    {
        Assert.Equal(
            "classification|labels:3|average:micro+macro+weighted|macro-over:gold-or-predicted|zero-division:0|mcc:gorodkin-rk|logloss:ln,clip-1.19e-07|ece:predicted-label,15-equal-bins|version:attend-0.1.0",
            New(3).Signature);
        Assert.Equal(
            "multi-label|labels:3|average:micro+macro+weighted+samples|macro-over:gold-or-predicted|accuracy:exact-set|zero-division:0|version:attend-0.1.0",
            new MultiLabelMetrics(Names(3)).Signature);
        Assert.Contains("binary,positive-1", new RankingMetrics(Names(2)).Signature, StringComparison.Ordinal);
        Assert.Contains("macro,one-vs-rest", new RankingMetrics(Names(2), multiLabel: true).Signature, StringComparison.Ordinal);
    }

    [Fact]
    public void ReportSurvivesJson()
    {
        var metrics = New(3);
        metrics.Add(0, 1, [0.5f, 0.25f, 0.25f]);
        var report = metrics.Report();
        var json = JsonSerializer.Serialize(report);
        var again = JsonSerializer.Deserialize<ClassificationReport>(json)!;
        Assert.Equal(json, JsonSerializer.Serialize(again));
        Assert.Equal(report.ConfusionMatrix, again.ConfusionMatrix);
        Assert.Equal(report.PerLabel, again.PerLabel);
    }

    [Fact]
    public void MostConfusedPairsComeFirst()
    {
        var report = Measure(3, (1, 0), (2, 0), (2, 0), (0, 0), (1, 2), (1, 1));
        Assert.Equal(
            [new ConfusedPair("label 0", "label 2", 2, 0.5), new ConfusedPair("label 0", "label 1", 1, 0.25)],
            report.MostConfusedPairs(2));
        Assert.Equal(3, report.MostConfusedPairs(100).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => report.MostConfusedPairs(-1));
    }

    internal static string[] Names(int count) => [.. Enumerable.Range(0, count).Select(i => $"label {i}")];

    private static ClassificationMetrics New(int labels) => new(Names(labels));

    private static ClassificationReport Measure(int labels, params (int Predicted, int Expected)[] answers)
    {
        var metrics = New(labels);
        foreach (var (predicted, expected) in answers) metrics.Add(predicted, expected);
        return metrics.Report();
    }

    private static void AssertScore(double precision, double recall, double f1, PrecisionRecallF1 actual)
    {
        Assert.Equal(precision, actual.Precision, 12);
        Assert.Equal(recall, actual.Recall, 12);
        Assert.Equal(f1, actual.F1, 12);
    }

    // A linear congruential generator, so that another language can draw the same numbers.
    private sealed class Stream
    {
        private long _state = 42;

        public int Next() => (int)((_state = (1103515245 * _state + 12345) % (1L << 31)) >> 8);
    }
}
