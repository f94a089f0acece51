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
    private readonly int _maxBatchTokens;
    private readonly ulong _seed;

    /// <summary>Creates a plan.</summary>
    /// <param name="lengths">Length of each example in tokens.</param>
    /// <param name="options">Batch size, token budget and seed.</param>
    public BatchPlan(int[] lengths, TrainOptions options)
    {
        (_lengths, _batchSize, _maxBatchTokens, _seed) = (lengths, options.BatchSize, options.MaxBatchTokens, options.Seed);
    }

    /// <summary>Updates in one epoch.</summary>
    public int UpdatesPerEpoch => (_lengths.Length + _batchSize - 1) / _batchSize;

    /// <summary>The updates of an epoch, each a list of pieces, each a list of example indices.</summary>
    public IReadOnlyList<IReadOnlyList<int[]>> Epoch(int epoch)
    {
        var random = new DeterministicRandom(Seeds.Derive(_seed, (ulong)epoch));
        var order = Enumerable.Range(0, _lengths.Length).ToArray();
        random.Shuffle(order.AsSpan());
        var batches = order.Chunk(_batchSize * PoolBatches).SelectMany(pool => SortedByLength(pool).Chunk(_batchSize)).ToArray();
        random.Shuffle(batches.AsSpan());
        return [.. batches.Select(batch => CutByBudget(batch, _lengths, _maxBatchTokens))];
    }

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

    private int[] SortedByLength(int[] pool)
    {
        var sorted = (int[])pool.Clone();
        Array.Sort(sorted, (left, right) => _lengths[left] != _lengths[right] ? _lengths[left].CompareTo(_lengths[right]) : left.CompareTo(right));
        return sorted;
    }
}
