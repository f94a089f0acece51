using System.Runtime.InteropServices;

namespace Attend.Text.Tokenizers.Training;

/// <summary>Counted words as sequences of pieces, whose most frequent neighbours are joined again and again: byte-pair encoding.</summary>
/// <remarks>
/// Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units", 2016, section 3.2. Pair counts are kept up to date as
/// words change, and a heap holds each pair at a count it once had: an entry whose count has since fallen goes back into the heap with
/// its new one when it comes to the top. Ties go to the pair whose left piece, then whose right piece, has the lower id, as in Hugging
/// Face's trainer.
/// </remarks>
internal sealed class PairMerges
{
    private readonly List<(int Start, int Length, long Count)> _words = [];
    private readonly Dictionary<ulong, Pair> _pairs = new(new PairComparer());
    private readonly PairHeap _heap = new();
    private readonly HashSet<ulong> _grown = new(new PairComparer());
    private int[] _pieces = new int[1 << 12];
    private int _piecesUsed;

    /// <summary>A pair of neighbouring pieces.</summary>
    private sealed class Pair
    {
        public long Count;

        /// <summary>Words that held the pair when they were noted; some may since have lost it, or be noted twice.</summary>
        public readonly List<int> Words = [];
    }

    // The hash of a ulong itself is the one id xor the other, which is the same for very many pairs.
    private sealed class PairComparer : IEqualityComparer<ulong>
    {
        public bool Equals(ulong x, ulong y) => x == y;

        public int GetHashCode(ulong pair) => (int)((pair * 0x9E3779B97F4A7C15) >> 32);
    }

    /// <summary>Adds a word.</summary>
    public void AddWord(ReadOnlySpan<int> pieces, long count)
    {
        if (pieces.Length < 2) return;
        if (_piecesUsed > Array.MaxLength - pieces.Length) throw new InvalidOperationException("The distinct words are longer than 2 billion characters together.");
        if (_piecesUsed + pieces.Length > _pieces.Length)
            Array.Resize(ref _pieces, (int)Math.Min(Array.MaxLength, Math.Max(_pieces.Length * 2L, _piecesUsed + pieces.Length)));
        pieces.CopyTo(_pieces.AsSpan(_piecesUsed));
        for (var i = 1; i < pieces.Length; i++) Note(pieces[i - 1], pieces[i], count, _words.Count);
        _words.Add((_piecesUsed, pieces.Length, count));
        _piecesUsed += pieces.Length;
    }

    /// <summary>Joins pairs until it is told to stop, or no pair is frequent enough.</summary>
    /// <param name="minFrequency">A pair seen less often is not joined.</param>
    /// <param name="join">Given left and right piece, returns the id of the joined piece, or a negative number to leave this pair apart for ever.</param>
    /// <param name="isDone">Asked before each join.</param>
    /// <param name="cancellationToken">Asked before each join.</param>
    public void Join(long minFrequency, Func<int, int, int> join, Func<bool> isDone, CancellationToken cancellationToken)
    {
        foreach (var (pair, state) in _pairs) _heap.Push(state.Count, pair);
        while (!isDone() && _heap.TryPop(out var count, out var pair))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!_pairs.TryGetValue(pair, out var state)) continue;
            if (state.Count != count)
            {
                if (state.Count > 0) _heap.Push(state.Count, pair);
                continue;
            }
            if (count < minFrequency) break;
            _pairs.Remove(pair);

            var (left, right) = ((int)(pair >> 32), (int)(uint)pair);
            if (join(left, right) is not (>= 0 and var joined)) continue;
            _grown.Clear();
            foreach (var word in state.Words) JoinIn(word, left, right, joined);
            foreach (var grown in _grown)
            {
                if (_pairs.TryGetValue(grown, out var grownState) && grownState.Count > 0) _heap.Push(grownState.Count, grown);
            }
        }
    }

    private void JoinIn(int index, int left, int right, int joined)
    {
        ref var word = ref CollectionsMarshal.AsSpan(_words)[index];
        var pieces = _pieces.AsSpan(word.Start, word.Length);
        var length = 0;
        for (var i = 0; i < pieces.Length; i++)
        {
            if (pieces[i] != left || i + 1 == pieces.Length || pieces[i + 1] != right)
            {
                pieces[length++] = pieces[i];
                continue;
            }
            if (length > 0)
            {
                Forget(pieces[length - 1], left, word.Count);
                _grown.Add(Note(pieces[length - 1], joined, word.Count, index));
            }
            if (i + 2 < pieces.Length)
            {
                Forget(right, pieces[i + 2], word.Count);
                _grown.Add(Note(joined, pieces[i + 2], word.Count, index));
            }
            pieces[length++] = joined;
            i++;
        }
        word.Length = length;
    }

    private ulong Note(int left, int right, long count, int word)
    {
        var pair = Key(left, right);
        ref var state = ref CollectionsMarshal.GetValueRefOrAddDefault(_pairs, pair, out _);
        state ??= new Pair();
        state.Count += count;
        if (state.Words is not [.., var last] || last != word) state.Words.Add(word);
        return pair;
    }

    private void Forget(int left, int right, long count)
    {
        if (_pairs.TryGetValue(Key(left, right), out var state)) state.Count -= count;
    }

    private static ulong Key(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;
}

/// <summary>Pairs by falling count, then by rising id.</summary>
internal sealed class PairHeap
{
    private (long Count, ulong Pair)[] _items = new (long, ulong)[1 << 10];
    private int _length;

    public void Push(long count, ulong pair)
    {
        if (_length == _items.Length) Array.Resize(ref _items, _length * 2);
        var at = _length++;
        while (at > 0 && IsFirst(count, pair, _items[(at - 1) / 2]))
        {
            _items[at] = _items[(at - 1) / 2];
            at = (at - 1) / 2;
        }
        _items[at] = (count, pair);
    }

    public bool TryPop(out long count, out ulong pair)
    {
        (count, pair) = _items[0];
        if (_length == 0) return false;
        var (lastCount, lastPair) = _items[--_length];
        var at = 0;
        for (int child; (child = 2 * at + 1) < _length; at = child)
        {
            if (child + 1 < _length && IsFirst(_items[child + 1].Count, _items[child + 1].Pair, _items[child])) child++;
            if (!IsFirst(_items[child].Count, _items[child].Pair, (lastCount, lastPair))) break;
            _items[at] = _items[child];
        }
        _items[at] = (lastCount, lastPair);
        return true;
    }

    private static bool IsFirst(long count, ulong pair, (long Count, ulong Pair) other)
        => count != other.Count ? count > other.Count : pair < other.Pair;
}
