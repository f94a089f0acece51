using System.Collections.Concurrent;
using Attend.Text.Tokenizers.Unicode;

namespace Attend.Text.Tokenizers;

/// <summary>What BERT's basic tokenization does with one UTF-16 code unit.</summary>
internal enum BertCharacterKind : byte
{
    /// <summary>Part of a word, as the one code unit of <see cref="BertCharacters.Simple"/>.</summary>
    Letter,

    /// <summary>Ends a word.</summary>
    Space,

    /// <summary>A word of its own, as the one code unit of <see cref="BertCharacters.Simple"/>: punctuation, an ideograph.</summary>
    Isolated,

    /// <summary>Anything else: removed, longer or shorter than one code unit, dependent on its neighbours, or half a surrogate pair.</summary>
    Complex,
}

/// <summary>The rules of BERT's basic tokenization (google-research/bert, tokenization.py) for each character, under some options.</summary>
internal sealed class BertCharacters
{
    /// <summary>Longest result of <see cref="Normalize"/>.</summary>
    public const int LongestNormalized = UnicodeCharacters.LongestDecomposition + 1;

    private const int CapitalSigma = 0x3A3, FinalSigma = 0x3C2, CapitalIWithDot = 0x130, DotAbove = 0x307, Replacement = 0xFFFD;

    private static readonly ConcurrentDictionary<(bool, bool, bool), BertCharacters> Known = new();

    private readonly bool _lowerCase, _decompose, _isolateIdeographs;

    private BertCharacters(bool lowerCase, bool decompose, bool isolateIdeographs)
    {
        (_lowerCase, _decompose, _isolateIdeographs) = (lowerCase, decompose, isolateIdeographs);
        Span<int> normalized = stackalloc int[LongestNormalized];
        for (var unit = 0; unit <= char.MaxValue; unit++)
        {
            (Kinds[unit], Simple[unit]) = Classify(unit, normalized);
            if (Kinds[unit] == BertCharacterKind.Letter) Letters[unit] = Simple[unit];
        }
    }

    /// <summary>The rules under some options, made once.</summary>
    public static BertCharacters For(BertTokenizerOptions options)
        => Known.GetOrAdd((options.DoLowerCase, options.StripsAccents, options.TokenizeChineseChars), key => new BertCharacters(key.Item1, key.Item2, key.Item3));

    /// <summary>Indexed by code unit.</summary>
    public BertCharacterKind[] Kinds { get; } = new BertCharacterKind[char.MaxValue + 1];

    /// <summary>Indexed by code unit: its normalised form, where that is one code unit.</summary>
    public char[] Simple { get; } = new char[char.MaxValue + 1];

    /// <summary>Indexed by code unit: its normalised form where it is a <see cref="BertCharacterKind.Letter"/>, otherwise NUL.</summary>
    public char[] Letters { get; } = new char[char.MaxValue + 1];

    /// <summary>Removes accents: nonspacing marks are dropped and those that remain are put in canonical order.</summary>
    public bool StripsAccents => _decompose;

    private (BertCharacterKind, char) Classify(int unit, Span<int> normalized)
    {
        if (IsRemoved(unit) || char.IsSurrogate((char)unit) || (_lowerCase && unit == CapitalSigma)) return (BertCharacterKind.Complex, '\0');
        if (IsSpace(unit)) return (BertCharacterKind.Space, '\0');

        var length = Normalize(unit, normalized);
        var first = normalized[0];
        if (length != 1 || first > char.MaxValue || (_decompose && (IsMark(first) || UnicodeCharacters.CombiningClassOf(first) != 0)))
            return (BertCharacterKind.Complex, '\0');
        return (IsIdeograph(unit) || IsPunctuation(first) ? BertCharacterKind.Isolated : BertCharacterKind.Letter, (char)first);
    }

