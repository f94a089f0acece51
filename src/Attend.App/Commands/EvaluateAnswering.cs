using Attend.Text.Metrics;

namespace Attend.App.Commands;

/// <summary>`evaluate` of an answerer of questions.</summary>
internal static class EvaluateAnswering
{
    public static int Run(EvaluateRequest request, SquadRules? rules)
    {
        if (request.SliceBy.Count > 0) throw new ArgumentException("--slice-by: files of questions have no further columns; figures are given by article and by length of the context");
        using var answerer = QuestionAnswerer.Load(request.Model, request.Device);
        answerer.UsePrecision(request.Precision, Console.Error.WriteLine);
        var folder = request.Folder(answerer.Folder.Path);
        var evaluation = AnswererEvaluation.Run(answerer, request.Data, rules, folder, request.Cancel);
        if (request.Json) Output.WriteJson(new { Folder = folder, evaluation.Card.Metrics, evaluation.Card.Intervals, evaluation.Card.Signatures, evaluation.Threshold, evaluation.Card.Notes });
        else EvaluationDisplay.Show(evaluation.Card, folder, "exact_match", "f1", "has_answer_exact_match", "has_answer_f1", "no_answer_accuracy");
        return 0;
    }
}
