using Attend.Checkpoints;
using Attend.Models;
using Attend.Tasks;
using Attend.Text.Data;
using Attend.Text.Tokenizers;
using static TorchSharp.torch;

namespace Attend;

/// <summary>Teaches an encoder to make vectors of texts whose cosine says how near the texts are: from pairs that belong together, or from scored pairs, to a model folder in sentence-transformers' layout.</summary>
public sealed record EmbedderTraining : EncoderTraining<EmbeddingExample, EmbeddingBatch, EmbeddedExample>
{
    internal const string Name = "text embedding";

    /// <summary>How the data files are read. <see cref="PairTarget.Score"/> learns from scores; <see cref="PairTarget.None"/> from pairs that belong together; <see cref="PairTarget.Label"/> from those of them that bear <see cref="PositiveLabel"/>.</summary>
    public TextPairOptions Format { get; init; } = new() { Target = PairTarget.None };

    /// <summary>The label of the pairs that belong together, where they are labelled; the others are left out.</summary>
    public string? PositiveLabel { get; init; }

    /// <summary>Options of the task; <see cref="TextEmbeddingOptions.Scored"/> follows from <see cref="Format"/>, and how states are pooled from the model to start from, if it says.</summary>
    public TextEmbeddingOptions TaskOptions { get; init; } = new();

    /// <summary>How states become a vector; null = as the model to start from says, else the mean.</summary>
    public PoolingMode? Pooling { get; init; }

    /// <inheritdoc/>
    protected override string TaskName => Name;

    /// <inheritdoc/>
    protected override HeadKind? Head => null;

    /// <inheritdoc/>
    protected override object DataFormat => Format;

    /// <inheritdoc/>
    protected override object Settings => new EmbeddingSettings(TaskOptions.MaxInputTokens, PoolingOf(From is null ? null : ModelFolder.Open(From).Path), [.. TaskOptions.NestedDimensions], TaskOptions.Scale, TaskOptions.TokenDropout, PositiveLabel);

    /// <inheritdoc/>
    protected override int InputLimit => TaskOptions.MaxInputTokens;

    private bool IsScored => Format.Target == PairTarget.Score;

    /// <summary>The pairs of a file that belong together, or are scored.</summary>
    /// <param name="path">The file.</param>
    /// <param name="format">How it is read, and what is wanted.</param>
    /// <param name="positiveLabel">The label of the pairs that belong together, where they are labelled.</param>
    internal static IEnumerable<EmbeddingExample> Read(string path, TextPairOptions format, string? positiveLabel)
    {
        if (format.Target == PairTarget.Label && positiveLabel is null)
            throw new ArgumentException($"{path}: the pairs are labelled, and vectors are learnt from pairs that belong together or from scores; say which label such pairs bear (--positive-label), or that all belong together (--target pairs)");
        var pairs = TextPairFile.Open(path, format).Read();
        return pairs.Where(pair => format.Target != PairTarget.Label || pair.Label == positiveLabel).Select(EmbeddingExample.Of);
    }

    /// <inheritdoc/>
    protected override TrainingSet<EmbeddingExample> ReadData(Action<string> notice)
    {
        var train = Read(Data);
        if (Dev is { } devPath)
        {
            var dev = Read(devPath);
            return new TrainingSet<EmbeddingExample>(train, dev, DataCard.Of(Data, train.Count), DataCard.Of(devPath, dev.Count), []);
        }
        var (rest, heldOut) = HoldOut(train, example => example.Texts[0], notice);
        return new TrainingSet<EmbeddingExample>(rest, heldOut, DataCard.Of(Data, rest.Count), null, []);
    }

    /// <inheritdoc/>
    protected override IEnumerable<string> TextsOf(EmbeddingExample example) => example.Texts;

    /// <inheritdoc/>
    protected override ModelConfig Configure(ModelConfig config, bool isNew, TrainingSet<EmbeddingExample> data) =>
        config with { IdToLabel = null, LabelToId = null, ProblemType = null, ClassifierPooling = null };

    /// <inheritdoc/>
    protected override (LearningTask<EmbeddingExample, EmbeddingBatch, EmbeddedExample> Task, nn.Module? Head) CreateTask(EncoderModel encoder, ITokenizer tokenizer, TrainingSet<EmbeddingExample> data, Device device)
    {
        var limit = Math.Min(TaskOptions.MaxInputTokens, encoder.MaxPositionEmbeddings);
        return (new TextEmbedding(encoder, tokenizer, TaskOptions with { MaxInputTokens = limit, Scored = IsScored, Dimensions = null, Pooling = PoolingOf(From is null ? null : ModelFolder.Open(From).Path) }, device), null);
    }

    /// <inheritdoc/>
    protected override void SaveCompanions(string folder, TaskModel<EmbeddingExample, EmbeddingBatch, EmbeddedExample> model) =>
        (PoolingOf(From is null ? null : ModelFolder.Open(From).Path) with { MaxInputTokens = TaskOptions.MaxInputTokens }).Save(folder, ((TextEmbedding)model.Task).DimensionCount);

    /// <inheritdoc/>
    protected override long CountTruncated(TaskModel<EmbeddingExample, EmbeddingBatch, EmbeddedExample> model, IReadOnlyList<EmbeddingExample> examples) =>
        examples.Sum(example => example.Texts.LongCount(text => ((TextEmbedding)model.Task).UncutTokenCount(text) > InputLimit));

    // A new model, and one that was never taught to, averages; what a folder says of itself holds.
    private SentencePooling PoolingOf(string? folder)
    {
        var known = folder is null ? null : SentencePooling.Read(folder);
        var pooling = known ?? TaskOptions.Pooling;
        return pooling with { Mode = Pooling ?? pooling.Mode, MaxInputTokens = null };
    }

    private List<EmbeddingExample> Read(string path)
    {
        List<EmbeddingExample> examples = [.. Read(path, Format, PositiveLabel)];
        if (examples.Count == 0) throw new DataFileException(path, null, PositiveLabel is null ? "holds no example" : $"holds no pair with the label '{PositiveLabel}'");
        if (IsScored && examples.TrueForAll(example => example.Score == examples[0].Score))
            throw new DataFileException(path, null, $"gives all {examples.Count} pairs the same score, {examples[0].Score}; there is nothing to learn, or to judge a model by");
        return examples;
    }
}

/// <summary>What run.json says of an embedder's options.</summary>
internal sealed record EmbeddingSettings(int MaxInputTokens, SentencePooling Pooling, IReadOnlyList<int> NestedDimensions, double Scale, double TokenDropout, string? PositiveLabel);
