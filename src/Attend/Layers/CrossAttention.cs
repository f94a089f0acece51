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
    public override Tensor forward(Tensor hidden, Tensor memory, Tensor? bias) => Attend(hidden, Source(memory), bias, default);

    /// <summary>Keys and values of a source, each [batch, head, source, headDim].</summary>
    /// <param name="memory">[batch, source, hidden].</param>
    public (Tensor Keys, Tensor Values) Source(Tensor memory)
    {
        var (batch, source, size) = (memory.shape[0], memory.shape[1], memory.shape[2]);
        var kv = _kv.call(_kv.Round(memory)).view(batch, source, 2, _headCount, size / _headCount).permute(2, 0, 3, 1, 4).unbind();
        return (kv[0], kv[1]);
    }

    /// <summary>Attends from every target position to a source whose keys and values are at hand.</summary>
    /// <param name="hidden">[row, target, hidden]; a multiple of the source's batch, rows of one sentence together.</param>
    /// <param name="source">From <see cref="Source"/>.</param>
    /// <param name="bias">[batch, 1, 1, source] or null.</param>
    /// <param name="trace">Keeps the attention weights if it wants them.</param>
    /// <returns>[row, target, hidden].</returns>
    public Tensor Attend(Tensor hidden, (Tensor Keys, Tensor Values) source, Tensor? bias, LayerTrace trace)
    {
        var (rows, target, size) = (hidden.shape[0], hidden.shape[1], hidden.shape[2]);
        var batch = source.Keys.shape[0];
        var beams = rows / batch;
        // The hypotheses of a sentence are so many more targets of one source.
        var query = _query.call(_query.Round(hidden)).view(batch, beams * target, _headCount, size / _headCount).transpose(1, 2);   // [batch, head, beam * target, headDim]
        var attended = Attention.Attend(query, source.Keys, source.Values, bias, training ? _dropout : 0, new(Kernel, trace, TraceNames.CrossAttentionWeights));
        return _output.call(attended.transpose(1, 2).reshape(rows, target, size));
    }
}
