using Attend.Plots;
using Attend.Text.Data;

namespace Attend;

/// <summary>The pictures and the page of a tagger's evaluation.</summary>
internal static class TaggerReport
{
    private static readonly string[] Shown = ["f1_micro", "precision_micro", "recall_micro", "f1_macro", "f1_weighted", "strict_f1_micro", "token_accuracy"];
    private static readonly string[] ShownOfSlices = ["f1_micro", "precision_micro", "recall_micro"];

    public static void Write(TaggerEvaluation evaluation, EntityTagger tagger, string folder)
    {
        var report = evaluation.Report;
        var page = new EvaluationPage(evaluation.Card, evaluation.Figures, tagger.Folder, folder);
        page.AddBaselines(["f1_micro", "precision_micro", "recall_micro", "f1_macro", "token_accuracy"]);
        page.AddCurves();
        page.Sections.Add(new ReportPicture("Confusion", page.Save("confusion_matrix.png", ConfusionMatrixPlot.SpanPng(report)),
            "Confusion matrix of spans with the right boundaries: rows are gold labels, columns predicted ones. The last column has the spans that were missed, the last row those that were made up."));
        page.AddReliability(report.ReliabilityBins, "How often the spans that were found are exactly right, boundaries and label, for ranges of the score that the model gave them.");
        page.Sections.Add(ReportSections.Labels(report.PerLabel, report.Macro, report.Weighted, report.Micro, "spans"));
        page.Sections.AddRange(ReportSections.Slices(evaluation.Card.Slices, ShownOfSlices, report.Signature));
        if (evaluation.HardestMistakes.Count > 0)
            page.Sections.Add(new ReportTable("Hardest mistakes", [new("Gold", Kind: ReportColumnKind.LongText), new("Predicted", Kind: ReportColumnKind.LongText)],
                [.. evaluation.HardestMistakes.Select(Row)])
            {
                Legend = "The same text twice: with the gold spans, the missed ones marked as wrong, and with those found, the wrong ones marked. Surest mistake first.",
            });
        page.Write($"{report.PerLabel.Sum(label => label.Support):N0} gold spans in them.", Shown);
    }

    private static IReadOnlyList<ReportCell> Row(TaggingMistake mistake)
    {
        var gold = mistake.Gold.ToHashSet();
        var found = mistake.Predicted.Select(span => new LabeledSpan(span.Start, span.End, span.Label)).ToHashSet();
        return
        [
            new ReportCell(mistake.Text) { Marks = [.. mistake.Gold.Select(span => new ReportMark(span.Start, span.End, span.Label, !found.Contains(span)))] },
            new ReportCell(mistake.Text) { Marks = [.. mistake.Predicted.Select(span => new ReportMark(span.Start, span.End, $"{span.Label} {100 * span.Score:0}%", !gold.Contains(new LabeledSpan(span.Start, span.End, span.Label))))] },
        ];
    }
}
