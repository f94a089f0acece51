using Attend.Models;
using Attend.Text.Data;
using Attend.Text.Metrics;
using Attend.Text.Tokenizers;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Attend.Tasks;

/// <summary>Choices of the scoring task.</summary>
public sealed record PairScoringOptions
{
    /// <summary>Where an input of both texts is cut, in tokens, special tokens included; the longer text loses its end first.</summary>
    public int MaxInputTokens { get; init; } = 128;

    /// <summary>Probability of hiding a token in training, in [0, 1).</summary>
    public double TokenDropout { get; init; }
}

/// <summary>A batch of pairs to score.</summary>
/// <param name="Tokens">The encoded pairs.</param>
/// <param name="Targets">The right score of each pair; null where they have none.</param>
public sealed record PairScoringBatch(TokenBatch Tokens, float[]? Targets) : Batch
{
    /// <inheritdoc/>
    public override int ExampleCount => Tokens.ExampleCount;

    /// <inheritdoc/>
    public override double LossCount => Tokens.ExampleCount;

    /// <inheritdoc/>
    public override long PaddedTokenCount => (long)Tokens.ExampleCount * Tokens.SeqLength;

    /// <inheritdoc/>
    public override long TokenCount => Tokens.TokenCount;
}

/// <summary>A number for a pair of texts, such as how similar they are: an encoder that reads both, and its architecture's own head with one output (Devlin et al. 2018, section 4.1, STS-B). The loss is the squared error.</summary>
public sealed class PairScoring : LearningTask<TextPair, PairScoringBatch, double>
{
    [ComponentName(Name = "encoder")] private readonly EncoderModel _encoder;
    [ComponentName(Name = "head")] private readonly ClassificationHead _head;
    private readonly ITokenizer _tokenizer;
    private readonly PairScoringOptions _options;

    /// <summary>Creates the task with a freshly drawn head.</summary>
    /// <param name="encoder">Its configuration says that there is one score; becomes a part of the task.</param>
    /// <param name="tokenizer">Fits the encoder's vocabulary.</param>
    /// <param name="options">Length limit and regularisation.</param>
    /// <param name="device">Where the model computes.</param>
    /// <exception cref="ArgumentException">The configuration is one of labels, or an option is out of range.</exception>
    public PairScoring(EncoderModel encoder, ITokenizer tokenizer, PairScoringOptions options, Device device) : base(nameof(PairScoring))
    {
        if (!encoder.Config.IsRegression) throw new ArgumentException("the model's configuration is not one of a single number (problem_type \"regression\")", nameof(encoder));
        encoder.RequireRoom(options.MaxInputTokens, nameof(options));
        if (!(options.TokenDropout >= 0 && options.TokenDropout < 1)) throw new ArgumentException($"TokenDropout is {options.TokenDropout}; expected a probability in [0, 1)", nameof(options));
        (_encoder, _tokenizer, _options, Device) = (encoder, tokenizer, options, device);
        _head = encoder.CreateHead(HeadKind.SequenceClassification, 1);
        RegisterComponents();
        this.to(device);
    }

    /// <summary>The head on the encoder.</summary>
    public ClassificationHead Head => _head;

    /// <inheritdoc/>
    public override Device Device { get; }

    /// <inheritdoc/>
    public override string PrimaryMetric => "spearman";

    /// <inheritdoc/>
    public override int TokenCount(TextPair example) => Encode(example).Length;

    /// <summary>How long a pair is in tokens, special ones included, before it is cut.</summary>
    public int UncutTokenCount(TextPair example) => Encode(example) is var encoding ? encoding.Length + encoding.TruncatedTokenCount : 0;

    /// <summary>Whether a pair is longer than the limit and will be cut.</summary>
    public bool IsTruncated(TextPair example) => Encode(example).TruncatedTokenCount > 0;

    /// <inheritdoc/>
    public override PairScoringBatch Collate(IReadOnlyList<TextPair> examples) => new(
        TokenBatch.Collate([.. examples.Select(Encode)], _tokenizer.PadId, _options.MaxInputTokens),
        examples.Any(example => example.Score is null) ? null : [.. examples.Select(example => (float)example.Score!.Value)]);

    /// <summary>Scores [batch, 1] and the sum of the squared errors.</summary>
    public override TaskOutput forward(PairScoringBatch batch)
    {
        var tokens = training && _options.TokenDropout > 0 ? batch.Tokens.WithTokensHidden(_options.TokenDropout, _tokenizer.MaskId) : batch.Tokens;
        var input = tokens.ToInput(Device);
        var output = _encoder.call(_encoder.ReadsFirstTokens ? input.ReadAt() : input);
        var scores = _head.call(_encoder.Summary(output, input.Mask));                            // [batch, 1]
        return new TaskOutput(scores, batch.Targets is null ? null : functional.mse_loss(scores.squeeze(-1), tensor(batch.Targets, device: Device), Reduction.Sum));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<double> Answer(TaskOutput output)
    {
        using var scope = NewDisposeScope();
        return [.. output.Logits.to(ScalarType.Float32).cpu().contiguous().data<float>().Select(score => (double)score)];
    }

    /// <inheritdoc/>
    public override double Expected(TextPair example) => example.Score ?? throw new ArgumentException($"{Describe(example)} has no score", nameof(example));

    /// <inheritdoc/>
    public override IMetric<double> CreateMetric() => new RegressionMetrics();

    /// <inheritdoc/>
    public override string Describe(TextPair example) => $"line {example.Line}";

    private Encoding Encode(TextPair example) => _tokenizer.Encode(example.Text, example.Text2, _options.MaxInputTokens);
}
