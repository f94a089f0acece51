using System.Text.Encodings.Web;
using System.Text.Json;
using Attend.Checkpoints;
using Attend.Plots;
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
/// <param name="Metrics">The figures by name, those over all scores (ROC-AUC, average precision) included.</param>
/// <param name="HardestMistakes">The wrong answers given with most certainty, worst first.</param>
public sealed record ClassifierEvaluation(ClassificationReport Report, IReadOnlyDictionary<string, double> Metrics, IReadOnlyList<Mistake> HardestMistakes)
{
    // Examples held in memory at once; results do not depend on it.
    private const int WindowSize = 4096;
    private const int MaxBatchTokens = 8192;
    private const int MistakesKept = 50;

    private static readonly JsonSerializerOptions LineJson = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonSerializerOptions FileJson = new(LineJson) { WriteIndented = true };

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
        var metric = task.CreateMetric();
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
                    metric.Add(answers[i], expected);
                    ranking.Add(answers[i], expected);
                    Write(stream, task.Labels, window[i], answers[i]);
                    if (Judge(task.Labels, window[i], answers[i], expected) is { } mistake) hardest.Enqueue(mistake, 1 - mistake.GoldProbability);
                    if (hardest.Count > MistakesKept) hardest.Dequeue();
                    if (task.IsTruncated(window[i])) truncated++;
                }
                count += window.Length;
            }
            if (count == 0) throw new DataFileException(dataPath, null, "holds no example");
        });

        var report = metric switch
        {
            ClassificationMetrics single => single.Report(),
            MultiLabelMetrics multi => multi.Report(),
            _ => throw new NotSupportedException($"{metric.GetType().Name} gives no report"),
        };
        var notes = report.Notes.Concat(ranking.Notes()).ToList();
        if (truncated > 0) notes.Add($"{truncated} of {report.ExampleCount} texts were longer than {classifier.MaxInputTokens} tokens and were cut.");
        var metrics = new OrderedDictionary<string, double>();
        foreach (var (name, value) in metric.Result().Concat(ranking.Result())) metrics[name] = value;
        var mistakes = new List<Mistake>();
        while (hardest.TryDequeue(out var mistake, out _)) mistakes.Insert(0, mistake);

        var evaluation = new ClassifierEvaluation(report with { Notes = [.. notes] }, metrics, mistakes);
        evaluation.WriteFiles(classifier, dataPath, ranking, folder);
        return evaluation;
    }

    private void WriteFiles(TextClassifier classifier, string dataPath, RankingMetrics ranking, string folder)
    {
        var data = new DataCard(dataPath, DatasetHash.Of(dataPath), Report.ExampleCount);
        AtomicFile.Write(Path.Combine(folder, "metrics.json"), stream => JsonSerializer.Serialize(stream,
            new { Model = classifier.Folder.Path, Data = data, Metrics, Signatures = new[] { Report.Signature, ranking.Signature }, Report }, FileJson));

        var confusion = Report.ConfusionMatrix.Length > 0 ? ConfusionMatrixPlot.Png(classifier.Labels, Report.ConfusionMatrix) : null;
        if (confusion is not null) AtomicFile.Write(Path.Combine(folder, "confusion_matrix.png"), stream => stream.Write(confusion));
        var card = RunCard.Read(classifier.Folder.Path);
        var curves = card is { History.Count: > 0 } ? TrainingCurves.Png(classifier.Folder.Path, card) : null;
        if (curves is not null) AtomicFile.Write(Path.Combine(folder, "curves.png"), stream => stream.Write(curves));
        HtmlReport.Save(Path.Combine(folder, "report.html"), new ReportContent
        {
            Title = $"How good is {Path.GetFileName(Path.TrimEndingDirectorySeparator(classifier.Folder.Path))}?",
            Metrics = Report,
            Facts = [.. Facts(classifier, data, card)],
            FurtherMetrics = [.. ranking.Result().Select(entry => new ReportMetric(Name(entry.Key), entry.Value, Definition(entry.Key), ranking.Signature))],
            ConfusionMatrixPng = confusion,
            CurvesPng = curves,
            HardestMistakes = [.. HardestMistakes.Select(mistake => new ReportMistake(mistake.Text, string.Join(", ", mistake.Gold), string.Join(", ", mistake.Predicted), mistake.Probability))],
        });
    }

    private static IEnumerable<ReportFact> Facts(TextClassifier classifier, DataCard data, RunCard? card)
    {
        yield return new ReportFact("Model", classifier.Folder.Path);
        yield return new ReportFact("Measured on", $"{data.Path}, {data.ExampleCount} examples, sha256 {data.Sha256}");
        yield return new ReportFact("Input", $"cut after {classifier.MaxInputTokens} tokens");
        if (card is null) yield break;
        yield return new ReportFact("Parameters", card.ParameterCount.ToString("N0"));
        yield return new ReportFact("Trained on", $"{card.Train.Path}, {card.Train.ExampleCount} examples, sha256 {card.Train.Sha256}");
        yield return new ReportFact("Started from", card.From ?? "nothing (new weights)");
        yield return new ReportFact("Training", $"best epoch {card.BestEpoch} of {card.History.Count}, learning rate {card.Options.LearningRate}, batch {card.Options.BatchSize}, seed {card.Options.Seed}, {card.Seconds:0} s");
        yield return new ReportFact("Versions", string.Join(", ", card.Versions.Select(version => $"{version.Key} {version.Value}")));
    }

    private static string Name(string key) => key switch { "roc_auc" => "ROC-AUC", "average_precision" => "Average precision", _ => key };

    private static string Definition(string key) => key switch
    {
        "roc_auc" => "Probability that a random example of a label is scored above a random one without it; averaged over the labels.",
        "average_precision" => "Sum over the ranked examples of precision times the step in recall; averaged over the labels.",
        _ => "See the signature.",
    };

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
