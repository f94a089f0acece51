using System.Runtime.InteropServices;

namespace Attend.Text.Tokenizers.Training;

/// <summary>The pieces of a unigram model while it is trained, and the ways in which they make a word.</summary>
/// <remarks>
/// Probabilities of a piece are multiplied by a constant for each of its symbols: it cancels out of every ratio, and keeps the sums over
/// a word of the longest kind within the range of a double.
/// </remarks>
internal sealed class UnigramModel
{
    /// <summary>Lowest log probability of a piece.</summary>
    public const double LowestScore = -19;

    private const double ScalePerSymbol = 9.5;

    private readonly CharTrie _trie;
    private readonly double[] _weights, _scores;

    /// <param name="symbols">Where the pieces lie.</param>
    /// <param name="pieces">All pieces, each symbol of the words among them.</param>
    /// <param name="scores">Log probability of each piece.</param>
    public UnigramModel(ushort[] symbols, IReadOnlyList<(int Start, int Length)> pieces, double[] scores)
    {
        _weights = new double[pieces.Count];
        _scores = new double[pieces.Count];
        for (var i = 0; i < pieces.Count; i++)
        {
            _scores[i] = Math.Max(scores[i], LowestScore);
            _weights[i] = Math.Exp(_scores[i] + ScalePerSymbol * pieces[i].Length);
        }
        _trie = new CharTrie(pieces.Select((piece, index) => (new string(MemoryMarshal.Cast<ushort, char>(symbols.AsSpan(piece.Start, piece.Length))), index)));
    }

    /// <summary>A piece at a place of a word.</summary>
    private struct Edge
    {
        public int From, To, Piece;
    }

    /// <summary>Looks at one word after another; one for each thread.</summary>
    public sealed class Walker(UnigramModel model)
    {
        private readonly double[] _forward = new double[LongestWord + 1], _backward = new double[LongestWord + 1];
        private readonly Edge[] _best = new Edge[LongestWord + 1];
        private readonly Edge[] _edges = new Edge[LongestWord * UnigramSeeds.LongestPiece];

        /// <summary>Adds to each piece how often it is expected in a word, in units of 1 / <paramref name="unitsPerCount"/>.</summary>
        /// <returns>Log probability of the word, by the constant per symbol too high.</returns>
        public double AddExpectations(ReadOnlySpan<ushort> word, double count, double unitsPerCount, long[] expected)
        {
            var (trie, weights, edges) = (model._trie, model._weights, _edges);
            var forward = _forward.AsSpan(0, word.Length + 1);
            var backward = _backward.AsSpan(0, word.Length + 1);
            forward.Clear();
            backward.Clear();
            forward[0] = backward[^1] = 1;
            var edgeCount = 0;
            for (var from = 0; from < word.Length; from++)
            {
                var before = forward[from];
                var node = CharTrie.Root;
                for (var to = from; to < word.Length && (node = trie.Step(node, (char)word[to])) >= 0;)
                {
                    to++;
                    if (trie.ValueAt(node) is not (>= 0 and var piece)) continue;
                    edges[edgeCount++] = new Edge { From = from, To = to, Piece = piece };
                    forward[to] += before * weights[piece];
                }
            }
            for (var i = edgeCount - 1; i >= 0; i--) backward[edges[i].From] += backward[edges[i].To] * weights[edges[i].Piece];
            var scale = count * unitsPerCount / forward[^1];
            for (var i = 0; i < edgeCount; i++)
            {
                ref var edge = ref edges[i];
                expected[edge.Piece] += (long)Math.Round(forward[edge.From] * weights[edge.Piece] * backward[edge.To] * scale);
            }
            return Math.Log(forward[^1]) - ScalePerSymbol * word.Length;
        }

        /// <summary>The most probable way to make a word, last piece first; of equal ones that whose last piece is longest.</summary>
        /// <param name="word">The word.</param>
        /// <param name="without">A piece that may not be used, or -1.</param>
        /// <param name="pieces">Receives the pieces.</param>
        /// <returns>Its log probability.</returns>
        public double FindBest(ReadOnlySpan<ushort> word, int without, List<int> pieces)
        {
            var (trie, scores, best) = (model._trie, model._scores, _best);
            var forward = _forward.AsSpan(0, word.Length + 1);
            forward.Fill(double.NegativeInfinity);
            forward[0] = 0;
            for (var from = 0; from < word.Length; from++)
            {
                var node = CharTrie.Root;
                for (var to = from; to < word.Length && (node = trie.Step(node, (char)word[to])) >= 0;)
                {
                    to++;
                    if (trie.ValueAt(node) is not (>= 0 and var piece) || piece == without) continue;
                    var score = forward[from] + scores[piece];
                    if (score <= forward[to]) continue;
                    forward[to] = score;
                    best[to] = new Edge { From = from, To = to, Piece = piece };
                }
            }
            pieces.Clear();
            for (var to = word.Length; to > 0; to = best[to].From) pieces.Add(best[to].Piece);
            return forward[^1];
        }
    }

    /// <summary>Most symbols of a word.</summary>
    public const int LongestWord = WordSplitters.LongestWord + 2;
}
