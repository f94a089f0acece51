using Attend.Text.Tokenizers.Unicode;

namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>Cuts text as GPT-2's pattern does (openai/gpt-2, encoder.py), in one pass.</summary>
/// <remarks>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</remarks>
internal static class Gpt2Words
{
    private const byte Other = 0, Letter = 1, Number = 2, Space = 3, Surrogate = 4;

    private static readonly byte[] Kinds = Make();

    private static byte[] Make()
    {
        var kinds = new byte[char.MaxValue + 1];
        for (var unit = 0; unit <= char.MaxValue; unit++) kinds[unit] = char.IsSurrogate((char)unit) ? Surrogate : Classify(unit);
        return kinds;
    }

    private static byte Classify(int codePoint) => UnicodeProperties.IsWhiteSpace(codePoint) ? Space : UnicodeProperties.CategoryOf(codePoint) switch
    {
        >= UnicodeCategoryCode.Lu and <= UnicodeCategoryCode.Lo => Letter,
        >= UnicodeCategoryCode.Nd and <= UnicodeCategoryCode.No => Number,
        _ => Other,
    };

    /// <summary>Adds the words of a text, which cover it without gaps.</summary>
    public static void Split(ReadOnlySpan<char> text, int shift, List<TextPiece> into)
    {
        for (var at = 0; at < text.Length;)
        {
            var end = EndOfWord(text, at);
            into.Add(new TextPiece(shift + at, shift + end, -1));
            at = end;
        }
    }

    private static int EndOfWord(ReadOnlySpan<char> text, int at)
    {
        var unit = text[at];
        if (unit == '\'' && LengthOfContraction(text[at..]) is > 0 and var length) return at + length;
        var body = unit == ' ' && at + 1 < text.Length ? at + 1 : at;
        var kind = KindAt(text, body, out var units);
        return kind == Space ? EndOfSpaces(text, at) : EndOfRun(text, body + units, kind);
    }

    private static int LengthOfContraction(ReadOnlySpan<char> text)
    {
        if (text.Length < 2) return 0;
        if (text[1] is 's' or 't' or 'm' or 'd') return 2;
        return text.Length > 2 && text[1..3] is "re" or "ve" or "ll" ? 3 : 0;
    }

    private static byte KindAt(ReadOnlySpan<char> text, int at, out int units)
    {
        units = 1;
        var kind = Kinds[text[at]];
        if (kind != Surrogate) return kind;
        var codePoint = UnicodeCharacters.CodePointAt(text, at);
        units = UnicodeCharacters.UnitsOf(codePoint);
        return Classify(codePoint);
    }

    private static int EndOfRun(ReadOnlySpan<char> text, int at, byte kind)
    {
        var kinds = Kinds;
        while (at < text.Length)
        {
            var found = kinds[text[at]];
            if (found == kind)
            {
                at++;
                continue;
            }
            if (found != Surrogate || KindAt(text, at, out var units) != kind) break;
            at += units;
        }
        return at;
    }

    /// <summary>White space before a word leaves its last character to that word.</summary>
    private static int EndOfSpaces(ReadOnlySpan<char> text, int at)
    {
        var end = at;
        while (end < text.Length && Kinds[text[end]] == Space) end++;
        return end == text.Length || end == at + 1 ? end : end - 1;
    }
}
