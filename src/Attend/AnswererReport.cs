using Attend.Plots;

namespace Attend;

/// <summary>The page of an answerer's evaluation.</summary>
internal static class AnswererReport
{
    // Of a long context, what is shown around the answers.
    private const int Around = 300;

    private static readonly string[] Shown = ["f1", "exact_match", "has_answer_f1", "has_answer_exact_match", "no_answer_accuracy"];

    public static void Write(AnswererEvaluation evaluation, QuestionAnswerer answerer, string folder)
    {
        var page = new EvaluationPage(evaluation.Card, evaluation.Figures, answerer.Folder, folder);
        page.AddCurves();
        page.AddReliability(evaluation.ReliabilityBins, "How often the answers match a gold one exactly, for ranges of the probability that the model gave them.");
        page.Sections.AddRange(ReportSections.Slices(evaluation.Card.Slices, Shown, evaluation.Figures[0].Signature));
        if (evaluation.Threshold is { } threshold)
            page.Sections.Add(new ReportTable("Threshold on \"no answer\"", [new("Figure"), new("Best", Kind: ReportColumnKind.Number), new("Threshold", Kind: ReportColumnKind.Number)],
            [
                ["F1", ReportCell.Figure(threshold.F1.Value, FigureScale.Hundred), ReportCell.Figure(threshold.F1.Threshold)],
                ["Exact match", ReportCell.Figure(threshold.ExactMatch.Value, FigureScale.Hundred), ReportCell.Figure(threshold.ExactMatch.Threshold)],
            ])
            {
                Legend = "What the best threshold would reach on these very questions: an upper bound, not a result. The figures above use the threshold 0.",
            });
        if (evaluation.HardestMistakes.Count > 0)
            page.Sections.Add(new ReportTable("Hardest mistakes", [new("Question"), new("Context", Kind: ReportColumnKind.LongText), new("Gold"), new("Given"), new("Sure", "Probability the model gave to its answer", ReportColumnKind.Number)],
                [.. evaluation.HardestMistakes.Select(Row)])
            {
                Legend = "The context around the answers: the gold ones marked, and the one that was given marked as wrong. Surest mistake first; the gold answer may be the mistake, look.",
            });
        page.Write("Questions measured.", Shown);
    }

    private static IReadOnlyList<ReportCell> Row(AnswerMistake mistake)
    {
        var example = mistake.Example;
        var marks = example.Answers.Where(answer => answer.Start is not null).Select(answer => new ReportMark(answer.Start!.Value, answer.End!.Value, "gold")).ToList();
        if (mistake.Predicted is { } given) marks.Insert(0, new ReportMark(given.Start, given.End, "given", IsWrong: true));
        var from = marks.Count == 0 ? 0 : Math.Max(0, marks.Min(mark => mark.Start) - Around);
        var to = marks.Count == 0 ? Math.Min(example.Context.Length, 2 * Around) : Math.Min(example.Context.Length, marks.Max(mark => mark.End) + Around);
        // Not through a surrogate pair.
        if (from > 0 && char.IsLowSurrogate(example.Context[from])) from--;
        if (to < example.Context.Length && char.IsLowSurrogate(example.Context[to])) to++;
        return
        [
            example.Question,
            new ReportCell(example.Context[from..to]) { Marks = [.. marks.Select(mark => mark with { Start = mark.Start - from, End = mark.End - from })] },
            example.Answers.Count == 0 ? "(none)" : string.Join(" / ", example.Answers.Select(answer => answer.Text).Distinct()),
            mistake.Predicted?.Text ?? "(none)",
            $"{100 * mistake.Probability:0.0}%",
        ];
    }
}
