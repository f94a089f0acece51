namespace Attend.Text.Data;

/// <summary>Examples held in memory, in a new order every epoch or always in the order given.</summary>
/// <typeparam name="TExample">One example.</typeparam>
/// <param name="examples">The examples; read, not copied, so they must not change.</param>
/// <param name="shuffleSeed">Each epoch's order follows from this and the epoch's number alone; null keeps the order given.</param>
public sealed class ListDataset<TExample>(IReadOnlyList<TExample> examples, ulong? shuffleSeed = null) : IDataset<TExample>
{
    /// <inheritdoc/>
    public long? Count => examples.Count;

    /// <inheritdoc/>
    public IEnumerable<TExample> Epoch(int epoch, int shard = 0, int shardCount = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(shardCount);
        ArgumentOutOfRangeException.ThrowIfNegative(shard);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(shard, shardCount);
        return Shard(Order(epoch), shard, shardCount);
    }

    private IEnumerable<TExample> Shard(int[] order, int shard, int shardCount)
    {
        for (long i = shard; i < order.Length; i += shardCount) yield return examples[order[i]];
    }

    private int[] Order(int epoch)
    {
        int[] order = [.. Enumerable.Range(0, examples.Count)];
        // Through the mixer, so that neighbouring seeds and epochs have nothing in common.
        if (shuffleSeed is { } seed) new DeterministicRandom(seed ^ new DeterministicRandom((ulong)epoch).NextUInt64()).Shuffle(order.AsSpan());
        return order;
    }
}
