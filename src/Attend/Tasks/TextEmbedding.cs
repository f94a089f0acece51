using Attend.Checkpoints;
using Attend.Layers;
using Attend.Models;
using Attend.Text.Data;
using Attend.Text.Metrics;
using Attend.Text.Tokenizers;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Attend.Tasks;

/// <summary>Choices of the embedding task.</summary>
public sealed record TextEmbeddingOptions
{
    /// <summary>Where a text is cut, in tokens, special tokens included.</summary>
    public int MaxInputTokens { get; init; } = 128;

    /// <summary>How the states of a text's tokens become a vector, and whether it is scaled to length 1.</summary>
    public SentencePooling Pooling { get; init; } = new(PoolingMode.Mean, Normalize: true, MaxInputTokens: null);

    /// <summary>How many of a vector's first numbers are kept; null = all.</summary>
    public int? Dimensions { get; init; }

    /// <summary>Further numbers of dimensions at which vectors are to be good when cut to them (Kusupati et al. 2022, equation 1, equal weights).</summary>
    public IReadOnlyList<int> NestedDimensions { get; init; } = [];

    /// <summary>Whether pairs are learnt from scores, and judged by them; otherwise from pairs that belong together, each beside all others of its batch.</summary>
    public bool Scored { get; init; }

    /// <summary>What cosines are multiplied by in the loss: the inverse of a temperature.</summary>
    public double Scale { get; init; } = 20;

    /// <summary>Probability of hiding a token in training, in [0, 1).</summary>
    public double TokenDropout { get; init; }
}

/// <summary>A text to embed, or a pair of texts to learn from.</summary>
/// <param name="Texts">One text, or two; the same number in all examples of a batch.</param>
/// <param name="Line">The line where it begins, from 1.</param>
public sealed record EmbeddingExample(IReadOnlyList<string> Texts, long Line)
{
    /// <summary>How similar two texts are, in any unit; null where they just belong together.</summary>
    public double? Score { get; init; }

    /// <summary>Other columns that were asked for, by name.</summary>
    public IReadOnlyDictionary<string, string> Kept { get; init; } = new Dictionary<string, string>();

    internal static EmbeddingExample Of(TextPair pair) => new([pair.Text, pair.Text2], pair.Line) { Score = pair.Score, Kept = pair.Kept };
}

/// <summary>The vectors of an example, or the example that vectors are judged by.</summary>
/// <param name="Vectors">One per text; none on the side of the gold standard.</param>
/// <param name="Example">The texts and their score; null on the side of the prediction.</param>
public sealed record EmbeddedExample(IReadOnlyList<float[]> Vectors, EmbeddingExample? Example = null);

/// <summary>A batch of texts to embed.</summary>
/// <param name="Tokens">The encoded texts, example after example.</param>
/// <param name="Examples">The examples.</param>
public sealed record EmbeddingBatch(TokenBatch Tokens, IReadOnlyList<EmbeddingExample> Examples) : Batch
{
    /// <inheritdoc/>
    public override int ExampleCount => Examples.Count;

    /// <inheritdoc/>
    public override double LossCount => Examples.Count;

    /// <inheritdoc/>
    public override long PaddedTokenCount => (long)Tokens.ExampleCount * Tokens.SeqLength;

    /// <inheritdoc/>
    public override long TokenCount => Tokens.TokenCount;
}

/// <summary>Vectors of texts whose cosine says how near the texts are: an encoder and a pooling of its states (Reimers and Gurevych 2019).</summary>
/// <remarks>
/// Learns from pairs that belong together, against the other texts of a batch (Henderson et al. 2017, section 4.4, in both directions as Radford et al. 2021, figure 3),
/// or from scores, by their order (CoSENT, Su 2022). Both losses look at a batch as a whole. Where it is computed in pieces, all its vectors are computed first,
/// then the loss's gradient in them, then that of the weights, piece by piece (Gao et al. 2021, section 3): the cut changes nothing.
/// </remarks>
public sealed class TextEmbedding : LearningTask<EmbeddingExample, EmbeddingBatch, EmbeddedExample>
{
    // Stands for minus infinity where a cosine is not to be looked at.
    private const double Nothing = -1e9;

    [ComponentName(Name = "encoder")] private readonly EncoderModel _encoder;
    private readonly ITokenizer _tokenizer;
    private readonly TextEmbeddingOptions _options;
    private readonly Dictionary<EmbeddingBatch, Piece> _pieces = new(ReferenceEqualityComparer.Instance);

