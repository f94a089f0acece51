using System.Buffers.Binary;
using System.Text;

namespace Attend.Checkpoints;

/// <summary>Where a record of an archive lies in its file.</summary>
internal readonly record struct ArchiveRecord(long Position, long Length);

/// <summary>The directory of the zip archive that torch.save writes: records lie uncompressed, so values are read where they are.</summary>
/// <remarks>Format: PKWARE's APPNOTE.TXT, sections 4.3.7 (local header), 4.3.12 (directory), 4.3.14 to 4.3.16 (its end), 4.5.3 (zip64).</remarks>
internal sealed class TorchArchive
{
    private const uint LocalHeader = 0x04034b50, DirectoryHeader = 0x02014b50, EndOfDirectory = 0x06054b50, Zip64End = 0x06064b50, Zip64Locator = 0x07064b50;
    private const int LocalBytes = 30, DirectoryBytes = 46, EndBytes = 22, Zip64EndBytes = 56, Zip64LocatorBytes = 20;
    private const int MaxDirectoryBytes = 1 << 26;

    private readonly ValueFile _file;
    private readonly Dictionary<string, (long Header, long Length)> _entries = new(StringComparer.Ordinal);
    private readonly long _directoryStart;

    /// <summary>Reads an archive's directory.</summary>
    /// <exception cref="CheckpointException">The archive is cut short, damaged, compressed or encrypted.</exception>
    public TorchArchive(ValueFile file)
    {
        _file = file;
        var (start, length, count) = FindDirectory();
        if (start < 0 || length < 0 || start > file.Length - length) throw Broken("its directory lies outside of the file");
        if (length > MaxDirectoryBytes) throw Broken($"its directory is impossibly large ({length} bytes)");
        _directoryStart = start;
        var directory = new byte[length];
        file.Read(start, directory);
        var position = 0;
        while (position < directory.Length) position += ReadEntry(directory.AsSpan(position));
        if ((ulong)_entries.Count != count) throw Broken($"its directory names {_entries.Count} records and claims {count}");
    }

    /// <summary>The names of all records.</summary>
    public IReadOnlyCollection<string> Names => _entries.Keys;

