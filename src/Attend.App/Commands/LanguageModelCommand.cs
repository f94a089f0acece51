using System.Globalization;

namespace Attend.App.Commands;

/// <summary>`evaluate` of a language model.</summary>
internal static class LanguageModelCommand
{
    public static int Evaluate(MaskedLanguageModel model, string[] text, string? output, bool json, CancellationToken cancel)
    {
        var folder = output ?? EvaluationCard.DefaultFolder(model.Folder.Path, text[0].Replace('*', '_'));
        var evaluation = LanguageModelEvaluation.Run(model, string.Join(Pretraining.PatternSeparator, text), folder: folder, cancel: cancel);
        if (json)
        {
            Output.WriteJson(new { Folder = folder, evaluation.Metrics, evaluation.Definitions, evaluation.Signature, evaluation.InputCount, evaluation.Notes });
            return 0;
        }
        Output.WriteColumns(Console.Out, evaluation.Metrics.Select(metric => new[] { metric.Key, metric.Value.ToString("0.0000", CultureInfo.InvariantCulture), evaluation.Definitions[metric.Key] }));
        Console.Out.WriteLine(evaluation.Signature);
        foreach (var note in evaluation.Notes) Console.Out.WriteLine($"note: {note}");
        return 0;
    }
}
