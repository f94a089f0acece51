using System.Globalization;
using System.IO.Compression;
using Attend.Text.Tokenizers.Unicode;

namespace Attend.Tests.Unit.Tokenizers;

/// <summary>Makes the bytes of UnicodeData.cs out of the Unicode Character Database's own files.</summary>
internal sealed class UnicodeDataGenerator
{
    private const int CodePoints = 0x110000;
    private readonly List<byte> _bytes = [];

    public CharacterTraits[] Traits { get; } = new CharacterTraits[CodePoints];

    public byte[] CombiningClasses { get; } = new byte[CodePoints];

    public SortedDictionary<int, int> Lower { get; } = [];

    public SortedDictionary<int, (int First, int Second)> Decompositions { get; } = [];

    public string Version { get; }

    /// <param name="folder">Holds UnicodeData.txt and DerivedCoreProperties.txt (Debian: package unicode-data).</param>
    public UnicodeDataGenerator(string folder)
    {
        var properties = File.ReadAllLines(Path.Combine(folder, "DerivedCoreProperties.txt"));
        Version = properties[0]["# DerivedCoreProperties-".Length..^".txt".Length];
        foreach (var line in File.ReadLines(Path.Combine(folder, "UnicodeData.txt"))) ReadCharacter(line.Split(';'));
        foreach (var line in properties) ReadProperty(line.Split('#')[0].Split(';', StringSplitOptions.TrimEntries));
    }

    private int _rangeStart = -1;

    private void ReadCharacter(string[] fields)
    {
        var codePoint = Hex(fields[0]);
        if (fields[1].EndsWith(", First>", StringComparison.Ordinal))
        {
            _rangeStart = codePoint;
            return;
        }
        var traits = fields[2] switch
        {
            "Cc" or "Cf" => CharacterTraits.Control,
            "Zs" or "Zl" or "Zp" => CharacterTraits.Separator,
            "Mn" => CharacterTraits.NonspacingMark,
            ['P', ..] => CharacterTraits.Punctuation,
            _ => CharacterTraits.None,
        };
        Traits.AsSpan((_rangeStart < 0 ? codePoint : _rangeStart)..(codePoint + 1)).Fill(traits);
        _rangeStart = -1;
        CombiningClasses[codePoint] = byte.Parse(fields[3]);
        if (fields[13] != "") Lower.Add(codePoint, Hex(fields[13]));
        if (fields[5] is ['<', ..] or "") return;
        var parts = fields[5].Split(' ');
        Decompositions.Add(codePoint, (Hex(parts[0]), parts.Length > 1 ? Hex(parts[1]) : 0));
    }

    private void ReadProperty(string[] fields)
    {
        if (fields.Length < 2) return;
        var trait = fields[1] switch { "Cased" => CharacterTraits.Cased, "Case_Ignorable" => CharacterTraits.CaseIgnorable, _ => CharacterTraits.None };
        var range = fields[0].Split("..");
        for (var codePoint = Hex(range[0]); codePoint <= Hex(range[^1]); codePoint++) Traits[codePoint] |= trait;
    }

    public byte[] ToBytes()
    {
        _bytes.Clear();
        WriteRuns(Array.ConvertAll(Traits, trait => (byte)trait));
        WriteRuns(CombiningClasses);
        Write(Lower.Count);
        var last = 0;
        foreach (var (from, to) in Lower)
        {
            Write(from - last);
            WriteSigned(to - from);
            last = from;
        }
        Write(Decompositions.Count);
        last = 0;
        foreach (var (from, (first, second)) in Decompositions)
        {
            Write(from - last);
            WriteSigned(first - from);
            Write(second);
            last = from;
        }
        return [.. _bytes];
    }

    public string ToSource()
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.SmallestSize)) deflate.Write(ToBytes());
        var lines = Convert.ToBase64String(packed.ToArray()).Chunk(120).Select(chunk => "        " + new string(chunk));
        return $$""""
            using System.IO.Compression;

            namespace Attend.Text.Tokenizers.Unicode;

            /// <summary>Generated from the Unicode Character Database by UnicodeDataTests (see there); not to be edited.</summary>
            internal static class UnicodeData
            {
                /// <summary>Version of the Unicode standard that the facts come from.</summary>
                public const string Version = "{{Version}}";

                /// <summary>Traits and combining classes (run length, value), lower-case forms and decompositions (gap, difference ...), as varints.</summary>
                public static byte[] Unpack()
                {
                    using var deflate = new DeflateStream(new MemoryStream(Convert.FromBase64String(Packed)), CompressionMode.Decompress);
                    using var bytes = new MemoryStream();
                    deflate.CopyTo(bytes);
                    return bytes.ToArray();
                }

                private const string Packed = """
            {{string.Join('\n', lines)}}
                    """;
            }

            """".ReplaceLineEndings("\n");
    }

    private void WriteRuns(byte[] values)
    {
        for (int at = 0, end; at < values.Length; at = end)
        {
            for (end = at + 1; end < values.Length && values[end] == values[at];) end++;
            Write(end - at);
            Write(values[at]);
        }
    }

    private void WriteSigned(int value) => Write((value << 1) ^ (value >> 31));

    private void Write(int value)
    {
        for (; value >= 0x80; value >>= 7) _bytes.Add((byte)(value | 0x80));
        _bytes.Add((byte)value);
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier);
}
