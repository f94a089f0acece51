using Attend.Checkpoints;
using Attend.Plots;
using Attend.Tasks;
using Attend.Text.Data;
using Attend.Text.Metrics;

namespace Attend;

/// <summary>A pair and two numbers for it.</summary>
/// <param name="Line">Line of the data file.</param>
/// <param name="Text">The first text.</param>
/// <param name="Text2">The second text.</param>
/// <param name="Gold">The right score.</param>
/// <param name="Predicted">The score given.</param>
public sealed record ScoredPair(long Line, string Text, string Text2, double Gold, double Predicted);

/// <summary>How good a scorer of pairs is on data it has not seen.</summary>
/// <param name="Card">The figures with intervals, signatures and slices, as in metrics.json.</param>
/// <param name="Figures">Pearson's and Spearman's correlation and the mean squared error.</param>
/// <param name="LargestErrors">The pairs whose score is furthest off, worst first.</param>
public sealed record PairScorerEvaluation(EvaluationCard Card, IReadOnlyList<MeasuredFigure> Figures, IReadOnlyList<ScoredPair> LargestErrors)
{
    private const int MistakesKept = 50;

    /// <summary>Measures a scorer and writes metrics.json, predictions.jsonl and report.html.</summary>
    /// <remarks>Streams the data: memory does not grow with the number of examples, but for the two numbers of each that Spearman's correlation needs by definition.</remarks>
    /// <param name="scorer">The model.</param>
    /// <param name="dataPath">Scored pairs.</param>
    /// <param name="format">How they are read.</param>
    /// <param name="folder">Where the results go; files of an earlier evaluation there are replaced.</param>
    /// <param name="cancel">Stops between batches; earlier results stay whole.</param>
    /// <exception cref="DataFileException">The data cannot be used.</exception>
    public static PairScorerEvaluation Run(PairScorer scorer, string dataPath, TextPairOptions format, string folder, CancellationToken cancel = default)
    {
        var task = scorer.Task;
        var measurement = new Measurement<double>(() => new RegressionMetrics(), "length in tokens");
        var worst = new Foremost<ScoredPair>(MistakesKept);
        var (count, truncated) = (0L, 0L);
        var examples = TextPairFile.Open(dataPath, format with { Target = PairTarget.Score }).Read();
        Directory.CreateDirectory(folder);
        AtomicFile.Write(Path.Combine(folder, EvaluationCard.PredictionsFile), stream =>
        {
            foreach (var (example, score) in Inference.Stream(task, examples, task.Answer, cancel))
            {
                var gold = task.Expected(example);
                var length = task.UncutTokenCount(example);
                measurement.Add(score, gold, length, example.Kept);
                EvaluationCard.WriteLine(stream, new { example.Line, example.Text, example.Text2, Gold = gold, Predicted = score });
                worst.Add(Math.Abs(score - gold), () => new ScoredPair(example.Line, example.Text, example.Text2, gold, score));
                if (length > scorer.MaxInputTokens) truncated++;
                count++;
            }
            if (count == 0) throw new DataFileException(dataPath, null, "holds no example");
        });

        var data = DataCard.Of(dataPath, count);
        var notes = new List<string>();
        if (TrainingData.Overlap(RunCard.Read(scorer.Folder.Path), data) is { } overlap) notes.Add(overlap);
        notes.AddRange(((RegressionMetrics)measurement.Metric).Notes());
        if (truncated > 0) notes.Add($"{truncated} of {count} pairs were longer than {scorer.MaxInputTokens} tokens and were cut.");
        var figures = measurement.Figures();
        var evaluation = new PairScorerEvaluation(EvaluationCard.Of(scorer.Folder.Path, PairScorerTraining.Name, data, figures) with
        {
            IntervalSignature = measurement.IntervalSignature,
            Slices = measurement.Slices(),
            Notes = notes,
        }, figures, worst.Sorted());
        evaluation.Card.Write(folder);
        evaluation.WritePage(scorer, folder);
        return evaluation;
    }

    private void WritePage(PairScorer scorer, string folder)
    {
        var page = new EvaluationPage(Card, Figures, scorer.Folder, folder);
        page.AddCurves();
        page.Sections.AddRange(ReportSections.Slices(Card.Slices, ["spearman", "pearson", "mse"], Card.Signatures[0]));
        page.Sections.Add(new ReportTable("Largest errors", [new("Texts", Kind: ReportColumnKind.LongText), new("Gold", Kind: ReportColumnKind.Number), new("Predicted", Kind: ReportColumnKind.Number)],
            [.. LargestErrors.Select(pair => (IReadOnlyList<ReportCell>)[$"{pair.Text}\n{pair.Text2}", ReportCell.Figure(pair.Gold), ReportCell.Figure(pair.Predicted)])])
        {
            Legend = "The pairs whose score is furthest from the gold one. The gold score may be the mistake; look.",
        });
        page.Write("Pairs measured.", ["spearman", "pearson", "mse"]);
    }
}
