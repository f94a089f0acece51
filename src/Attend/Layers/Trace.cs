using static TorchSharp.torch;

namespace Attend.Layers;

/// <summary>Names of the intermediate tensors a <see cref="Trace"/> can keep.</summary>
public static class TraceNames
{
    /// <summary>Output of the embedding block, [batch, seq, hidden]; layer 0 only.</summary>
    public const string Embeddings = "embeddings";

    /// <summary>Output of each block, [batch, seq, hidden].</summary>
    public const string Hidden = "hidden";

    /// <summary>Attention weights of each block after the softmax, before dropout: [batch, head, target, seq]; rows sum to 1.</summary>
    public const string AttentionWeights = "attention";

    /// <summary>Weights of each decoder block's self-attention: [row, head, target, length].</summary>
    public const string DecoderAttentionWeights = "decoder_attention";

    /// <summary>Weights of each decoder block's attention to the source: [batch, head, target, source] (target counts the hypotheses' targets one after the other).</summary>
    public const string CrossAttentionWeights = "cross_attention";
}

/// <summary>Keeps intermediate tensors of a forward pass, asked for by name; those not asked for cost nothing.</summary>
/// <param name="wanted">Names out of <see cref="TraceNames"/>.</param>
public sealed class Trace(params string[] wanted) : IDisposable
{
    private readonly Dictionary<(string Name, int Layer), Tensor> _values = [];

    /// <summary>Whether tensors of this name are kept.</summary>
    public bool Wants(string name) => wanted.Contains(name);

    /// <summary>The kept tensor of a layer; it belongs to the trace.</summary>
    /// <exception cref="KeyNotFoundException">It was not asked for, or no pass has run.</exception>
    public Tensor this[string name, int layer] => _values[(name, layer)];

    /// <summary>How many layers have kept a tensor of this name.</summary>
    public int LayerCount(string name) => _values.Keys.Count(key => key.Name == name);

    /// <summary>Frees the kept tensors.</summary>
    public void Dispose()
    {
        foreach (var value in _values.Values) value.Dispose();
        _values.Clear();
    }

    internal void Add(string name, int layer, Tensor value)
    {
        if (!Wants(name)) return;
        if (_values.Remove((name, layer), out var old)) old.Dispose();
        _values[(name, layer)] = value.detach().clone().DetachFromDisposeScope();
    }
}

/// <summary>A trace as one layer of a stack fills it; layers whose weights are shared differ in nothing but this.</summary>
/// <param name="Trace">Keeps tensors; null = nothing is kept.</param>
/// <param name="Layer">Index of the layer in the order of computation.</param>
public readonly record struct LayerTrace(Trace? Trace, int Layer)
{
    /// <summary>Whether tensors of this name are kept.</summary>
    public bool Wants(string name) => Trace?.Wants(name) == true;

    internal void Add(string name, Tensor value) => Trace?.Add(name, Layer, value);
}
