using Attend.Runtime;
using static TorchSharp.torch;

namespace Attend.Layers;

/// <summary>Products of a layer with its weight, in float32 or with factors rounded to bfloat16.</summary>
/// <remarks>
/// A weight is rounded anew at each product, or once while copies are kept (<see cref="PrecisionChoice.KeepRounded"/>): during an
/// update, whose pieces share it, and where nothing is learned. Gradients go back through the rounding: they arrive in the weight's own type.
/// In float32 what is kept, where nothing is learned, is the weight laid out for <see cref="PackedProduct"/>, from its second use on.
/// </remarks>
internal sealed class Products
{
    private readonly Lock _gate = new();
    private Tensor? _roundedWeight;
    private Tensor? _roundedBias;
    private Tensor? _packedWeight;
    private int _keepers;
    private int _uses;

    /// <summary>Float32 or BFloat16.</summary>
    public Precision Precision { get; set; }

    /// <summary>x as the factors of these products are: rounding it once before several of them saves doing it in each, and their results stay rounded.</summary>
    public Tensor Round(Tensor x) => Precision == Precision.BFloat16 ? x.to(ScalarType.BFloat16) : x;

    /// <summary>x · weightᵀ + bias.</summary>
    /// <param name="x">[..., in], float32, or bfloat16 after <see cref="Round"/>.</param>
    /// <param name="weight">[out, in]; the same at each call, though TorchSharp may hand it over as another object.</param>
    /// <param name="bias">[out] or null.</param>
    /// <returns>[..., out], in the type of <paramref name="x"/>.</returns>
    public Tensor Linear(Tensor x, Tensor weight, Tensor? bias = null)
    {
        if (Precision == Precision.BFloat16)
            return nn.functional.linear(Round(x), Rounded(ref _roundedWeight, weight), bias is null ? null : Rounded(ref _roundedBias, bias)).to(x.dtype);
        return _keepers > 0 && PackedProduct.Serves(x) && Packed(weight) is { } packed
            ? PackedProduct.Linear(x, packed, (int)weight.shape[0], bias)
            : nn.functional.linear(x, weight, bias);
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
            _roundedWeight?.Dispose();
            _roundedBias?.Dispose();
            _packedWeight?.Dispose();
            (_roundedWeight, _roundedBias, _packedWeight, _uses) = (null, null, null, 0);
        }
    }

    private Tensor Rounded(ref Tensor? kept, Tensor factor)
    {
        if (_keepers == 0) return Round(factor);
        lock (_gate)
        {
            // A copy made without a way back for gradients is of no use to one who learns.
            if (kept is { requires_grad: false } && is_grad_enabled() && factor.requires_grad)
            {
                kept.Dispose();
                kept = null;
            }
            return kept ??= Round(factor).DetachFromDisposeScope();
        }
    }

    // Laying it out takes as long as a product or two of few rows: what is used once is not.
    private Tensor? Packed(Tensor weight)
    {
        lock (_gate) return _packedWeight ??= _uses++ == 0 ? null : PackedProduct.Pack(weight).DetachFromDisposeScope();
    }
}
