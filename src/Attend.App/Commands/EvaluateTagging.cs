using System.Globalization;
using Attend.Text.Data;

namespace Attend.App.Commands;

/// <summary>`evaluate` of a tagger.</summary>
internal static class EvaluateTagging
{
    /// <param name="request">What was asked.</param>
    /// <param name="format">How the file is read, given how the training data were.</param>
    public static int Run(EvaluateRequest request, Func<TaggedTextOptions?, TaggedTextOptions> format)
    {
        using var tagger = EntityTagger.Load(request.Model, request.Device);
        tagger.UsePrecision(request.Precision, Console.Error.WriteLine);
        var folder = request.Folder(tagger.Folder.Path);
        var before = RunCard.Read(tagger.Folder.Path) is { Task: "tagging" } card ? RunCard.As<TaggedTextOptions>(card.Format) : null;
        var options = format(before is null ? null : before with { Scheme = null }) with { KeepColumns = request.SliceBy };
        var evaluation = TaggerEvaluation.Run(tagger, request.Data, options, folder, request.Cancel);
        if (request.Json) Output.WriteJson(new { Folder = folder, evaluation.Card.Metrics, evaluation.Card.Intervals, evaluation.Card.Signatures, evaluation.Report });
        else Show(evaluation, folder);
        return 0;
    }

    private static void Show(TaggerEvaluation evaluation, string folder)
    {
        static string Number(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);
        var report = evaluation.Report;
        List<string[]> rows = [["label", "precision", "recall", "f1", "support"]];
        rows.AddRange(report.PerLabel.Select(label => new[] { label.Label, Number(label.Precision), Number(label.Recall), Number(label.F1), label.Support.ToString() }));
        foreach (var (name, score) in new[] { ("micro", report.Micro), ("macro", report.Macro), ("weighted", report.Weighted) })
            rows.Add([name, Number(score.Precision), Number(score.Recall), Number(score.F1), report.PerLabel.Sum(label => label.Support).ToString()]);
        Output.WriteColumns(Console.Out, rows);
        Console.Out.WriteLine();
        EvaluationDisplay.Show(evaluation.Card, folder, "f1_micro", "strict_f1_micro", "token_accuracy");
    }
}
