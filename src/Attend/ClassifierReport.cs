using Attend.Plots;
using Attend.Text.Metrics;

namespace Attend;

/// <summary>The pictures and the page of a classifier's evaluation.</summary>
internal static class ClassifierReport
{
    // More curves in one picture are hard to tell apart.
    private const int MostCurves = 6;

    // What the page shows, in its order; everything else is in metrics.json.
    private static readonly string[] Shown =
        ["accuracy", "f1_macro", "f1_weighted", "f1_micro", "f1_samples", "hamming_loss", "matthews_correlation", "log_loss", "calibration_error", "roc_auc", "average_precision"];

    private static readonly string[] ShownOfSlices = ["accuracy", "f1_macro", "f1_samples", "log_loss"];
    private static readonly string[] ShownOfBaselines = ["accuracy", "f1_macro", "f1_micro", "f1_samples", "matthews_correlation", "log_loss"];

    public static void Write(ClassifierEvaluation evaluation, TextClassifier classifier, RankingMetrics ranking, string folder)
    {
        var report = evaluation.Report;
        var isSingle = report.Samples is null;
        // Where each example has one label, micro F1 is accuracy again.
        string[] Without(string[] names) => [.. names.Where(name => !isSingle || name != "f1_micro")];
        var page = new EvaluationPage(evaluation.Card, evaluation.Figures, classifier.Folder, folder);
        page.Facts.Add(new ReportFact("Input", $"cut after {classifier.MaxInputTokens} tokens"));
        page.AddBaselines(Without(ShownOfBaselines));
        page.AddCurves();
        if (report.ConfusionMatrix.Length > 0)
        {
            page.Sections.Add(new ReportPicture("Confusion", page.Save("confusion_matrix.png", ConfusionMatrixPlot.Png(classifier.Labels, report.ConfusionMatrix)),
                "Confusion matrix: rows are gold labels, columns predicted ones; the darker a cell, the larger its share of the row."));
        }
        page.Sections.AddRange(ReportSections.ConfusedPairs(report));
        page.Sections.Add(ReportSections.Labels(report.PerLabel, report.Macro, report.Weighted, report.Micro));
        page.AddReliability(report.ReliabilityBins, "How often the answers are right, for ranges of the probability that the model gave them.");
        AddPrecisionRecall(page, report, ranking);
        page.Sections.AddRange(ReportSections.Slices(evaluation.Card.Slices, ShownOfSlices, report.Signature));
        page.Sections.AddRange(ReportSections.Mistakes([.. evaluation.HardestMistakes.Select(mistake =>
            new ReportMistake(mistake.Text2 is null ? mistake.Text : $"{mistake.Text}\n{mistake.Text2}", string.Join(", ", mistake.Gold), string.Join(", ", mistake.Predicted), mistake.Probability))]));
        page.Write($"Examples measured, over {report.PerLabel.Length:N0} labels.", Without(Shown));
    }

    private static void AddPrecisionRecall(EvaluationPage page, ClassificationReport report, RankingMetrics ranking)
    {
        PrecisionRecallSeries[] ranked = [.. ranking.RankedLabels.Where(label => ranking.AveragePrecision(label) is not null).Select(label => Series(label, ranking.AveragePrecision(label)!.Value))];
        if (ranked.Length == 0) return;
        var shown = ranked.Length <= MostCurves ? ranked : [.. ranked.OrderBy(series => series.AveragePrecision).Take(MostCurves)];
        page.Sections.Add(new ReportPicture("Precision and recall", page.Save("precision_recall.png", PrecisionRecallPlot.Png(shown)), "Precision against recall, for every threshold on the probability of a label.")
        {
            Legend = "What would be found, and how much of it wrongly, if a label were given from another probability on." + (shown.Length < ranked.Length ? $" The {shown.Length} labels with the least average precision of {ranked.Length}." : ""),
        });

        PrecisionRecallSeries Series(int label, double averagePrecision)
        {
            var score = report.PerLabel[label];
            return new(score.Label, ranking.PrecisionRecallCurve(label), averagePrecision) { Decision = score.PredictedCount == 0 ? null : (score.Recall, score.Precision) };
        }
    }
}
