namespace Attend.Text.Vectors;

/// <summary>A text whose vector is near to a query's.</summary>
/// <param name="Row">Which of the vectors it is, from 1.</param>
/// <param name="Text">The raw text.</param>
/// <param name="Cosine">In [-1, 1]; higher is nearer.</param>
public sealed record NearText(long Row, string Text, double Cosine);

/// <summary>Finds the vectors nearest to queries: every vector is looked at, on all cores, so that the answer is exact. Of equally near ones the earlier comes first.</summary>
/// <remarks>Vectors pass by in blocks; memory grows with queries times results, not with the number of vectors.</remarks>
public sealed class CosineSearch
{
    // Rows that a core takes at a time.
    private const int Stretch = 256;

    private readonly double[][] _units;
    private readonly int _dimensions;
    private readonly int _top;
    private readonly Best[] _best;
    private long _rowCount;

    /// <summary>A search that has not looked at any vector.</summary>
    /// <param name="queries">At least one, of the same number of dimensions.</param>
    /// <param name="top">How many are to be found for each, at least 1.</param>
    /// <exception cref="ArgumentException">There is no query, or their dimensions differ.</exception>
    public CosineSearch(IReadOnlyList<float[]> queries, int top)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentOutOfRangeException.ThrowIfLessThan(top, 1);
        if (queries.Count == 0) throw new ArgumentException("Expected at least one query, found none.", nameof(queries));
        (_top, _dimensions) = (top, queries[0].Length);
        if (queries.FirstOrDefault(query => query.Length != _dimensions) is { } other) throw new ArgumentException($"The queries have {_dimensions} and {other.Length} dimensions; expected the same number.", nameof(queries));
        _units = [.. queries.Select(query => Cosine.Unit(query))];
        _best = [.. queries.Select(_ => new Best(top))];
    }

    /// <summary>Looks at further vectors.</summary>
    /// <param name="vectors">They follow those of earlier calls.</param>
    /// <exception cref="ArgumentException">A vector's number of dimensions is not that of the queries; none of these was looked at.</exception>
    public void Add(IReadOnlyList<TextVector> vectors)
    {
        ArgumentNullException.ThrowIfNull(vectors);
        if (vectors.FirstOrDefault(vector => vector.Vector.Length != _dimensions) is { } other)
            throw new ArgumentException($"A vector has {other.Vector.Length} dimensions, the queries have {_dimensions}.", nameof(vectors));
        var merging = new Lock();
        Parallel.For(0, (vectors.Count + Stretch - 1) / Stretch, () => _best.Select(_ => new Best(_top)).ToArray(), (stretch, _, best) =>
        {
            Span<double> cosines = _units.Length <= 64 ? stackalloc double[_units.Length] : new double[_units.Length];
            for (var row = stretch * Stretch; row < Math.Min(vectors.Count, (stretch + 1) * Stretch); row++)
            {
                Cosine.Of(_units, vectors[row].Vector, cosines);
                for (var query = 0; query < cosines.Length; query++) best[query].Offer(_rowCount + row + 1, vectors[row].Text, cosines[query]);
            }
            return best;
        }, best =>
        {
            lock (merging)
                for (var query = 0; query < best.Length; query++) _best[query].Take(best[query]);
        });
        _rowCount += vectors.Count;
    }

    /// <summary>The nearest to a query of the vectors so far, nearest first.</summary>
    /// <param name="query">Which of the queries, from 0.</param>
    public IReadOnlyList<NearText> Nearest(int query) => _best[query].InOrder();

    // The best of those offered; what comes of it does not depend on the order of offers.
    private sealed class Best(int top)
    {
        private readonly PriorityQueue<NearText, (double Cosine, long Row)> _found = new(WorstFirst.Order);

        public void Offer(long row, string text, double cosine)
        {
            if (_found.Count >= top && _found.TryPeek(out _, out var worst) && WorstFirst.Order.Compare((cosine, row), worst) < 0) return;
            _found.Enqueue(new NearText(row, text, cosine), (cosine, row));
            if (_found.Count > top) _found.Dequeue();
        }

        public void Take(Best other)
        {
            foreach (var (found, _) in other._found.UnorderedItems) Offer(found.Row, found.Text, found.Cosine);
        }

        public IReadOnlyList<NearText> InOrder() => [.. _found.UnorderedItems.OrderByDescending(item => item.Priority, WorstFirst.Order).Select(item => item.Element)];
    }

    private sealed class WorstFirst : IComparer<(double Cosine, long Row)>
    {
        public static readonly WorstFirst Order = new();

        public int Compare((double Cosine, long Row) x, (double Cosine, long Row) y) => x.Cosine != y.Cosine ? x.Cosine.CompareTo(y.Cosine) : y.Row.CompareTo(x.Row);
    }
}
