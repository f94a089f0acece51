using Attend.Onnx;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Attend.Layers;

/// <summary>Where a block normalises.</summary>
public enum NormPlacement
{
    /// <summary>LayerNorm(x + Sublayer(x)), as in Vaswani et al. 2017 and BERT.</summary>
    Post,

    /// <summary>x + Sublayer(LayerNorm(x)) (Xiong et al. 2020).</summary>
    Pre,
}

/// <summary>Sizes and choices of one Transformer block.</summary>
public sealed record BlockOptions
{
    /// <summary>Width of the hidden states.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Number of attention heads; divides <see cref="HiddenSize"/>.</summary>
    public required int HeadCount { get; init; }

    /// <summary>Width of the feed-forward layer.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Name of the feed-forward activation, see <see cref="ActivationFunctions"/>.</summary>
    public string Activation { get; init; } = "gelu";

    /// <summary>Probability of dropping an output of a sublayer in training, in [0, 1).</summary>
    public double HiddenDropout { get; init; } = 0.1;

    /// <summary>Probability of dropping an attention weight in training, in [0, 1).</summary>
    public double AttentionDropout { get; init; } = 0.1;

    /// <summary>Added to the variance in LayerNorm.</summary>
    public double LayerNormEpsilon { get; init; } = 1e-12;

    /// <summary>Where the block normalises.</summary>
    public NormPlacement Norm { get; init; } = NormPlacement.Post;
}

/// <summary>One encoder block: self-attention and feed-forward, each with residual and LayerNorm (Vaswani et al. 2017, section 3.1).</summary>
public sealed class EncoderBlock : Module<Tensor, Tensor?, Tensor?, LayerTrace, Tensor>
{
    [ComponentName(Name = "attention")] private readonly MultiHeadAttention _attention;
    [ComponentName(Name = "attention_norm")] private readonly LayerNorm _attentionNorm;
    [ComponentName(Name = "feed_forward")] private readonly FeedForward _feedForward;
    [ComponentName(Name = "feed_forward_norm")] private readonly LayerNorm _feedForwardNorm;
    private readonly double _dropout;
    private readonly NormPlacement _norm;

    /// <summary>Creates the block.</summary>
    public EncoderBlock(BlockOptions options) : base(nameof(EncoderBlock))
    {
        _attention = new MultiHeadAttention(options);
        _attentionNorm = LayerNorm(options.HiddenSize, options.LayerNormEpsilon);
        _feedForward = new FeedForward(options);
        _feedForwardNorm = LayerNorm(options.HiddenSize, options.LayerNormEpsilon);
        _dropout = options.HiddenDropout;
        _norm = options.Norm;
        RegisterComponents();
    }

    /// <summary>Runs the block.</summary>
    /// <param name="hidden">[batch, seq, hidden].</param>
    /// <param name="bias">Attention bias, see <see cref="Attention.Attend"/>.</param>
    /// <param name="places">Places of the flattened batch that are wanted, [place], int64; null = all.</param>
    /// <param name="trace">Keeps what it wants of this block.</param>
    /// <returns>[batch, seq, hidden], or [place, hidden].</returns>
    public override Tensor forward(Tensor hidden, Tensor? bias, Tensor? places, LayerTrace trace)
    {
        if (_norm == NormPlacement.Post)
        {
            hidden = _attentionNorm.call(Pooling.At(hidden, places) + Drop(_attention.call(hidden, bias, places, trace)));
            hidden = _feedForwardNorm.call(hidden + Drop(_feedForward.call(hidden)));
        }
        else
        {
            hidden = Pooling.At(hidden, places) + Drop(_attention.call(_attentionNorm.call(hidden), bias, places, trace));
            hidden = hidden + Drop(_feedForward.call(_feedForwardNorm.call(hidden)));
        }
        trace.Add(TraceNames.Hidden, hidden);
        return hidden;
    }

    /// <summary>Runs blocks one after the other; the last one computes no more than is wanted.</summary>
    /// <param name="blocks">In the order of computation.</param>
    /// <param name="hidden">[batch, seq, hidden].</param>
    /// <param name="bias">Attention bias, see <see cref="Attention.Attend"/>.</param>
    /// <param name="places">Places of the flattened batch that are wanted, [place], int64; null = all.</param>
    /// <param name="trace">Keeps what it wants.</param>
    /// <returns>[batch, seq, hidden], or [place, hidden].</returns>
    internal static Tensor Run(IEnumerable<EncoderBlock> blocks, Tensor hidden, Tensor? bias, Tensor? places, Trace? trace)
    {
        EncoderBlock[] stack = [.. blocks];
        for (var layer = 0; layer < stack.Length; layer++)
            hidden = stack[layer].call(hidden, bias, layer == stack.Length - 1 ? places : null, new(trace, layer));
        return hidden;
    }

    internal OnnxValue Export(OnnxGraph graph, OnnxValue hidden, OnnxValue? bias)
    {
        if (_norm == NormPlacement.Post)
        {
            hidden = graph.LayerNorm(_attentionNorm, graph.Add(hidden, _attention.Export(graph, hidden, bias)));
            return graph.LayerNorm(_feedForwardNorm, graph.Add(hidden, _feedForward.Export(graph, hidden)));
        }
        hidden = graph.Add(hidden, _attention.Export(graph, graph.LayerNorm(_attentionNorm, hidden), bias));
        return graph.Add(hidden, _feedForward.Export(graph, graph.LayerNorm(_feedForwardNorm, hidden)));
    }

    private Tensor Drop(Tensor x) => training && _dropout > 0 ? Dropout.Apply(x, _dropout) : x;
}
