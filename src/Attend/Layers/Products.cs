using static TorchSharp.torch;

namespace Attend.Layers;

/// <summary>Products of a layer with its weights, in float32 or with factors rounded to bfloat16.</summary>
/// <remarks>
/// A weight is rounded anew at each product, or once while copies are kept (<see cref="PrecisionChoice.KeepRounded"/>): during an
/// update, whose pieces share it, and where nothing is learned. Gradients go back through the rounding: they arrive in the weight's own type.
/// </remarks>
internal sealed class Products
{
    private readonly Lock _gate = new();
    private readonly List<(nint Weight, Tensor Rounded)> _kept = [];
    private int _keepers;

    /// <summary>Float32 or BFloat16.</summary>
    public Precision Precision { get; set; }

    /// <summary>x as the factors of these products are: rounding it once before several of them saves doing it in each, and their results stay rounded.</summary>
    public Tensor Round(Tensor x) => Precision == Precision.BFloat16 ? x.to(ScalarType.BFloat16) : x;

    /// <summary>x · weightᵀ + bias.</summary>
    /// <param name="x">[..., in], float32, or bfloat16 after <see cref="Round"/>.</param>
    /// <param name="weight">[out, in].</param>
    /// <param name="bias">[out] or null.</param>
    /// <returns>[..., out], in the type of <paramref name="x"/>.</returns>
    public Tensor Linear(Tensor x, Tensor weight, Tensor? bias = null)
    {
        if (Precision != Precision.BFloat16) return nn.functional.linear(x, weight, bias);
        return nn.functional.linear(Round(x), Rounded(weight), bias is null ? null : Rounded(bias)).to(x.dtype);
    }

    /// <summary>Copies are kept until as many calls of <see cref="Release"/>.</summary>
    public void Keep()
    {
        lock (_gate) _keepers++;
    }

    /// <summary>Ends what <see cref="Keep"/> began.</summary>
    public void Release()
    {
        lock (_gate)
        {
            if (--_keepers > 0) return;
            foreach (var (_, rounded) in _kept) rounded.Dispose();
            _kept.Clear();
        }
    }

    private Tensor Rounded(Tensor weight)
    {
        if (_keepers == 0) return Round(weight);
        lock (_gate)
        {
            // A copy made without a way back for gradients is of no use to one who learns.
            var needsGradient = is_grad_enabled() && weight.requires_grad;
            for (var i = 0; i < _kept.Count; i++)
            {
                if (_kept[i].Weight != weight.Handle) continue;
                if (_kept[i].Rounded.requires_grad || !needsGradient) return _kept[i].Rounded;
                _kept[i].Rounded.Dispose();
                _kept.RemoveAt(i);
                break;
            }
            var rounded = Round(weight).DetachFromDisposeScope();
            _kept.Add((weight.Handle, rounded));
            return rounded;
        }
    }
}