    /// <summary>Where a record's bytes lie; null where there is no such record.</summary>
    public ArchiveRecord? Find(string name)
    {
        if (!_entries.TryGetValue(name, out var entry)) return null;
        var header = _file.ReadUpTo(entry.Header, LocalBytes);
        if (header.Length < LocalBytes || BinaryPrimitives.ReadUInt32LittleEndian(header) != LocalHeader)
            throw Broken($"record {CheckpointException.Quote(name)} is not where the directory says");
        var position = entry.Header + LocalBytes + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(26)) + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(28));
        if (position > _directoryStart - entry.Length) throw Broken($"record {CheckpointException.Quote(name)} reaches into the directory");
        return new(position, entry.Length);
    }

    private (long Start, long Length, ulong Count) FindDirectory()
    {
        var tailStart = Math.Max(0, _file.Length - EndBytes - ushort.MaxValue);
        var tail = _file.ReadUpTo(tailStart, EndBytes + ushort.MaxValue);
        for (var at = tail.Length - EndBytes; at >= 0; at--)
        {
            var end = tail.AsSpan(at);
            if (BinaryPrimitives.ReadUInt32LittleEndian(end) != EndOfDirectory || BinaryPrimitives.ReadUInt16LittleEndian(end[20..]) != end.Length - EndBytes) continue;
            var count = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]);
            var length = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
            var start = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
            return count == ushort.MaxValue || length == uint.MaxValue || start == uint.MaxValue ? FindZip64(tailStart + at) : (start, length, count);
        }
        throw new CheckpointException(_file.FilePath, "the zip archive has no directory at its end: the file is cut short");
    }

    private (long Start, long Length, ulong Count) FindZip64(long endPosition)
    {
        var locator = endPosition < Zip64LocatorBytes ? [] : _file.ReadUpTo(endPosition - Zip64LocatorBytes, Zip64LocatorBytes);
        if (locator.Length < Zip64LocatorBytes || BinaryPrimitives.ReadUInt32LittleEndian(locator) != Zip64Locator) throw Broken("its directory's end is incomplete");
        var position = BinaryPrimitives.ReadInt64LittleEndian(locator.AsSpan(8));
        if (position < 0 || position > endPosition - Zip64EndBytes) throw Broken("its directory's end lies outside of the file");
        var end = _file.ReadUpTo(position, Zip64EndBytes).AsSpan();
        if (end.Length < Zip64EndBytes || BinaryPrimitives.ReadUInt32LittleEndian(end) != Zip64End) throw Broken("its directory's end is not where it says");
        return (BinaryPrimitives.ReadInt64LittleEndian(end[48..]), BinaryPrimitives.ReadInt64LittleEndian(end[40..]), BinaryPrimitives.ReadUInt64LittleEndian(end[32..]));
    }

    // One entry of the directory; gives its length.
    private int ReadEntry(ReadOnlySpan<byte> entry)
    {
        if (entry.Length < DirectoryBytes || BinaryPrimitives.ReadUInt32LittleEndian(entry) != DirectoryHeader) throw Broken("its directory is not made of entries");
        var (flags, method) = (BinaryPrimitives.ReadUInt16LittleEndian(entry[8..]), BinaryPrimitives.ReadUInt16LittleEndian(entry[10..]));
        var (nameBytes, extraBytes, commentBytes) = (BinaryPrimitives.ReadUInt16LittleEndian(entry[28..]),
            BinaryPrimitives.ReadUInt16LittleEndian(entry[30..]), BinaryPrimitives.ReadUInt16LittleEndian(entry[32..]));
        var bytes = DirectoryBytes + nameBytes + extraBytes + commentBytes;
        if (bytes > entry.Length) throw Broken("its directory is cut short");
        var name = Encoding.UTF8.GetString(entry.Slice(DirectoryBytes, nameBytes));
        long packed = BinaryPrimitives.ReadUInt32LittleEndian(entry[20..]), length = BinaryPrimitives.ReadUInt32LittleEndian(entry[24..]);
        long header = BinaryPrimitives.ReadUInt32LittleEndian(entry[42..]);
        ReadZip64(entry.Slice(DirectoryBytes + nameBytes, extraBytes), ref length, ref packed, ref header);
        if ((flags & 1) != 0) throw Broken($"record {CheckpointException.Quote(name)} is encrypted");
        if (method != 0 || packed != length)
            throw new CheckpointException(_file.FilePath, $"record {CheckpointException.Quote(name)} of the zip archive is compressed, which torch.save never does",
                advice: "Unpack the archive and pack it again without compression (zip -0), or save the weights anew.");
        if (length < 0 || header < 0 || length > _file.Length || header > _file.Length - length) throw Broken($"record {CheckpointException.Quote(name)} lies outside of the file");
        if (!_entries.TryAdd(name, (header, length))) throw Broken($"its directory names {CheckpointException.Quote(name)} twice");
        return bytes;
    }

    // The extra field 1 holds, in this order, those of the three numbers that do not fit 32 bits.
    private static void ReadZip64(ReadOnlySpan<byte> extra, ref long length, ref long packed, ref long header)
    {
        while (extra.Length >= 4)
        {
            var (kind, size) = (BinaryPrimitives.ReadUInt16LittleEndian(extra), BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]));
            if (size > extra.Length - 4) return;
            var values = extra.Slice(4, size);
            extra = extra[(4 + size)..];
            if (kind != 1) continue;
            Widen(ref length, ref values);
            Widen(ref packed, ref values);
            Widen(ref header, ref values);
        }

        static void Widen(ref long number, ref ReadOnlySpan<byte> values)
        {
            if (number != uint.MaxValue || values.Length < 8) return;
            number = BinaryPrimitives.ReadInt64LittleEndian(values);
            values = values[8..];
        }
    }

    private CheckpointException Broken(string problem) => new(_file.FilePath, $"the zip archive is damaged: {problem}");
}
