using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Attend.Runtime;
using static TorchSharp.torch;

namespace Attend.Layers;

/// <summary>What the factors of matrix products are rounded to. Weights, gradients, normalisation, softmax, loss and the residual stream are float32 whatever it is.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "Precisions are named after their types.")]
public enum Precision
{
    /// <summary>Not at all: float32 (24 bits of mantissa).</summary>
    Float32,

    /// <summary>bfloat16 (8 bits of mantissa, the range of float32); sums are kept in float32. Two to three times as fast where the processor has instructions for it.</summary>
    [JsonStringEnumMemberName("bfloat16")]
    BFloat16,

    /// <summary><see cref="BFloat16"/> where the device has instructions for it, else <see cref="Float32"/>.</summary>
    Auto,
}

/// <summary>Chooses the precision of a model's matrix products.</summary>
public static class PrecisionChoice
{
    /// <summary>Makes all matrix products of a module, and of those within it, follow a precision. Its weights stay as they are.</summary>
    /// <param name="module">A model, a task, a layer.</param>
    /// <param name="precision">Auto decides by the device of the module's weights.</param>
    public static void UsePrecision(this nn.Module module, Precision precision)
    {
        if (precision == Precision.Auto) precision = In(precision, module.parameters().First().device);
        foreach (var layer in Layers(module)) layer.Products.Precision = precision;
    }

    /// <summary>The precision that is computed in where one is wanted.</summary>
    /// <param name="wanted">As chosen.</param>
    /// <param name="device">Where is computed.</param>
    /// <param name="notice">Told where bfloat16 is wanted but the device has no instructions for it; null = nobody.</param>
    /// <returns><see cref="Precision.Float32"/> or <see cref="Precision.BFloat16"/>.</returns>
    internal static Precision In(Precision wanted, Device device, Action<string>? notice = null)
    {
        if (wanted == Precision.Float32 || BFloat16Support.Has(device)) return wanted == Precision.Float32 ? wanted : Precision.BFloat16;
        if (wanted == Precision.BFloat16) notice?.Invoke($"this {(device.type == TorchSharp.DeviceType.CPU ? "processor" : "device")} has no bfloat16 instructions: float32 is faster here, and is used");
        return Precision.Float32;
    }

    /// <summary>Chooses the precision of a model whose weights will not change any more; they are rounded once, and the copies kept until the result is disposed of.</summary>
    internal static IDisposable Settle(this nn.Module module, Precision wanted, Device device, Action<string>? notice)
    {
        module.UsePrecision(In(wanted, device, notice));
        return module.KeepRounded();
    }

    /// <summary>As options and run cards spell it.</summary>
    internal static string Name(this Precision precision) => precision.ToString().ToLowerInvariant();

    /// <summary>Lets the layers keep rounded copies of their weights until the result is disposed of; the weights must not change in the meantime.</summary>
    internal static IDisposable KeepRounded(this nn.Module module)
    {
        var kept = new KeptCopies([.. Layers(module).Select(layer => layer.Products)]);
        foreach (var products in kept.Products) products.Keep();
        return kept;
    }

    private static IEnumerable<IProductLayer> Layers(nn.Module module) => module.modules().Append(module).OfType<IProductLayer>();

    private sealed record KeptCopies(Products[] Products) : IDisposable
    {
        public void Dispose()
        {
            foreach (var products in Products) products.Release();
        }
    }
}

/// <summary>A layer that multiplies by weights.</summary>
internal interface IProductLayer
{
    /// <summary>How.</summary>
    Products Products { get; }
}
