using Attend.Models;
using Attend.Tasks;
using Attend.Text.Data;
using Attend.Text.Metrics;
using Attend.Text.Tokenizers;
using static TorchSharp.torch;

namespace Attend;

/// <summary>How a class is weighted in the loss.</summary>
public enum ClassWeighting
{
    /// <summary>Every example counts the same.</summary>
    None,

    /// <summary>Every label counts the same: weight = examples / (labels · examples of the label).</summary>
    Balanced,
}

/// <summary>Teaches a model the labels of texts, or pairs of texts, of a file (.csv, .tsv, .jsonl or .parquet, also gzipped): from data to a model folder that predicts.</summary>
public sealed record ClassifierTraining : EncoderTraining<LabeledText, ClassificationBatch, ClassAnswer>
{
    /// <summary>How the data files are read; a label separator makes the task multi-label.</summary>
    public LabeledTextOptions Format { get; init; } = new();

    /// <summary>How pairs of texts are read, where the labels are those of pairs and not of texts; null = of texts, see <see cref="Format"/>.</summary>
    public TextPairOptions? Pairs { get; init; }

    /// <summary>Options of the task.</summary>
    public ClassificationOptions TaskOptions { get; init; } = new();

    /// <summary>How a class is weighted in the loss.</summary>
    public ClassWeighting ClassWeights { get; init; }

    /// <summary>What the head reads: "cls" or "mean"; null = what the model's configuration says, "mean" for a new one.</summary>
    public string? Pooling { get; init; }

    /// <summary>The names of the task in run.json and metrics.json: over texts, and over pairs of them.</summary>
    internal const string Name = "text classification", PairsName = "pair classification";

    /// <inheritdoc/>
    protected override string TaskName => Pairs is null ? Name : PairsName;

    /// <inheritdoc/>
    protected override HeadKind? Head => HeadKind.SequenceClassification;

    /// <inheritdoc/>
    protected override object DataFormat => Pairs ?? (object)Format;

    /// <inheritdoc/>
    protected override object Settings => new { TaskOptions.MaxInputTokens, TaskOptions.LabelSmoothing, TaskOptions.TokenDropout, ClassWeights };

    /// <inheritdoc/>
    protected override int InputLimit => TaskOptions.MaxInputTokens;

    /// <inheritdoc/>
    protected override TrainingSet<LabeledText> ReadData(Action<string> notice)
    {
        IReadOnlyList<LabeledText> train = [.. Read(Data, notice)];
        var trainCount = train.Count;
        if (trainCount == 0) throw new DataFileException(Data, null, "holds no example");
        var labels = train.SelectMany(example => example.Labels).Distinct().Order(StringComparer.Ordinal).ToArray();
        if (labels.Length < 2 && !IsMultiLabel)
            throw new DataFileException(Data, null, $"has only one label, '{labels.FirstOrDefault()}', in {train.Count} examples; a classifier needs at least two");

        IReadOnlyList<LabeledText> dev;
        DataCard? devCard = null;
        if (Dev is { } devPath)
        {
            dev = [.. Read(devPath, notice)];
            if (dev.Count == 0) throw new DataFileException(devPath, null, "holds no example");
            LabelCheck.Known(devPath, dev, labels, Data);
            devCard = DataCard.Of(devPath, dev.Count);
        }
        else if (Pairs is not null) (train, dev) = HoldOut(train, example => example.Text, notice);
        else
        {
            if (!(DevShare > 0 && DevShare < 1)) throw new ArgumentException($"DevShare is {DevShare}; expected a share in (0, 1)");
            (train, dev) = Split.Stratified(train, DevShare, Options.Seed);
            notice($"no --dev file: {dev.Count} of {trainCount} examples are split off to judge the model by");
        }
        return new TrainingSet<LabeledText>(train, dev, DataCard.Of(Data, train.Count), devCard, labels);
    }

    /// <inheritdoc/>
    protected override IEnumerable<string> TextsOf(LabeledText example) => PairInput.TextsOf(example);

    /// <inheritdoc/>
    protected override ModelConfig Configure(ModelConfig config, bool isNew, TrainingSet<LabeledText> data) =>
        config.WithLabels(data.Labels, IsMultiLabel, Pooling ?? config.ClassifierPooling ?? (isNew ? "mean" : "cls"));

    /// <inheritdoc/>
    protected override (LearningTask<LabeledText, ClassificationBatch, ClassAnswer> Task, nn.Module? Head) CreateTask(
        EncoderModel encoder, ITokenizer tokenizer, TrainingSet<LabeledText> data, Device device)
    {
        if (Pairs is not null) PairInput.Check(tokenizer, TaskOptions.MaxInputTokens);
        var options = TaskOptions with
        {
            MaxInputTokens = Math.Min(TaskOptions.MaxInputTokens, encoder.MaxPositionEmbeddings),
            ClassWeights = ClassWeights == ClassWeighting.Balanced ? BalancedWeights(data) : null,
        };
        var task = new TextClassification(encoder, tokenizer, options, device);
        return (task, task.Head);
    }

    /// <inheritdoc/>
    protected override long CountTruncated(TaskModel<LabeledText, ClassificationBatch, ClassAnswer> model, IReadOnlyList<LabeledText> examples) =>
        examples.LongCount(((TextClassification)model.Task).IsTruncated);

    private bool IsMultiLabel => Pairs is null && Format.LabelSeparator is not null;

    private IEnumerable<LabeledText> Read(string path, Action<string> notice)
    {
        if (Pairs is null) return LabeledTextFile.Read(path, Format);
        var file = TextPairFile.Open(path, Pairs with { Target = PairTarget.Label });
        var examples = file.Read().Select(PairInput.Labeled).ToArray();
        if (file.NoLabelCount > 0) notice($"{file.NoLabelCount} pairs of {path} bear no label ('{Pairs.NoLabel}') and are left out");
        return examples;
    }

    // Weights that make every label count the same, in label order.
    private static IReadOnlyList<double> BalancedWeights(TrainingSet<LabeledText> data)
    {
        var counts = data.Train.SelectMany(example => example.Labels).CountBy(label => label).ToDictionary();
        return [.. data.Labels.Select(label => (double)data.Train.Count / (data.Labels.Count * Math.Max(1, counts.GetValueOrDefault(label))))];
    }
}
