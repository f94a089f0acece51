using System.Text.Json;
using Attend.Text.Data;
using Attend.Text.Metrics;

namespace Attend.Tests.Unit.Metrics;

public sealed class SpanMetricsTests
{
    [Fact]
    public void ContinuationWithoutBeginningIsASpanToConllevalAndNoneToStrictIob2()
    {
        var (lenient, strict) = (new SpanMetrics(), new SpanMetrics(TagScheme.Iob2));
        foreach (var metrics in new[] { lenient, strict }) Add(metrics, "B-NP I-NP O", "I-NP I-NP O");
        Assert.Equal(1.0, lenient.Result()["f1_micro"]);
        Assert.Equal(0.0, strict.Result()["f1_micro"]);
        Assert.Equal(2.0 / 3, lenient.Result()["token_accuracy"], 12);
    }

    [Fact]
    public void AveragesOverGoldAndPredictedLabels()
    {
        var metrics = new SpanMetrics();
        Add(metrics, "B-A B-B O B-A", "O B-B B-C B-A");
        var report = metrics.Report();
        AssertScore(2.0 / 3, 2.0 / 3, 2.0 / 3, report.Micro);
        AssertScore(2.0 / 3, 0.5, 5.0 / 9, report.Macro);
        AssertScore(1, 2.0 / 3, 7.0 / 9, report.Weighted);
        Assert.Equal(["A", "B", "C"], report.PerLabel.Select(score => score.Label));
        Assert.Equal(["Predicted but without a gold span, recall set to 0: \"C\"."], report.Notes);
        AssertScore(report.Macro.Precision, report.Macro.Recall, report.Macro.F1,
            new(metrics.Result()["precision_macro"], metrics.Result()["recall_macro"], metrics.Result()["f1_macro"]));
    }

