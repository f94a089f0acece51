using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace Attend.Checkpoints;

/// <summary>A safetensors file open for reading; values are copied from the mapped file when a tensor is asked for.</summary>
/// <remarks>Several threads may read at once. The file must not be cut short while it is open:
/// replace it by rename, as <see cref="AtomicFile"/> does.</remarks>
public sealed class SafetensorsFile : IDisposable
{
    private const int SizeBytes = sizeof(ulong);

    private readonly FileStream _file;
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly SafetensorsHeader.Content _header;
    private readonly long _length;
    private readonly long _dataStart;

    private SafetensorsFile(FileStream file, MemoryMappedFile map, MemoryMappedViewAccessor view, int headerBytes)
    {
        (_file, _map, _view, _length, _dataStart) = (file, map, view, file.Length, SizeBytes + headerBytes);
        var json = new byte[headerBytes];
        Copy(view.SafeMemoryMappedViewHandle, SizeBytes, json);
        _header = SafetensorsHeader.Parse(file.Name, json, _length - _dataStart);
    }

    /// <summary>The file's full path.</summary>
    public string FilePath => _file.Name;

    /// <summary>Every tensor by name, in the order of the values in the file.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Entries => _header.Entries;

    /// <summary>Free texts of the file; Hugging Face writes <c>format: pt</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Opens a file and checks its whole header.</summary>
    /// <exception cref="FileNotFoundException">No such file.</exception>
    /// <exception cref="CheckpointException">The file is not a sound safetensors file.</exception>
    public static SafetensorsFile Open(string path)
    {
        if (Directory.Exists(path))
            throw new CheckpointException(path, "this is a folder", "a .safetensors file", advice: "Name a file inside it.");
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        MemoryMappedFile? map = null;
        MemoryMappedViewAccessor? view = null;
        try
        {
            var headerBytes = CheckHeaderSize(file);
            map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
            var opened = new SafetensorsFile(file, map, view, headerBytes);
            (file, map, view) = (null!, null, null);
            return opened;
        }
        finally
        {
            view?.Dispose();
            map?.Dispose();
            file?.Dispose();
        }
    }

    /// <summary>A new CPU tensor of the stored shape and element type; it belongs to the caller (or to the caller's dispose scope).</summary>
    /// <exception cref="CheckpointMismatchException">The file has no tensor of this name.</exception>
    /// <exception cref="CheckpointException">The file was cut short after it was opened, or a BOOL is neither 0 nor 1.</exception>
    public Tensor Read(string name)
    {
        var entry = Find(name);
        var tensor = empty(entry.Shape, entry.Dtype, CPU);
        var complete = false;
        try
        {
            Fill(name, entry, tensor);
            complete = true;
            return tensor;
        }
        finally
        {
            if (!complete) tensor.Dispose();
        }
    }

    /// <summary>Copies a tensor's values over those of another of the same shape, on any device, outside of the gradient graph.</summary>
    /// <param name="name">A key of <see cref="Entries"/>.</param>
    /// <param name="destination">Of the stored element type, or of any floating type where the stored one is floating (values are rounded to it).</param>
    /// <exception cref="CheckpointMismatchException">No tensor of this name, or one of another shape.</exception>
    /// <exception cref="CheckpointException">See <see cref="Read"/>.</exception>
    /// <exception cref="ArgumentException">The element types differ and are not both floating.</exception>
    public void ReadInto(string name, Tensor destination)
    {
        var entry = Find(name);
        if (!destination.shape.AsSpan().SequenceEqual(entry.Shape))
            throw new CheckpointMismatchException(FilePath, [], [], [new(name, destination.shape, entry.Shape)]);
        var sameType = destination.dtype == entry.Dtype;
        if (!sameType && !(IsFloating(destination.dtype) && IsFloating(entry.Dtype)))
            throw new ArgumentException(
                $"{FilePath}: tensor {CheckpointException.Quote(name)} holds {entry.Dtype} and cannot be read into {destination.dtype}: only floating types are converted.",
                nameof(destination));

        if (sameType && destination.device_type == TorchSharp.DeviceType.CPU && destination.is_contiguous())
        {
            Fill(name, entry, destination);
            return;
        }
        using var temporaries = NewDisposeScope();
        using var noGrad = no_grad();
        destination.copy_(Read(name));
    }

