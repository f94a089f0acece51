using System.IO.Compression;

namespace Attend.Text.Tokenizers.Unicode;

/// <summary>General categories by their short names.</summary>
internal enum UnicodeCategoryCode : byte
{
    Cn, Lu, Ll, Lt, Lm, Lo, Mn, Mc, Me, Nd, Nl, No, Pc, Pd, Ps, Pe, Pi, Pf, Po, Sm, Sc, Sk, So, Zs, Zl, Zp, Cc, Cf, Cs, Co,
}

/// <summary>Binary properties of a code point.</summary>
[Flags]
internal enum CharacterFlags : byte
{
    None = 0,
    Alphabetic = 1,
    WhiteSpace = 2,
    JoinControl = 4,

    /// <summary>Grapheme_Cluster_Break is Extend or ZWJ.</summary>
    GraphemeExtend = 8,
    GraphemeSpacingMark = 16,
    GraphemePrepend = 32,

    /// <summary>Grapheme_Cluster_Break is Control, CR or LF.</summary>
    GraphemeControl = 64,

    /// <summary>Full_Composition_Exclusion.</summary>
    CompositionExcluded = 128,
}

/// <summary>Properties of code points that pre-tokenizers and patterns ask for, in the Unicode version of <see cref="UnicodeCharacters"/>.</summary>
internal static class UnicodeProperties
{
    private static readonly Lazy<TwoStageTable> Categories = new(() => new TwoStageTable(VarintReader.Unpack(UnicodePropertyData.Categories).ReadRuns()));
    private static readonly Lazy<TwoStageTable> Scripts = new(() => new TwoStageTable(VarintReader.Unpack(UnicodePropertyData.Scripts).ReadRuns()));
    private static readonly Lazy<TwoStageTable> Flags = new(() => new TwoStageTable(VarintReader.Unpack(UnicodePropertyData.Flags).ReadRuns()));
    private static readonly string[] ScriptNames = UnicodePropertyData.ScriptNames.Split(' ');

    public static UnicodeCategoryCode CategoryOf(int codePoint) => (UnicodeCategoryCode)Categories.Value[codePoint];

    public static CharacterFlags FlagsOf(int codePoint) => (CharacterFlags)Flags.Value[codePoint];

    /// <summary>Long name of the script.</summary>
    public static string ScriptOf(int codePoint) => ScriptNames[Scripts.Value[codePoint]];

    /// <summary>Number of a script for <see cref="IsScript"/>, or a negative number.</summary>
    public static int FindScript(string name) => Array.FindIndex(ScriptNames, known => known.Equals(name, StringComparison.OrdinalIgnoreCase));

    public static int ScriptNumberOf(int codePoint) => Scripts.Value[codePoint];

    public static bool IsScript(int codePoint, int script) => Scripts.Value[codePoint] == script;

    /// <summary>White_Space.</summary>
    public static bool IsWhiteSpace(int codePoint) => codePoint < 0x80 ? codePoint is ' ' or (>= '\t' and <= '\r') : (FlagsOf(codePoint) & CharacterFlags.WhiteSpace) != 0;

    /// <summary>Letters, marks, decimal digits, connectors and joiners: \w of Unicode Technical Standard 18, Annex C.</summary>
    public static bool IsWord(int codePoint)
    {
        if (codePoint < 0x80) return codePoint == '_' || char.IsAsciiLetterOrDigit((char)codePoint);
        return (FlagsOf(codePoint) & (CharacterFlags.Alphabetic | CharacterFlags.JoinControl)) != 0
            || CategoryOf(codePoint) is UnicodeCategoryCode.Mn or UnicodeCategoryCode.Mc or UnicodeCategoryCode.Me or UnicodeCategoryCode.Nd or UnicodeCategoryCode.Pc;
    }

    /// <summary>Categories N*.</summary>
    public static bool IsNumeric(int codePoint)
        => codePoint < 0x80 ? char.IsAsciiDigit((char)codePoint) : CategoryOf(codePoint) is UnicodeCategoryCode.Nd or UnicodeCategoryCode.Nl or UnicodeCategoryCode.No;

    /// <summary>Categories M*.</summary>
    public static bool IsMark(int codePoint)
        => codePoint >= 0x300 && CategoryOf(codePoint) is UnicodeCategoryCode.Mn or UnicodeCategoryCode.Mc or UnicodeCategoryCode.Me;

    /// <summary>Simple case foldings: from, to.</summary>
    public static IEnumerable<(int From, int To)> Foldings()
    {
        var reader = VarintReader.Unpack(UnicodePropertyData.Folding);
        var codePoint = 0;
        var foldings = new List<(int, int)>();
        for (var left = reader.Next(); left > 0; left--)
        {
            codePoint += reader.Next();
            foldings.Add((codePoint, codePoint + reader.NextSigned()));
        }
        return foldings;
    }

    /// <summary>Compatibility decompositions, one step each.</summary>
    public static Dictionary<int, int[]> CompatibilityDecompositions()
    {
        var reader = VarintReader.Unpack(UnicodePropertyData.Compatibility);
        var codePoint = 0;
        var decompositions = new Dictionary<int, int[]>();
        for (var left = reader.Next(); left > 0; left--)
        {
            codePoint += reader.Next();
            var mapping = new int[reader.Next()];
            for (var i = 0; i < mapping.Length; i++) mapping[i] = reader.Next();
            decompositions.Add(codePoint, mapping);
        }
        return decompositions;
    }
}

/// <summary>One byte per code point; neighbouring blocks of 256 that are equal are stored once.</summary>
internal sealed class TwoStageTable
{
    private const int BlockSize = 256;
    private readonly ushort[] _blockOf = new ushort[0x110000 / BlockSize];
    private readonly byte[] _blocks;

    public TwoStageTable(byte[] values)
    {
        var kept = 1;
        for (var block = 1; block < _blockOf.Length; block++)
        {
            var content = values.AsSpan(block * BlockSize, BlockSize);
            if (!content.SequenceEqual(values.AsSpan((kept - 1) * BlockSize, BlockSize))) content.CopyTo(values.AsSpan(kept++ * BlockSize));
            _blockOf[block] = (ushort)(kept - 1);
        }
        _blocks = values.AsSpan(0, kept * BlockSize).ToArray();
    }

    public byte this[int codePoint] => _blocks[(_blockOf[codePoint / BlockSize] * BlockSize) + (codePoint % BlockSize)];
}

/// <summary>Reads the numbers that Unicode tables are packed as.</summary>
internal ref struct VarintReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>A reader over deflated bytes in Base64.</summary>
    public static VarintReader Unpack(string packed)
    {
        using var deflate = new DeflateStream(new MemoryStream(Convert.FromBase64String(packed)), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        deflate.CopyTo(bytes);
        return new VarintReader(bytes.ToArray());
    }

    public int Next()
    {
        var value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = _rest[0];
            _rest = _rest[1..];
            value |= (part & 0x7F) << shift;
            if (part < 0x80) return value;
        }
    }

    public int NextSigned()
    {
        var value = Next();
        return (value >> 1) ^ -(value & 1);
    }

    /// <summary>One value per code point out of run lengths and values.</summary>
    public byte[] ReadRuns()
    {
        var values = new byte[0x110000];
        for (var at = 0; at < values.Length;)
        {
            var length = Next();
            values.AsSpan(at, length).Fill((byte)Next());
            at += length;
        }
        return values;
    }
}
