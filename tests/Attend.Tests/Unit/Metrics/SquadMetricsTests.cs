using System.Text.Json;
using Attend.Text.Data;
using Attend.Text.Metrics;

namespace Attend.Tests.Unit.Metrics;

public sealed class SquadMetricsTests
{
    [Theory]
    [InlineData("The  Cat's-meow!", "cats meow", 0.0, 0.0)] // "catsmeow" is one word
    [InlineData("The Cat, an animal", "cat a animal", 1.0, 1.0)]
    [InlineData("the red house", "a house of red bricks", 0.0, 2 * 1.0 * 0.5 / 1.5)]
    [InlineData("theatre", "the atre", 0.0, 0.0)]
    [InlineData("the", "a", 1.0, 0.0)] // both empty: equal, but nothing in common
    [InlineData("caf\u00e9 the\u0301", "caf\u00e9 \u0301", 1.0, 1.0)] // to Python a combining mark is no part of a word
    [InlineData("\u0130stanbul", "i\u0307stanbul", 1.0, 1.0)]
    [InlineData("ΟΔΟΣ", "οδος", 1.0, 1.0)]
    public void WordsAreComparedByTheRulesOf11(string predicted, string gold, double exact, double f1)
    {
        var figures = Measure(SquadRules.Squad11, (predicted, [gold]));
        Assert.Equal(100 * exact, figures["exact_match"], 10);
        Assert.Equal(100 * f1, figures["f1"], 10);
    }

    [Fact]
    public void BestGoldCountsAndMissingAnswersStayInTheTotal()
    {
        var metrics = new SquadMetrics(SquadRules.Squad11);
        metrics.Add(new QuestionAnswer("Saint Denis"), new QuestionAnswer(["Paris", "saint denis"]));
        metrics.Add(new QuestionAnswer([]), new QuestionAnswer(["Paris"]));
        Assert.Equal(50, metrics.Result()["exact_match"]);
        Assert.Equal(50, metrics.Result()["f1"]);
        Assert.Contains("without any prediction: 1", Assert.Single(metrics.Notes()));
        Assert.Empty(new SquadMetrics(SquadRules.Squad20).Result());
        Assert.Contains("no gold answer", Assert.Throws<ArgumentException>(() => metrics.Add(new QuestionAnswer(""), new QuestionAnswer([]))).Message);
    }

    [Fact]
    public void EmptyAnswersAreJudgedByEqualityIn20()
    {
        var metrics = new SquadMetrics(SquadRules.Squad20);
        metrics.Add(new QuestionAnswer(""), new QuestionAnswer([]));
        metrics.Add(new QuestionAnswer("the"), new QuestionAnswer([]));       // normalises to nothing
        metrics.Add(new QuestionAnswer("Paris"), new QuestionAnswer([]));
        metrics.Add(new QuestionAnswer("in Paris"), new QuestionAnswer(["Paris", "the"])); // "the" is dropped
        metrics.Add(new QuestionAnswer(""), new QuestionAnswer(["Paris"]));
        metrics.Add(new QuestionAnswer(""), new QuestionAnswer(["the"]));     // no gold is left
        var figures = metrics.Result();
        Assert.Equal(100 * 3 / 6.0, figures["exact_match"], 10);
        Assert.Equal(100 * (3 + 2.0 / 3) / 6, figures["f1"], 10);
        Assert.Equal(100 / 3.0, figures["has_answer_exact_match"], 10);
        Assert.Equal(100 * (1 + 2.0 / 3) / 3, figures["has_answer_f1"], 10);
        Assert.Equal(200 / 3.0, figures["no_answer_accuracy"], 10);
    }

