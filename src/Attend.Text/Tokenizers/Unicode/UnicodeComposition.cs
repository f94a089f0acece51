namespace Attend.Text.Tokenizers.Unicode;

/// <summary>Full decompositions and canonical composition (Unicode Standard, section 3.11; Hangul: section 3.12).</summary>
internal static class UnicodeComposition
{
    /// <summary>Longest full compatibility decomposition of one code point (U+FDFA).</summary>
    public const int LongestDecomposition = 18;

    private const int LeadFirst = 0x1100, LeadCount = 19, VowelFirst = 0x1161, VowelCount = 21, TrailFirst = 0x11A7, TrailCount = 28, HangulFirst = 0xAC00, HangulCount = 11172;

    private static readonly Dictionary<int, int[]> Compatibility = UnicodeProperties.CompatibilityDecompositions();
    private static readonly Dictionary<long, int> Composites = UnicodeCharacters.CanonicalPairs()
        .Where(pair => (UnicodeProperties.FlagsOf(pair.Composite) & CharacterFlags.CompositionExcluded) == 0)
        .ToDictionary(pair => Key(pair.First, pair.Second), pair => pair.Composite);

    private static long Key(int first, int second) => ((long)first << 32) | (uint)second;

    /// <summary>Writes the full decomposition, canonical or compatible, and returns its length.</summary>
    public static int Decompose(int codePoint, bool isCompatible, Span<int> into)
    {
        if (!isCompatible || codePoint < 0xA0) return UnicodeCharacters.Decompose(codePoint, into);
        if (Compatibility.TryGetValue(codePoint, out var mapping))
        {
            var length = 0;
            foreach (var part in mapping) length += Decompose(part, isCompatible, into[length..]);
            return length;
        }
        // A canonical part may itself have a compatibility decomposition.
        Span<int> parts = stackalloc int[UnicodeCharacters.LongestDecomposition];
        var count = UnicodeCharacters.Decompose(codePoint, parts);
        if (count == 1 && parts[0] == codePoint)
        {
            into[0] = codePoint;
            return 1;
        }
        var written = 0;
        foreach (var part in parts[..count]) written += Decompose(part, isCompatible, into[written..]);
        return written;
    }

    /// <summary>The character that two compose to, or a negative number.</summary>
    public static int Compose(int first, int second)
    {
        if (first - LeadFirst is >= 0 and < LeadCount and var lead && second - VowelFirst is >= 0 and < VowelCount and var vowel)
            return HangulFirst + (((lead * VowelCount) + vowel) * TrailCount);
        if (first - HangulFirst is >= 0 and < HangulCount and var syllable && syllable % TrailCount == 0 && second - TrailFirst is > 0 and < TrailCount and var trail)
            return first + trail;
        return Composites.TryGetValue(Key(first, second), out var composite) ? composite : -1;
    }
}
