using Attend.Text.Metrics;

namespace Attend.Plots;

/// <summary>Sections that reports of several tasks have in common.</summary>
internal static class ReportSections
{
    private const int MostLabelsInOrder = 10;
    private const int PairCount = 20;

    /// <summary>Precision, recall and F1 of each label, with their averages.</summary>
    /// <param name="labels">The labels.</param>
    /// <param name="macro">Plain mean.</param>
    /// <param name="weighted">Mean by gold count.</param>
    /// <param name="micro">From all counts together.</param>
    /// <param name="what">What has labels: "examples", "spans".</param>
    public static ReportTable Labels(IReadOnlyList<LabelScore> labels, PrecisionRecallF1 macro, PrecisionRecallF1 weighted, PrecisionRecallF1 micro, string what = "examples")
    {
        var weakestFirst = labels.Count > MostLabelsInOrder;
        var ordered = weakestFirst ? labels.OrderBy(label => label.F1).AsEnumerable() : labels;
        return new ReportTable("Labels",
            [
                new("Label"),
                new("Precision", $"Of the {what} given this label, the share that has it", ReportColumnKind.Number),
                new("Recall", $"Of the {what} that have this label, the share that was given it", ReportColumnKind.Number),
                new("F1", "Harmonic mean of precision and recall", ReportColumnKind.Number),
                new("Gold", $"Number of {what} that have this label", ReportColumnKind.Number),
                new("Predicted", $"Number of {what} given this label", ReportColumnKind.Number),
            ],
            [.. ordered.Select(label => (IReadOnlyList<ReportCell>)
            [
                label.Label, ReportCell.Figure(label.Precision, interval: label.Intervals?.Precision), ReportCell.Figure(label.Recall, interval: label.Intervals?.Recall),
                ReportCell.Figure(label.F1, interval: label.Intervals?.F1) with { Bar = label.F1 }, ReportCell.Count(label.Support), ReportCell.Count(label.PredictedCount),
            ])])
        {
            Legend = $"Precision: of the {what} given this label, the share that has it. Recall: of the {what} that have it, the share that was given it. F1: their harmonic mean."
                + (labels.Any(label => label.Intervals is not null) ? " Small: 95% intervals." : "") + (weakestFirst ? " Weakest F1 first." : ""),
            Totals =
            [
                Average("Macro average", macro),
                Average("Weighted average", weighted),
                Average("Micro average", micro),
            ],
        };

        static ReportCell[] Average(string name, PrecisionRecallF1 score) =>
            [name, ReportCell.Figure(score.Precision), ReportCell.Figure(score.Recall), ReportCell.Figure(score.F1), ReportCell.Empty, ReportCell.Empty];
    }

    /// <summary>The most frequent confusions; nothing where there are so few labels that the confusion matrix shows them all.</summary>
    public static IEnumerable<ReportTable> ConfusedPairs(ClassificationReport report)
    {
        if (report.PerLabel.Length <= MostLabelsInOrder) yield break;
        var pairs = report.MostConfusedPairs(PairCount);
        if (pairs.Length == 0) yield break;
        yield return new ReportTable("Most confused pairs",
            [new("Gold"), new("Predicted"), new("Count", Kind: ReportColumnKind.Number), new("Share", "Count divided by the number of examples of the gold label", ReportColumnKind.Number)],
            [.. pairs.Select(pair => (IReadOnlyList<ReportCell>)[pair.Gold, pair.Predicted, ReportCell.Count(pair.Count), $"{100 * pair.ShareOfGold:0.0}%"])])
        {
            Legend = $"The {pairs.Length} most frequent mistakes. Share: of the examples that have this gold label, how many were given the other.",
        };
    }

    /// <summary>One table for each way in which the examples are parted.</summary>
    /// <param name="groups">The parts.</param>
    /// <param name="figures">Names of the figures to show; those that no part has are left out.</param>
    /// <param name="signature">That of their metric.</param>
    public static IEnumerable<ReportTable> Slices(IEnumerable<SliceGroup> groups, IReadOnlyList<string> figures, string signature)
    {
        foreach (var group in groups)
        {
            string[] shown = [.. figures.Where(figure => group.Slices.Any(slice => slice.Figures.ContainsKey(figure)))];
            var columns = shown.Select(figure => FigureDefinitions.Column(figure, signature)).ToArray();
            yield return new ReportTable($"By {group.By}",
                [new(Capital(group.By)), new("Examples", Kind: ReportColumnKind.Number), .. columns.Select(column => column.Column)],
                [.. group.Slices.Select(slice => (IReadOnlyList<ReportCell>)
                [
                    slice.Name, ReportCell.Count(slice.ExampleCount),
                    .. shown.Select((figure, i) => !slice.Figures.TryGetValue(figure, out var value) ? "–"
                        : ReportCell.Figure(value, columns[i].Scale, slice.Intervals.GetValueOrDefault(figure)) with { Bar = i == 0 ? BarOf(value, columns[i].Scale) : null }),
                ])])
            {
                Legend = "Small: 95% intervals; parts of few examples have none. Parts whose intervals overlap may well be equally good.",
            };
        }
    }

    /// <summary>Examples answered wrongly.</summary>
    /// <param name="mistakes">The surest first.</param>
    public static IEnumerable<ReportTable> Mistakes(IReadOnlyList<ReportMistake> mistakes)
    {
        if (mistakes.Count == 0) yield break;
        yield return new ReportTable("Hardest mistakes",
            [new("Text", Kind: ReportColumnKind.LongText), new("Gold"), new("Predicted"), new("Sure", "Probability the model gave to its answer", ReportColumnKind.Number)],
            [.. mistakes.Select(mistake => (IReadOnlyList<ReportCell>)[mistake.Text, mistake.Gold, mistake.Predicted, $"{100 * mistake.Probability:0.0}%"])])
        {
            Legend = "Sure: the probability the model gave to its wrong answer. The gold label may be the mistake; look.",
        };
    }

    /// <summary>How long the bar behind a figure is; null where it has no end.</summary>
    public static double? BarOf(double value, FigureScale scale) => scale switch { FigureScale.Count => null, FigureScale.Hundred => value / 100, _ => value };

    private static string Capital(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
}

/// <summary>An example that was answered wrongly.</summary>
/// <param name="Text">The raw text of the example.</param>
/// <param name="Gold">The right label, or labels.</param>
/// <param name="Predicted">The label given, or labels.</param>
/// <param name="Probability">How probable the model thought its answer, in [0, 1].</param>
internal sealed record ReportMistake(ReportCell Text, string Gold, string Predicted, double Probability);
