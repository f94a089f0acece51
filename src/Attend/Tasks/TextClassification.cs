using Attend.Models;
using Attend.Text.Data;
using Attend.Text.Metrics;
using Attend.Text.Tokenizers;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Attend.Tasks;

/// <summary>Choices of the classification task.</summary>
public sealed record ClassificationOptions
{
    /// <summary>Where an input is cut, in tokens, special tokens included.</summary>
    public int MaxInputTokens { get; init; } = 128;

    /// <summary>Share of the probability spread evenly over all labels in training (Szegedy et al. 2016, section 7), in [0, 1).</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Probability of hiding a token in training, in [0, 1): keeps a new model from learning texts by single words.</summary>
    public double TokenDropout { get; init; }

    /// <summary>Weight of each label in the loss, in label order; null = all 1.</summary>
    public IReadOnlyList<double>? ClassWeights { get; init; }
}

/// <summary>A batch of texts to classify.</summary>
/// <param name="Tokens">The encoded texts.</param>
/// <param name="Targets">Label index per example (single-label), or [batch * label] zeros and ones (multi-label); null without labels.</param>
/// <param name="Count">What the loss sum is divided by.</param>
public sealed record ClassificationBatch(TokenBatch Tokens, float[]? Targets, double Count) : Batch
{
    /// <inheritdoc/>
    public override int ExampleCount => Tokens.ExampleCount;

    /// <inheritdoc/>
    public override double LossCount => Count;

    /// <inheritdoc/>
    public override long PaddedTokenCount => (long)Tokens.ExampleCount * Tokens.SeqLength;

    /// <inheritdoc/>
    public override long TokenCount => Tokens.TokenCount;
}

/// <summary>Classification of texts or pairs of texts, single- or multi-label: an encoder and its architecture's own head (Devlin et al. 2018, section 4.1 and figures 4a and 4b).</summary>
public sealed class TextClassification : LearningTask<LabeledText, ClassificationBatch, ClassAnswer>
{
    private const float MultiLabelThreshold = 0.5f;

    [ComponentName(Name = "encoder")] private readonly EncoderModel _encoder;
    [ComponentName(Name = "head")] private readonly ClassificationHead _head;
    private readonly ITokenizer _tokenizer;
    private readonly ClassificationOptions _options;
    private readonly Dictionary<string, int> _labelIndex;
    private readonly bool _multiLabel;

    /// <summary>Creates the task with a freshly drawn head.</summary>
    /// <param name="encoder">Its configuration bears the labels; becomes a part of the task.</param>
    /// <param name="tokenizer">Fits the encoder's vocabulary.</param>
    /// <param name="options">Length limit and regularisation.</param>
    /// <param name="device">Where the model computes.</param>
    /// <exception cref="ArgumentException">The configuration has fewer than two labels, or an option is out of range.</exception>
    public TextClassification(EncoderModel encoder, ITokenizer tokenizer, ClassificationOptions options, Device device) : base(nameof(TextClassification))
    {
        var config = encoder.Config;
        Labels = config.Labels;
        _multiLabel = config.ProblemType == "multi_label_classification";
        if (Labels.Count < (_multiLabel ? 1 : 2)) throw new ArgumentException($"the model's configuration has {Labels.Count} label(s); a classifier needs at least two", nameof(encoder));
        if (Labels.Distinct().Count() < Labels.Count) throw new ArgumentException($"the model's configuration has {Labels.Count} labels of {Labels.Distinct().Count()} names; a classifier needs names that differ", nameof(encoder));
        if (encoder.MaxPositionEmbeddings <= tokenizer.SpecialTokenCount(pair: false))
            throw new ArgumentException($"the model can hold {encoder.MaxPositionEmbeddings} tokens, and {tokenizer.SpecialTokenCount(pair: false)} are special ones: there is no room for text", nameof(encoder));
        encoder.RequireRoom(options.MaxInputTokens, nameof(options));
        if (options.MaxInputTokens <= tokenizer.SpecialTokenCount(pair: false))
            throw new ArgumentException($"MaxInputTokens is {options.MaxInputTokens}; expected room for {tokenizer.SpecialTokenCount(pair: false)} special tokens and at least one more", nameof(options));
        if (!(options.LabelSmoothing >= 0 && options.LabelSmoothing < 1)) throw new ArgumentException($"LabelSmoothing is {options.LabelSmoothing}; expected a share in [0, 1)", nameof(options));
        if (!(options.TokenDropout >= 0 && options.TokenDropout < 1)) throw new ArgumentException($"TokenDropout is {options.TokenDropout}; expected a probability in [0, 1)", nameof(options));
        if (options.ClassWeights is { } weights && weights.Count != Labels.Count) throw new ArgumentException($"{weights.Count} class weights for {Labels.Count} labels", nameof(options));
        (_encoder, _tokenizer, _options, Device) = (encoder, tokenizer, options, device);
        _labelIndex = Labels.Select((label, index) => (label, index)).ToDictionary(pair => pair.label, pair => pair.index);
        _head = encoder.CreateHead(HeadKind.SequenceClassification, Labels.Count);
        RegisterComponents();
        this.to(device);
    }

