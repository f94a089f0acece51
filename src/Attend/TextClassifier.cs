using Attend.Checkpoints;
using Attend.Models;
using Attend.Runtime;
using Attend.Tasks;
using Attend.Text.Data;
using Attend.Text.Metrics;

namespace Attend;

/// <summary>How probable a label is.</summary>
/// <param name="Label">Its name.</param>
/// <param name="Probability">In [0, 1]; all labels together 1 in a single-label model.</param>
public sealed record LabelProbability(string Label, double Probability);

/// <summary>What a model says of a text.</summary>
/// <param name="Labels">The answer: one label, or any number of a multi-label model.</param>
/// <param name="Probabilities">Every label, most probable first.</param>
/// <param name="Truncated">Whether the text was longer than the limit, so that its end was not read.</param>
public sealed record ClassPrediction(IReadOnlyList<string> Labels, IReadOnlyList<LabelProbability> Probabilities, bool Truncated)
{
    /// <summary>The answer in one string; several labels are joined by '|'.</summary>
    public string Label => string.Join('|', Labels);

    /// <summary>Probability of the most probable label.</summary>
    public double Probability => Probabilities[0].Probability;
}

/// <summary>A trained classifier.</summary>
/// <example><code>
/// using var classifier = TextClassifier.Load("runs/tickets");
/// var answer = classifier.Predict("my card was charged twice");
/// </code></example>
public sealed class TextClassifier : TrainedModel<TextClassification>
{
    private const int MaxBatchTokens = 8192;

    private TextClassifier(ModelFolder folder, EncoderModel encoder, TextClassification task, int maxInputTokens) : base(folder, encoder, task, task.Device)
    {
        MaxInputTokens = maxInputTokens;
        ReadsPairs = RunCard.Read(folder.Path)?.Task switch { ClassifierTraining.PairsName => true, ClassifierTraining.Name => false, _ => null };
    }

    /// <summary>Label names in index order.</summary>
    public IReadOnlyList<string> Labels => Task.Labels;

    /// <summary>Where an input is cut, in tokens, special tokens included.</summary>
    public int MaxInputTokens { get; }

    /// <summary>Whether the model was trained on pairs of texts, or on texts; null where that is not known.</summary>
    public bool? ReadsPairs { get; }

    /// <summary>Loads a classifier from a run or any model folder with a classification head.</summary>
    /// <param name="path">The folder, or the name of a pulled model: "owner/name".</param>
    /// <param name="device">"auto", "cpu", "cuda", "cuda:1" ...</param>
    /// <param name="maxInputTokens">Where an input is cut; null = as in training, else what the model can hold.</param>
    /// <exception cref="CheckpointException">Not a model folder, or it has no head, or no weights yet.</exception>
    /// <exception cref="CheckpointMismatchException">Configuration and weights do not fit each other.</exception>
    public static TextClassifier Load(string path, string device = "auto", int? maxInputTokens = null)
    {
        var folder = ModelFolder.Open(path);
        var architecture = folder.Architecture;
        if (folder.Config.Labels.Count == 0) throw new CheckpointException(path, "is not a classifier: config.json has no labels (id2label)", advice: $"Make one of it: attend train classify --from {path} --data FILE --out FOLDER");
        if (folder.Config.IsRegression) throw new CheckpointException(path, "gives a number, and no labels", advice: "Use it as a scorer of pairs.");
        var card = RunCard.Read(folder.Path);
        if (!folder.HasWeights && card is not null)
            throw new CheckpointException(path, "has no weights yet: its training has not finished its first epoch", advice: "Let it run, or go on with it by --resume.");
        var tokenizer = folder.LoadTokenizer();
        Engine.Start();
        var encoder = architecture.Create(folder.Config);
        var limit = maxInputTokens ?? Math.Min(card?.MaxInputTokens ?? int.MaxValue, encoder.MaxPositionEmbeddings);
        var task = folder.Build(() => new TextClassification(encoder, tokenizer, new ClassificationOptions { MaxInputTokens = limit }, DeviceChoice.Parse(device)));
        folder.LoadWeights(new CheckpointPart(encoder, architecture.Keys), new CheckpointPart(task.Head, architecture.Heads[HeadKind.SequenceClassification].Keys));
        task.eval();
        return new TextClassifier(folder, encoder, task, limit);
    }

    /// <summary>Classifies one text.</summary>
    public ClassPrediction Predict(string text) => Predict([text])[0];

    /// <summary>Classifies texts; answer n belongs to text n, and is the same in any company.</summary>
    /// <param name="texts">Any strings, empty ones included.</param>
    /// <param name="cancel">Stops between batches.</param>
    public IReadOnlyList<ClassPrediction> Predict(IReadOnlyList<string> texts, CancellationToken cancel = default) =>
        Predict([.. texts.Select((text, index) => new LabeledText(text, [], index + 1))], cancel);

    /// <summary>Classifies pairs of texts; answer n belongs to pair n, and is the same in any company.</summary>
    /// <param name="pairs">Any strings, empty ones included.</param>
    /// <param name="cancel">Stops between batches.</param>
    public IReadOnlyList<ClassPrediction> Predict(IReadOnlyList<(string Text, string Text2)> pairs, CancellationToken cancel = default) =>
        Predict([.. pairs.Select((pair, index) => new LabeledText(pair.Text, [], index + 1) { Text2 = pair.Text2 })], cancel);

    private ClassPrediction[] Predict(LabeledText[] examples, CancellationToken cancel)
    {
        var predictions = new ClassPrediction[examples.Length];
        foreach (var (_, indices, output) in Inference.Run(Task, examples, MaxBatchTokens, cancel))
        {
            var answers = Task.Answer(output);
            for (var i = 0; i < indices.Length; i++) predictions[indices[i]] = Describe(answers[i], Task.IsTruncated(examples[indices[i]]));
        }
        return predictions;
    }

    private ClassPrediction Describe(ClassAnswer answer, bool truncated) => new(
        [.. answer.Labels.Select(label => Labels[label])],
        [.. answer.Probabilities!.Select((probability, label) => new LabelProbability(Labels[label], probability)).OrderByDescending(entry => entry.Probability)],
        truncated);
}
