namespace Attend.Text.Tokenizers.Unicode;

/// <summary>What tokenizers need to know of a code point.</summary>
[Flags]
internal enum CharacterTraits : byte
{
    None = 0,

    /// <summary>General category Cc or Cf.</summary>
    Control = 1,

    /// <summary>General category Zs, Zl or Zp.</summary>
    Separator = 2,

    /// <summary>General category P*.</summary>
    Punctuation = 4,

    /// <summary>General category Mn.</summary>
    NonspacingMark = 8,

    /// <summary>Derived core property Cased.</summary>
    Cased = 16,

    /// <summary>Derived core property Case_Ignorable.</summary>
    CaseIgnorable = 32,

    /// <summary>Has a lower-case form other than itself.</summary>
    HasLower = 64,

    /// <summary>Has a canonical decomposition, Hangul syllables included.</summary>
    HasDecomposition = 128,
}

/// <summary>Facts of one fixed Unicode version, so that results depend neither on the machine's ICU nor on the .NET version.</summary>
/// <remarks>
/// <see cref="string.Normalize()"/> returns its argument unchanged where InvariantGlobalization is on, and casing comes from ICU where
/// it is off: neither can be relied on. All members take any value in [0, 0x10FFFF]; a lone surrogate has no traits.
/// </remarks>
internal static class UnicodeCharacters
{
    private const int HangulFirst = 0xAC00, HangulCount = 11172, LeadFirst = 0x1100, VowelFirst = 0x1161, TrailFirst = 0x11A7;
    private const int VowelCount = 21, TrailCount = 28;

    /// <summary>Longest full canonical decomposition of one code point.</summary>
    public const int LongestDecomposition = 4;

    private static readonly TwoStageTable Traits;
    private static readonly TwoStageTable CombiningClasses;
    private static readonly Dictionary<int, int> Lower = [];
    private static readonly Dictionary<int, (int First, int Second)> Decompositions = [];

#pragma warning disable CA1810 // The tables come from one pass over one block of bytes.
    static UnicodeCharacters()
#pragma warning restore CA1810
    {
        var reader = new VarintReader(UnicodeData.Unpack());
        var traits = reader.ReadRuns();
        CombiningClasses = new TwoStageTable(reader.ReadRuns());

        var codePoint = 0;
        for (var left = reader.Next(); left > 0; left--)
        {
            codePoint += reader.Next();
            Lower.Add(codePoint, codePoint + reader.NextSigned());
            traits[codePoint] |= (byte)CharacterTraits.HasLower;
        }

        codePoint = 0;
        for (var left = reader.Next(); left > 0; left--)
        {
            codePoint += reader.Next();
            Decompositions.Add(codePoint, (codePoint + reader.NextSigned(), reader.Next()));
            traits[codePoint] |= (byte)CharacterTraits.HasDecomposition;
        }
        foreach (ref var syllable in traits.AsSpan(HangulFirst, HangulCount)) syllable |= (byte)CharacterTraits.HasDecomposition;
        Traits = new TwoStageTable(traits);
    }

    public static CharacterTraits TraitsOf(int codePoint) => (CharacterTraits)Traits[codePoint];

    /// <summary>Canonical_Combining_Class: 0 for a starter.</summary>
    public static int CombiningClassOf(int codePoint) => CombiningClasses[codePoint];

    /// <summary>Simple lower-case form, without regard to language and neighbours (U+0130 gives i alone, without its dot above).</summary>
    public static int ToLower(int codePoint)
        => (Traits[codePoint] & (byte)CharacterTraits.HasLower) != 0 ? Lower[codePoint] : codePoint;

    /// <summary>Writes the full canonical decomposition (the code point itself where it has none) and returns its length.</summary>
    public static int Decompose(int codePoint, Span<int> into)
    {
        if ((Traits[codePoint] & (byte)CharacterTraits.HasDecomposition) == 0)
        {
            into[0] = codePoint;
            return 1;
        }
        if (codePoint - HangulFirst is >= 0 and < HangulCount and var syllable)
        {
            into[0] = LeadFirst + (syllable / (VowelCount * TrailCount));
            into[1] = VowelFirst + (syllable / TrailCount % VowelCount);
            if (syllable % TrailCount == 0) return 2;
            into[2] = TrailFirst + (syllable % TrailCount);
            return 3;
        }
        var (first, second) = Decompositions[codePoint];
        var length = Decompose(first, into);
        if (second != 0) length += Decompose(second, into[length..]);
        return length;
    }

    /// <summary>Canonical decompositions into two.</summary>
    public static IEnumerable<(int Composite, int First, int Second)> CanonicalPairs()
        => Decompositions.Where(entry => entry.Value.Second != 0).Select(entry => (entry.Key, entry.Value.First, entry.Value.Second));

    /// <summary>The code point at an index of UTF-16 text; a lone surrogate stands for itself.</summary>
    public static int CodePointAt(ReadOnlySpan<char> text, int index)
    {
        var unit = text[index];
        return char.IsHighSurrogate(unit) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1])
            ? char.ConvertToUtf32(unit, text[index + 1])
            : unit;
    }

    /// <summary>The code point that ends before an index of UTF-16 text; a lone surrogate stands for itself.</summary>
    public static int CodePointBefore(ReadOnlySpan<char> text, int index)
    {
        var unit = text[index - 1];
        return char.IsLowSurrogate(unit) && index > 1 && char.IsHighSurrogate(text[index - 2])
            ? char.ConvertToUtf32(text[index - 2], unit)
            : unit;
    }

    /// <summary>UTF-16 code units of a code point.</summary>
    public static int UnitsOf(int codePoint) => codePoint > char.MaxValue ? 2 : 1;
}
