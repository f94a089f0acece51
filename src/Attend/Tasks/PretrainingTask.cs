using Attend.Models;
using Attend.Text.Metrics;
using Attend.Text.Pretraining;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Attend.Tasks;

/// <summary>A batch of inputs with hidden tokens.</summary>
/// <param name="Tokens">The inputs as the model sees them.</param>
/// <param name="Positions">Places of the hidden tokens in the flattened batch, row by row.</param>
/// <param name="Targets">The tokens that stood there.</param>
/// <param name="HiddenCounts">How many of them each example has.</param>
/// <param name="NextLabels">0 = the second segment follows, 1 = it does not; null where there are no pairs.</param>
public sealed record PretrainingBatch(TokenBatch Tokens, long[] Positions, long[] Targets, int[] HiddenCounts, long[]? NextLabels) : Batch
{
    /// <inheritdoc/>
    public override int ExampleCount => Tokens.ExampleCount;

    /// <summary>Hidden tokens: what the loss is divided by. Pairs come into it with a constant weight, see <see cref="PretrainingTask"/>.</summary>
    public override double LossCount => Targets.Length;

    /// <inheritdoc/>
    public override long PaddedTokenCount => (long)Tokens.ExampleCount * Tokens.SeqLength;

    /// <inheritdoc/>
    public override long TokenCount => Tokens.TokenCount;
}

/// <summary>What pre-training's forward pass gives: scores of the vocabulary at the hidden places, and the loss of each.</summary>
/// <param name="Logits">[position, vocab].</param>
/// <param name="LossSum">A scalar.</param>
/// <param name="TokenLosses">[position], in nats.</param>
/// <param name="NextLogits">[batch, 2] or null.</param>
/// <param name="NextLosses">[batch], in nats, or null.</param>
/// <param name="HiddenCounts">How many positions each example has.</param>
public sealed record PretrainingOutput(Tensor Logits, Tensor LossSum, Tensor TokenLosses, Tensor? NextLogits, Tensor? NextLosses, int[] HiddenCounts) : TaskOutput(Logits, LossSum);

/// <summary>Masked language modelling, and with pairs next-sentence prediction (Devlin et al. 2018, section 3.1).</summary>
/// <remarks>
/// Only hidden places reach the projection to the vocabulary. The loss of the paper is the mean over the hidden tokens plus the mean
/// over the pairs; to stay a sum with one count, however a batch is cut, a pair counts as much as an input is expected to have hidden tokens.
/// </remarks>
public sealed class PretrainingTask : LearningTask<PretrainingExample, PretrainingBatch, PretrainingAnswer>
{
    [ComponentName(Name = "encoder")] private readonly EncoderModel _encoder;
    [ComponentName(Name = "words")] private readonly MaskedLanguageHead _words;
    [ComponentName(Name = "next_sentence")] private readonly NextSentenceHead? _nextSentence;
    private readonly int _padId;
    private readonly int _maxInputTokens;
    private readonly double _pairWeight;

    /// <summary>Creates the task with freshly drawn heads.</summary>
    /// <param name="encoder">Becomes a part of the task.</param>
    /// <param name="padId">Fills the rows of a batch.</param>
    /// <param name="options">How inputs are made.</param>
    /// <param name="device">Where the model computes.</param>
    /// <exception cref="ArgumentException">Inputs would be longer than the model can hold.</exception>
    public PretrainingTask(EncoderModel encoder, int padId, PretrainingOptions options, Device device) : base(nameof(PretrainingTask))
    {
        encoder.RequireRoom(options.MaxInputTokens, nameof(options));
        (_encoder, _padId, _maxInputTokens, Device) = (encoder, padId, options.MaxInputTokens, device);
        _words = encoder.CreateMaskedLanguageHead();
        _nextSentence = options.Objective == PretrainingObjective.MlmNsp ? new NextSentenceHead(encoder) : null;
        _pairWeight = options.MaskShare * (options.MaxInputTokens - 3);
        RegisterComponents();
        this.to(device);
    }

    /// <summary>The heads, to be stored under the keys of <see cref="HeadKind.PreTraining"/>, or of <see cref="HeadKind.MaskedLanguageModel"/> where there is but one.</summary>
    public IReadOnlyList<nn.Module> Heads => _nextSentence is null ? [_words] : [_words, _nextSentence];

    /// <summary>The encoder.</summary>
    public EncoderModel Encoder => _encoder;