    [Fact]
    public void BestThresholdIsFoundAmongTheScores()
    {
        var metrics = new SquadMetrics(SquadRules.Squad20);
        metrics.Add(new QuestionAnswer("a b", 0.1), new QuestionAnswer(["a b c"]));
        metrics.Add(new QuestionAnswer("x", 0.2), new QuestionAnswer(["x"]));
        metrics.Add(new QuestionAnswer("y", 0.7), new QuestionAnswer([]));
        metrics.Add(new QuestionAnswer("z", 0.9), new QuestionAnswer(["z"]));
        metrics.Add(new QuestionAnswer("w", 0.9), new QuestionAnswer([]));
        var best = metrics.BestThreshold()!;
        // Answered up to .2: one exact of two (the first shares 1 of its words "b" with "b c"), and both unanswerable ones right.
        Assert.Equal(new ThresholdFigure(60, 0.2), best.ExactMatch);
        Assert.Equal(0.2, best.F1.Threshold);
        Assert.Equal(100 * (2.0 / 3 + 1 + 2) / 5, best.F1.Value, 10);
        metrics.Add(new QuestionAnswer("w"), new QuestionAnswer([]));
        Assert.Null(metrics.BestThreshold());
    }

    [Theory]
    [InlineData("《红楼梦》", "红楼梦", 100, 100)]
    [InlineData("在北京大学", "北京大学", 0, 100 * 2 * 0.8 / 1.8)]
    [InlineData("北京和大学", "北京大学", 0, 100 * 2 * (0.4 * 0.5) / 0.9)] // the longest stretch, not all in common
    [InlineData("Windows XP系统", "windows xp 系统", 0, 100)]
    [InlineData("上海", "北京", 0, 0)]
    public void ChineseAnswersAreComparedByCharacters(string predicted, string gold, double exact, double f1)
    {
        var figures = Measure(SquadRules.Cmrc2018, (predicted, [gold]));
        Assert.Equal(exact, figures["exact_match"], 10);
        Assert.Equal(f1, figures["f1"], 10);
    }

    [Fact]
    public void SignaturesNameTheRules()
    {
        Assert.StartsWith("squad|rules:1.1|", new SquadMetrics(SquadRules.Squad11).Signature, StringComparison.Ordinal);
        Assert.Contains("rules:2.0|", new SquadMetrics(SquadRules.Squad20).Signature, StringComparison.Ordinal);
        Assert.Contains("segments:chinese-characters", new SquadMetrics(SquadRules.Cmrc2018).Signature, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bert")]
    [InlineData("logistic-regression-baseline")]
    [InlineData("match-lstm-with-ans-ptr")]
    [InlineData("r-net")]
    public void AgreesWithTheOfficialScoresOfPublishedSystems(string system)
    {
        using var expected = JsonDocument.Parse(File.ReadAllText(Repository.SharedData("squad-v1.1", "expected-metrics.json")));
        using var data = Parse("dev-part1.json.gz");
        using var predictions = Parse($"predictions-{system}.dev-part1.json.gz");
        var metrics = new SquadMetrics(SquadRules.Squad11);
        foreach (var article in data.RootElement.GetProperty("data").EnumerateArray())
            foreach (var paragraph in article.GetProperty("paragraphs").EnumerateArray())
                foreach (var question in paragraph.GetProperty("qas").EnumerateArray())
                {
                    var golds = new QuestionAnswer([.. question.GetProperty("answers").EnumerateArray().Select(answer => answer.GetProperty("text").GetString()!)]);
                    var isAnswered = predictions.RootElement.TryGetProperty(question.GetProperty("id").GetString()!, out var answer);
                    metrics.Add(isAnswered ? new QuestionAnswer(answer.GetString()!) : new QuestionAnswer([]), golds);
                }
        var row = expected.RootElement.GetProperty("dev-part1").GetProperty(system);
        Assert.Equal(row.GetProperty("exact_match").GetDouble(), metrics.Result()["exact_match"], 10);
        Assert.Equal(row.GetProperty("f1").GetDouble(), metrics.Result()["f1"], 10);
        Assert.Equal(row.GetProperty("missing").GetInt32() > 0, metrics.Notes().Length > 0);
    }

    private static JsonDocument Parse(string name) => JsonDocument.Parse(string.Join('\n', PlainTextFile.Read(Repository.SharedData("squad-v1.1", name))));

    private static IReadOnlyDictionary<string, double> Measure(SquadRules rules, params (string Predicted, string[] Golds)[] answers)
    {
        var metrics = new SquadMetrics(rules);
        foreach (var (predicted, golds) in answers) metrics.Add(new QuestionAnswer(predicted), new QuestionAnswer(golds));
        return metrics.Result();
    }
}
