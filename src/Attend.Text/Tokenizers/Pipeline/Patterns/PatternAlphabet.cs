using Attend.Text.Tokenizers.Unicode;

namespace Attend.Text.Tokenizers.Pipeline.Patterns;

/// <summary>Writes texts in as few letters as a pattern can tell apart: code points in the same of its sets are one letter.</summary>
/// <remarks>
/// So a code point beyond the BMP is one letter like any other, properties are those of our Unicode version, and sets are small.
/// Owens, Reppy and Turon, "Regular-expression derivatives re-examined", 2009, section 4.2, call the letters derivative classes.
/// </remarks>
internal sealed class PatternAlphabet
{
    /// <summary>Letters begin here, so that none is NUL.</summary>
    private const int FirstLetter = 1;

    private readonly int[] _boundaries;
    private readonly char[] _letterFrom;
    private readonly char[] _letterOfUnit = new char[char.MaxValue + 1];
    private readonly List<char>[] _lettersOf;

    public PatternAlphabet(IReadOnlyList<CodePointSet> sets)
    {
        var boundaries = new SortedSet<int> { 0 };
        foreach (var set in sets)
        {
            foreach (var (from, to) in set.Ranges)
            {
                boundaries.Add(from);
                boundaries.Add(to + 1);
            }
        }
        boundaries.Remove(CodePointSet.Last + 1);
        _boundaries = [.. boundaries];
        _letterFrom = new char[_boundaries.Length];
        _lettersOf = [.. sets.Select(_ => new List<char>())];

        var letters = new Dictionary<string, char>(StringComparer.Ordinal);
        var members = new char[sets.Count];
        for (var i = 0; i < _boundaries.Length; i++)
        {
            for (var set = 0; set < members.Length; set++) members[set] = sets[set].Contains(_boundaries[i]) ? '1' : '0';
            var signature = new string(members);
            if (!letters.TryGetValue(signature, out var letter))
            {
                letter = (char)(FirstLetter + letters.Count);
                letters.Add(signature, letter);
                for (var set = 0; set < members.Length; set++)
                {
                    if (members[set] == '1') _lettersOf[set].Add(letter);
                }
            }
            _letterFrom[i] = letter;
        }
        for (var unit = 0; unit <= char.MaxValue; unit++) _letterOfUnit[unit] = Find(unit);
    }

    /// <summary>The set at an index, as a .NET character class over letters.</summary>
    public string ClassOf(int set)
    {
        var letters = _lettersOf[set];
        return letters.Count == 0 ? "(?!)" : $"[{string.Concat(letters.Select(letter => $"\\u{(int)letter:X4}"))}]";
    }

    private char Find(int codePoint)
    {
        var at = Array.BinarySearch(_boundaries, codePoint);
        return _letterFrom[at >= 0 ? at : ~at - 1];
    }

    /// <summary>Writes a text in letters; where it has surrogate pairs, also where each letter stands in the text.</summary>
    /// <returns>The number of letters; the same as of code units where there is no pair.</returns>
    public int Write(ReadOnlySpan<char> text, Span<char> letters, Span<int> positions)
    {
        var table = _letterOfUnit;
        if (!text.ContainsAnyInRange('\uD800', '\uDBFF'))
        {
            for (var i = 0; i < text.Length; i++) letters[i] = table[text[i]];
            return text.Length;
        }
        var count = 0;
        for (var i = 0; i < text.Length; count++)
        {
            positions[count] = i;
            var codePoint = UnicodeCharacters.CodePointAt(text, i);
            letters[count] = codePoint <= char.MaxValue ? table[codePoint] : Find(codePoint);
            i += UnicodeCharacters.UnitsOf(codePoint);
        }
        return count;
    }
}
