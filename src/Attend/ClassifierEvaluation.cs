using Attend.Checkpoints;
using Attend.Tasks;
using Attend.Text.Data;
using Attend.Text.Metrics;

namespace Attend;

/// <summary>A wrong answer.</summary>
/// <param name="Line">Line of the data file.</param>
/// <param name="Text">The raw text.</param>
/// <param name="Gold">The right labels.</param>
/// <param name="Predicted">The labels given.</param>
/// <param name="Probability">Probability of the most probable label.</param>
/// <param name="GoldProbability">Probability given to the (least probable) right label.</param>
public sealed record Mistake(long Line, string Text, IReadOnlyList<string> Gold, IReadOnlyList<string> Predicted, double Probability, double GoldProbability)
{
    /// <summary>The second text of a pair; null where there is none.</summary>
    public string? Text2 { get; init; }
}

/// <summary>How good a classifier is on data it has not seen.</summary>
/// <param name="Card">The figures with intervals, signatures, slices and baselines, as in metrics.json.</param>
/// <param name="Figures">All figures, each with the signature of its metric, those over all scores (ROC-AUC, average precision) included.</param>
/// <param name="Report">Everything counted.</param>
/// <param name="HardestMistakes">The wrong answers given with most certainty, worst first.</param>
public sealed record ClassifierEvaluation(EvaluationCard Card, IReadOnlyList<MeasuredFigure> Figures, ClassificationReport Report, IReadOnlyList<Mistake> HardestMistakes)
{
    // Examples held in memory at once; results do not depend on it.
    private const int WindowSize = 4096;
    private const int MaxBatchTokens = 8192;
    private const int MistakesKept = 50;
    private const int FewExamples = 30;

    /// <summary>Measures a classifier and writes metrics.json, predictions.jsonl, the pictures and report.html.</summary>
    /// <remarks>Streams the data: memory does not grow with the number of examples, but for 4 bytes per score and label that ROC-AUC needs by definition.</remarks>
    /// <param name="classifier">The model.</param>
    /// <param name="dataPath">Labelled texts.</param>
    /// <param name="format">How they are read.</param>
    /// <param name="folder">Where the results go; files of an earlier evaluation there are replaced.</param>
    /// <param name="cancel">Stops between batches; earlier results stay whole.</param>
    /// <exception cref="DataFileException">The data cannot be used, or bear a label the model does not know.</exception>
    public static ClassifierEvaluation Run(TextClassifier classifier, string dataPath, LabeledTextOptions format, string folder, CancellationToken cancel = default) =>
        Run(classifier, dataPath, LabeledTextFile.Read(dataPath, format), folder, cancel);

    /// <summary>As <see cref="Run(TextClassifier, string, LabeledTextOptions, string, CancellationToken)"/>, for a classifier of pairs.</summary>
    /// <param name="classifier">The model.</param>
    /// <param name="dataPath">Labelled pairs.</param>
    /// <param name="format">How they are read.</param>
    /// <param name="folder">Where the results go.</param>
    /// <param name="cancel">Stops between batches.</param>
    public static ClassifierEvaluation Run(TextClassifier classifier, string dataPath, TextPairOptions format, string folder, CancellationToken cancel = default)
    {
        var file = TextPairFile.Open(dataPath, format with { Target = PairTarget.Label });
        return Run(classifier, dataPath, file.Read().Select(PairInput.Labeled), folder, cancel,
            () => file.NoLabelCount == 0 ? [] : [$"{file.NoLabelCount} pairs bear no label ('{format.NoLabel}') and were left out."]);
    }

