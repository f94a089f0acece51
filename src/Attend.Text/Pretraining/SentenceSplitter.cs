using System.Buffers;
using System.Collections.Frozen;
using Attend.Text.Tokenizers;

namespace Attend.Text.Pretraining;

/// <summary>Splits a paragraph into sentences by rule, in English and Chinese alike.</summary>
/// <remarks>
/// A sentence ends at . ! ? … 。 ！ ？ and what closes after them (quotes, brackets). In Latin script white space must follow, and no
/// lower-case letter; a full stop after a title (Dr.), an initial (J.), an abbreviation or before a number it belongs to (No. 5)
/// ends nothing. Chinese marks end a sentence at once. A piece of more than <see cref="LongestSentence"/> code units is cut at a blank.
/// </remarks>
public static class SentenceSplitter
{
    /// <summary>Most UTF-16 code units of a sentence; a longer one is cut, so that text without full stops needs no memory of its size.</summary>
    public const int LongestSentence = 4096;

    private const string EndMarks = ".!?…。！？．｡‼⁇⁈⁉";
    private const string WideEndMarks = "。！？｡";
    private const string ClosingMarks = "\"'”’»)]}」』》）】〉〕］｝";
    private const string OpeningMarks = "\"'“‘«([{「『《（【〈〔［｛¿¡";
    private const string Continuing = "，、；：,;:—–-~～";

    private static readonly SearchValues<char> Ends = SearchValues.Create(EndMarks);

    // Never the last word of a sentence.
    private static readonly FrozenSet<string> Titles = Set("mr mrs ms messrs mme mlle dr prof rev hon st gen col maj capt lt sgt cpl adm cmdr gov sen rep pres supt mt ft e.g i.e cf viz vs al ca approx");

    // Belong to a number that follows.
    private static readonly FrozenSet<string> BeforeNumbers = Set("no nos vol vols fig figs eq eqs sec secs ch chap art p pp pt pl ed op jan feb mar apr jun jul aug sep sept oct nov dec");

    // May end a sentence; they do if a word follows that likes to begin one.
    private static readonly FrozenSet<string> Abbreviations = Set("jr sr inc ltd co corp bros dept univ assn est etc esq ave blvd rd mass calif a.m p.m a.d b.c u.s u.k u.n u.s.a u.s.s.r d.c ph.d m.d b.a m.a");

    private static readonly FrozenSet<string> Starters = Set("the a an this that these those it he she we they i you in on at by for from with when while after before if as but and or so there here what who why how where his her its our their my your no not one some many most all each every both however then now another such to");

    /// <summary>Where the sentences of a paragraph stand, without the white space around them, in order; found while they are enumerated.</summary>
    public static IEnumerable<TextSpan> Split(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        for (var start = SkipSpace(text, 0); start < text.Length;)
        {
            var end = FindEnd(text, start, Math.Min(text.Length, start + LongestSentence));
            var last = end;
            while (last > start && char.IsWhiteSpace(text[last - 1])) last--;
            yield return new TextSpan(start, last);
            start = SkipSpace(text, end);
        }
    }

    private static int FindEnd(string text, int start, int limit)
    {
        for (var at = start; at < limit;)
        {
            var found = text.AsSpan(at, limit - at).IndexOfAny(Ends);
            if (found < 0) break;
            var mark = at + found;
            var after = mark + 1;
            while (after < text.Length && EndMarks.Contains(text[after])) after++;
            while (after < text.Length && ClosingMarks.Contains(text[after])) after++;
            if (EndsSentence(text, start, mark, after)) return after;
            at = after;
        }
        if (limit == text.Length) return limit;
        // No end in reach: at the last blank, or between two characters, but not within a surrogate pair.
        var blank = text.AsSpan(start, limit - start).LastIndexOf(' ');
        return blank > 0 ? start + blank : char.IsLowSurrogate(text[limit]) ? limit - 1 : limit;
    }

    private static bool EndsSentence(string text, int start, int mark, int after)
    {
        if (after >= text.Length) return true;
        if (text.AsSpan(mark, after - mark).IndexOfAny(WideEndMarks) >= 0) return !Continuing.Contains(text[after]);
        // An ellipsis in Chinese text has no blank after it.
        if (text[mark] == '…' && IsWide(text[after])) return after - mark > 1;
        if (!char.IsWhiteSpace(text[after])) return false;

        var next = SkipSpace(text, after);
        while (next < text.Length && OpeningMarks.Contains(text[next])) next++;
        if (next >= text.Length) return true;
        if (char.IsLower(text[next]) || Continuing.Contains(text[next])) return false;
        return text[mark] != '.' || after - mark > 1 || !BelongsToWord(text, start, mark, next);
    }

    // Whether a single full stop belongs to the word before it rather than to the sentence.
    private static bool BelongsToWord(string text, int start, int mark, int next)
    {
        var from = mark;
        while (from > start && !char.IsWhiteSpace(text[from - 1]) && !OpeningMarks.Contains(text[from - 1]) && !"—–-".Contains(text[from - 1])) from--;
        var word = text.AsSpan(from, mark - from);
        if (word.IsEmpty) return false;
        if (from == start && word.Length <= 4 && word.IndexOfAnyExceptInRange('0', '9') < 0) return true; // "12. Of the ..."
        if (word.Length == 1 && word[0] is >= 'A' and <= 'Z' and not 'I') return true;                   // an initial
        Span<char> lower = stackalloc char[12];
        if (word.Length > lower.Length) return false;
        lower = lower[..word.ToLowerInvariant(lower)];
        if (Contains(Titles, lower)) return true;
        if (Contains(BeforeNumbers, lower)) return char.IsDigit(text[next]);
        return (Contains(Abbreviations, lower) || IsDottedInitials(lower)) && !Contains(Starters, WordAt(text, next));
    }

    private static bool IsDottedInitials(ReadOnlySpan<char> word)
    {
        if (word.Length < 3 || word.Length % 2 == 0) return false;
        for (var i = 0; i < word.Length; i++)
            if (i % 2 == 0 ? !char.IsLetter(word[i]) : word[i] != '.') return false;
        return true;
    }

    private static string WordAt(string text, int start)
    {
        var end = start;
        while (end < text.Length && char.IsLetter(text[end])) end++;
        return text[start..end].ToLowerInvariant();
    }

    private static int SkipSpace(string text, int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
        return at;
    }

    private static bool IsWide(char character) => character is >= '\u2E80' and <= '\uFFDF';

    private static bool Contains(FrozenSet<string> words, ReadOnlySpan<char> word) => words.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word);

    private static FrozenSet<string> Set(string words) => words.Split(' ').ToFrozenSet(StringComparer.Ordinal);
}
