using Attend.Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace Attend.Layers;

/// <summary>How softmax(QKᵀ/√d)V is computed; both ways give the same values to rounding.</summary>
public enum AttentionKernel
{
    /// <summary>The faster of the two for the shape and device at hand.</summary>
    Auto,

    /// <summary>libtorch's fused scaled_dot_product_attention: never stores the weights, needs least memory.</summary>
    Fused,

    /// <summary>matmul, softmax, matmul: about twice as fast on a CPU for batches, and the only one that can show its weights.</summary>
    MatMul,
}

/// <summary>Scaled dot-product attention, the only one in the code base.</summary>
public static class Attention
{
    /// <summary>softmax(QKᵀ/√headDim + bias) V (Vaswani et al. 2017, section 3.2.1, equation 1).</summary>
    /// <param name="query">[batch, head, target, headDim], floating.</param>
    /// <param name="key">[batch, head, seq, headDim].</param>
    /// <param name="value">[batch, head, seq, headDim].</param>
    /// <param name="bias">Added to the scores, of any shape that broadcasts to [batch, head, target, seq]: a mask (<see cref="MaskToBias"/>), relative positions, a local window, or their sum; null = nothing is added.</param>
    /// <param name="dropout">Probability of dropping an attention weight, in [0, 1); 0 outside training.</param>
    /// <param name="options">Kernel, and where to keep the weights.</param>
    /// <returns>[batch, head, target, headDim].</returns>
    public static Tensor Attend(Tensor query, Tensor key, Tensor value, Tensor? bias, double dropout, AttentionOptions options = default)
    {
        // The fused kernel drops by libtorch's own generator, which on a CPU is not the one a run is seeded by.
        var mayFuse = !options.WantsWeights && (dropout == 0 || query.device_type != DeviceType.CPU);
        if (mayFuse && Choose(options.Kernel, query, key) == AttentionKernel.Fused)
            return nn.functional.scaled_dot_product_attention(query, key, value, bias, dropout, is_casual: false);

        var scale = 1.0 / Math.Sqrt(query.shape[^1]);
        var scores = Widened((query * scale).matmul(key.transpose(-2, -1)));      // [batch, head, target, seq]
        if (bias is not null) scores = scores.add_(bias);
        var weights = nn.functional.softmax(scores, -1);                           // [batch, head, target, seq]
        options.Trace.Add(options.TraceName, weights);
        weights = weights.to(value.dtype);
        if (dropout > 0) weights = Dropout.Apply(weights, dropout);
        return weights.matmul(value);                                              // [batch, head, target, headDim]
    }

    /// <summary>What <see cref="Attend"/> computes, as a graph.</summary>
    internal static OnnxValue Export(OnnxGraph graph, OnnxValue query, OnnxValue key, OnnxValue value, OnnxValue? bias, int headDim)
    {
        var scores = graph.MatMul(graph.Scale(query, 1 / Math.Sqrt(headDim)), graph.Transpose(key, 0, 1, 3, 2));
        if (bias is { } added) scores = graph.Add(scores, added);
        return graph.MatMul(graph.Softmax(scores), value);
    }

    /// <summary>What <see cref="MaskToBias"/> computes, as a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="mask">[batch, seq], int64, 1 = attend.</param>
    internal static OnnxValue ExportMask(OnnxGraph graph, OnnxValue mask) =>
        graph.Scale(graph.Subtract(graph.Number(1), graph.ToFloat(graph.Unsqueeze(mask, 1, 2))), float.MinValue);

    /// <summary>Turns a mask into the bias that <see cref="Attend"/> adds to its scores: 0 where attended, the lowest finite number elsewhere.</summary>
    /// <remarks>Finite, so that a row with nothing to attend to gives a uniform average and not NaN.</remarks>
    /// <param name="mask">[batch, seq], bool, true = attend.</param>
    /// <param name="dtype">The scores' dtype.</param>
    /// <returns>[batch, 1, 1, seq].</returns>
    public static Tensor MaskToBias(Tensor mask, ScalarType dtype)
    {
        var lowest = finfo(dtype).min;
        return zeros(mask.shape, dtype: dtype, device: mask.device).masked_fill(mask.logical_not(), lowest).unsqueeze(1).unsqueeze(1);
    }

    /// <summary>The bias that lets each position see itself and what came before it (Vaswani et al. 2017, section 3.2.3, third bullet).</summary>
    /// <param name="target">Number of positions that look.</param>
    /// <param name="length">Number of positions looked at; the last <paramref name="target"/> of them are the ones that look.</param>
    /// <param name="dtype">The scores' dtype.</param>
    /// <param name="device">Where it is needed.</param>
    /// <returns>[1, 1, target, length]; null where nothing is hidden.</returns>
    public static Tensor? CausalBias(long target, long length, ScalarType dtype, Device device) =>
        target == 1 ? null : full([target, length], finfo(dtype).min, dtype, device).triu(length - target + 1).unsqueeze(0).unsqueeze(0);

    // The softmax is computed in float32, whatever its factors were rounded to.
    private static Tensor Widened(Tensor scores) => scores.dtype == ScalarType.BFloat16 ? scores.to(ScalarType.Float32) : scores;

    // Measured on a CPU: matmul under oneDNN is 1.3-2.7 times faster than libtorch's flash kernel, which calls a slower sgemm,
    // except for a single short row. On a GPU the fused kernel always wins.
    private static AttentionKernel Choose(AttentionKernel wanted, Tensor query, Tensor key)
    {
        if (wanted != AttentionKernel.Auto) return wanted;
        if (query.device_type != DeviceType.CPU) return AttentionKernel.Fused;
        return query.shape[0] * query.shape[1] * query.shape[2] * key.shape[2] < 16 * 1024 ? AttentionKernel.Fused : AttentionKernel.MatMul;
    }
}

/// <summary>Choices of one attention call that do not change its value.</summary>
/// <param name="Kernel">How it is computed.</param>
/// <param name="Trace">Where to keep the weights, if it wants them.</param>
/// <param name="TraceName">Name under which they are kept.</param>
public readonly record struct AttentionOptions(AttentionKernel Kernel, LayerTrace Trace = default, string TraceName = TraceNames.AttentionWeights)
{
    internal bool WantsWeights => Trace.Wants(TraceName);
}

/// <summary>A layer that calls <see cref="Attention.Attend"/>.</summary>
internal interface IAttentionLayer
{
    /// <summary>Which kernel computes the attention.</summary>
    AttentionKernel Kernel { get; set; }
}
