using Attend.Text.Tokenizers.Unicode;

namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>Replaces characters by the compiled rules of SentencePiece, grapheme by grapheme, as Hugging Face's Precompiled does.</summary>
internal sealed class PrecompiledNormalizer : NormalizerStep
{
    // A grapheme of so many UTF-8 bytes is taken apart.
    private const int LargeGrapheme = 6;

    private readonly CharsMap _map;

    /// <exception cref="ArgumentException">The bytes are not what SentencePiece writes.</exception>
    public PrecompiledNormalizer(byte[] charsMap)
    {
        CharsMap = charsMap;
        _map = new CharsMap(charsMap);
    }

    public byte[] CharsMap { get; }

    protected override bool LeavesAlone(ReadOnlySpan<char> units) => _map.LeavesAlone(units);

    protected override void Apply(AlignedText from, int start, int end, AlignedText into, Document scratch)
    {
        var units = from.Units[..end];
        for (var at = start; at < end;)
        {
            var simple = at;
            while (simple < end && _map.LeavesAlone(units[simple]) && units[simple] is >= ' ' and < '\u0300') simple++;
            // The last simple character may yet be the first of a grapheme.
            if (simple < end) simple--;
            if (simple > at)
            {
                into.AppendRange(from, at, simple);
                at = simple;
                continue;
            }
            var next = Graphemes.End(units, at);
            Replace(from, at, next, into);
            at = next;
        }
    }

    private void Replace(AlignedText from, int start, int end, AlignedText into)
    {
        var grapheme = from.Units[start..end];
        if (System.Text.Encoding.UTF8.GetByteCount(grapheme) < LargeGrapheme && _map.Shortest(grapheme) is { } whole)
        {
            var span = from.SpanOf(start, end);
            into.AppendReplacement(whole, span.Start, span.End, isOneCharacter: UnicodeCharacters.UnitsOf(from.CodePointAt(start)) == end - start);
            return;
        }
        for (int at = start, next; at < end; at = next)
        {
            next = at + UnicodeCharacters.UnitsOf(UnicodeCharacters.CodePointAt(from.Units[..end], at));
            if (_map.Shortest(from.Units[at..next]) is { } part)
            {
                var span = from.SpanOf(at, next);
                into.AppendReplacement(part, span.Start, span.End, isOneCharacter: true);
            }
            else
                into.AppendRange(from, at, next);
        }
    }
}

/// <summary>Boundaries of extended grapheme clusters (Unicode Standard Annex 29), but for sequences of emoji, which are too long to matter here.</summary>
internal static class Graphemes
{
    public static int End(ReadOnlySpan<char> text, int start)
    {
        var last = UnicodeCharacters.CodePointAt(text, start);
        var at = start + UnicodeCharacters.UnitsOf(last);
        while (at < text.Length)
        {
            var next = UnicodeCharacters.CodePointAt(text, at);
            if (!Joins(last, next)) break;
            at += UnicodeCharacters.UnitsOf(next);
            last = next;
        }
        return at;
    }

    private static bool Joins(int before, int after)
    {
        if (before < 0x80 && after < 0x80) return before == '\r' && after == '\n';
        var (left, right) = (UnicodeProperties.FlagsOf(before), UnicodeProperties.FlagsOf(after));
        if (((left | right) & CharacterFlags.GraphemeControl) != 0) return false;
        if ((right & (CharacterFlags.GraphemeExtend | CharacterFlags.GraphemeSpacingMark)) != 0) return true;
        return (left & CharacterFlags.GraphemePrepend) != 0 || JoinsHangul(before, after);
    }

    private static bool JoinsHangul(int before, int after) => before switch
    {
        (>= 0x1100 and <= 0x115F) or (>= 0xA960 and <= 0xA97C) => IsLead(after) || IsVowel(after) || IsSyllable(after),
        (>= 0x1160 and <= 0x11A7) or (>= 0xD7B0 and <= 0xD7C6) => IsVowel(after) || IsTrail(after),
        >= 0xAC00 and <= 0xD7A3 => IsTrail(after) || ((before - 0xAC00) % 28 == 0 && IsVowel(after)),
        _ => IsTrail(before) && IsTrail(after),
    };

    private static bool IsLead(int codePoint) => codePoint is (>= 0x1100 and <= 0x115F) or (>= 0xA960 and <= 0xA97C);

    private static bool IsVowel(int codePoint) => codePoint is (>= 0x1160 and <= 0x11A7) or (>= 0xD7B0 and <= 0xD7C6);

    private static bool IsTrail(int codePoint) => codePoint is (>= 0x11A8 and <= 0x11FF) or (>= 0xD7CB and <= 0xD7FB);

    private static bool IsSyllable(int codePoint) => codePoint is >= 0xAC00 and <= 0xD7A3;
}
