using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Attend.Layers;

/// <summary>x Wᵀ + b, computed in the precision that <see cref="PrecisionChoice.UsePrecision"/> chose. Weights begin at 0: the model that owns the layer draws them.</summary>
public sealed class Linear : Module<Tensor, Tensor>, IProductLayer
{
    [ComponentName(Name = "weight")] private readonly Parameter _weight;
    [ComponentName(Name = "bias")] private readonly Parameter? _bias;
    private readonly Products _products = new();

    /// <summary>Creates the layer.</summary>
    /// <param name="inputSize">Width of what it reads.</param>
    /// <param name="outputSize">Width of what it gives.</param>
    /// <param name="hasBias">Whether b is there.</param>
    public Linear(long inputSize, long outputSize, bool hasBias = true) : base(nameof(Linear))
    {
        _weight = new Parameter(zeros(outputSize, inputSize));
        _bias = hasBias ? new Parameter(zeros(outputSize)) : null;
        RegisterComponents();
    }

    /// <summary>W, [out, in].</summary>
    public Parameter Weight => _weight;

    /// <summary>b, [out]; null where there is none.</summary>
    public Parameter? Bias => _bias;

    Products IProductLayer.Products => _products;

    /// <summary>Maps the last dimension.</summary>
    /// <param name="x">[..., in].</param>
    /// <returns>[..., out], in the type of <paramref name="x"/>.</returns>
    public override Tensor forward(Tensor x) => _products.Linear(x, _weight, _bias);

    /// <summary>x as this layer's product reads it. A sublayer that begins with it computes in bfloat16 throughout, where that is the precision; the residual connection leads back to float32.</summary>
    internal Tensor Round(Tensor x) => _products.Round(x);
}
