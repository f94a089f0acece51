namespace Attend.Text.Tokenizers.Training;

/// <summary>Counted words as sequences of small numbers.</summary>
internal sealed class SymbolWords
{
    /// <summary>The symbols of all words, one word after another; each lies in [0, 65534].</summary>
    public List<ushort> Symbols { get; } = [];

    /// <summary>Start of each word, and the end of the last.</summary>
    public List<int> Starts { get; } = [0];

    public List<long> Counts { get; } = [];

    public void Add(ReadOnlySpan<ushort> word, long count)
    {
        if (word.IsEmpty) return;
        Symbols.AddRange(word);
        Starts.Add(Symbols.Count);
        Counts.Add(count);
    }
}

/// <summary>Finds the frequent substrings of counted words: all that some word goes on from in more than one way, at both ends.</summary>
/// <remarks>
/// Suffixes are sorted by their first symbols, as many as the longest piece has, four at a time; neighbours with a common prefix are then
/// merged from the longest prefix to the shortest (Abouelhoda et al., "Replacing suffix trees with enhanced suffix arrays", 2004).
/// </remarks>
internal static class UnigramSeeds
{
    /// <summary>Most symbols of a piece.</summary>
    public const int LongestPiece = 16;

    private const int SymbolsPerKey = 4, NoneYet = -1, Several = -2;

    private record struct Interval(int Length, int From, int SymbolBefore);

    /// <summary>Substrings of at least two symbols that occur at least twice, in ordinal order.</summary>
    /// <returns>Start and length in <see cref="SymbolWords.Symbols"/>, and how often the substring occurs.</returns>
    public static List<(int Start, int Length, long Count)> Find(SymbolWords words, CancellationToken cancellationToken)
    {
        var symbols = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(words.Symbols).ToArray();
        var (ends, counts) = (new int[symbols.Length], new long[symbols.Length]);
        for (var word = 0; word < words.Counts.Count; word++)
        {
            ends.AsSpan(words.Starts[word]..words.Starts[word + 1]).Fill(words.Starts[word + 1]);
            counts.AsSpan(words.Starts[word]..words.Starts[word + 1]).Fill(words.Counts[word]);
        }
        var suffixes = Sort(symbols, ends, cancellationToken);
        var before = new long[suffixes.Length + 1];
        for (var i = 0; i < suffixes.Length; i++) before[i + 1] = before[i] + counts[suffixes[i]];

        var found = new List<(int, int, long)>();
        var open = new Stack<Interval>();
        open.Push(new Interval(0, 0, NoneYet));
        for (var i = 0; i <= suffixes.Length; i++)
        {
            if (i % 65536 == 0) cancellationToken.ThrowIfCancellationRequested();
            var common = i == 0 || i == suffixes.Length ? 0 : CommonPrefix(symbols, ends, suffixes[i - 1], suffixes[i]);
            var (from, symbolBefore) = (i, NoneYet);
            while (open.Peek().Length > common)
            {
                var done = open.Pop();
                symbolBefore = Combine(done.SymbolBefore, symbolBefore);
                from = done.From;
                var count = before[i] - before[from];
                if (done.Length > 1 && count > 1 && symbolBefore == Several) found.Add((suffixes[from], done.Length, count));
            }
            Extend(open, new Interval(common, from, symbolBefore));
            if (i == suffixes.Length) break;
            var at = suffixes[i];
            var isWordStart = at == 0 || ends[at - 1] == at;
            Extend(open, new Interval(Math.Min(LongestPiece, ends[at] - at), i, isWordStart ? Several : symbols[at - 1]));
        }
        return found;
    }

    private static void Extend(Stack<Interval> open, Interval interval)
    {
        if (open.Peek().Length < interval.Length)
        {
            open.Push(interval);
            return;
        }
        var top = open.Pop();
        open.Push(top with { SymbolBefore = Combine(top.SymbolBefore, interval.SymbolBefore) });
    }

    private static int Combine(int a, int b) => a == NoneYet ? b : b == NoneYet || a == b ? a : Several;

    private static int CommonPrefix(ushort[] symbols, int[] ends, int a, int b)
    {
        var most = Math.Min(LongestPiece, Math.Min(ends[a] - a, ends[b] - b));
        return symbols.AsSpan(a, most).CommonPrefixLength(symbols.AsSpan(b, most));
    }

    private static int[] Sort(ushort[] symbols, int[] ends, CancellationToken cancellationToken)
    {
        var suffixes = new int[symbols.Length];
        for (var i = 0; i < suffixes.Length; i++) suffixes[i] = i;
        var keys = new ulong[symbols.Length];
        var pending = new Stack<(int From, int To, int Depth)>();
        pending.Push((0, suffixes.Length, 0));
        while (pending.TryPop(out var range))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (from, to, depth) = range;
            for (var i = from; i < to; i++) keys[i] = Key(symbols, suffixes[i] + depth, ends[suffixes[i]]);
            // Equal suffixes are put in the order of their places, so that the result is the same whatever the sort does with ties.
            keys.AsSpan(from..to).Sort(suffixes.AsSpan(from..to));
            for (int i = from, end; i < to; i = end)
            {
                for (end = i + 1; end < to && keys[end] == keys[i];) end++;
                if (end - i == 1) continue;
                if (depth + SymbolsPerKey < LongestPiece && (keys[i] & 0xFFFF) != 0) pending.Push((i, end, depth + SymbolsPerKey));
                else suffixes.AsSpan(i..end).Sort();
            }
        }
        return suffixes;
    }

    // Four symbols as digits of a number; behind the end of the word there are zeros.
    private static ulong Key(ushort[] symbols, int from, int end)
    {
        var key = 0UL;
        for (var i = from; i < from + SymbolsPerKey; i++) key = (key << 16) | (i < end ? symbols[i] + 1u : 0);
        return key;
    }
}
