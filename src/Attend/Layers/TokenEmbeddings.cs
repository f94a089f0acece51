using Attend.Onnx;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Attend.Layers;

/// <summary>Sizes of a <see cref="TokenEmbeddings"/>.</summary>
public sealed record EmbeddingOptions
{
    /// <summary>Number of words.</summary>
    public required int VocabSize { get; init; }

    /// <summary>Width of the embeddings.</summary>
    public required int EmbeddingSize { get; init; }

    /// <summary>Number of positions.</summary>
    public required int PositionCount { get; init; }

    /// <summary>Number of segments; with 1, segment ids are not read; 0 = there is no embedding of segments.</summary>
    public required int SegmentCount { get; init; }

    /// <summary>Id of the padding token: its embedding does not learn.</summary>
    public required int PadTokenId { get; init; }

    /// <summary>Added to the variance in LayerNorm.</summary>
    public required double LayerNormEpsilon { get; init; }

    /// <summary>Probability of dropping a feature in training, in [0, 1).</summary>
    public required double Dropout { get; init; }
}

/// <summary>The sum of word, position and segment embeddings, normalised (Devlin et al. 2018, section 3, figure 2).</summary>
public sealed class TokenEmbeddings : Module<Tensor, Tensor?, Tensor?, Tensor>
{
    [ComponentName(Name = "words")] private readonly Embedding _words;
    [ComponentName(Name = "positions")] private readonly Embedding _positions;
    [ComponentName(Name = "segments")] private readonly Embedding? _segments;
    [ComponentName(Name = "norm")] private readonly LayerNorm _norm;
    private readonly EmbeddingOptions _options;

    /// <summary>Creates the layer.</summary>
    public TokenEmbeddings(EmbeddingOptions options) : base(nameof(TokenEmbeddings))
    {
        _options = options;
        _words = Embedding(options.VocabSize, options.EmbeddingSize, padding_idx: options.PadTokenId);
        _positions = Embedding(options.PositionCount, options.EmbeddingSize);
        _segments = options.SegmentCount > 0 ? Embedding(options.SegmentCount, options.EmbeddingSize) : null;
        _norm = LayerNorm(options.EmbeddingSize, options.LayerNormEpsilon);
        RegisterComponents();
    }

    /// <summary>[vocab, embedding].</summary>
    internal Tensor Words => _words.weight!;

    /// <summary>Sets the position embeddings to sinusoids (Vaswani et al. 2017, section 3.5), from where they are learned: neighbours are alike from the start, so that attention finds them sooner.</summary>
    internal void BeginWithSinusoids(double amplitude)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        _positions.weight!.copy_(new SinusoidalPositions(_options.EmbeddingSize, SinusoidLayout.Paper).At(0, _options.PositionCount, CPU) * amplitude);
    }

    /// <summary>Embeds token ids.</summary>
    /// <param name="ids">[batch, seq], int64.</param>
    /// <param name="segmentIds">[batch, seq], int64; null = all 0.</param>
    /// <param name="positionIds">[batch, seq], int64; null = 0, 1, 2 ...</param>
    /// <returns>[batch, seq, embedding].</returns>
    public override Tensor forward(Tensor ids, Tensor? segmentIds, Tensor? positionIds)
    {
        var embedded = _words.call(ids)                                              // [batch, seq, embedding]
            + (positionIds is null ? _positions.weight!.narrow(0, 0, ids.shape[1]) : _positions.call(positionIds));
        if (_segments is not null) embedded += segmentIds is null || _options.SegmentCount == 1 ? _segments.weight!.select(0, 0) : _segments.call(segmentIds);
        embedded = _norm.call(embedded);
        return training && _options.Dropout > 0 ? Layers.Dropout.Apply(embedded, _options.Dropout) : embedded;
    }

    internal OnnxValue Export(OnnxGraph graph, OnnxValue ids, OnnxValue? segmentIds, OnnxValue? positionIds)
    {
        var positions = graph.Weight(_positions.weight!);
        var embedded = graph.Add(graph.Gather(graph.Weight(_words.weight!), ids),
            positionIds is { } given ? graph.Gather(positions, given) : graph.Rows(positions, graph.Length(ids, 1)));
        if (_segments is not null) embedded = graph.Add(embedded, segmentIds is { } segments ? graph.Gather(graph.Weight(_segments.weight!), segments) : graph.Select(graph.Weight(_segments.weight!), 0, 0));
        return graph.LayerNorm(_norm, embedded);
    }
}