    /// <summary>Closes the file; tensors already read stay valid.</summary>
    public void Dispose()
    {
        _view.Dispose();
        _map.Dispose();
        _file.Dispose();
    }

    private void Fill(string name, TensorEntry entry, Tensor tensor)
    {
        // Touching a page past the end of a mapped file kills the process; a file cut short since it was opened is told apart here.
        var length = _file.Length;
        if (length < _length)
            throw new CheckpointException(FilePath, "the file was cut short while it was open", $"{_length} bytes", $"{length}");
        TensorBytes.ForEachChunk(tensor, (offset, chunk) =>
        {
            Copy(_view.SafeMemoryMappedViewHandle, _dataStart + entry.Begin + offset, chunk);
            if (entry.Dtype == ScalarType.Bool && chunk.ContainsAnyExceptInRange((byte)0, (byte)1))
                throw new CheckpointException(FilePath, $"tensor {CheckpointException.Quote(name)} is BOOL and holds a byte that is neither 0 nor 1");
        });
    }

    // SafeBuffer.ReadSpan would do, but copies byte by byte.
    private static unsafe void Copy(SafeMemoryMappedViewHandle map, long offset, Span<byte> destination)
    {
        byte* start = null;
        try
        {
            map.AcquirePointer(ref start);
            ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)offset + (ulong)destination.Length, map.ByteLength);
            new ReadOnlySpan<byte>(start + offset, destination.Length).CopyTo(destination);
        }
        finally
        {
            if (start is not null) map.ReleasePointer();
        }
    }

    private TensorEntry Find(string name) =>
        _header.Entries.TryGetValue(name, out var entry) ? entry : throw new CheckpointMismatchException(FilePath, [name], [], []);

    private static bool IsFloating(ScalarType type) => type is ScalarType.Float64 or ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16;

    private static int CheckHeaderSize(FileStream file)
    {
        Span<byte> start = stackalloc byte[32];
        start = start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        if (OtherKind(start) is var (kind, advice))
            throw new CheckpointException(file.Name, kind, "a safetensors file", advice: advice);
        if (start.Length < SizeBytes)
            throw new CheckpointException(file.Name, "the file is too short for a safetensors file", "at least 8 bytes", $"{start.Length}");
        var size = BinaryPrimitives.ReadUInt64LittleEndian(start);
        if (size > SafetensorsHeader.MaxBytes)
            throw new CheckpointException(file.Name, "the header size is impossible: this is not a safetensors file, or it is damaged",
                $"at most {SafetensorsHeader.MaxBytes} bytes", $"{size}");
        if (size > (ulong)(file.Length - SizeBytes))
            throw new CheckpointException(file.Name, "the file ends within its header", $"{size} bytes after the first 8", $"{file.Length - SizeBytes}");
        return (int)size;
    }

    // What people have in hand instead of a model file, by its first bytes.
    private static (string Kind, string Advice)? OtherKind(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith("version https://git-lfs"u8))
            return ("this is a Git LFS pointer, a text that stands for the file", "Fetch the file itself: git lfs pull.");
        if (start.TrimStart(" \t\r\n"u8).StartsWith("<"u8))
            return ("this is a web page (HTML or XML), not a model", "The download went wrong: check its address and whether it needs a login.");
        if (start.StartsWith("PK\u0003\u0004"u8))
            return ("this is a zip archive, as PyTorch's pytorch_model.bin and .pt files are", "Use the model's .safetensors file, or convert this one.");
        return null;
    }
}