    /// <summary>Creates the task.</summary>
    /// <param name="encoder">Becomes a part of the task.</param>
    /// <param name="tokenizer">Fits the encoder's vocabulary.</param>
    /// <param name="options">Length limit, pooling, dimensions.</param>
    /// <param name="device">Where the model computes.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public TextEmbedding(EncoderModel encoder, ITokenizer tokenizer, TextEmbeddingOptions options, Device device) : base(nameof(TextEmbedding))
    {
        encoder.RequireRoom(options.MaxInputTokens, nameof(options));
        if (options.MaxInputTokens <= tokenizer.SpecialTokenCount(pair: false))
            throw new ArgumentException($"MaxInputTokens is {options.MaxInputTokens}; expected room for {tokenizer.SpecialTokenCount(pair: false)} special tokens and at least one more", nameof(options));
        foreach (var dimensions in options.NestedDimensions.Append(options.Dimensions ?? 1)) CheckDimensions(dimensions, encoder.HiddenSize);
        if (!(options.Scale > 0 && double.IsFinite(options.Scale))) throw new ArgumentException($"Scale is {options.Scale}; expected a positive finite number", nameof(options));
        if (!(options.TokenDropout >= 0 && options.TokenDropout < 1)) throw new ArgumentException($"TokenDropout is {options.TokenDropout}; expected a probability in [0, 1)", nameof(options));
        (_encoder, _tokenizer, _options, Device) = (encoder, tokenizer, options, device);
        RegisterComponents();
        this.to(device);
    }

    /// <summary>How many numbers a vector has.</summary>
    public int DimensionCount => _options.Dimensions ?? _encoder.HiddenSize;

    /// <inheritdoc/>
    public override Device Device { get; }

    /// <inheritdoc/>
    public override string PrimaryMetric => _options.Scored ? "spearman" : "mean_reciprocal_rank";

    /// <summary>Padded tokens of all texts of an example.</summary>
    public override int TokenCount(EmbeddingExample example) => example.Texts.Count * example.Texts.Max(text => Encode(text).Length);

    /// <summary>How long a text is in tokens, special ones included, before it is cut.</summary>
    public int UncutTokenCount(string text) => Encode(text) is var encoding ? encoding.Length + encoding.TruncatedTokenCount : 0;

    /// <inheritdoc/>
    public override EmbeddingBatch Collate(IReadOnlyList<EmbeddingExample> examples) =>
        new(TokenBatch.Collate([.. examples.SelectMany(example => example.Texts.Select(Encode))], _tokenizer.PadId, _options.MaxInputTokens), examples);

    /// <inheritdoc/>
    public override void Prepare(IReadOnlyList<EmbeddingBatch> pieces, ulong seed)
    {
        _pieces.Clear();
        if (pieces.Count < 2) return;
        var parts = new List<Tensor>(pieces.Count);
        using (no_grad())
        {
            for (var i = 0; i < pieces.Count; i++)
            {
                using var scope = NewDisposeScope();
                Reseed(seed, i);
                parts.Add(Embed(pieces[i]).MoveToOuterDisposeScope());
            }
        }
        var vectors = cat(parts).requires_grad_(true);                                            // [row, hidden]
        var loss = Loss(vectors, [.. pieces.SelectMany(piece => piece.Examples)]);
        loss.backward();
        var (row, value) = (0L, loss.item<float>());
        for (var i = 0; i < pieces.Count; i++)
        {
            var rows = pieces[i].Tokens.ExampleCount;
            _pieces.Add(pieces[i], new Piece(vectors.grad!.narrow(0, row, rows), i == 0 ? value : 0, seed, i));
            row += rows;
        }
    }

