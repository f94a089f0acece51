using TorchSharp;

namespace Attend.Checkpoints;

/// <summary>One tensor of a safetensors file, as its header describes it.</summary>
/// <param name="Dtype">Stored element type.</param>
/// <param name="Shape">Sizes; empty for a scalar, and any of them may be 0.</param>
/// <param name="Begin">First byte of the values, counted from the end of the header.</param>
/// <param name="End">One past the last byte of the values, counted likewise.</param>
public sealed record TensorEntry(torch.ScalarType Dtype, long[] Shape, long Begin, long End)
{
    /// <summary>Bytes of the values.</summary>
    public long ByteCount => End - Begin;
}
