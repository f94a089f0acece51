using System.Buffers;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Attend.Text.Tokenizers.Pipeline.Patterns;

namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>What is searched for: a literal text, or a regular expression in Oniguruma's syntax.</summary>
/// <remarks>Properties of characters are those of our own Unicode version (15.0), whatever the runtime's is.</remarks>
internal sealed class TextPattern
{
    private static readonly TimeSpan DefaultLongestTime = TimeSpan.FromSeconds(10);

    // Long texts may take longer: 10 s for each of so many code units.
    private const int UnitsPerLongestTime = 1 << 20;

    // Compiling pays off after so many letters.
    private const long LettersBeforeCompiling = 1 << 20;

    private readonly TimeSpan _longestTime;
    private readonly PatternAlphabet? _alphabet;
    private readonly string _translated = "";
    private Regex? _regex;
    private long _letters;

    /// <param name="value">The text or the pattern.</param>
    /// <param name="isRegex">Whether it is a pattern.</param>
    /// <param name="longestTime">Time that a pattern may take for one text of ordinary length; null for 10 s.</param>
    /// <exception cref="ArgumentException">A malformed pattern, or one with syntax not known here.</exception>
    public TextPattern(string value, bool isRegex, TimeSpan? longestTime = null)
    {
        (Value, IsRegex, _longestTime) = (value, isRegex, longestTime ?? DefaultLongestTime);
        if (!isRegex) return;
        (_translated, _alphabet) = PatternTranslation.Translate(value);
        _regex = new Regex(_translated, RegexOptions.CultureInvariant, _longestTime);
    }

    public string Value { get; }

    public bool IsRegex { get; }

    /// <summary>Cuts a text into matches and what lies between them, in order and without gaps; an empty text gives nothing.</summary>
    /// <exception cref="TokenizationException">The pattern takes too long.</exception>
    public void Find(ReadOnlySpan<char> text, List<DelimiterMatch> into)
    {
        into.Clear();
        if (_regex is null) FindLiteral(text, into);
        else FindRegex(text, into);
    }

    private void FindLiteral(ReadOnlySpan<char> text, List<DelimiterMatch> into)
    {
        var at = 0;
        while (Value.Length > 0 && text[at..].IndexOf(Value, StringComparison.Ordinal) is >= 0 and var next)
        {
            if (next > 0) into.Add(new DelimiterMatch(at, at + next, false));
            into.Add(new DelimiterMatch(at + next, at + next + Value.Length, true));
            at += next + Value.Length;
        }
        if (at < text.Length) into.Add(new DelimiterMatch(at, text.Length, false));
    }

    private void FindRegex(ReadOnlySpan<char> text, List<DelimiterMatch> into)
    {
        if (text.IsEmpty) return;
        var letters = ArrayPool<char>.Shared.Rent(text.Length);
        var positions = ArrayPool<int>.Shared.Rent(text.Length + 1);
        try
        {
            var count = _alphabet!.Write(text, letters, positions);
            var hasPairs = count < text.Length;
            positions[count] = text.Length;
            var (last, started) = (0, Stopwatch.GetTimestamp());
            var allowed = _longestTime * Math.Max(1, text.Length / (double)UnitsPerLongestTime);
            foreach (var match in Prepare(count).EnumerateMatches(letters.AsSpan(0, count)))
            {
                var (from, to) = hasPairs ? (positions[match.Index], positions[match.Index + match.Length]) : (match.Index, match.Index + match.Length);
                // As the reference implementation: no empty match where another has just ended.
                if (from == to && into.Count > 0 && into[^1].IsMatch && into[^1].End == from) continue;
                if (from > last) into.Add(new DelimiterMatch(last, from, false));
                into.Add(new DelimiterMatch(from, to, true));
                last = to;
                if ((into.Count & 0xF) == 0 && Stopwatch.GetElapsedTime(started) > allowed) throw TooSlow(text.Length, null);
            }
            if (last < text.Length) into.Add(new DelimiterMatch(last, text.Length, false));
        }
        catch (RegexMatchTimeoutException fault)
        {
            throw TooSlow(text.Length, fault);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(letters);
            ArrayPool<int>.Shared.Return(positions);
        }
    }

    private TokenizationException TooSlow(int length, Exception? fault)
        => new($"the pattern {Value} takes more than {_longestTime.TotalSeconds} s on a text of {length} characters; it backtracks too much to be used", fault);

    private Regex Prepare(int count)
    {
        if (_letters < LettersBeforeCompiling && (_letters += count) >= LettersBeforeCompiling)
            _regex = new Regex(_translated, RegexOptions.CultureInvariant | RegexOptions.Compiled, _longestTime);
        return _regex!;
    }
}
