using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Attend.Layers;

/// <summary>Multi-head attention from the target to the source (Vaswani et al. 2017, section 3.2.3, first bullet), with one fused projection for key and value.</summary>
public sealed class CrossAttention : Module<Tensor, Tensor, Tensor?, Tensor>, IAttentionLayer
{
    [ComponentName(Name = "query")] private readonly Linear _query;
    [ComponentName(Name = "kv")] private readonly Linear _kv;
    [ComponentName(Name = "output")] private readonly Linear _output;
    private readonly int _headCount;
    private readonly double _dropout;

    /// <summary>Creates the layer.</summary>
    /// <param name="block">Sizes and dropout of the block it stands in.</param>
    public CrossAttention(BlockOptions block) : base(nameof(CrossAttention))
    {
        _query = new Linear(block.HiddenSize, block.HiddenSize);
        _kv = new Linear(block.HiddenSize, 2 * block.HiddenSize);
        _output = new Linear(block.HiddenSize, block.HiddenSize);
        _headCount = block.HeadCount;
        _dropout = block.AttentionDropout;
        RegisterComponents();
    }

    /// <summary>Which kernel computes the attention.</summary>
    public AttentionKernel Kernel { get; set; }

    /// <summary>Attends from every target position to the source.</summary>
    /// <param name="hidden">[batch, target, hidden].</param>
    /// <param name="memory">What the encoder made of the source, [batch, source, hidden].</param>
    /// <param name="bias">Attention bias [batch, 1, 1, source] or null, see <see cref="Attention.MaskToBias"/>.</param>
    /// <returns>[batch, target, hidden].</returns>
    public override Tensor forward(Tensor hidden, Tensor memory, Tensor? bias) => Attend(hidden, new DecoderBlockInput(memory, bias, null));

    /// <summary>Attends from every target position to a source, whose keys and values are computed once where they can be remembered.</summary>
    /// <param name="hidden">[row, target, hidden]; a multiple of the source's batch, rows of one sentence together.</param>
    /// <param name="input">The source, its bias and what is remembered.</param>
    /// <returns>[row, target, hidden].</returns>
    public Tensor Attend(Tensor hidden, DecoderBlockInput input)
    {
        var options = new AttentionOptions(Kernel, input.Trace, TraceNames.CrossAttentionWeights);
        var cache = input.Cache;
        if (cache is { HasSource: false }) cache.SetSource(Projected(input.Memory!));
        var (rows, target, size) = (hidden.shape[0], hidden.shape[1], hidden.shape[2]);
        if (cache is not null && KeyValueCache.ReadsInPlace(hidden, options))
            return _output.call(cache.AttendToSource(_query.call(hidden), HeadShape.Scaled(_headCount, (int)size)));

        var query = _query.call(_query.Round(hidden));
        var (keys, values) = cache is null ? KeyValueCache.Split(Projected(input.Memory!), _headCount, query.dtype) : cache.GatherSource(_headCount, query.dtype);
        // The hypotheses of a sentence are so many more targets of one source.
        var batch = keys.shape[0];
        query = query.view(batch, rows / batch * target, _headCount, size / _headCount).transpose(1, 2);   // [batch, head, beam * target, headDim]
        var attended = Attention.Attend(query, keys, values, input.SourceBias, training ? _dropout : 0, options);
        return _output.call(attended.transpose(1, 2).reshape(rows, target, size));
    }

    // Keys beside values of the source: [batch, source, 2 * hidden].
    private Tensor Projected(Tensor memory) => _kv.call(_kv.Round(memory));
}
