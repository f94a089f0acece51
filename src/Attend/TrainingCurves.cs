using Attend.Plots;
using Attend.Training;

namespace Attend;

/// <summary>A run's losses, metrics and learning rate over its updates, as a picture.</summary>
internal static class TrainingCurves
{
    // Enough points for any width; a longer log is averaged down to this many.
    private const int MaxPoints = 400;
    private static readonly string[] ShownMetrics = ["accuracy", "f1_macro", "f1_micro", "spearman", "mean_reciprocal_rank", "recall_at_1", "bleu", "chrf", "rougeL", "exact_match"];

    public static byte[] Png(string folder, RunCard card)
    {
        var log = RunFolder.ReadLog(folder);
        var epochs = card.History.Where(epoch => epoch.DevMetrics.Count > 0).ToArray();
        double[] ends = [.. epochs.Select(epoch => (double)epoch.Update)];
        var series = new List<CurveSeries>();
        var groups = log.Chunk(Math.Max(1, (log.Count + MaxPoints - 1) / MaxPoints)).ToArray();
        double[] updates = [.. groups.Select(group => group.Average(record => (double)record.Update))];
        if (log.Count > 0) series.Add(new CurveSeries("train", "loss", updates, [.. groups.Select(group => group.Average(record => record.Loss))]));
        if (epochs.Length > 0)
        {
            // A loss that depends on the cut into batches has no value on dev data.
            if (epochs.Any(epoch => double.IsFinite(epoch.DevLoss))) series.Add(new CurveSeries("dev", "loss", ends, [.. epochs.Select(epoch => epoch.DevLoss)]));
            foreach (var metric in ShownMetrics.Where(epochs[0].DevMetrics.ContainsKey).Take(2))
                series.Add(new CurveSeries(metric, "dev metrics", ends, [.. epochs.Select(epoch => epoch.DevMetrics.GetValueOrDefault(metric, double.NaN))]));
        }
        if (log.Count > 0) series.Add(new CurveSeries("learning rate", "learning rate", updates, [.. groups.Select(group => group.Average(record => record.LearningRate))]));
        return CurvesPlot.Png("Training", "update", series);
    }

    /// <summary>Losses and accuracies of pre-training.</summary>
    public static byte[] PretrainingPng(string folder, RunCard card)
    {
        var log = RunFolder.ReadLog(folder);
        var groups = log.Chunk(Math.Max(1, (log.Count + MaxPoints - 1) / MaxPoints)).ToArray();
        double[] updates = [.. groups.Select(group => group.Average(record => (double)record.Update))];
        double[] Mean(string figure) => [.. groups.Select(group => group.Average(record => record.Figures?.GetValueOrDefault(figure, double.NaN) ?? double.NaN))];
        var judged = card.History.Where(stretch => stretch.DevMetrics.ContainsKey("mlm_loss")).ToArray();
        double[] places = [.. judged.Select(stretch => (double)stretch.Update)];
        var series = new List<CurveSeries>();
        foreach (var (metric, panel) in new[] { ("mlm_loss", "loss of hidden words, nats"), ("mlm_accuracy", "accuracy of hidden words"), ("nsp_accuracy", "accuracy of pairs") })
        {
            if (log.Count > 0 && log[^1].Figures?.ContainsKey(metric) == true) series.Add(new CurveSeries("train", panel, updates, Mean(metric)));
            if (judged.Length > 0 && judged[^1].DevMetrics.ContainsKey(metric))
                series.Add(new CurveSeries("held out", panel, places, [.. judged.Select(stretch => stretch.DevMetrics.GetValueOrDefault(metric, double.NaN))]));
        }
        series.Add(new CurveSeries("learning rate", "learning rate", updates, [.. groups.Select(group => group.Average(record => record.LearningRate))]));
        return CurvesPlot.Png("Pre-training", "update", series);
    }
}
