using System.Text.Json;
using Attend.Text.Metrics;

namespace Attend.Tests.Unit;

/// <summary>Folders as evaluations leave them, made by hand.</summary>
internal static class EvaluationFixture
{
    public const string Hash = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    /// <summary>An evaluation by a metric, whose answers give its figures.</summary>
    public static string Write<TAnswer>(TemporaryFolder folder, string run, string task, IMetric<TAnswer> metric, IEnumerable<(TAnswer Predicted, TAnswer Gold, object Line)> answers, string hash = Hash, string name = "test")
    {
        var path = folder.File(run, "evaluation", name);
        Directory.CreateDirectory(path);
        using var stream = File.Create(Path.Combine(path, EvaluationCard.PredictionsFile));
        var count = 0;
        foreach (var (predicted, gold, line) in answers)
        {
            metric.Add(predicted, gold);
            EvaluationCard.WriteLine(stream, line);
            count++;
        }
        IReadOnlyList<IMetric<TAnswer>> metrics = metric is MetricSet<TAnswer> set ? set.Metrics : [metric];
        (EvaluationCard.Of(folder.File(run), task, new DataCard($"{name}.tsv", hash, count),
            [.. metrics.SelectMany(each => each.Result().Select(figure => new MeasuredFigure(figure.Key, figure.Value, null, each.Signature)))]) with
        { IntervalSignature = "bootstrap" }).Write(path);
        return folder.File(run);
    }

    /// <summary>A run of a classifier of two labels that answers right where it is told to.</summary>
    public static string Classifier(TemporaryFolder folder, string run, IReadOnlyList<bool> right, string hash = Hash, string name = "test", string[]? labels = null)
    {
        labels ??= ["no", "yes"];
        return Write(folder, run, "text classification", new ClassificationMetrics(labels), right.Select((isRight, i) =>
        {
            var (gold, given) = (i % 2, isRight ? i % 2 : 1 - i % 2);
            var probabilities = labels.Select((_, label) => label == given ? 0.75f : 0.25f / (labels.Length - 1)).ToArray();
            return (new ClassAnswer(given, probabilities), new ClassAnswer(gold),
                (object)new { Line = i + 2L, Text = $"text {i}", Gold = new[] { labels[gold] }, Predicted = new[] { labels[given] }, Probabilities = labels.Zip(probabilities).ToDictionary(entry => entry.First, entry => entry.Second) });
        }), hash, name);
    }

    /// <summary>A run card beside the evaluation.</summary>
    public static void Card(string run, Func<RunCard, RunCard> change)
    {
        using var empty = JsonDocument.Parse("{}");
        change(new RunCard
        {
            Status = "finished",
            Task = "text classification",
            Started = default,
            Train = new("train.tsv", new string('b', 64), 10),
            Format = empty.RootElement.Clone(),
            Options = new(),
            TaskOptions = empty.RootElement.Clone(),
        }).Write(run);
    }
}