    /// <summary>Lower-cases and decomposes one character of a word as the options say; marks that strip away are left out where another character stays.</summary>
    /// <returns>How many code points were written; never 0.</returns>
    public int Normalize(int codePoint, Span<int> into)
    {
        var lower = _lowerCase ? UnicodeCharacters.ToLower(codePoint) : codePoint;
        if (!_decompose)
        {
            into[0] = lower;
            if (!_lowerCase || codePoint != CapitalIWithDot) return 1;
            into[1] = DotAbove;
            return 2;
        }
        var length = UnicodeCharacters.Decompose(lower, into);
        var kept = 1;
        for (var i = 1; i < length; i++)
        {
            if (!IsMark(into[i])) into[kept++] = into[i];
        }
        return kept;
    }

    /// <summary>Lower-case form of the capital sigma at an index, which depends on the letters around it in its word (Unicode, section 3.13, Final_Sigma).</summary>
    public int LowerSigma(ReadOnlySpan<char> text, int index)
    {
        for (var at = index; ; at -= UnicodeCharacters.UnitsOf(UnicodeCharacters.CodePointBefore(text, at)))
        {
            if (at == 0) return Lower(CapitalSigma);
            var before = UnicodeCharacters.CodePointBefore(text, at);
            if (EndsWord(before)) return Lower(CapitalSigma);
            if (IsTransparent(before)) continue;
            if ((UnicodeCharacters.TraitsOf(before) & CharacterTraits.Cased) == 0) return Lower(CapitalSigma);
            break;
        }
        for (var at = index + 1; at < text.Length; at += UnicodeCharacters.UnitsOf(UnicodeCharacters.CodePointAt(text, at)))
        {
            var after = UnicodeCharacters.CodePointAt(text, at);
            if (EndsWord(after)) break;
            if (IsTransparent(after)) continue;
            return (UnicodeCharacters.TraitsOf(after) & CharacterTraits.Cased) != 0 ? Lower(CapitalSigma) : FinalSigma;
        }
        return FinalSigma;
    }

    /// <summary>True for a capital sigma that is to be lower-cased.</summary>
    public bool IsSigma(int codePoint) => _lowerCase && codePoint == CapitalSigma;

    /// <summary>True for a control character, NUL and U+FFFD, which vanish before anything else happens.</summary>
    public static bool IsRemoved(int codePoint) => codePoint switch
    {
        '\t' or '\n' or '\r' => false,
        Replacement => true,
        _ => (UnicodeCharacters.TraitsOf(codePoint) & CharacterTraits.Control) != 0,
    };

    /// <summary>True for white space. Line and paragraph separators (Zl, Zp) count: Python's str.split() splits there.</summary>
    public static bool IsSpace(int codePoint)
        => codePoint is '\t' or '\n' or '\r' || (UnicodeCharacters.TraitsOf(codePoint) & CharacterTraits.Separator) != 0;

    /// <summary>True for what splits a word: any printable ASCII character but letters and digits, and categories P*.</summary>
    public static bool IsPunctuation(int codePoint)
        => codePoint < 0x80
            ? codePoint is > ' ' and < 0x7F && !char.IsAsciiLetterOrDigit((char)codePoint)
            : (UnicodeCharacters.TraitsOf(codePoint) & CharacterTraits.Punctuation) != 0;

    /// <summary>True for a nonspacing mark (Mn), which <see cref="StripsAccents"/> removes.</summary>
    public static bool IsMark(int codePoint) => (UnicodeCharacters.TraitsOf(codePoint) & CharacterTraits.NonspacingMark) != 0;

    /// <summary>True for an ideograph, where the options isolate those.</summary>
    public bool IsIdeograph(int codePoint) => _isolateIdeographs && codePoint >= 0x3400 && codePoint
        is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0xF900 and <= 0xFAFF)
        or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F) or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B820 and <= 0x2CEAF)
        or (>= 0x2F800 and <= 0x2FA1F);

    private bool EndsWord(int codePoint) => !IsRemoved(codePoint) && (IsSpace(codePoint) || IsIdeograph(codePoint));

    private static bool IsTransparent(int codePoint)
        => IsRemoved(codePoint) || (UnicodeCharacters.TraitsOf(codePoint) & CharacterTraits.CaseIgnorable) != 0;

    private static int Lower(int codePoint) => UnicodeCharacters.ToLower(codePoint);
}
