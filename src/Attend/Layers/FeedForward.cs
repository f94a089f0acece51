using Attend.Onnx;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Attend.Layers;

/// <summary>Position-wise feed-forward network: widen, activate, narrow (Vaswani et al. 2017, section 3.3, equation 2).</summary>
public sealed class FeedForward : Module<Tensor, Tensor>
{
    [ComponentName(Name = "inner")] private readonly Linear _inner;
    [ComponentName(Name = "outer")] private readonly Linear _outer;
    private readonly string _activation;

    /// <summary>Creates the layer.</summary>
    public FeedForward(BlockOptions block) : base(nameof(FeedForward))
    {
        _inner = new Linear(block.HiddenSize, block.IntermediateSize);
        _outer = new Linear(block.IntermediateSize, block.HiddenSize);
        _activation = block.Activation;
        RegisterComponents();
    }

    /// <summary>Maps each position by itself.</summary>
    /// <param name="hidden">[batch, seq, hidden].</param>
    /// <returns>[batch, seq, hidden].</returns>
    public override Tensor forward(Tensor hidden) => _outer.call(ActivationFunctions.Find(_activation)(_inner.call(_inner.Round(hidden))));

    internal OnnxValue Export(OnnxGraph graph, OnnxValue hidden) => graph.Linear(_outer, graph.Activation(_activation, graph.Linear(_inner, hidden)));
}

/// <summary>Activation functions by their names in Hugging Face configurations.</summary>
public static class ActivationFunctions
{
    private static readonly Dictionary<string, Func<Tensor, Tensor>> Known = new()
    {
        ["gelu"] = functional.gelu,
        ["gelu_new"] = GeluTanh,
        ["gelu_pytorch_tanh"] = GeluTanh,
        ["relu"] = x => functional.relu(x),
        ["silu"] = x => functional.silu(x),
        ["tanh"] = x => x.tanh(),
    };

    /// <summary>Names that <see cref="Find"/> knows.</summary>
    public static IReadOnlyCollection<string> Names => Known.Keys;

    /// <summary>The function of a name such as "gelu" (the erf form of Hendrycks and Gimpel 2016).</summary>
    /// <exception cref="ArgumentException">The name is unknown; the message lists the known ones.</exception>
    public static Func<Tensor, Tensor> Find(string name) => Known.TryGetValue(name, out var function)
        ? function
        : throw new ArgumentException($"unknown activation '{name}'; known: {string.Join(", ", Known.Keys)}", nameof(name));

    // Hendrycks and Gimpel 2016, section 2: the approximation with tanh.
    private static Tensor GeluTanh(Tensor x) => 0.5 * x * (1 + (Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x.pow(3))).tanh());
}
