using System.Text.Encodings.Web;
using System.Text.Json;
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
public sealed record Mistake(long Line, string Text, IReadOnlyList<string> Gold, IReadOnlyList<string> Predicted, double Probability, double GoldProbability);

/// <summary>How good a classifier is on data it has not seen.</summary>
/// <param name="Report">Everything counted, with its signature.</param>
/// <param name="Figures">All figures with their intervals, those over all scores (ROC-AUC, average precision) included.</param>
/// <param name="IntervalSignature">The choices that the intervals depend on.</param>
/// <param name="Slices">The same over parts of the examples: by length, and by each column that was kept.</param>
/// <param name="HardestMistakes">The wrong answers given with most certainty, worst first.</param>
public sealed record ClassifierEvaluation(
    ClassificationReport Report, IReadOnlyList<MeasuredFigure> Figures, string IntervalSignature, IReadOnlyList<SliceGroup> Slices, IReadOnlyList<Mistake> HardestMistakes)
{
    // Examples held in memory at once; results do not depend on it.
    private const int WindowSize = 4096;
    private const int MaxBatchTokens = 8192;
    private const int MistakesKept = 50;
    private const int FewExamples = 30;

    private static readonly JsonSerializerOptions LineJson = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonSerializerOptions FileJson = new(LineJson) { WriteIndented = true };

    /// <summary>The figures by name.</summary>
    public IReadOnlyDictionary<string, double> Metrics => new OrderedDictionary<string, double>(Figures.Select(figure => KeyValuePair.Create(figure.Name, figure.Value)));

    /// <summary>Where the figures lie over resampled examples, by name.</summary>
    public IReadOnlyDictionary<string, BootstrapInterval> Intervals => new OrderedDictionary<string, BootstrapInterval>(
        Figures.Where(figure => figure.Interval is not null).Select(figure => KeyValuePair.Create(figure.Name, figure.Interval!)));

    /// <summary>Where results go unless another folder is named: evaluation/NAME in the model's folder, NAME being the data file's; evaluation/OWNER--MODEL/NAME in the current folder for a model in the hub's cache, which is not written to.</summary>
    public static string DefaultFolder(string modelFolder, string dataPath)
    {
        var name = Path.GetFileName(dataPath);
        var results = ModelSource.NameOf(modelFolder) is { } published ? Path.Combine("evaluation", published.Split('@')[0].Replace("/", "--")) : Path.Combine(modelFolder, "evaluation");
        return Path.Combine(results, name.Contains('.', StringComparison.Ordinal) ? name[..name.IndexOf('.', StringComparison.Ordinal)] : name);
    }

    /// <summary>Measures a classifier and writes metrics.json, predictions.jsonl, the pictures and report.html.</summary>
    /// <remarks>Streams the data: memory does not grow with the number of examples, but for 4 bytes per score and label that ROC-AUC needs by definition.</remarks>
    /// <param name="classifier">The model.</param>
    /// <param name="dataPath">Labelled texts.</param>
    /// <param name="format">How they are read.</param>
    /// <param name="folder">Where the results go; files of an earlier evaluation there are replaced.</param>
    /// <param name="cancel">Stops between batches; earlier results stay whole.</param>
    /// <exception cref="DataFileException">The data cannot be used, or bear a label the model does not know.</exception>
    public static ClassifierEvaluation Run(TextClassifier classifier, string dataPath, LabeledTextOptions format, string folder, CancellationToken cancel = default)
    {
        var task = classifier.Task;
        var measurement = new Measurement<ClassAnswer>(() => (ISummedMetric<ClassAnswer>)task.CreateMetric(), "length in tokens");
        var ranking = new RankingMetrics(task.Labels, task.IsMultiLabel);
        var hardest = new PriorityQueue<Mistake, double>();
        var truncated = 0L;
        Directory.CreateDirectory(folder);
        AtomicFile.Write(Path.Combine(folder, "predictions.jsonl"), stream =>
        {
            var count = 0L;
            foreach (var window in LabeledTextFile.Read(dataPath, format).Chunk(WindowSize))
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
                    Write(stream, task.Labels, window[i], answers[i]);
                    if (Judge(task.Labels, window[i], answers[i], expected) is { } mistake) hardest.Enqueue(mistake, 1 - mistake.GoldProbability);
                    if (hardest.Count > MistakesKept) hardest.Dequeue();
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
        var notes = report.Notes.Concat(ranking.Notes()).ToList();
        if (truncated > 0) notes.Add($"{truncated} of {report.ExampleCount} texts were longer than {classifier.MaxInputTokens} tokens and were cut.");
        if (report.ExampleCount < FewExamples) notes.Add($"Only {report.ExampleCount} examples were measured: the true intervals are wider than the ones shown, which resampling so few makes too narrow.");
        var mistakes = new List<Mistake>();
        while (hardest.TryDequeue(out var mistake, out _)) mistakes.Insert(0, mistake);

        var evaluation = new ClassifierEvaluation(
            report with { Notes = [.. notes], PerLabel = [.. report.PerLabel.Select(label => label with { Intervals = intervals.GetValueOrDefault(label.Label) })] },
            [.. measurement.Figures(), .. ranking.Figures()], measurement.IntervalSignature, measurement.Slices(), mistakes);
        evaluation.WriteFiles(classifier, dataPath, folder);
        return evaluation;
    }

    private void WriteFiles(TextClassifier classifier, string dataPath, string folder)
    {
        var data = new DataCard(dataPath, DatasetHash.Of(dataPath), Report.ExampleCount);
        AtomicFile.Write(Path.Combine(folder, "metrics.json"), stream => JsonSerializer.Serialize(stream,
            new { Model = classifier.Folder.Path, Data = data, Metrics, Intervals, Signatures = Figures.Select(figure => figure.Signature).Append(IntervalSignature).Distinct(), Slices, Report }, FileJson));
        ClassifierReport.Write(this, classifier, data, folder);
    }

    private static void Write(Stream stream, IReadOnlyList<string> labels, LabeledText example, ClassAnswer answer)
    {
        var probabilities = answer.Probabilities!.Select((probability, label) => (Name: labels[label], Value: Math.Round(probability, 6))).ToDictionary(entry => entry.Name, entry => entry.Value);
        JsonSerializer.Serialize(stream, new { example.Line, example.Text, Gold = example.Labels, Predicted = answer.Labels.Select(label => labels[label]), Probabilities = probabilities }, LineJson);
        stream.WriteByte((byte)'\n');
    }

    private static Mistake? Judge(IReadOnlyList<string> labels, LabeledText example, ClassAnswer answer, ClassAnswer expected)
    {
        if (answer.Labels.Count == expected.Labels.Count && !answer.Labels.Except(expected.Labels).Any()) return null;
        var gold = expected.Labels.Count == 0 ? 1 - answer.Probabilities!.Max() : expected.Labels.Min(label => answer.Probabilities![label]);
        return new Mistake(example.Line, example.Text, example.Labels, [.. answer.Labels.Select(label => labels[label])], answer.Probabilities!.Max(), gold);
    }
}
