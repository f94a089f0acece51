using System.Buffers.Binary;
using System.Text;

namespace Attend.Runtime;

/// <summary>
/// Reads and edits which symbol versions a 64-bit little-endian ELF library needs (System V ABI, chapter 5; Linux Standard Base,
/// "Symbol Versioning"). Follows the dynamic segment, as the loader does, so a library without section headers is read too.
/// </summary>
internal readonly ref struct ElfVersionNeeds
{
    private const int TypeLoad = 1, TypeDynamic = 2;
    private const long TagPltRelSize = 2, TagStringTable = 5, TagRela = 7, TagRelaSize = 8, TagStringSize = 10, TagJumpRel = 23;
    private const long TagVersionSymbols = 0x6ffffff0, TagVersionNeeds = 0x6ffffffe, TagVersionNeedCount = 0x6fffffff;
    private const int RelaEntrySize = 24;
    private const ushort WeakFlag = 2, VersionIndexMask = 0x7fff;

    private readonly Span<byte> _image;
    private readonly Dictionary<long, long> _tags = [];

    /// <exception cref="InvalidDataException">Not such a library, or a cut or damaged one.</exception>
    public ElfVersionNeeds(Span<byte> image)
    {
        _image = image;
        if (image.Length < 64 || !image[..4].SequenceEqual("\u007fELF"u8) || image[4] != 2 || image[5] != 1)
            throw new InvalidDataException("not a 64-bit little-endian ELF file");
        foreach (var (type, offset, _, size) in Segments())
        {
            if (type != TypeDynamic) continue;
            for (long at = offset; at + 16 <= offset + size; at += 16)
            {
                long tag = Int64(at);
                if (tag == 0) break;
                _tags[tag] = Int64(at + 8);
            }
        }
        if (_tags.Count == 0) throw new InvalidDataException("the ELF file has no dynamic segment");
    }

    /// <summary>
    /// Marks the need for one version weak: the loader then only warns where no library defines it. Safe because it refuses when a
    /// relocation binds to a symbol of that version. Returns false where the version is not needed at all.
    /// </summary>
    /// <exception cref="InvalidDataException">The file is damaged, or a symbol of that version is really used.</exception>
    public bool Weaken(string version)
    {
        var name = Encoding.ASCII.GetBytes(version + '\0');
        bool found = false;
        foreach (long need in Needs())
        {
            if (!NameOf(need).StartsWith(name)) continue;
            ushort index = (ushort)(UInt16(need + 6) & VersionIndexMask);
            if (IsBound(index)) throw new InvalidDataException($"functions of version {version} are really called");
            BinaryPrimitives.WriteUInt16LittleEndian(At(need + 4, 2), (ushort)(UInt16(need + 4) | WeakFlag));
            found = true;
        }
        return found;
    }

    /// <summary>Whether the version is needed and the need is not weak.</summary>
    public bool Insists(string version)
    {
        var name = Encoding.ASCII.GetBytes(version + '\0');
        foreach (long need in Needs())
            if (NameOf(need).StartsWith(name) && (UInt16(need + 4) & WeakFlag) == 0) return true;
        return false;
    }

    // File offsets of the Vernaux entries.
    private List<long> Needs()
    {
        var needs = new List<long>();
        if (!_tags.TryGetValue(TagVersionNeeds, out long address)) return needs;
        long library = FileOffset(address);
        for (long left = Tag(TagVersionNeedCount); left > 0; left--)
        {
            long need = library + UInt32(library + 8);
            for (int count = UInt16(library + 2); count > 0; count--)
            {
                At(need, 16);
                if (needs.Count > VersionIndexMask) throw new InvalidDataException("the list of needed versions does not end");
                needs.Add(need);
                need += UInt32(need + 12);
            }
            if (UInt32(library + 12) == 0) break;
            library += UInt32(library + 12);
        }
        return needs;
    }

    private ReadOnlySpan<byte> NameOf(long need)
    {
        long size = Tag(TagStringSize), start = UInt32(need + 8);
        if (start >= size) throw new InvalidDataException("a version's name lies outside the string table");
        return At(FileOffset(Tag(TagStringTable)) + start, size - start);
    }

    private bool IsBound(ushort versionIndex)
    {
        long versions = FileOffset(Tag(TagVersionSymbols));
        foreach (var (table, length) in new[] { (TagRela, TagRelaSize), (TagJumpRel, TagPltRelSize) })
        {
            if (!_tags.TryGetValue(table, out long address)) continue;
            long start = FileOffset(address), end = start + Tag(length);
            for (long entry = start; entry + RelaEntrySize <= end; entry += RelaEntrySize)
            {
                long symbol = Int64(entry + 8) >>> 32;
                if (symbol != 0 && (UInt16(versions + 2 * symbol) & VersionIndexMask) == versionIndex) return true;
            }
        }
        return false;
    }

    private List<(uint Type, long Offset, long Address, long Size)> Segments()
    {
        long table = Int64(32);
        int size = UInt16(54), count = UInt16(56);
        var segments = new List<(uint, long, long, long)>(count);
        for (int i = 0; i < count; i++)
        {
            long at = table + (long)i * size;
            segments.Add((UInt32(at), Int64(at + 8), Int64(at + 16), Int64(at + 32)));
        }
        return segments;
    }

    private long FileOffset(long address)
    {
        foreach (var (type, offset, start, size) in Segments())
            if (type == TypeLoad && address >= start && address - start < size) return offset + (address - start);
        throw new InvalidDataException($"address 0x{address:x} lies in no segment of the ELF file");
    }

    private long Tag(long tag) => _tags.TryGetValue(tag, out long value) ? value : throw new InvalidDataException($"the ELF file has no dynamic entry 0x{tag:x}");

    private ushort UInt16(long offset) => BinaryPrimitives.ReadUInt16LittleEndian(At(offset, 2));

    private uint UInt32(long offset) => BinaryPrimitives.ReadUInt32LittleEndian(At(offset, 4));

    private long Int64(long offset) => BinaryPrimitives.ReadInt64LittleEndian(At(offset, 8));

    private Span<byte> At(long offset, long length)
    {
        if (offset < 0 || length < 0 || offset > _image.Length || length > _image.Length - offset)
            throw new InvalidDataException($"the ELF file is cut: {length} bytes at {offset} lie outside its {_image.Length}");
        return _image.Slice((int)offset, (int)length);
    }
}
