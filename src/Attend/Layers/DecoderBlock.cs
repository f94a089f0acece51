using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Attend.Layers;

/// <summary>One decoder block: masked self-attention, attention to the source, feed-forward, each with residual and LayerNorm (Vaswani et al. 2017, section 3.1).</summary>
public sealed class DecoderBlock : Module<Tensor, DecoderBlockInput, Tensor>
{
    [ComponentName(Name = "attention")] private readonly MultiHeadAttention _attention;
    [ComponentName(Name = "attention_norm")] private readonly LayerNorm _attentionNorm;
    [ComponentName(Name = "cross")] private readonly CrossAttention _cross;
    [ComponentName(Name = "cross_norm")] private readonly LayerNorm _crossNorm;
    [ComponentName(Name = "feed_forward")] private readonly FeedForward _feedForward;
    [ComponentName(Name = "feed_forward_norm")] private readonly LayerNorm _feedForwardNorm;
    private readonly double _dropout;
    private readonly NormPlacement _norm;

    /// <summary>Creates the block.</summary>
    /// <param name="options">Sizes and choices.</param>
    public DecoderBlock(BlockOptions options) : base(nameof(DecoderBlock))
    {
        _attention = new MultiHeadAttention(options, TraceNames.DecoderAttentionWeights);
        _attentionNorm = LayerNorm(options.HiddenSize, options.LayerNormEpsilon);
        _cross = new CrossAttention(options);
        _crossNorm = LayerNorm(options.HiddenSize, options.LayerNormEpsilon);
        _feedForward = new FeedForward(options);
        _feedForwardNorm = LayerNorm(options.HiddenSize, options.LayerNormEpsilon);
        _dropout = options.HiddenDropout;
        _norm = options.Norm;
        RegisterComponents();
    }

    /// <summary>Runs the block.</summary>
    /// <param name="hidden">[row, target, hidden].</param>
    /// <param name="input">The source, masks and what is remembered.</param>
    /// <returns>[row, target, hidden].</returns>
    public override Tensor forward(Tensor hidden, DecoderBlockInput input)
    {
        if (_norm == NormPlacement.Post)
        {
            hidden = _attentionNorm.call(hidden + Drop(_attention.Attend(hidden, input.TargetBias, input.Cache, input.Trace)));
            hidden = _crossNorm.call(hidden + Drop(_cross.Attend(hidden, input)));
            return _feedForwardNorm.call(hidden + Drop(_feedForward.call(hidden)));
        }
        hidden = hidden + Drop(_attention.Attend(_attentionNorm.call(hidden), input.TargetBias, input.Cache, input.Trace));
        hidden = hidden + Drop(_cross.Attend(_crossNorm.call(hidden), input));
        return hidden + Drop(_feedForward.call(_feedForwardNorm.call(hidden)));
    }

    private Tensor Drop(Tensor x) => training && _dropout > 0 ? Dropout.Apply(x, _dropout) : x;
}

/// <summary>What a decoder block reads besides its hidden states.</summary>
/// <param name="Memory">What the encoder made of the source [batch, source, hidden]; not needed once the cache has it.</param>
/// <param name="SourceBias">[batch, 1, 1, source] or null, see <see cref="Attention.MaskToBias"/>.</param>
/// <param name="TargetBias">[1, 1, target, length] or null, see <see cref="Attention.CausalBias"/>.</param>
/// <param name="Cache">Remembers earlier tokens and the source; null = the whole target is there.</param>
/// <param name="Trace">Keeps attention weights.</param>
public readonly record struct DecoderBlockInput(Tensor? Memory, Tensor? SourceBias, Tensor? TargetBias, KeyValueCache? Cache = null, LayerTrace Trace = default);
