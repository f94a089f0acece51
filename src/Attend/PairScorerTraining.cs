using Attend.Models;
using Attend.Tasks;
using Attend.Text.Data;
using Attend.Text.Tokenizers;
using static TorchSharp.torch;

namespace Attend;

/// <summary>Teaches a model to give pairs of texts a number, such as how similar they are: from data to a model folder that scores.</summary>
public sealed record PairScorerTraining : EncoderTraining<TextPair, PairScoringBatch, double>
{
    internal const string Name = "pair scoring";

    /// <summary>How the data files are read.</summary>
    public TextPairOptions Format { get; init; } = new() { Target = PairTarget.Score };

    /// <summary>Options of the task.</summary>
    public PairScoringOptions TaskOptions { get; init; } = new();

    /// <summary>What the head reads: "cls" or "mean"; null = what the model's configuration says, "mean" for a new one.</summary>
    public string? Pooling { get; init; }

    /// <inheritdoc/>
    protected override string TaskName => Name;

    /// <inheritdoc/>
    protected override HeadKind? Head => HeadKind.SequenceClassification;

    /// <inheritdoc/>
    protected override object DataFormat => Format;

    /// <inheritdoc/>
    protected override object Settings => TaskOptions;

    /// <inheritdoc/>
    protected override int InputLimit => TaskOptions.MaxInputTokens;

    /// <inheritdoc/>
    protected override TrainingSet<TextPair> ReadData(Action<string> notice)
    {
        var train = ReadScored(Data);
        if (Dev is { } devPath)
        {
            var dev = ReadScored(devPath);
            return new TrainingSet<TextPair>(train, dev, DataCard.Of(Data, train.Count), DataCard.Of(devPath, dev.Count), [ModelConfig.ScoreName]);
        }
        var (rest, heldOut) = HoldOut(train, example => example.Text, notice);
        return new TrainingSet<TextPair>(rest, heldOut, DataCard.Of(Data, rest.Count), null, [ModelConfig.ScoreName]);
    }

    /// <inheritdoc/>
    protected override IEnumerable<string> TextsOf(TextPair example) => [example.Text, example.Text2];

    /// <inheritdoc/>
    protected override ModelConfig Configure(ModelConfig config, bool isNew, TrainingSet<TextPair> data) =>
        config.WithScore(Pooling ?? config.ClassifierPooling ?? (isNew ? "mean" : "cls"));

    /// <inheritdoc/>
    protected override (LearningTask<TextPair, PairScoringBatch, double> Task, nn.Module? Head) CreateTask(EncoderModel encoder, ITokenizer tokenizer, TrainingSet<TextPair> data, Device device)
    {
        PairInput.Check(tokenizer, TaskOptions.MaxInputTokens);
        var task = new PairScoring(encoder, tokenizer, TaskOptions with { MaxInputTokens = Math.Min(TaskOptions.MaxInputTokens, encoder.MaxPositionEmbeddings) }, device);
        // A fresh head begins with the scores' own mean and spread: in units of any size, it has no long way to them.
        var mean = data.Train.Average(example => example.Score!.Value);
        task.Head.CenterScores(mean, Math.Sqrt(data.Train.Average(example => (example.Score!.Value - mean) * (example.Score.Value - mean))));
        return (task, task.Head);
    }

    /// <inheritdoc/>
    protected override long CountTruncated(TaskModel<TextPair, PairScoringBatch, double> model, IReadOnlyList<TextPair> examples) =>
        examples.LongCount(((PairScoring)model.Task).IsTruncated);

    private List<TextPair> ReadScored(string path)
    {
        List<TextPair> examples = [.. TextPairFile.Open(path, Format with { Target = PairTarget.Score }).Read()];
        if (examples.Count == 0) throw new DataFileException(path, null, "holds no example");
        if (examples.TrueForAll(example => example.Score == examples[0].Score))
            throw new DataFileException(path, null, $"gives all {examples.Count} pairs the same score, {examples[0].Score}; there is nothing to learn, or to judge a model by");
        return examples;
    }
}
