using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text;
using Attend.Text.Tokenizers.Unicode;

namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>Replacement rules as SentencePiece compiles them: a double array over UTF-8 bytes (Yata's darts-clone) and the replacements.</summary>
internal sealed class CharsMap
{
    // The longest that SentencePiece has takes 33; without a bound a short text could become a huge one.
    private const int MostReplacementBytes = 4096;

    // SentencePiece's own have up to 20; a damaged double array may go round in circles.
    private const int MostUnitsOfRule = 256;

    private readonly uint[] _units;
    private readonly byte[] _replacements;
    private readonly ConcurrentDictionary<int, string> _decoded = new();

    /// <summary>By code unit below U+D800: whether a rule can begin with it.</summary>
    private readonly bool[] _canBegin = new bool[0xD800];

    /// <summary>Unpacks the rules; no bytes mean no rules.</summary>
    /// <exception cref="ArgumentException">The bytes are not what SentencePiece writes.</exception>
    public CharsMap(byte[] bytes)
    {
        if (bytes.Length == 0)
        {
            (_units, _replacements) = ([], []);
            return;
        }
        if (bytes.Length <= sizeof(uint)) throw new ArgumentException($"the compiled character rules are cut short: {bytes.Length} bytes");
        var size = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (size >= bytes.Length - sizeof(uint) || size % sizeof(uint) != 0)
            throw new ArgumentException($"the compiled character rules say that {size} bytes follow; there are {bytes.Length - sizeof(uint)}");
        _units = new uint[size / sizeof(uint)];
        for (var i = 0; i < _units.Length; i++) _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan((i + 1) * sizeof(uint)));
        _replacements = bytes[(int)(sizeof(uint) + size)..];
        if (LongestReplacement(_replacements) > MostReplacementBytes) throw new ArgumentException($"a compiled character rule writes more than {MostReplacementBytes} bytes for one character");

        Span<byte> encoded = stackalloc byte[4];
        for (var unit = 0; unit < _canBegin.Length; unit++) _canBegin[unit] = CanBegin(encoded[..new Rune(unit).EncodeToUtf8(encoded)]);
    }

    private static int LongestReplacement(ReadOnlySpan<byte> bytes)
    {
        var longest = 0;
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)0);
            longest = Math.Max(longest, end < 0 ? bytes.Length : end);
            bytes = end < 0 ? [] : bytes[(end + 1)..];
        }
        return longest;
    }

    private bool CanBegin(ReadOnlySpan<byte> character)
    {
        if (_units.Length == 0) return false;
        var node = OffsetOf(_units[0]);
        foreach (var value in character)
        {
            if (!Step(ref node, value, out var found)) return false;
            if (found >= 0) return true;
        }
        return true;
    }

    /// <summary>True where an ASCII character stays as it is when another, or nothing, follows.</summary>
    public bool LeavesAloneBeforeAscii(char unit)
    {
        if (_units.Length == 0) return true;
        var node = OffsetOf(_units[0]);
        if (!Step(ref node, (byte)unit, out var found)) return true;
        if (found >= 0) return false;
        for (byte next = 0; next < 0x80; next++)
        {
            var further = node;
            if (Step(ref further, next, out _)) return false;
        }
        return true;
    }

    /// <summary>True where no rule begins at a code unit; surrogates are never ruled out.</summary>
    public bool LeavesAlone(char unit) => unit < _canBegin.Length && !_canBegin[unit];

    public bool LeavesAlone(ReadOnlySpan<char> units)
    {
        foreach (var unit in units)
        {
            if (!LeavesAlone(unit)) return false;
        }
        return true;
    }

    /// <summary>The replacement by the longest rule that a text begins with, or null.</summary>
    /// <param name="text">The text.</param>
    /// <param name="length">Code units that the rule replaces.</param>
    public string? Longest(ReadOnlySpan<char> text, out int length)
    {
        length = 0;
        string? best = null;
        if (_units.Length == 0) return null;
        Span<byte> encoded = stackalloc byte[4];
        var node = OffsetOf(_units[0]);
        for (var at = 0; at < text.Length;)
        {
            var rune = RuneAt(text, at);
            foreach (var value in encoded[..rune.EncodeToUtf8(encoded)])
            {
                if (!Step(ref node, value, out var found)) return best;
                if (found >= 0) (best, length) = (Replacement(found), at + rune.Utf16SequenceLength);
            }
            at += rune.Utf16SequenceLength;
            if (at > MostUnitsOfRule) throw new TokenizationException($"a compiled character rule is for more than {MostUnitsOfRule} characters");
        }
        return best;
    }

    /// <summary>The replacement by the shortest rule that a text begins with, or null: what the reference's Precompiled puts in place of the whole text.</summary>
    public string? Shortest(ReadOnlySpan<char> text)
    {
        if (_units.Length == 0) return null;
        Span<byte> encoded = stackalloc byte[4];
        var node = OffsetOf(_units[0]);
        for (var at = 0; at < text.Length;)
        {
            var rune = RuneAt(text, at);
            foreach (var value in encoded[..rune.EncodeToUtf8(encoded)])
            {
                if (!Step(ref node, value, out var found)) return null;
                if (found >= 0) return Replacement(found);
            }
            at += rune.Utf16SequenceLength;
        }
        return null;
    }

    private static Rune RuneAt(ReadOnlySpan<char> text, int at)
    {
        var codePoint = UnicodeCharacters.CodePointAt(text, at);
        return Rune.IsValid(codePoint) ? new Rune(codePoint) : Rune.ReplacementChar;
    }

    // Layout of a unit: bit 31 and bits 0-7 label, bit 8 "a value hangs below", bits 9-30 offset; a value unit: bits 0-30.
    private bool Step(ref int node, byte value, out int found)
    {
        found = -1;
        node ^= value;
        if (value == 0 || (uint)node >= (uint)_units.Length) return false;
        var unit = _units[node];
        if ((unit & 0x800000FF) != value) return false;
        node ^= OffsetOf(unit);
        if ((unit & 0x100) != 0 && (uint)node < (uint)_units.Length) found = (int)(_units[node] & 0x7FFFFFFF);
        return true;
    }

    private static int OffsetOf(uint unit) => (int)((unit >> 10) << (int)((unit & 0x200) >> 6));

    private string Replacement(int at) => _decoded.GetOrAdd(at, static (at, replacements) =>
    {
        if (at >= replacements.Length) return "";
        var rest = replacements.AsSpan(at);
        var end = rest.IndexOf((byte)0);
        return System.Text.Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }, _replacements);
}
