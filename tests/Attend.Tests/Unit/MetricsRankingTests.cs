using Attend.Text.Metrics;

namespace Attend.Tests.Unit;

public sealed class MetricsRankingTests
{
    [Fact]
    public void AgreesWithHandComputedRanking()
    {
        // Scores .1 .35+ .4 .8+: of four positive-negative pairs three are in order; precision 1 at recall 1/2, 2/3 at recall 1.
        var result = Rank((0.1f, 0), (0.4f, 0), (0.35f, 1), (0.8f, 1));
        Assert.Equal(0.75, result["roc_auc"], 12);
        Assert.Equal(5.0 / 6, result["average_precision"], 12);
    }

    [Fact]
    public void TiesCountHalf()
    {
        var result = Rank((0.5f, 0), (0.5f, 1), (0.5f, 0), (0.5f, 1), (0.5f, 1));
        Assert.Equal(0.5, result["roc_auc"], 12);
        Assert.Equal(0.6, result["average_precision"], 12);
        Assert.Equal(0.75, Rank((0.5f, 0), (0.5f, 1), (0.9f, 1))["roc_auc"], 12);
    }

    [Fact]
    public void ScoresNeedNotBeProbabilities() =>
        Assert.Equal(1, Rank((-7f, 0), (3f, 1), (12f, 1))["roc_auc"]);

    [Fact]
    public void UndefinedLabelsAreLeftOutAndNoted()
    {
        var metrics = new RankingMetrics(["a", "b", "never"]);
        metrics.Add(new ClassAnswer(0, [0.9f, 0.1f, 0f]), new ClassAnswer(0));
        metrics.Add(new ClassAnswer(0, [0.2f, 0.8f, 0f]), new ClassAnswer(1));
        Assert.Equal(1, metrics.Result()["roc_auc"]);
        Assert.Equal("Without both positive and negative examples, left out of ROC-AUC and average precision: \"never\".", Assert.Single(metrics.Notes()));
    }

    [Fact]
    public void NothingToRankGivesNoFigure()
    {
        Assert.Empty(Rank((0.3f, 1), (0.4f, 1)));
        Assert.Empty(new RankingMetrics(["a", "b"]).Result());
    }

    [Fact]
    public void SeveralLabelsAreRankedOneByOne()
    {
        var metrics = new RankingMetrics(["a", "b"], multiLabel: true);
        metrics.Add(new ClassAnswer([], [0.9f, 0.9f]), new ClassAnswer([0, 1]));
        metrics.Add(new ClassAnswer([], [0.1f, 0.95f]), new ClassAnswer([]));
        Assert.Equal(0.5, metrics.Result()["roc_auc"], 12);
        Assert.Equal(0.75, metrics.Result()["average_precision"], 12);
    }

    [Fact]
    public void BadAnswersAreRefusedAndChangeNothing()
    {
        var metrics = new RankingMetrics(["a", "b"]);
        metrics.Add(new ClassAnswer(0, [0.9f, 0.1f]), new ClassAnswer(0));
        metrics.Add(new ClassAnswer(0, [0.8f, 0.2f]), new ClassAnswer(1));
        Assert.Contains("no probabilities", Assert.Throws<ArgumentException>(() => metrics.Add(new ClassAnswer(0), new ClassAnswer(0))).Message);
        Assert.Contains("not finite", Assert.Throws<ArgumentException>(() => metrics.Add(new ClassAnswer(0, [0f, float.PositiveInfinity]), new ClassAnswer(0))).Message);
        Assert.Throws<ArgumentException>(() => metrics.Add(new ClassAnswer(0, [0f, 1f]), new ClassAnswer([0, 1])));
        Assert.Equal(1, metrics.Result()["roc_auc"]);
    }

    private static IReadOnlyDictionary<string, double> Rank(params (float Score, int Gold)[] examples)
    {
        var metrics = new RankingMetrics(["negative", "positive"]);
        foreach (var (score, gold) in examples) metrics.Add(new ClassAnswer(0, [1 - score, score]), new ClassAnswer(gold));
        return metrics.Result();
    }
}
