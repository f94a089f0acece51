using Attend.Onnx;
using static TorchSharp.torch;

namespace Attend.Layers;

/// <summary>One vector for a text out of the hidden states of its tokens.</summary>
public static class Pooling
{
    /// <summary>The first token's state: [CLS].</summary>
    /// <param name="hidden">[batch, seq, hidden].</param>
    /// <returns>[batch, hidden].</returns>
    public static Tensor First(Tensor hidden) => hidden.select(1, 0);

    /// <summary>The first token's state of each row, out of all states or of those at some places, which begin with them.</summary>
    /// <param name="hidden">[batch, seq, hidden], or [place, hidden].</param>
    /// <param name="batch">Number of rows.</param>
    internal static Tensor First(Tensor hidden, long batch) => hidden.dim() == 3 ? First(hidden) : hidden.narrow(0, 0, batch);

    /// <summary>The states at some places.</summary>
    /// <param name="hidden">[batch, seq, hidden].</param>
    /// <param name="places">Places of the flattened batch, [place], int64; null = all.</param>
    /// <returns>[place, hidden]; <paramref name="hidden"/> itself where all are wanted.</returns>
    public static Tensor At(Tensor hidden, Tensor? places) =>
        places is null ? hidden : hidden.reshape(-1, hidden.shape[^1]).index_select(0, places);

    /// <summary>Mean over the real tokens.</summary>
    /// <param name="hidden">[batch, seq, hidden].</param>
    /// <param name="mask">[batch, seq], bool, true = a real token; null = all are.</param>
    /// <returns>[batch, hidden]; 0 for a text without tokens.</returns>
    public static Tensor Mean(Tensor hidden, Tensor? mask)
    {
        if (mask is null) return hidden.mean([1]);                                  // [batch, hidden]
        var weights = mask.to(hidden.dtype).unsqueeze(-1);                          // [batch, seq, 1]
        return (hidden * weights).sum(1) / weights.sum(1).clamp_min(1);             // [batch, hidden]
    }

    internal static OnnxValue ExportMean(OnnxGraph graph, OnnxValue hidden, OnnxValue mask)
    {
        var weights = graph.Unsqueeze(graph.ToFloat(mask), 2);                      // [batch, seq, 1]
        return graph.Divide(graph.Sum(graph.Multiply(hidden, weights), 1), graph.Node("Max", [graph.Sum(weights, 1), graph.Number(1)]));
    }

    /// <summary>Greatest value of each feature over the real tokens.</summary>
    /// <param name="hidden">[batch, seq, hidden].</param>
    /// <param name="mask">[batch, seq], bool, true = a real token; null = all are.</param>
    /// <returns>[batch, hidden].</returns>
    public static Tensor Max(Tensor hidden, Tensor? mask) =>
        (mask is null ? hidden : hidden.masked_fill(mask.logical_not().unsqueeze(-1), finfo(hidden.dtype).min)).amax([1]);

    internal static OnnxValue ExportMax(OnnxGraph graph, OnnxValue hidden, OnnxValue mask)
    {
        var outside = graph.Scale(graph.Unsqueeze(graph.Subtract(graph.Number(1), graph.ToFloat(mask)), 2), float.MinValue);
        return graph.Node("ReduceMax", [graph.Add(hidden, outside)], new OnnxAttribute("axes", Ints: [1]), new OnnxAttribute("keepdims", Int: 0));
    }
}
