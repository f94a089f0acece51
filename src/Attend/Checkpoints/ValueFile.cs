using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace Attend.Checkpoints;

/// <summary>A file whose bytes are read at given places into the memory of tensors.</summary>
/// <remarks>
/// Positional reads rather than a memory map: a mapped page counts as resident memory beside the tensor it is copied to, each one costs
/// a page fault, and a file cut short under a map kills the process. Measured in docs/results/loading.md.
/// </remarks>
internal sealed class ValueFile : IDisposable
{
    private readonly SafeFileHandle _handle;

    private ValueFile(string path, SafeFileHandle handle)
    {
        (FilePath, _handle, Length) = (path, handle, RandomAccess.GetLength(handle));
    }

    /// <summary>The file's full path.</summary>
    public string FilePath { get; }

    /// <summary>Its length when it was opened, in bytes.</summary>
    public long Length { get; }

    /// <exception cref="FileNotFoundException">No such file.</exception>
    /// <exception cref="CheckpointException">The path is a folder's.</exception>
    public static ValueFile Open(string path)
    {
        if (Directory.Exists(path)) throw new CheckpointException(path, "this is a folder", "a file of weights", advice: "Name a file inside it.");
        return new(Path.GetFullPath(path), File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete));
    }

    /// <summary>The bytes at a place, fewer where the file ends.</summary>
    public byte[] ReadUpTo(long position, int count)
    {
        var bytes = new byte[Math.Clamp(Length - position, 0, count)];
        Read(position, bytes);
        return bytes;
    }

    /// <summary>Fills a span from a place in the file.</summary>
    /// <exception cref="CheckpointException">The file has become shorter since it was opened.</exception>
    public void Read(long position, Span<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var count = RandomAccess.Read(_handle, bytes, position);
            if (count == 0)
                throw new CheckpointException(FilePath, "the file was cut short while it was open", $"{Length} bytes", $"{RandomAccess.GetLength(_handle)}");
            position += count;
            bytes = bytes[count..];
        }
    }

    /// <summary>Fills a tensor from values that lie without gaps in the order of its elements, and converts them to its type.</summary>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="stored">Type and byte order of the values.</param>
    /// <param name="position">Of the first value.</param>
    /// <param name="destination">On any device, in any layout.</param>
    public void Fill(string name, (ScalarType Type, bool BigEndian) stored, long position, Tensor destination)
    {
        if (!destination.is_contiguous())
        {
            using var whole = empty(destination.shape, stored.Type, CPU);
            Fill(name, stored, position, whole);
            destination.copy_(whole);
            return;
        }
        if (destination.dtype == stored.Type && destination.device_type == TorchSharp.DeviceType.CPU)
        {
            TensorBytes.ForEachChunk(destination, (offset, chunk) => ReadValues(name, stored, position + offset, chunk));
            return;
        }
        var count = destination.numel();
        var chunkElements = TensorBytes.ChunkBytes / SafetensorsHeader.SizeOf(stored.Type);
        using var flat = destination.view(-1);
        using var buffer = empty(Math.Min(count, chunkElements), stored.Type, CPU);
        for (long start = 0; start < count; start += chunkElements)
        {
            using var source = buffer.narrow(0, 0, Math.Min(chunkElements, count - start));
            using var part = flat.narrow(0, start, source.numel());
            ReadValues(name, stored, position + (start * SafetensorsHeader.SizeOf(stored.Type)), source.bytes);
            part.copy_(source);
        }
    }

    public void Dispose() => _handle.Dispose();

    private void ReadValues(string name, (ScalarType Type, bool BigEndian) stored, long position, Span<byte> values)
    {
        Read(position, values);
        if (stored.Type == ScalarType.Bool && values.ContainsAnyExceptInRange((byte)0, (byte)1))
            throw new CheckpointException(FilePath, $"tensor {CheckpointException.Quote(name)} is BOOL and holds a byte that is neither 0 nor 1");
        if (!stored.BigEndian) return;
        switch (SafetensorsHeader.SizeOf(stored.Type))
        {
            case 2: Reverse(MemoryMarshal.Cast<byte, ushort>(values)); break;
            case 4: Reverse(MemoryMarshal.Cast<byte, uint>(values)); break;
            case 8: Reverse(MemoryMarshal.Cast<byte, ulong>(values)); break;
        }
    }

    private static void Reverse(Span<ushort> values) => BinaryPrimitives.ReverseEndianness(values, values);

    private static void Reverse(Span<uint> values) => BinaryPrimitives.ReverseEndianness(values, values);

    private static void Reverse(Span<ulong> values) => BinaryPrimitives.ReverseEndianness(values, values);
}
