using Attend.Text.Data;

namespace Attend.Training;

/// <summary>Which examples make which update: like lengths together, order drawn from the seed, pieces under a token budget.</summary>
/// <remarks>A plan depends on the lengths, the options and the epoch alone, so a resumed run finds its place in the same plan.</remarks>
public sealed class BatchPlan
{
    // Batches are cut from sorted pools of this many batches: enough to find like lengths, few enough to keep the order random.
    private const int PoolBatches = 50;

    private readonly int[] _lengths;
    private readonly int _batchSize;
    private readonly int? _batchTokens;
    private readonly int _maxBatchTokens;
    private readonly ulong _seed;

    /// <summary>Creates a plan.</summary>
    /// <param name="lengths">Length of each example in tokens.</param>
    /// <param name="options">Batch size, token budget and seed.</param>
    public BatchPlan(int[] lengths, TrainOptions options)
    {
        (_lengths, _batchSize, _batchTokens, _maxBatchTokens, _seed) = (lengths, options.BatchSize, options.BatchTokens, options.MaxBatchTokens, options.Seed);
    }

    /// <summary>Updates in an epoch; where they are measured in tokens, epochs differ a little.</summary>
    /// <param name="epoch">From 0.</param>
    public int UpdateCount(int epoch) => _batchTokens is null ? (_lengths.Length + _batchSize - 1) / _batchSize : Batches(epoch).Length;

    /// <summary>The updates of an epoch, each a list of pieces, each a list of example indices.</summary>
    public IReadOnlyList<IReadOnlyList<int[]>> Epoch(int epoch) => [.. Batches(epoch).Select(batch => CutByBudget(batch, _lengths, _maxBatchTokens))];

    /// <summary>Cuts examples, shortest first, into pieces of at most <paramref name="maxBatchTokens"/> padded tokens (one example at least).</summary>
    internal static IReadOnlyList<int[]> CutByBudget(int[] sorted, IReadOnlyList<int> lengths, int maxBatchTokens)
    {
        var pieces = new List<int[]>();
        var start = 0;
        for (var end = 1; end <= sorted.Length; end++)
        {
            if (end < sorted.Length && (long)(end - start + 1) * lengths[sorted[end]] <= maxBatchTokens) continue;
            pieces.Add(sorted[start..end]);
            start = end;
        }
        return pieces;
    }

    private int[][] Batches(int epoch)
    {
        var random = new DeterministicRandom(Seeds.Derive(_seed, (ulong)epoch));
        var order = Enumerable.Range(0, _lengths.Length).ToArray();
        random.Shuffle(order.AsSpan());
        var pools = _batchTokens is { } tokens ? Cut(order, (long)tokens * PoolBatches) : order.Chunk(_batchSize * PoolBatches);
        var batches = pools.SelectMany(pool => _batchTokens is { } tokens ? Cut(SortedByLength(pool), tokens) : SortedByLength(pool).Chunk(_batchSize)).ToArray();
        random.Shuffle(batches.AsSpan());
        return batches;
    }

    // Cuts examples, in their order, into runs of about so many tokens: a run ends where it comes nearest to them.
    private IEnumerable<int[]> Cut(int[] order, long tokens)
    {
        var (start, sum) = (0, 0L);
        for (var place = 0; place < order.Length; place++)
        {
            var length = _lengths[order[place]];
            if (place > start && sum + length - tokens > tokens - sum)
            {
                yield return order[start..place];
                (start, sum) = (place, 0);
            }
            sum += length;
        }
        yield return order[start..];
    }

    private int[] SortedByLength(int[] pool)
    {
        var sorted = (int[])pool.Clone();
        Array.Sort(sorted, (left, right) => _lengths[left] != _lengths[right] ? _lengths[left].CompareTo(_lengths[right]) : left.CompareTo(right));
        return sorted;
    }
}