    /// <summary>Label names in index order.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Whether a text can bear any number of labels.</summary>
    public bool IsMultiLabel => _multiLabel;

    /// <inheritdoc/>
    public override Device Device { get; }

    /// <inheritdoc/>
    public override string PrimaryMetric => _multiLabel ? "f1_micro" : "accuracy";

    /// <summary>The head on the encoder.</summary>
    public ClassificationHead Head => _head;

    /// <summary>Whether a text is longer than the limit and will be cut.</summary>
    public bool IsTruncated(LabeledText example) => Encode(example).TruncatedTokenCount > 0;

    /// <summary>How long a text is in tokens, special ones included, before it is cut.</summary>
    public int UncutTokenCount(LabeledText example) => Encode(example) is var encoding ? encoding.Length + encoding.TruncatedTokenCount : 0;

    /// <inheritdoc/>
    public override int TokenCount(LabeledText example) => Encode(example).Length;

    /// <inheritdoc/>
    public override ClassificationBatch Collate(IReadOnlyList<LabeledText> examples)
    {
        var tokens = TokenBatch.Collate([.. examples.Select(Encode)], _tokenizer.PadId, _options.MaxInputTokens);
        if (examples.Any(example => example.Labels.Count == 0 && !_multiLabel)) return new ClassificationBatch(tokens, null, examples.Count);
        if (!_multiLabel)
        {
            var targets = examples.Select(example => (float)Index(example, example.Labels[0])).ToArray();
            return new ClassificationBatch(tokens, targets, targets.Sum(target => _options.ClassWeights?[(int)target] ?? 1));
        }
        var matrix = new float[examples.Count * Labels.Count];
        for (var row = 0; row < examples.Count; row++)
            foreach (var label in examples[row].Labels) matrix[row * Labels.Count + Index(examples[row], label)] = 1;
        return new ClassificationBatch(tokens, matrix, matrix.Length);
    }

    /// <summary>Logits [batch, label] and the sum of the losses.</summary>
    public override TaskOutput forward(ClassificationBatch batch)
    {
        var tokens = training && _options.TokenDropout > 0 ? batch.Tokens.WithTokensHidden(_options.TokenDropout, _tokenizer.MaskId) : batch.Tokens;
        var input = tokens.ToInput(Device);
        var output = _encoder.call(_encoder.ReadsFirstTokens ? input.ReadAt() : input);
        var logits = _head.call(_encoder.Summary(output, input.Mask));                            // [batch, label]
        return new TaskOutput(logits, batch.Targets is null ? null : Loss(logits, batch.Targets));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ClassAnswer> Answer(TaskOutput output)
    {
        using var scope = NewDisposeScope();
        var logits = output.Logits.to(ScalarType.Float32);
        var probabilities = (_multiLabel ? logits.sigmoid() : functional.softmax(logits, -1)).cpu().data<float>().ToArray();
        return [.. probabilities.Chunk(Labels.Count).Select(row => _multiLabel
            ? new ClassAnswer([.. Enumerable.Range(0, row.Length).Where(label => row[label] >= MultiLabelThreshold)], row)
            : new ClassAnswer(Array.IndexOf(row, row.Max()), row))];
    }

    /// <inheritdoc/>
    public override ClassAnswer Expected(LabeledText example) => new([.. example.Labels.Select(label => Index(example, label))]);

    /// <inheritdoc/>
    public override IMetric<ClassAnswer> CreateMetric() => _multiLabel ? new MultiLabelMetrics(Labels) : new ClassificationMetrics(Labels);

    /// <inheritdoc/>
    public override string Describe(LabeledText example) => $"line {example.Line}";

    private Tensor Loss(Tensor logits, float[] targets)
    {
        var smoothing = training ? _options.LabelSmoothing : 0;
        var weights = _options.ClassWeights is { } classWeights ? tensor(classWeights.Select(weight => (float)weight).ToArray(), device: Device) : null;
        if (!_multiLabel)
        {
            var labels = tensor(targets, device: Device).to(ScalarType.Int64);                    // [batch]
            return functional.cross_entropy(logits, labels, weights, reduction: Reduction.Sum, label_smoothing: smoothing);
        }
        var matrix = tensor(targets, logits.shape, device: Device);                               // [batch, label]
        if (smoothing > 0) matrix = matrix * (1 - smoothing) + smoothing / 2;
        return functional.binary_cross_entropy_with_logits(logits, matrix, weights, Reduction.Sum);
    }

    private Encoding Encode(LabeledText example) => _tokenizer.Encode(example.Text, example.Text2, _options.MaxInputTokens);

    private int Index(LabeledText example, string label) => _labelIndex.TryGetValue(label, out var index)
        ? index
        : throw new ArgumentException($"{Describe(example)}: label '{label}' is not one the model knows");
}
