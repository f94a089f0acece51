using Attend.Plots;
using Attend.Training;

namespace Attend;

/// <summary>A run's losses, metrics and learning rate over its updates, as a picture.</summary>
internal static class TrainingCurves
{
    // Enough points for any width; a longer log is averaged down to this many.
    private const int MaxPoints = 400;
    private static readonly string[] ShownMetrics = ["accuracy", "f1_macro", "f1_micro"];

    public static byte[] Png(string folder, RunCard card)
    {
        var log = RunFolder.ReadLog(folder);
        var epochs = card.History.Where(epoch => double.IsFinite(epoch.DevLoss)).ToArray();
        double[] ends = [.. epochs.Select(epoch => (double)epoch.Update)];
        var series = new List<CurveSeries>();
        var groups = log.Chunk(Math.Max(1, (log.Count + MaxPoints - 1) / MaxPoints)).ToArray();
        double[] updates = [.. groups.Select(group => group.Average(record => (double)record.Update))];
        if (log.Count > 0) series.Add(new CurveSeries("train", "loss", updates, [.. groups.Select(group => group.Average(record => record.Loss))]));
        if (epochs.Length > 0)
        {
            series.Add(new CurveSeries("dev", "loss", ends, [.. epochs.Select(epoch => epoch.DevLoss)]));
            foreach (var metric in ShownMetrics.Where(epochs[0].DevMetrics.ContainsKey).Take(2))
                series.Add(new CurveSeries(metric, "dev metrics", ends, [.. epochs.Select(epoch => epoch.DevMetrics[metric])]));
        }
        if (log.Count > 0) series.Add(new CurveSeries("learning rate", "learning rate", updates, [.. groups.Select(group => group.Average(record => record.LearningRate))]));
        return CurvesPlot.Png("Training", "update", series);
    }
}
