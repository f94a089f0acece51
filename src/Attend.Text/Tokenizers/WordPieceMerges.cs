using System.Runtime.InteropServices;
using System.Text;

namespace Attend.Text.Tokenizers;

/// <summary>Counted words as sequences of pieces, whose most frequent neighbours are joined again and again.</summary>
/// <remarks>
/// Pair counts are kept up to date as words change, and a heap holds each pair at a count it once had: an entry whose count has
/// since fallen goes back into the heap with its new one when it comes to the top.
/// </remarks>
internal sealed class WordPieceMerges
{
    private readonly List<string> _pieces = [];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly List<(int[] Pieces, long Count)> _words = [];
    private readonly Dictionary<(int Left, int Right), Pair> _pairs = [];
    private readonly PriorityQueue<(int Left, int Right), (long Count, string Left, string Right)> _heap = new(MostFrequentFirst);

    private static readonly Comparer<(long Count, string Left, string Right)> MostFrequentFirst = Comparer<(long Count, string Left, string Right)>.Create((a, b) =>
    {
        var order = b.Count.CompareTo(a.Count);
        if (order == 0) order = string.CompareOrdinal(a.Left, b.Left);
        return order != 0 ? order : string.CompareOrdinal(a.Right, b.Right);
    });

    /// <summary>A pair of neighbouring pieces.</summary>
    private sealed class Pair
    {
        public long Count;

        /// <summary>Words that held the pair when they were noted; some may since have lost it, or be noted twice.</summary>
        public readonly List<int> Words = [];
    }

    /// <param name="characters">Characters that may begin a word.</param>
    /// <param name="continuations">Characters that may continue one.</param>
    public WordPieceMerges(IEnumerable<Rune> characters, IEnumerable<Rune> continuations)
    {
        foreach (var rune in characters) IdOf(rune.ToString());
        foreach (var rune in continuations) IdOf(WordPieceVocabulary.Continuation + rune);
    }

    /// <summary>All pieces in the order they were made.</summary>
    public IReadOnlyList<string> Pieces => _pieces;

    /// <summary>Adds a word all of whose characters are known.</summary>
    public void AddWord(string word, long count)
    {
        var pieces = new List<int>(word.Length);
        foreach (var rune in word.EnumerateRunes())
            pieces.Add(_ids[pieces.Count == 0 ? rune.ToString() : WordPieceVocabulary.Continuation + rune]);
        for (var i = 1; i < pieces.Count; i++) Note((pieces[i - 1], pieces[i]), count, _words.Count);
        _words.Add(([.. pieces], count));
    }

    /// <summary>Joins pairs until there are so many pieces, or no pair is frequent enough.</summary>
    public void Join(int pieceCount, long minFrequency, CancellationToken cancellationToken)
    {
        foreach (var (pair, state) in _pairs) Push(pair, state.Count);
        var changed = new HashSet<(int, int)>();
        while (_pieces.Count < pieceCount && _heap.TryDequeue(out var pair, out var top))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!_pairs.TryGetValue(pair, out var state)) continue;
            if (state.Count != top.Count)
            {
                Push(pair, state.Count);
                continue;
            }
            if (state.Count < minFrequency) break;

            var joined = IdOf(_pieces[pair.Left] + _pieces[pair.Right][WordPieceVocabulary.Continuation.Length..]);
            _pairs.Remove(pair);
            changed.Clear();
            foreach (var word in state.Words) JoinIn(word, pair, joined, changed);
            foreach (var grown in changed)
            {
                if (_pairs.TryGetValue(grown, out var grownState)) Push(grown, grownState.Count);
            }
        }
    }

    private void Push((int Left, int Right) pair, long count)
    {
        if (count > 0) _heap.Enqueue(pair, (count, _pieces[pair.Left], _pieces[pair.Right]));
    }

    private void JoinIn(int word, (int Left, int Right) pair, int joined, HashSet<(int, int)> changed)
    {
        var (pieces, count) = _words[word];
        var length = 0;
        for (var i = 0; i < pieces.Length; i++)
        {
            if (pieces[i] != pair.Left || i + 1 == pieces.Length || pieces[i + 1] != pair.Right)
            {
                pieces[length++] = pieces[i];
                continue;
            }
            if (length > 0)
            {
                Forget((pieces[length - 1], pair.Left), count);
                Note((pieces[length - 1], joined), count, word);
                changed.Add((pieces[length - 1], joined));
            }
            if (i + 2 < pieces.Length)
            {
                Forget((pair.Right, pieces[i + 2]), count);
                Note((joined, pieces[i + 2]), count, word);
                changed.Add((joined, pieces[i + 2]));
            }
            pieces[length++] = joined;
            i++;
        }
        if (length < pieces.Length) _words[word] = (pieces[..length], count);
    }

    private void Note((int, int) pair, long count, int word)
    {
        ref var state = ref CollectionsMarshal.GetValueRefOrAddDefault(_pairs, pair, out _);
        state ??= new Pair();
        state.Count += count;
        state.Words.Add(word);
    }

    private void Forget((int, int) pair, long count)
    {
        if (_pairs.TryGetValue(pair, out var state)) state.Count -= count;
    }

    private int IdOf(string piece)
    {
        if (_ids.TryGetValue(piece, out var id)) return id;
        _ids.Add(piece, _pieces.Count);
        _pieces.Add(piece);
        return _pieces.Count - 1;
    }
}
