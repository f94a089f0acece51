using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Attend.Layers;

/// <summary>Root mean square normalisation (Zhang and Sennrich 2019, equation 4): as LayerNorm, without mean and bias.</summary>
public sealed class RmsNorm : Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")] private readonly Parameter _weight;
    private readonly double _epsilon;

    /// <summary>Creates the layer with weights of 1.</summary>
    /// <param name="size">Width of what it normalises.</param>
    /// <param name="epsilon">Added to the mean square.</param>
    public RmsNorm(int size, double epsilon) : base(nameof(RmsNorm))
    {
        _weight = new Parameter(ones(size));
        _epsilon = epsilon;
        RegisterComponents();
    }

    /// <summary>Normalises the last dimension.</summary>
    /// <param name="hidden">[..., size].</param>
    /// <returns>Same shape.</returns>
    public override Tensor forward(Tensor hidden)
    {
        var wide = hidden.to(ScalarType.Float32);
        return (wide * (wide.square().mean([-1], keepdim: true) + _epsilon).rsqrt()).to(hidden.dtype) * _weight;
    }
}
