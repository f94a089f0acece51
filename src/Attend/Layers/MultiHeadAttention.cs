using Attend.Onnx;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Attend.Layers;

/// <summary>Multi-head self-attention with one fused projection for query, key and value (Vaswani et al. 2017, section 3.2.2).</summary>
public sealed class MultiHeadAttention : Module<Tensor, Tensor?, Tensor?, LayerTrace, Tensor>, IAttentionLayer
{
    [ComponentName(Name = "qkv")] private readonly Linear _qkv;
    [ComponentName(Name = "output")] private readonly Linear _output;
    private readonly int _headCount;
    private readonly double _dropout;
    private readonly string _traceName;

    /// <summary>Creates the layer.</summary>
    /// <param name="block">Sizes and dropout of the block it stands in.</param>
    /// <param name="traceName">Name of its weights in a <see cref="Trace"/>.</param>
    public MultiHeadAttention(BlockOptions block, string traceName = TraceNames.AttentionWeights) : base(nameof(MultiHeadAttention))
    {
        _qkv = new Linear(block.HiddenSize, 3 * block.HiddenSize);
        _output = new Linear(block.HiddenSize, block.HiddenSize);
        _headCount = block.HeadCount;
        _dropout = block.AttentionDropout;
        _traceName = traceName;
        RegisterComponents();
    }

    /// <summary>Which kernel computes the attention.</summary>
    public AttentionKernel Kernel { get; set; }

    /// <summary>Attends from every position to every position that the bias leaves open.</summary>
    /// <param name="hidden">[batch, seq, hidden].</param>
    /// <param name="bias">Attention bias, see <see cref="Attention.Attend"/>.</param>
    /// <param name="places">Places of the flattened batch that are wanted, [place], int64; null = all.</param>
    /// <param name="trace">Keeps the attention weights if it wants them.</param>
    /// <returns>[batch, seq, hidden], or [place, hidden].</returns>
    public override Tensor forward(Tensor hidden, Tensor? bias, Tensor? places, LayerTrace trace) => _output.call(Pooling.At(Attended(hidden, bias, null, trace), places));

    internal OnnxValue Export(OnnxGraph graph, OnnxValue hidden, OnnxValue? bias)
    {
        var (size, headDim) = (_output.Weight.shape[1], (int)(_output.Weight.shape[1] / _headCount));
        var qkv = graph.Transpose(graph.Reshape(graph.Linear(_qkv, hidden), 0, 0, 3, _headCount, headDim), 2, 0, 3, 1, 4);
        var attended = Attention.Export(graph, graph.Select(qkv, 0, 0), graph.Select(qkv, 0, 1), graph.Select(qkv, 0, 2), bias, headDim);
        return graph.Linear(_output, graph.Reshape(graph.Transpose(attended, 0, 2, 1, 3), 0, 0, size));
    }

    /// <summary>Attends from the positions at hand to them and to those remembered.</summary>
    /// <param name="hidden">[batch, seq, hidden].</param>
    /// <param name="bias">[batch | 1, head | 1, seq | 1, length] or null; length counts the remembered positions too.</param>
    /// <param name="cache">Remembers the positions at hand, as a decoder does; null = there are no others.</param>
    /// <param name="trace">Keeps the attention weights if it wants them.</param>
    /// <returns>[batch, seq, hidden].</returns>
    public Tensor Attend(Tensor hidden, Tensor? bias, KeyValueCache? cache, LayerTrace trace) => _output.call(Attended(hidden, bias, cache, trace));

    // What the heads gather, side by side: [batch, seq, hidden].
    private Tensor Attended(Tensor hidden, Tensor? bias, KeyValueCache? cache, LayerTrace trace)
    {
        var (batch, seq, size) = (hidden.shape[0], hidden.shape[1], hidden.shape[2]);
        var options = new AttentionOptions(Kernel, trace, _traceName);
        if (cache is not null && KeyValueCache.ReadsInPlace(hidden, options))
        {
            var projected = _qkv.call(hidden);                                       // [batch, seq, 3 * hidden]
            cache.Append(projected, (int)size);
            return cache.Attend(projected, HeadShape.Scaled(_headCount, (int)size), bias);
        }
        var together = _qkv.call(_qkv.Round(hidden));                                // [batch, seq, 3 * hidden]
        var qkv = together
            .view(batch, seq, 3, _headCount, size / _headCount)                      // [batch, seq, 3, head, headDim]
            .permute(2, 0, 3, 1, 4).unbind();                                        // three times [batch, head, seq, headDim]
        cache?.Append(together, (int)size);
        var (keys, values) = cache is null ? (qkv[1], qkv[2]) : cache.Gather(_headCount, (int)size, together.dtype);
        var attended = Attention.Attend(qkv[0], keys, values, bias, training ? _dropout : 0, options);
        return attended.transpose(1, 2).reshape(batch, seq, size);
    }
}
