using static TorchSharp.torch;

namespace Attend.Checkpoints;

/// <summary>The memory of a tensor as spans, whatever its size: one span ends at 2 GiB, a tensor does not.</summary>
internal static class TensorBytes
{
    /// <summary>Bytes handed over at a time, at most.</summary>
    internal const int ChunkBytes = 1 << 24;

    /// <summary>Receives part of a tensor's memory and where that part begins, in bytes from the tensor's first element.</summary>
    internal delegate void ChunkAction(long offset, Span<byte> chunk);

    /// <summary>Walks a contiguous CPU tensor in order; the chunks are its own memory, so writing to them changes it.</summary>
    public static void ForEachChunk(Tensor tensor, ChunkAction action)
    {
        var elementCount = tensor.numel();
        if (elementCount == 0) return;
        using var noGrad = no_grad();
        using var flat = tensor.view(-1);
        var elementSize = tensor.element_size();
        var chunkElements = ChunkBytes / elementSize;
        for (long start = 0; start < elementCount; start += chunkElements)
        {
            using var part = flat.narrow(0, start, Math.Min(chunkElements, elementCount - start));
            action(start * elementSize, part.bytes);
        }
    }
}
