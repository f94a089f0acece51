using System.Globalization;
using System.IO.Compression;
using Attend.Text.Tokenizers.Unicode;

namespace Attend.Tests.Unit.Tokenizers;

/// <summary>Makes the constants of UnicodePropertyData.cs out of the Unicode Character Database's own files.</summary>
internal sealed class UnicodePropertyGenerator
{
    private const int CodePoints = 0x110000;

    private static readonly string[] CategoryNames = Enum.GetNames<UnicodeCategoryCode>();

    private readonly byte[] _categories = new byte[CodePoints];
    private readonly byte[] _scripts = new byte[CodePoints];
    private readonly byte[] _flags = new byte[CodePoints];
    private readonly List<string> _scriptNames = ["Unknown"];
    private readonly SortedDictionary<int, int[]> _compatibility = [];
    private readonly SortedDictionary<int, int> _folding = [];

    /// <param name="folder">Debian: package unicode-data, /usr/share/unicode.</param>
    public UnicodePropertyGenerator(string folder)
    {
        Version = File.ReadLines(Path.Combine(folder, "DerivedCoreProperties.txt")).First()["# DerivedCoreProperties-".Length..^".txt".Length];
        Array.Fill(_categories, (byte)UnicodeCategoryCode.Cn);
        ReadCharacters(Path.Combine(folder, "UnicodeData.txt"));
        ReadFlags(folder, "DerivedCoreProperties.txt", name => name == "Alphabetic" ? CharacterFlags.Alphabetic : 0);
        ReadFlags(folder, "PropList.txt", name => name switch { "White_Space" => CharacterFlags.WhiteSpace, "Join_Control" => CharacterFlags.JoinControl, _ => 0 });
        ReadFlags(folder, "auxiliary/GraphemeBreakProperty.txt", name => name switch
        {
            "Extend" or "ZWJ" => CharacterFlags.GraphemeExtend,
            "SpacingMark" => CharacterFlags.GraphemeSpacingMark,
            "Prepend" => CharacterFlags.GraphemePrepend,
            "Control" or "CR" or "LF" => CharacterFlags.GraphemeControl,
            _ => 0,
        });
        ReadFlags(folder, "DerivedNormalizationProps.txt", name => name == "Full_Composition_Exclusion" ? CharacterFlags.CompositionExcluded : 0);
        foreach (var (from, to, name) in Ranges(Path.Combine(folder, "Scripts.txt")))
        {
            if (!_scriptNames.Contains(name)) _scriptNames.Add(name);
            _scripts.AsSpan(from..(to + 1)).Fill((byte)_scriptNames.IndexOf(name));
        }
        foreach (var fields in Fields(Path.Combine(folder, "CaseFolding.txt")))
        {
            if (fields[1] is "C" or "S") _folding[Hex(fields[0])] = Hex(fields[2]);
        }
    }

    public string Version { get; }

    private void ReadCharacters(string file)
    {
        var start = -1;
        foreach (var fields in File.ReadLines(file).Select(line => line.Split(';')))
        {
            var codePoint = Hex(fields[0]);
            if (fields[1].EndsWith(", First>", StringComparison.Ordinal))
            {
                start = codePoint;
                continue;
            }
            _categories.AsSpan((start < 0 ? codePoint : start)..(codePoint + 1)).Fill((byte)Array.IndexOf(CategoryNames, fields[2]));
            start = -1;
            if (fields[5] is ['<', ..]) _compatibility[codePoint] = [.. fields[5].Split(' ').Skip(1).Select(Hex)];
        }
    }

    private void ReadFlags(string folder, string file, Func<string, CharacterFlags> flagOf)
    {
        foreach (var (from, to, name) in Ranges(Path.Combine(folder, file)))
        {
            for (var codePoint = from; codePoint <= to; codePoint++) _flags[codePoint] |= (byte)flagOf(name);
        }
    }

    private static IEnumerable<(int From, int To, string Name)> Ranges(string file) => Fields(file).Select(fields =>
    {
        var range = fields[0].Split("..");
        return (Hex(range[0]), Hex(range[^1]), fields[1]);
    });

    private static IEnumerable<string[]> Fields(string file)
        => File.ReadLines(file).Select(line => line.Split('#')[0].Split(';', StringSplitOptions.TrimEntries)).Where(fields => fields.Length > 1);

    public string ToSource()
    {
        return $$""""
            namespace Attend.Text.Tokenizers.Unicode;

            /// <summary>Generated from the Unicode Character Database by UnicodePropertyTests (see there); not to be edited. Varints, deflated, in Base64.</summary>
            internal static class UnicodePropertyData
            {
                /// <summary>Version of the Unicode standard that the facts come from.</summary>
                public const string Version = "{{Version}}";

                /// <summary>Names of scripts by their number.</summary>
                public const string ScriptNames = "{{string.Join(' ', _scriptNames)}}";

                /// <summary>General categories: run length, value.</summary>
                public const string Categories = """
            {{Pack(Categories())}}
                    """;

                /// <summary>Scripts: run length, value.</summary>
                public const string Scripts = """
            {{Pack(Scripts())}}
                    """;

                /// <summary>Binary properties: run length, value.</summary>
                public const string Flags = """
            {{Pack(Flags())}}
                    """;

                /// <summary>Compatibility decompositions: count; gap, length, code points ...</summary>
                public const string Compatibility = """
            {{Pack(Compatibility())}}
                    """;

                /// <summary>Simple case foldings: count; gap, difference ...</summary>
                public const string Folding = """
            {{Pack(Folding())}}
                    """;
            }

            """".ReplaceLineEndings("\n");
    }

    public byte[] Categories() => Runs(_categories);

    public byte[] Scripts() => Runs(_scripts);

    public byte[] Flags() => Runs(_flags);

    public byte[] Compatibility()
    {
        var bytes = new List<byte>();
        Write(bytes, _compatibility.Count);
        var last = 0;
        foreach (var (codePoint, mapping) in _compatibility)
        {
            Write(bytes, codePoint - last);
            Write(bytes, mapping.Length);
            foreach (var part in mapping) Write(bytes, part);
            last = codePoint;
        }
        return [.. bytes];
    }

    public byte[] Folding()
    {
        var bytes = new List<byte>();
        Write(bytes, _folding.Count);
        var last = 0;
        foreach (var (from, to) in _folding)
        {
            Write(bytes, from - last);
            var difference = to - from;
            Write(bytes, (difference << 1) ^ (difference >> 31));
            last = from;
        }
        return [.. bytes];
    }

    private static byte[] Runs(byte[] values)
    {
        var bytes = new List<byte>();
        for (int at = 0, end; at < values.Length; at = end)
        {
            for (end = at + 1; end < values.Length && values[end] == values[at];) end++;
            Write(bytes, end - at);
            Write(bytes, values[at]);
        }
        return [.. bytes];
    }

    private static string Pack(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.SmallestSize)) deflate.Write(bytes);
        return string.Join('\n', Convert.ToBase64String(packed.ToArray()).Chunk(120).Select(chunk => "        " + new string(chunk)));
    }

    private static void Write(List<byte> bytes, int value)
    {
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier);
}
