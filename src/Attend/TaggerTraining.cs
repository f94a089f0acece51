using Attend.Checkpoints;
using Attend.Models;
using Attend.Tasks;
using Attend.Text.Data;
using Attend.Text.Metrics;
using Attend.Text.Tokenizers;
using Attend.Training;
using static TorchSharp.torch;

namespace Attend;

/// <summary>Teaches a model to find and name stretches of texts, such as persons and places: from data to a model folder that predicts.</summary>
/// <remarks>Data: columns of words and tags, or JSON Lines with character spans (.jsonl); see <see cref="TaggedTextFile"/>.</remarks>
public sealed record TaggerTraining : EncoderTraining<TaggedText, TaggingBatch, SpanAnswer>
{
    /// <summary>How the data files are read.</summary>
    public TaggedTextOptions Format { get; init; } = new();

    /// <summary>Options of the task.</summary>
    public TaggingOptions TaskOptions { get; init; } = new();

    /// <summary>Scheme of the model's tags, whatever the data's; null = the data's own, IOB2 for IOB1 and for spans.</summary>
    public TagScheme? Scheme { get; init; }

    /// <inheritdoc/>
    protected override string TaskName => TaggingSettings.TaskName;

    /// <inheritdoc/>
    protected override HeadKind? Head => HeadKind.TokenClassification;

    /// <inheritdoc/>
    protected override object DataFormat => Format;

    /// <inheritdoc/>
    protected override object Settings => new TaggingSettings(TaskOptions.MaxInputTokens, TaskOptions.Stride, Scheme);

    /// <inheritdoc/>
    protected override int InputLimit => TaskOptions.MaxInputTokens;

    /// <inheritdoc/>
    protected override TrainingSet<TaggedText> ReadData(Action<string> notice)
    {
        if (Scheme == TagScheme.Iob1) throw new ArgumentException("a model's tags cannot be IOB1, which spells a span in two ways; expected another scheme (data may be of any)");
        var file = TaggedTextFile.Open(Data, Format);
        IReadOnlyList<TaggedText> train = [.. file.Read()];
        if (train.Count == 0) throw new DataFileException(Data, null, "holds no text");
        string[] labels = [.. train.SelectMany(example => example.Spans).Select(span => span.Label).Distinct().Order(StringComparer.Ordinal)];
        if (labels.Length == 0) throw new DataFileException(Data, null, $"has no span in {train.Count} texts; there is nothing to learn");
        if (file.OrphanCount > 0) notice($"{file.OrphanCount} tags of {Data} go on with a span that has not begun; each is read as the beginning of one");
        var tags = TagDecoder.TagsOf(labels, Scheme ?? (file.Scheme is null or TagScheme.Iob1 ? TagScheme.Iob2 : file.Scheme.Value));

        if (Dev is { } devPath)
        {
            IReadOnlyList<TaggedText> dev = [.. TaggedTextFile.Open(devPath, Format).Read()];
            if (dev.Count == 0) throw new DataFileException(devPath, null, "holds no text");
            LabelCheck.Known(devPath, dev.Select(example => (example.Line, example.Spans.Select(span => span.Label))), labels, Data);
            return new TrainingSet<TaggedText>(train, dev, DataCard.Of(Data, train.Count), DataCard.Of(devPath, dev.Count), tags);
        }
        var (rest, heldOut) = HoldOut(train, example => example.Text, notice);
        return new TrainingSet<TaggedText>(rest, heldOut, DataCard.Of(Data, rest.Count), null, tags);
    }

    /// <inheritdoc/>
    protected override IEnumerable<string> TextsOf(TaggedText example) => [example.Text];

    /// <inheritdoc/>
    protected override ModelConfig Configure(ModelConfig config, bool isNew, TrainingSet<TaggedText> data) => config.WithTokenLabels(data.Labels);

    /// <inheritdoc/>
    protected override (LearningTask<TaggedText, TaggingBatch, SpanAnswer> Task, nn.Module? Head) CreateTask(EncoderModel encoder, ITokenizer tokenizer, TrainingSet<TaggedText> data, Device device)
    {
        var task = new TokenTagging(encoder, tokenizer, TaskOptions with { MaxInputTokens = Math.Min(TaskOptions.MaxInputTokens, encoder.MaxPositionEmbeddings) }, device);
        return (task, task.Head);
    }

    /// <inheritdoc/>
    protected override TaskModel<TaggedText, TaggingBatch, SpanAnswer> Build(ModelFolder? folder, TrainingSet<TaggedText> data, Device device, Action<string> notice, CancellationToken cancel)
    {
        var model = base.Build(folder, data, device, notice, cancel);
        var task = (TokenTagging)model.Task;
        var inexact = data.Train.Sum(task.CountInexact);
        if (inexact > 0) notice($"{inexact} of {data.Train.Sum(example => example.Spans.Count)} training spans do not begin and end at words of their text: the whole words are learnt in their place");
        return model;
    }

    /// <inheritdoc/>
    protected override UpdateSource<TaggingBatch> CreateSource(TaskModel<TaggedText, TaggingBatch, SpanAnswer> model, TrainingSet<TaggedText> data)
    {
        TaggedText[] parts = [.. data.Train.SelectMany(((TokenTagging)model.Task).Parts)];
        return parts.Length > 0 ? new ListSource<TaggedText, TaggingBatch, SpanAnswer>(model.Task, parts, Options) : throw new DataFileException(Data, null, "has no text with a word in it");
    }
}

/// <summary>What run.json says of a tagger's options.</summary>
internal sealed record TaggingSettings(int MaxInputTokens, int? Stride, TagScheme? Scheme)
{
    public const string TaskName = "tagging";
}
