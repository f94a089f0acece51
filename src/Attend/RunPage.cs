using System.Text.Json;
using Attend.Plots;
using Attend.Text.Metrics;
using Attend.Training;

namespace Attend;

/// <summary>run.html: what run.json says, for readers.</summary>
internal static class RunPage
{
    public const string FileName = "run.html";

    // More do not fit beside each other; run.json has them all.
    private const int MetricsOfEpochs = 4;

    /// <summary>Writes the page into a run's folder.</summary>
    public static void Write(string folder, RunCard card)
    {
        var sections = new List<ReportSection>();
        if (card.History.Count > 0)
        {
            sections.Add(new ReportPicture("Course", TrainingCurves.Png(folder, card), "Losses, dev metrics and learning rate over the updates."));
            sections.Add(Epochs(card));
        }
        sections.Add(Options(card));
        var best = card.History.FirstOrDefault(epoch => epoch.Epoch == card.BestEpoch);
        HtmlReport.Save(Path.Combine(folder, FileName), new ReportContent
        {
            Title = $"How {Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)))} was trained",
            Facts = [new ReportFact("Task", card.Task), new ReportFact("Status", card.Status), new ReportFact("Begun", $"{card.Started:yyyy-MM-dd HH:mm} UTC"), .. RunFacts.Of(card)],
            Figures = best is null ? [] :
            [
                .. best.DevMetrics.Where(figure => figure.Key == card.PrimaryMetric).Concat(best.DevMetrics.Where(figure => figure.Key != card.PrimaryMetric))
                    .Select(figure => FigureDefinitions.Describe(new MeasuredFigure(figure.Key, figure.Value, figure.Key == card.PrimaryMetric ? best.Interval : null, card.MetricSignature ?? figure.Key))),
            ],
            Notes = best is null ? [] : ["The figures are those on the dev data, of the epoch that was chosen by them: a little too good. Measure on other data: attend evaluate."],
            Sections = sections,
            Signatures = card.IntervalSignature is { } signature ? [signature] : [],
        });
    }

    private static ReportTable Epochs(RunCard card)
    {
        string[] metrics = [.. card.History.SelectMany(epoch => epoch.DevMetrics.Keys).Distinct().OrderByDescending(metric => metric == card.PrimaryMetric).Take(MetricsOfEpochs)];
        return new ReportTable("Epochs",
            [
                new("Epoch", Kind: ReportColumnKind.Number), new("Update", Kind: ReportColumnKind.Number), new("Train loss", Kind: ReportColumnKind.Number), new("Dev loss", Kind: ReportColumnKind.Number),
                .. metrics.Select(metric => FigureDefinitions.Column(metric, card.MetricSignature ?? "").Column), new("Time", Kind: ReportColumnKind.Number),
            ],
            [.. card.History.Select(epoch => (IReadOnlyList<ReportCell>)
            [
                epoch.Epoch == card.BestEpoch ? $"best {epoch.Epoch}" : $"{epoch.Epoch}", ReportCell.Count(epoch.Update), ReportCell.Figure(epoch.TrainLoss), ReportCell.Figure(epoch.DevLoss),
                .. metrics.Select(metric => epoch.DevMetrics.TryGetValue(metric, out var value)
                    ? ReportCell.Figure(value, FigureDefinitions.Column(metric, card.MetricSignature ?? "").Scale, metric == card.PrimaryMetric ? epoch.Interval : null)
                    : "–"),
                RunFacts.Time(epoch.Seconds),
            ])])
        {
            Legend = "Losses are means in nats; that of training has dropout and label smoothing in it. Small: 95% intervals.",
        };
    }

    // Everything that was chosen, given or by default.
    private static ReportTable Options(RunCard card) => new("Options", [new("Option"), new("Value")],
        [.. new[] { RunJson.Element(card.Options), card.TaskOptions, card.Format }.Where(part => part.ValueKind == JsonValueKind.Object).SelectMany(part => part.EnumerateObject())
            .Select(option => (IReadOnlyList<ReportCell>)[option.Name, option.Value.ValueKind == JsonValueKind.Null ? "–" : option.Value.ToString()])]);
}