    /// <summary>Pooled states [row, hidden], and, where there is something to learn and a gradient is wanted, the sum of the losses.</summary>
    public override TaskOutput forward(EmbeddingBatch batch)
    {
        var piece = _pieces.GetValueOrDefault(batch);
        if (piece is not null) Reseed(piece.Seed, piece.Index);
        var vectors = Embed(batch);                                                               // [row, hidden]
        if (!is_grad_enabled() || batch.Examples[0].Texts.Count < 2) return new EmbeddingOutput(vectors, null, batch.Examples);
        if (piece is null) return new EmbeddingOutput(vectors, Loss(vectors, batch.Examples), batch.Examples);
        // Its gradient is that of the whole batch's loss; its value is 0, and the first piece's the loss.
        var part = (vectors * piece.Gradient).sum();
        return new EmbeddingOutput(vectors, part - part.detach() + piece.Loss, batch.Examples);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<EmbeddedExample> Answer(TaskOutput output)
    {
        using var scope = NewDisposeScope();
        var rows = Vectors(output);
        var next = 0;
        return [.. ((EmbeddingOutput)output).Examples.Select(example => new EmbeddedExample([.. example.Texts.Select(_ => rows[next++])]))];
    }

    /// <inheritdoc/>
    public override EmbeddedExample Expected(EmbeddingExample example) => new([], example);

    /// <inheritdoc/>
    public override IMetric<EmbeddedExample> CreateMetric() => new EmbeddingMetrics(_options.Scored);

    /// <inheritdoc/>
    public override string Describe(EmbeddingExample example) => $"line {example.Line}";

    internal static void CheckDimensions(int dimensions, int hiddenSize)
    {
        if (dimensions < 1 || dimensions > hiddenSize) throw new ArgumentException($"{dimensions} dimensions are asked for; expected 1 to {hiddenSize}, the model's own");
    }

    private float[][] Vectors(TaskOutput output)
    {
        using var scope = NewDisposeScope();
        var vectors = output.Logits.to(ScalarType.Float32).narrow(1, 0, DimensionCount);
        if (_options.Pooling.Normalize) vectors = nn.functional.normalize(vectors, dim: 1, eps: 1e-12);
        return [.. vectors.cpu().contiguous().data<float>().ToArray().Chunk(DimensionCount)];
    }

    private Tensor Embed(EmbeddingBatch batch)
    {
        var tokens = training && _options.TokenDropout > 0 ? batch.Tokens.WithTokensHidden(_options.TokenDropout, _tokenizer.MaskId) : batch.Tokens;
        var input = tokens.ToInput(Device);
        var isFirst = _options.Pooling.Mode == PoolingMode.First;
        var hidden = _encoder.call(isFirst ? input.ReadAt() : input).Hidden;
        return isFirst ? Pooling.First(hidden, batch.Tokens.ExampleCount) : _options.Pooling.Pool(hidden, input.Mask);
    }

    private void Reseed(ulong seed, int piece)
    {
        if (!training) return;
        Dropout.Seed(seed + (ulong)piece);
        if (Device.type != DeviceType.CPU) random.manual_seed((long)((seed + (ulong)piece) >> 1));
    }

    // Mean over the numbers of dimensions, sum over the pairs.
    private Tensor Loss(Tensor vectors, IReadOnlyList<EmbeddingExample> examples)
    {
        int[] cuts = [.. _options.NestedDimensions.Append(_encoder.HiddenSize).Distinct()];
        return cuts.Select(cut =>
        {
            var pairs = nn.functional.normalize(vectors.narrow(1, 0, cut), dim: 1, eps: 1e-12).view(examples.Count, 2, cut);
            var (first, second) = (pairs.select(1, 0), pairs.select(1, 1));                       // [pair, cut]
            return _options.Scored ? ByOrder(first, second, examples) : AmongOthers(first, second, examples);
        }).Aggregate((left, right) => left + right) / cuts.Length;
    }

    private Tensor AmongOthers(Tensor first, Tensor second, IReadOnlyList<EmbeddingExample> examples)
    {
        var cosines = first.matmul(second.transpose(0, 1)) * _options.Scale;                      // [pair, pair]
        // A text that stands in both pairs is no wrong answer.
        var count = examples.Count;
        var same = new bool[count * count];
        for (var row = 0; row < count; row++)
            for (var column = 0; column < count; column++)
                same[row * count + column] = row != column && (examples[row].Texts[0] == examples[column].Texts[0] || examples[row].Texts[1] == examples[column].Texts[1] || examples[row].Texts[0] == examples[column].Texts[1] || examples[row].Texts[1] == examples[column].Texts[0]);
        if (same.Contains(true)) cosines = cosines.masked_fill(tensor(same, [count, count], device: Device), Nothing);
        var right = arange(count, dtype: ScalarType.Int64, device: Device);
        return (nn.functional.cross_entropy(cosines, right, reduction: nn.Reduction.Sum) + nn.functional.cross_entropy(cosines.transpose(0, 1), right, reduction: nn.Reduction.Sum)) / 2;
    }

    private Tensor ByOrder(Tensor first, Tensor second, IReadOnlyList<EmbeddingExample> examples)
    {
        var cosines = (first * second).sum(1) * _options.Scale;                                   // [pair]
        var scores = tensor(examples.Select(example => example.Score!.Value).ToArray(), device: Device);
        var isHigher = scores.unsqueeze(1) > scores.unsqueeze(0);                                 // [pair, pair]
        var excess = (cosines.unsqueeze(0) - cosines.unsqueeze(1)).masked_fill(isHigher.logical_not(), Nothing);
        return cat([zeros(1, device: Device), excess.flatten()]).logsumexp(0) * examples.Count;
    }

    private Encoding Encode(string text) => _tokenizer.Encode(text, maxInputTokens: _options.MaxInputTokens);

    private sealed record Piece(Tensor Gradient, double Loss, ulong Seed, int Index);

    private sealed record EmbeddingOutput(Tensor Logits, Tensor? LossSum, IReadOnlyList<EmbeddingExample> Examples) : TaskOutput(Logits, LossSum);
}
