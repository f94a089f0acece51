using System.Buffers;

namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>Finds many strings in a text at once, in time linear in the text whatever the strings are.</summary>
/// <remarks>
/// Aho and Corasick, "Efficient string matching: an aid to bibliographic search", 1975, run from the end of the text over reversed
/// strings: the state at a position then tells the longest string that begins there.
/// </remarks>
internal sealed class StringSearch
{
    private readonly CharTrie _reversed;
    private readonly int[] _fail;

    /// <summary>By node: the longest string whose reversal ends there, or -1.</summary>
    private readonly int[] _longest;
    private readonly int[] _lengths;
    private readonly SearchValues<char> _firstUnits;

    /// <param name="strings">Distinct and not empty.</param>
    public StringSearch(IReadOnlyList<string> strings)
    {
        _lengths = [.. strings.Select(text => text.Length)];
        _firstUnits = SearchValues.Create([.. strings.Select(text => text[0]).Distinct()]);
        var reversed = strings.Select(Reverse).ToArray();
        _reversed = new CharTrie(reversed.Select((text, index) => (text, index)));
        _fail = new int[_reversed.NodeLimit];
        _longest = new int[_reversed.NodeLimit];
        Array.Fill(_longest, -1);
        Link(reversed);
    }

    private static string Reverse(string text)
    {
        var units = text.ToCharArray();
        Array.Reverse(units);
        return new string(units);
    }

    /// <summary>Failure links in order of depth: those of shallower nodes are known.</summary>
    private void Link(string[] reversed)
    {
        var nodes = new int[reversed.Length];
        Array.Fill(nodes, CharTrie.Root);
        var seen = new bool[_fail.Length];
        var deep = Enumerable.Range(0, reversed.Length).ToArray();
        for (var depth = 0; deep.Length > 0; depth++)
        {
            foreach (var index in deep)
            {
                var (parent, unit) = (nodes[index], reversed[index][depth]);
                var node = nodes[index] = _reversed.Step(parent, unit);
                if (seen[node]) continue;
                seen[node] = true;
                _fail[node] = parent == CharTrie.Root ? CharTrie.Root : Follow(_fail[parent], unit);
                _longest[node] = _reversed.ValueAt(node) is >= 0 and var own ? own : _longest[_fail[node]];
            }
            deep = [.. deep.Where(index => reversed[index].Length > depth + 1)];
        }
    }

    private int Follow(int node, char unit)
    {
        while (true)
        {
            var next = _reversed.Step(node, unit);
            if (next >= 0) return next;
            if (node == CharTrie.Root) return CharTrie.Root;
            node = _fail[node];
        }
    }

    /// <summary>Adds the leftmost matches that do not overlap, of several at one place the longest.</summary>
    public void Find(ReadOnlySpan<char> text, List<(int Start, int End, int Index)> matches)
    {
        matches.Clear();
        var first = text.IndexOfAny(_firstUnits);
        if (first < 0) return;
        var node = CharTrie.Root;
        for (var at = text.Length - 1; at >= first; at--)
        {
            node = Follow(node, text[at]);
            if (_longest[node] is >= 0 and var index) matches.Add((at, at + _lengths[index], index));
        }
        matches.Reverse();
        var (kept, end) = (0, 0);
        for (var i = 0; i < matches.Count; i++)
        {
            if (matches[i].Start < end) continue;
            end = matches[i].End;
            matches[kept++] = matches[i];
        }
        matches.RemoveRange(kept, matches.Count - kept);
    }
}