    [Fact]
    public void ConfusionTellsLabelErrorsFromBoundaryErrorsAndInventions()
    {
        var metrics = new SpanMetrics();
        Add(metrics, "B-A I-A O B-B O B-A I-A O O", "B-B I-B O B-B O B-A O O B-C");
        var report = metrics.Report();
        Assert.Equal(["A", "B", "C", "(none)"], report.ConfusionLabels);
        Assert.Equal([[0, 1, 0, 1], [0, 1, 0, 0], [0, 0, 0, 0], [1, 0, 1, 0]], report.ConfusionMatrix);
        Assert.Equal(1, report.BoundaryErrorCount);
        var json = JsonSerializer.Serialize(report);
        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize<SpanReport>(json)));
    }

    [Fact]
    public void SpansAreMeasuredLikeTheirTags()
    {
        string[] gold = ["B-A", "I-A", "O", "B-B"], predicted = ["B-A", "I-A", "B-B", "I-B"];
        var (byTags, bySpans) = (new SpanMetrics(), new SpanMetrics());
        byTags.Add(new SpanAnswer(predicted), new SpanAnswer(gold));
        bySpans.Add(new SpanAnswer(SpanTags.ToSpans(predicted)), new SpanAnswer(SpanTags.ToSpans(gold)));
        foreach (var (name, value) in bySpans.Result()) Assert.Equal(byTags.Result()[name], value);
        Assert.False(bySpans.Result().ContainsKey("token_accuracy"));
        Assert.Null(bySpans.Report().TokenAccuracy);
    }

    [Fact]
    public void NoExampleGivesZeros()
    {
        var metrics = new SpanMetrics();
        Assert.All(metrics.Result().Values, value => Assert.Equal(0, value));
        Assert.Equal(["No example was measured: every figure is 0."], metrics.Report().Notes);
        Add(metrics, "O O", "O O");
        Assert.Equal(0, metrics.Result()["f1_micro"]);
        Assert.Equal(1, metrics.Result()["token_accuracy"]);
    }

    [Fact]
    public void BadAnswersAreRefusedAndCountNothing()
    {
        var metrics = new SpanMetrics(TagScheme.Iob2);
        Assert.Contains("2 tags were predicted for 3 words", Assert.Throws<ArgumentException>(() => Add(metrics, "O O O", "O O")).Message);
        Assert.Contains("'E-A' is no tag of IOB2, whose prefixes are O, B, I", Assert.Throws<FormatException>(() => Add(metrics, "O", "E-A")).Message);
        Assert.Contains("'person' is no tag", Assert.Throws<FormatException>(() => Add(new SpanMetrics(), "O", "person")).Message);
        Assert.Throws<ArgumentException>(() => metrics.Add(new SpanAnswer(["O"]), new SpanAnswer(Array.Empty<LabeledSpan>())));
        Assert.Equal(0, metrics.Report().ExampleCount);
    }

    [Fact]
    public void SignatureNamesTheMode()
    {
        Assert.StartsWith("spans|mode:conlleval|match:boundaries+label|", new SpanMetrics().Signature, StringComparison.Ordinal);
        Assert.Contains("mode:strict-BIOES|", new SpanMetrics(TagScheme.Bioes).Signature, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wnut17", TagScheme.Iob2)]
    [InlineData("resume", TagScheme.Bioes)]
    public void AgreesWithSeqevalOnRealData(string name, TagScheme scheme)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Repository.SharedData("metric-vectors", "ner.json")));
        var expected = file.RootElement.GetProperty(name);
        foreach (var (mode, metrics) in new[] { ("seqeval_default", new SpanMetrics()), ("seqeval_strict", new SpanMetrics(scheme)) })
        {
            foreach (var (gold, predicted) in TagPairs(Repository.SharedData("metric-vectors", $"ner-{name}.txt.gz"))) metrics.Add(new SpanAnswer(predicted), new SpanAnswer(gold));
            var report = metrics.Report();
            Assert.Equal(expected.GetProperty("sentences").GetInt64(), report.ExampleCount);
            Assert.Equal(expected.GetProperty("token_accuracy").GetDouble(), report.TokenAccuracy!.Value, 14);
            var values = expected.GetProperty(mode);
            AssertScore(values.GetProperty("micro_precision").GetDouble(), values.GetProperty("micro_recall").GetDouble(), values.GetProperty("micro_f1").GetDouble(), report.Micro);
            Assert.Equal(values.GetProperty("macro_f1").GetDouble(), report.Macro.F1, 14);
            var table = values.GetProperty("report");
            foreach (var score in report.PerLabel)
            {
                var row = table.GetProperty(score.Label);
                AssertScore(Number(row, "precision"), Number(row, "recall"), Number(row, "f1-score"), new(score.Precision, score.Recall, score.F1));
                Assert.Equal(Number(row, "support"), score.Support);
            }
            Assert.Equal(report.PerLabel.Length + 3, table.EnumerateObject().Count());
            AssertScore(Number(table.GetProperty("macro avg"), "precision"), Number(table.GetProperty("macro avg"), "recall"), Number(table.GetProperty("macro avg"), "f1-score"), report.Macro);
            AssertScore(Number(table.GetProperty("weighted avg"), "precision"), Number(table.GetProperty("weighted avg"), "recall"), Number(table.GetProperty("weighted avg"), "f1-score"), report.Weighted);
        }
    }

    internal static IEnumerable<(string[] Gold, string[] Predicted)> TagPairs(string path)
    {
        var (gold, predicted) = (new List<string>(), new List<string>());
        foreach (var line in PlainTextFile.Read(path).Append(""))
        {
            if (line.Length > 0)
            {
                var columns = line.Split(' ');
                gold.Add(columns[0]);
                predicted.Add(columns[1]);
            }
            else if (gold.Count > 0)
            {
                yield return ([.. gold], [.. predicted]);
                gold.Clear();
                predicted.Clear();
            }
        }
    }

    private static double Number(JsonElement row, string name) => row.GetProperty(name).GetDouble();

    private static void Add(SpanMetrics metrics, string gold, string predicted) => metrics.Add(new SpanAnswer(predicted.Split(' ')), new SpanAnswer(gold.Split(' ')));

    private static void AssertScore(double precision, double recall, double f1, PrecisionRecallF1 actual)
    {
        Assert.Equal(precision, actual.Precision, 14);
        Assert.Equal(recall, actual.Recall, 14);
        Assert.Equal(f1, actual.F1, 14);
    }
}
