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

/// <summary>Teaches a model the labels of a file (.csv, .tsv, .jsonl or .parquet, also gzipped): from data to a model folder that predicts.</summary>
public sealed record ClassifierTraining : EncoderTraining<LabeledText, ClassificationBatch, ClassAnswer>
{
    /// <summary>How the data files are read; a label separator makes the task multi-label.</summary>
    public LabeledTextOptions Format { get; init; } = new();

    /// <summary>Options of the task.</summary>
    public ClassificationOptions TaskOptions { get; init; } = new();

    /// <summary>How a class is weighted in the loss.</summary>
    public ClassWeighting ClassWeights { get; init; }

    /// <summary>What the head reads: "cls" or "mean"; null = what the model's configuration says, "mean" for a new one.</summary>
    public string? Pooling { get; init; }

    /// <summary>The name of the task in run.json and metrics.json.</summary>
    internal const string Name = "text classification";

    /// <inheritdoc/>
    protected override string TaskName => Name;

    /// <inheritdoc/>
    protected override HeadKind Head => HeadKind.SequenceClassification;

    /// <inheritdoc/>
    protected override object DataFormat => Format;

    /// <inheritdoc/>
    protected override object Settings => new { TaskOptions.MaxInputTokens, TaskOptions.LabelSmoothing, TaskOptions.TokenDropout, ClassWeights };

    /// <inheritdoc/>
    protected override int InputLimit => TaskOptions.MaxInputTokens;

    /// <inheritdoc/>
    protected override TrainingSet<LabeledText> ReadData(Action<string> notice)
    {
        IReadOnlyList<LabeledText> train = [.. LabeledTextFile.Read(Data, Format)];
        var trainCount = train.Count;
        if (trainCount == 0) throw new DataFileException(Data, null, "holds no example");
        var labels = train.SelectMany(example => example.Labels).Distinct().Order(StringComparer.Ordinal).ToArray();
        if (labels.Length < 2 && Format.LabelSeparator is null)
            throw new DataFileException(Data, null, $"has only one label, '{labels.FirstOrDefault()}', in {train.Count} examples; a classifier needs at least two");

        IReadOnlyList<LabeledText> dev;
        DataCard? devCard = null;
        if (Dev is { } devPath)
        {
            dev = [.. LabeledTextFile.Read(devPath, Format)];
            if (dev.Count == 0) throw new DataFileException(devPath, null, "holds no example");
            LabelCheck.Known(devPath, dev, labels, Data);
            devCard = DataCard.Of(devPath, dev.Count);
        }
        else
        {
            if (!(DevShare > 0 && DevShare < 1)) throw new ArgumentException($"DevShare is {DevShare}; expected a share in (0, 1)");
            (train, dev) = Split.Stratified(train, DevShare, Options.Seed);
            notice($"no --dev file: {dev.Count} of {trainCount} examples are split off to judge the model by");
        }
        return new TrainingSet<LabeledText>(train, dev, DataCard.Of(Data, train.Count), devCard, labels);
    }

    /// <inheritdoc/>
    protected override IEnumerable<string> TextsOf(LabeledText example) => [example.Text];

    /// <inheritdoc/>
    protected override ModelConfig Configure(ModelConfig config, bool isNew, TrainingSet<LabeledText> data) =>
        config.WithLabels(data.Labels, Format.LabelSeparator is not null, Pooling ?? config.ClassifierPooling ?? (isNew ? "mean" : "cls"));

    /// <inheritdoc/>
    protected override (LearningTask<LabeledText, ClassificationBatch, ClassAnswer> Task, nn.Module Head) CreateTask(
        EncoderModel encoder, ITokenizer tokenizer, TrainingSet<LabeledText> data, Device device)
    {
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

    // Weights that make every label count the same, in label order.
    private static IReadOnlyList<double> BalancedWeights(TrainingSet<LabeledText> data)
    {
        var counts = data.Train.SelectMany(example => example.Labels).CountBy(label => label).ToDictionary();
        return [.. data.Labels.Select(label => (double)data.Train.Count / (data.Labels.Count * Math.Max(1, counts.GetValueOrDefault(label))))];
    }
}