    private static ClassifierEvaluation Run(
        TextClassifier classifier, string dataPath, IEnumerable<LabeledText> examples, string folder, CancellationToken cancel, Func<IEnumerable<string>>? moreNotes = null)
    {
        var task = classifier.Task;
        var measurement = new Measurement<ClassAnswer>(() => (ISummedMetric<ClassAnswer>)task.CreateMetric(), "length in tokens");
        var ranking = new RankingMetrics(task.Labels, task.IsMultiLabel);
        var run = RunCard.Read(classifier.Folder.Path);
        var (baselines, without) = LabelBaselines.Train(BaselineSource(classifier, run), cancel);
        var hardest = new Foremost<Mistake>(MistakesKept);
        var truncated = 0L;
        Directory.CreateDirectory(folder);
        AtomicFile.Write(Path.Combine(folder, EvaluationCard.PredictionsFile), stream =>
        {
            var count = 0L;
            foreach (var window in examples.Chunk(WindowSize))
            {
                LabelCheck.Known(dataPath, window, task.Labels, "the model's training data");
                var answers = new ClassAnswer[window.Length];
                foreach (var (_, indices, output) in Inference.Run(task, window, MaxBatchTokens, cancel))
                {
                    var batch = task.Answer(output);
                    for (var i = 0; i < indices.Length; i++) answers[indices[i]] = batch[i];
                }
                for (var i = 0; i < window.Length; i++)
                {
                    var expected = task.Expected(window[i]);
                    var length = task.UncutTokenCount(window[i]);
                    measurement.Add(answers[i], expected, length, window[i].Kept);
                    ranking.Add(answers[i], expected);
                    foreach (var baseline in baselines) baseline.Add(window[i], expected);
                    Write(stream, task.Labels, window[i], answers[i]);
                    if (Judge(task.Labels, window[i], answers[i], expected) is { } mistake) hardest.Add(1 - mistake.GoldProbability, () => mistake);
                    if (length > classifier.MaxInputTokens) truncated++;
                }
                count += window.Length;
            }
            if (count == 0) throw new DataFileException(dataPath, null, "holds no example");
        });

        var report = measurement.Metric switch
        {
            ClassificationMetrics single => single.Report(),
            MultiLabelMetrics multi => multi.Report(),
            _ => throw new NotSupportedException($"{measurement.Metric.GetType().Name} gives no report"),
        };
        var intervals = measurement.LabelIntervals();
        report = report with { PerLabel = [.. report.PerLabel.Select(label => label with { Intervals = intervals.GetValueOrDefault(label.Label) })] };
        var data = DataCard.Of(dataPath, report.ExampleCount);
        var notes = new List<string>();
        if (TrainingData.Overlap(run, data) is { } overlap) notes.Add(overlap);
        notes.AddRange([.. report.Notes, .. ranking.Notes(), .. moreNotes?.Invoke() ?? []]);
        if (truncated > 0) notes.Add($"{truncated} of {report.ExampleCount} texts were longer than {classifier.MaxInputTokens} tokens and were cut.");
        if (report.ExampleCount < FewExamples) notes.Add($"Only {report.ExampleCount} examples were measured: the true intervals are wider than the ones shown, which resampling so few makes too narrow.");
        if (without is not null) notes.Add(without);

        IReadOnlyList<MeasuredFigure> figures = [.. measurement.Figures(), .. ranking.Figures()];
        var evaluation = new ClassifierEvaluation(EvaluationCard.Of(classifier.Folder.Path, classifier.ReadsPairs == true ? ClassifierTraining.PairsName : ClassifierTraining.Name, data, figures) with
        {
            IntervalSignature = measurement.IntervalSignature,
            Slices = measurement.Slices(),
            Baselines = [.. baselines.Select(baseline => baseline.Card())],
            Notes = notes,
            Report = EvaluationCard.Element(report),
        }, figures, report, hardest.Sorted());
        evaluation.Card.Write(folder);
        ClassifierReport.Write(evaluation, classifier, ranking, folder);
        return evaluation;
    }

    private static LabelBaselineSource<LabeledText> BaselineSource(TextClassifier classifier, RunCard? run)
    {
        IEnumerable<LabeledText> Read()
        {
            LabeledText[] examples = run!.Task == ClassifierTraining.PairsName
                ? [.. TextPairFile.Open(run.Train.Path, RunCard.As<TextPairOptions>(run.Format)).Read().Select(PairInput.Labeled)]
                : [.. LabeledTextFile.Read(run.Train.Path, RunCard.As<LabeledTextOptions>(run.Format))];
            if (run.DevShare is not { } share) return examples;
            return run.Task == ClassifierTraining.PairsName ? Split.ByGroup(examples, example => example.Text, share, run.Options.Seed).Train : Split.Stratified(examples, share, run.Options.Seed).Train;
        }
        var task = classifier.Task;
        return new(run, task.Labels, task.IsMultiLabel, Read, PairInput.TextsOf, example => example.Labels, () => (ISummedMetric<ClassAnswer>)task.CreateMetric());
    }

    private static void Write(Stream stream, IReadOnlyList<string> labels, LabeledText example, ClassAnswer answer)
    {
        var probabilities = answer.Probabilities!.Select((probability, label) => (Name: labels[label], Value: Math.Round(probability, 6))).ToDictionary(entry => entry.Name, entry => entry.Value);
        EvaluationCard.WriteLine(stream, new { example.Line, example.Text, example.Text2, Gold = example.Labels, Predicted = answer.Labels.Select(label => labels[label]), Probabilities = probabilities });
    }

    private static Mistake? Judge(IReadOnlyList<string> labels, LabeledText example, ClassAnswer answer, ClassAnswer expected)
    {
        if (answer.Labels.Count == expected.Labels.Count && !answer.Labels.Except(expected.Labels).Any()) return null;
        var gold = expected.Labels.Count == 0 ? 1 - answer.Probabilities!.Max() : expected.Labels.Min(label => answer.Probabilities![label]);
        return new Mistake(example.Line, example.Text, example.Labels, [.. answer.Labels.Select(label => labels[label])], answer.Probabilities!.Max(), gold) { Text2 = example.Text2 };
    }
}
