using System.Buffers.Binary;
using static TorchSharp.torch;

namespace Attend.Checkpoints;

/// <summary>A safetensors file open for reading.</summary>
/// <remarks>Several threads may read at once. The file may be replaced by rename while it is open, as <see cref="AtomicFile"/> does.</remarks>
public sealed class SafetensorsFile : WeightsSource
{
    private const int SizeBytes = sizeof(ulong);

    private readonly ValueFile _file;
    private readonly SafetensorsHeader.Content _header;
    private readonly long _dataStart;

    private SafetensorsFile(ValueFile file)
    {
        var headerBytes = CheckHeaderSize(file);
        (_file, _dataStart) = (file, SizeBytes + headerBytes);
        _header = SafetensorsHeader.Parse(file.FilePath, file.ReadUpTo(SizeBytes, headerBytes), file.Length - _dataStart);
    }

    /// <inheritdoc/>
    public override string FilePath => _file.FilePath;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, TensorEntry> Entries => _header.Entries;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <summary>Opens a file and checks its whole header.</summary>
    /// <exception cref="FileNotFoundException">No such file.</exception>
    /// <exception cref="CheckpointException">The file is not a sound safetensors file.</exception>
    public static new SafetensorsFile Open(string path)
    {
        var file = ValueFile.Open(path);
        try
        {
            var opened = new SafetensorsFile(file);
            file = null;
            return opened;
        }
        finally
        {
            file?.Dispose();
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => _file.Dispose();

    private protected override void Fill(string name, TensorEntry entry, Tensor destination) =>
        _file.Fill(name, (entry.Dtype, BigEndian: false), _dataStart + ((SafetensorsEntry)entry).Begin, destination);

    private static int CheckHeaderSize(ValueFile file)
    {
        var start = file.ReadUpTo(0, FileKind.StartBytes);
        FileKind.RefuseOthers(file.FilePath, start, "a safetensors file");
        if (FileKind.IsTorch(start))
            throw new CheckpointException(file.FilePath, start[0] == 'P'
                ? "this is a zip archive, as PyTorch's pytorch_model.bin and .pt files are" : "this is a pickle, as PyTorch's pytorch_model.bin and .pt files are",
                "a safetensors file", advice: "Use the model's .safetensors file, or convert this one: attend convert FILE --out FOLDER.");
        if (start.Length < SizeBytes)
            throw new CheckpointException(file.FilePath, "the file is too short for a safetensors file", "at least 8 bytes", $"{start.Length}");
        var size = BinaryPrimitives.ReadUInt64LittleEndian(start);
        if (size > SafetensorsHeader.MaxBytes)
            throw new CheckpointException(file.FilePath, "the header size is impossible: this is not a safetensors file, or it is damaged",
                $"at most {SafetensorsHeader.MaxBytes} bytes", $"{size}");
        if (size > (ulong)(file.Length - SizeBytes))
            throw new CheckpointException(file.FilePath, "the file ends within its header", $"{size} bytes after the first 8", $"{file.Length - SizeBytes}");
        return (int)size;
    }
}
