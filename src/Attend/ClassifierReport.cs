using Attend.Checkpoints;
using Attend.Plots;

namespace Attend;

/// <summary>The pictures and the page of a classifier's evaluation.</summary>
internal static class ClassifierReport
{
    // What the page shows, in its order; everything else is in metrics.json.
    private static readonly string[] Shown =
        ["accuracy", "f1_macro", "f1_weighted", "f1_micro", "f1_samples", "hamming_loss", "matthews_correlation", "log_loss", "calibration_error", "roc_auc", "average_precision"];

    private static readonly string[] ShownOfSlices = ["accuracy", "f1_macro", "f1_samples", "log_loss"];

    public static void Write(ClassifierEvaluation evaluation, TextClassifier classifier, DataCard data, string folder)
    {
        var report = evaluation.Report;
        var isSingle = report.Samples is null;
        var card = RunCard.Read(classifier.Folder.Path);
        var sections = new List<ReportSection>();
        if (card is { History.Count: > 0 })
            sections.Add(new ReportPicture("Training", Save("curves.png", TrainingCurves.Png(classifier.Folder.Path, card)), "Curves over the course of training."));
        if (report.ConfusionMatrix.Length > 0)
        {
            sections.Add(new ReportPicture("Confusion", Save("confusion_matrix.png", ConfusionMatrixPlot.Png(classifier.Labels, report.ConfusionMatrix)),
                "Confusion matrix: rows are gold labels, columns predicted ones; the darker a cell, the larger its share of the row."));
        }
        sections.AddRange(ReportSections.ConfusedPairs(report));
        sections.Add(ReportSections.Labels(report.PerLabel, report.Macro, report.Weighted, report.Micro));
        sections.AddRange(ReportSections.Slices(evaluation.Slices, ShownOfSlices, report.Signature));
        sections.AddRange(ReportSections.Mistakes([.. evaluation.HardestMistakes.Select(mistake =>
            new ReportMistake(mistake.Text, string.Join(", ", mistake.Gold), string.Join(", ", mistake.Predicted), mistake.Probability))]));

        HtmlReport.Save(Path.Combine(folder, "report.html"), new ReportContent
        {
            Title = $"How good is {Path.GetFileName(Path.TrimEndingDirectorySeparator(classifier.Folder.Path))}?",
            Facts = [.. Facts(classifier, data, card)],
            Figures =
            [
                new ReportFigure("Examples", report.ExampleCount, $"Examples measured, over {report.PerLabel.Length:N0} labels.") { Scale = FigureScale.Count },
                // Where each example has one label, micro F1 is accuracy again.
                .. Shown.Where(name => !isSingle || name != "f1_micro").SelectMany(name => evaluation.Figures.Where(figure => figure.Name == name)).Select(FigureDefinitions.Describe),
            ],
            Notes = report.Notes,
            Sections = sections,
            Signatures = [evaluation.IntervalSignature],
        });

        byte[] Save(string name, byte[] png)
        {
            AtomicFile.Write(Path.Combine(folder, name), stream => stream.Write(png));
            return png;
        }
    }

    private static IEnumerable<ReportFact> Facts(TextClassifier classifier, DataCard data, RunCard? card)
    {
        yield return new ReportFact("Model", classifier.Folder.Path);
        yield return new ReportFact("Measured on", $"{data.Path}, {data.ExampleCount} examples, sha256 {data.Sha256}");
        yield return new ReportFact("Input", $"cut after {classifier.MaxInputTokens} tokens");
        if (card is null) yield break;
        foreach (var fact in RunFacts.Of(card)) yield return fact;
    }
}
