using TorchSharp;

namespace Attend.Checkpoints;

/// <summary>One tensor of a checkpoint, as the file describes it.</summary>
/// <param name="Dtype">Stored element type.</param>
/// <param name="Shape">Sizes; empty for a scalar, and any of them may be 0.</param>
public record TensorEntry(torch.ScalarType Dtype, long[] Shape)
{
    /// <summary>The element type as safetensors names it: F64, F32, F16, BF16, I64, I32, I16, I8, U8 or BOOL.</summary>
    public string DtypeName => SafetensorsHeader.NameOf(Dtype)!;

    /// <summary>Number of values.</summary>
    public long ElementCount => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>Bytes of the values, without gaps.</summary>
    public long ByteCount => ElementCount * SafetensorsHeader.SizeOf(Dtype);
}

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Dtype">Stored element type.</param>
/// <param name="Shape">Sizes.</param>
/// <param name="Begin">First byte of the values, counted from the end of the header.</param>
/// <param name="End">One past the last byte of the values, counted likewise.</param>
internal sealed record SafetensorsEntry(torch.ScalarType Dtype, long[] Shape, long Begin, long End) : TensorEntry(Dtype, Shape);