    /// <inheritdoc/>
    public override Device Device { get; }

    /// <inheritdoc/>
    public override string PrimaryMetric => "mlm_log_likelihood";

    /// <inheritdoc/>
    public override int TokenCount(PretrainingExample example) => example.Ids.Length;

    /// <inheritdoc/>
    public override PretrainingBatch Collate(IReadOnlyList<PretrainingExample> examples)
    {
        var tokens = TokenBatch.Collate(examples, _padId, _maxInputTokens);
        return new PretrainingBatch(
            tokens,
            [.. examples.SelectMany((example, row) => example.Positions.Select(position => (long)row * tokens.SeqLength + position))],
            [.. examples.SelectMany(example => example.Targets.Select(target => (long)target))],
            [.. examples.Select(example => example.Positions.Length)],
            examples.All(example => example.IsNext is not null) ? [.. examples.Select(example => example.IsNext!.Value ? 0L : 1L)] : null);
    }

    /// <inheritdoc/>
    public override TaskOutput forward(PretrainingBatch batch)
    {
        var output = _encoder.call(batch.Tokens.ToInput(Device).ReadAt(batch.Positions));
        var hidden = output.Hidden.narrow(0, batch.ExampleCount, batch.Positions.Length);          // [position, hidden]
        var logits = _words.call(hidden, _encoder.WordEmbeddings);                                 // [position, vocab]
        var targets = tensor(batch.Targets, device: Device);
        var tokenLosses = functional.cross_entropy(logits, targets, reduction: Reduction.None);    // [position]
        var tokenLoss = tokenLosses.sum();
        var figures = new List<Figure>
        {
            new("mlm_loss", tokenLoss.detach(), batch.Targets.Length),
            new("mlm_accuracy", Right(logits, targets), batch.Targets.Length),
        };
        if (batch.NextLabels is null || _nextSentence is null)
            return new PretrainingOutput(logits, tokenLoss, tokenLosses, null, null, batch.HiddenCounts) { Figures = figures };

        var nextLogits = _nextSentence.call(output.Pooled!);                                  // [batch, 2]
        var nextLabels = tensor(batch.NextLabels, device: Device);
        var nextLosses = functional.cross_entropy(nextLogits, nextLabels, reduction: Reduction.None);
        figures.Add(new("nsp_loss", nextLosses.detach().sum(), batch.ExampleCount));
        figures.Add(new("nsp_accuracy", Right(nextLogits, nextLabels), batch.ExampleCount));
        return new PretrainingOutput(logits, tokenLoss + _pairWeight * nextLosses.sum(), tokenLosses, nextLogits, nextLosses, batch.HiddenCounts) { Figures = figures };
    }

    /// <inheritdoc/>
    public override IReadOnlyList<PretrainingAnswer> Answer(TaskOutput output)
    {
        using var scope = NewDisposeScope();
        var given = (PretrainingOutput)output;
        var guesses = given.Logits.argmax(-1).cpu().data<long>().ToArray();
        var losses = given.TokenLosses.to(ScalarType.Float32).cpu().data<float>().ToArray();
        var next = given.NextLogits?.argmax(-1).cpu().data<long>().ToArray();
        var nextLosses = given.NextLosses?.to(ScalarType.Float32).cpu().data<float>().ToArray();
        var answers = new PretrainingAnswer[given.HiddenCounts.Length];
        for (int i = 0, at = 0; i < answers.Length; at += given.HiddenCounts[i++])
        {
            var range = at..(at + given.HiddenCounts[i]);
            answers[i] = new PretrainingAnswer(Array.ConvertAll(guesses[range], guess => (int)guess), losses[range], next is null ? null : next[i] == 0, nextLosses?[i] ?? 0);
        }
        return answers;
    }

    /// <inheritdoc/>
    public override PretrainingAnswer Expected(PretrainingExample example) => new(example.Targets, [], example.IsNext);

    /// <inheritdoc/>
    public override IMetric<PretrainingAnswer> CreateMetric() => new PretrainingMetrics();

    /// <inheritdoc/>
    public override string Describe(PretrainingExample example) => $"[{string.Join(' ', example.Ids.Take(8))} ...]";

    private static Tensor Right(Tensor logits, Tensor targets)
    {
        using var noGradient = no_grad();
        return logits.argmax(-1).eq(targets).sum(ScalarType.Float32);
    }
}
