using Attend.Text.Metrics;
using CsCheck;

namespace Attend.Tests.Property;

public sealed class MetricsPropertyTests
{
    private static readonly string[] Labels = ["a", "b", "c", "d"];

    private sealed record Example(int Predicted, int Expected, float[] Probabilities);

    private static readonly Gen<Example> GenExample =
        Gen.Select(Gen.Int[0, 3], Gen.Int[0, 3], Gen.Int[1, 100].Array[4], (predicted, expected, weights) =>
            new Example(predicted, expected, [.. weights.Select(weight => weight / (float)weights.Sum())]));

    private static readonly Gen<int[]> GenSet = Gen.Int[0, 15].Select(bits => Enumerable.Range(0, 4).Where(i => (bits >> i & 1) == 1).ToArray());

    [Fact]
    public void OrderOfExamplesDoesNotMatter() =>
        Gen.Select(GenExample.Array[0, 40], Gen.Int[1, 1000]).Sample((examples, seed) =>
        {
            var shuffled = examples.ToArray();
            new Random(seed).Shuffle(shuffled);
            AssertEqual(Measure(examples).Result(), Measure(shuffled).Result());
        });

    [Fact]
    public void MergedBatchesEqualTheWhole() =>
        GenExample.Array[0, 10].Array[1, 5].Sample(batches =>
        {
            var merged = new ClassificationMetrics(Labels);
            foreach (var batch in batches) merged.Merge(Measure(batch));
            var whole = Measure([.. batches.SelectMany(batch => batch)]);
            AssertEqual(whole.Result(), merged.Result());
            Assert.Equal(whole.Report().ConfusionMatrix, merged.Report().ConfusionMatrix);
            Assert.Equal(whole.Report().Notes, merged.Report().Notes);
        });

    [Fact]
    public void MicroAveragesEqualAccuracyWhereEachExampleHasOneLabel() =>
        GenExample.Array[0, 40].Sample(examples =>
        {
            var report = Measure(examples).Report();
            Assert.Equal(report.Accuracy, report.Micro.Precision);
            Assert.Equal(report.Accuracy, report.Micro.Recall);
            Assert.Equal(report.Accuracy, report.Micro.F1);
            Assert.Equal(report.Accuracy, report.Weighted.Recall, 12);
        });

    [Fact]
    public void FiguresStayInTheirBounds() =>
        GenExample.Array[0, 40].Sample(examples =>
        {
            foreach (var (name, value) in Measure(examples).Result())
            {
                var (least, most) = name switch { "matthews_correlation" => (-1.0, 1.0), "log_loss" => (0.0, 17.0), _ => (0.0, 1.0 + 1e-6) };
                Assert.True(value >= least && value <= most, $"{name} = {value}");
            }
        });

    [Fact]
    public void PerfectAnswersScoreOne() =>
        GenExample.Array[1, 40].Sample(examples =>
        {
            var report = Measure([.. examples.Select(example => example with { Predicted = example.Expected })]).Report();
            Assert.Equal((1.0, 1.0, 1.0), (report.Accuracy, report.Macro.F1, report.Micro.F1));
            if (examples.Select(example => example.Expected).Distinct().Count() > 1) Assert.Equal(1.0, report.MatthewsCorrelation);
        });

    [Fact]
    public void OneLabelPerExampleIsACaseOfSeveralLabels() =>
        GenExample.Array[0, 40].Sample(examples =>
        {
            var several = new MultiLabelMetrics(Labels);
            foreach (var example in examples) several.Add(new ClassAnswer(example.Predicted), new ClassAnswer(example.Expected));
            var (one, other) = (Measure(examples).Report(), several.Report());
            Assert.Equal(one.Accuracy, other.Accuracy);
            Assert.Equal(one.Macro, other.Macro);
            Assert.Equal(one.Weighted, other.Weighted);
            Assert.Equal(one.PerLabel, other.PerLabel);
        });

    [Fact]
    public void SwappingGoldAndPredictedSwapsPrecisionAndRecall() =>
        Gen.Select(GenSet, GenSet).Array[0, 30].Sample(examples =>
        {
            var forward = new MultiLabelMetrics(Labels);
            var backward = new MultiLabelMetrics(Labels);
            foreach (var (predicted, expected) in examples)
            {
                forward.Add(new ClassAnswer(predicted), new ClassAnswer(expected));
                backward.Add(new ClassAnswer(expected), new ClassAnswer(predicted));
            }
            var (one, other) = (forward.Report(), backward.Report());
            Assert.Equal(one.Micro, new PrecisionRecallF1(other.Micro.Recall, other.Micro.Precision, other.Micro.F1));
            Assert.Equal(one.HammingLoss, other.HammingLoss);
            Assert.All(forward.Result().Values, value => Assert.InRange(value, 0, 1));
        });

    [Fact]
    public void RocAreaIsTheShareOfPairsInOrder() =>
        Gen.Select(Gen.Int[0, 5], Gen.Bool).Array[0, 30].Sample(examples =>
        {
            var metrics = new RankingMetrics(["no", "yes"]);
            foreach (var (score, gold) in examples) metrics.Add(new ClassAnswer(0, [0, score]), new ClassAnswer(gold ? 1 : 0));
            var pairs = examples.Where(e => e.Item2).SelectMany(_ => examples.Where(e => !e.Item2), (p, n) => p.Item1 > n.Item1 ? 1 : p.Item1 == n.Item1 ? 0.5 : 0).ToArray();
            if (pairs.Length == 0) Assert.Empty(metrics.Result());
            else Assert.Equal(pairs.Average(), metrics.Result()["roc_auc"], 12);
        });

    private static ClassificationMetrics Measure(Example[] examples)
    {
        var metrics = new ClassificationMetrics(Labels);
        foreach (var example in examples) metrics.Add(example.Predicted, example.Expected, example.Probabilities);
        return metrics;
    }

    private static void AssertEqual(IReadOnlyDictionary<string, double> expected, IReadOnlyDictionary<string, double> actual)
    {
        Assert.Equal(expected.Keys, actual.Keys);
        foreach (var (name, value) in expected) Assert.Equal(value, actual[name], 12);
    }
}
