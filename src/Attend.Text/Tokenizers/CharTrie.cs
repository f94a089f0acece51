using System.Text;

namespace Attend.Text.Tokenizers;

/// <summary>A set of strings, each with a value, that is walked one UTF-16 code unit at a time: a double array (Aoe 1989).</summary>
/// <remarks>Frequent code units are one step of the array, all others two, so that it stays dense however many different ones there are.</remarks>
internal sealed class CharTrie
{
    /// <summary>Where every walk begins.</summary>
    public const int Root = 0;

    private const int Free = -1, Unlinked = -2, MaxTries = 64, GivenUp = 4, MostDirect = 256, SecondSteps = 256;

    /// <summary>0: in no key; up to <see cref="_direct"/>: the step; above: what two steps are made of.</summary>
    private readonly ushort[] _codes = new ushort[char.MaxValue + 1];
    private int _direct;
    private Cell[] _cells = [];
    private int _used = 1;

    // Free cells form a list in rising order while the trie is built; -1 ends it.
    private int[] _nextFree = [], _previousFree = [];
    private int _firstFree = -1, _lastFree = -1;

    private struct Cell
    {
        public int Base, Parent, Value;
    }

    /// <summary>Builds the trie.</summary>
    /// <param name="entries">Distinct, non-empty keys; values are 0 or greater.</param>
    public CharTrie(IEnumerable<(string Key, int Value)> entries)
    {
        var keys = entries.ToArray();
        AssignCodes(keys);
        var sorted = keys.Select(entry => (Key: Steps(entry.Key), entry.Value)).ToArray();
        Array.Sort(sorted, (a, b) => string.CompareOrdinal(a.Key, b.Key));
        Grow(sorted.Length + 2);
        Take(Root, parent: Root);

        var pending = new Queue<(int Node, int From, int To, int Depth)>();
        pending.Enqueue((Root, 0, sorted.Length, 0));
        var children = new List<(ushort Code, int From, int To)>();
        while (pending.TryDequeue(out var range))
        {
            var (node, from, to, depth) = range;
            if (from < to && sorted[from].Key.Length == depth) _cells[node].Value = sorted[from++].Value;
            children.Clear();
            for (int at = from, end; at < to; at = end)
            {
                var unit = sorted[at].Key[depth];
                for (end = at + 1; end < to && sorted[end].Key[depth] == unit;) end++;
                children.Add((unit, at, end));
            }
            if (children.Count == 0) continue;
            var offset = FindRoom(children);
            _cells[node].Base = offset;
            foreach (var (code, first, end) in children)
            {
                Take(offset + code, node);
                pending.Enqueue((offset + code, first, end, depth + 1));
            }
        }
        _cells = _cells.AsSpan(0, _used).ToArray();
        _nextFree = _previousFree = [];
    }

    /// <summary>Every node is smaller than this.</summary>
    public int NodeLimit => _cells.Length;

    /// <summary>One step down.</summary>
    /// <returns>The node reached, or a negative number where no key goes on like this.</returns>
    public int Step(int node, char unit)
    {
        var code = _codes[unit];
        if (code > _direct)
        {
            node = StepTo(node, FirstStep(code));
            return node < 0 ? node : StepTo(node, SecondStep(code));
        }
        return code == 0 ? -1 : StepTo(node, code);
    }

    private int StepTo(int node, int code)
    {
        var cells = _cells;
        var next = cells[node].Base + code;
        return (uint)next < (uint)cells.Length && cells[next].Parent == node ? next : -1;
    }

    private int FirstStep(int code) => _direct + 1 + ((code - _direct - 1) / SecondSteps);

    private int SecondStep(int code) => 1 + ((code - _direct - 1) % SecondSteps);

    private string Steps(string key)
    {
        var steps = new StringBuilder(key.Length);
        foreach (var unit in key)
        {
            var code = _codes[unit];
            if (code > _direct) steps.Append((char)FirstStep(code)).Append((char)SecondStep(code));
            else steps.Append((char)code);
        }
        return steps.ToString();
    }

    /// <summary>Value of the key that ends at a node, or a negative number.</summary>
    public int ValueAt(int node) => _cells[node].Value;

    /// <summary>The longest key that a text begins with.</summary>
    /// <returns>Its length, 0 where there is none.</returns>
    public int LongestPrefix(ReadOnlySpan<char> text, out int value)
    {
        value = -1;
        var longest = 0;
        var node = Root;
        for (var i = 0; i < text.Length; i++)
        {
            node = Step(node, text[i]);
            if (node < 0) break;
            if (ValueAt(node) is var found && found < 0) continue;
            value = found;
            longest = i + 1;
        }
        return longest;
    }

    /// <summary>Frequent code units get small codes, which keeps the array dense.</summary>
    private void AssignCodes((string Key, int Value)[] entries)
    {
        var counts = new int[char.MaxValue + 1];
        foreach (var (key, _) in entries)
        {
            foreach (var unit in key) counts[unit]++;
        }
        ushort code = 0;
        foreach (var unit in Enumerable.Range(0, counts.Length).Where(unit => counts[unit] > 0).OrderByDescending(unit => counts[unit]).ThenBy(unit => unit).Take(ushort.MaxValue))
            _codes[unit] = ++code;
        _direct = Math.Min((int)code, MostDirect);
    }

    private int FindRoom(List<(ushort Code, int From, int To)> children)
    {
        children.Sort((a, b) => a.Code.CompareTo(b.Code));
        var first = children[0].Code;
        var tries = 0;
        for (int cell = _firstFree, next; cell >= 0 && tries < MaxTries; cell = next)
        {
            next = _nextFree[cell];
            if (cell < first) continue;
            tries++;
            if (Fits(children, cell - first)) return cell - first;
            // The first cells, which are the longest free, are given up, so that the search goes on where there is room.
            if (tries <= GivenUp && children.Count > 1) Unlink(cell);
        }
        return _used;
    }

    private bool Fits(List<(ushort Code, int From, int To)> children, int offset)
    {
        foreach (var (code, _, _) in children)
        {
            if (offset + code < _cells.Length && _cells[offset + code].Parent != Free) return false;
        }
        return true;
    }

    private void Take(int cell, int parent)
    {
        if (cell >= _cells.Length) Grow(cell + 1);
        Unlink(cell);
        _cells[cell] = new Cell { Base = 0, Parent = parent, Value = -1 };
        _used = Math.Max(_used, cell + 1);
    }

    private void Unlink(int cell)
    {
        var (previous, next) = (_previousFree[cell], _nextFree[cell]);
        if (previous == Unlinked) return;
        if (previous >= 0) _nextFree[previous] = next;
        else _firstFree = next;
        if (next >= 0) _previousFree[next] = previous;
        else _lastFree = previous;
        _previousFree[cell] = Unlinked;
    }

    private void Grow(int needed)
    {
        var old = _cells.Length;
        var size = Math.Max(needed, old * 2);
        Array.Resize(ref _cells, size);
        Array.Resize(ref _nextFree, size);
        Array.Resize(ref _previousFree, size);
        for (var cell = old; cell < size; cell++)
        {
            _cells[cell].Parent = Free;
            (_previousFree[cell], _nextFree[cell]) = (_lastFree, -1);
            if (_lastFree >= 0) _nextFree[_lastFree] = cell;
            else _firstFree = cell;
            _lastFree = cell;
        }
    }
}
