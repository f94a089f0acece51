namespace Attend.Text.Data;

/// <summary>Examples that can be gone through epoch by epoch, whole or in shards.</summary>
/// <typeparam name="TExample">One example, before it becomes part of a batch.</typeparam>
public interface IDataset<out TExample>
{
    /// <summary>How many examples one epoch of all shards together has, or null when only reading would tell.</summary>
    long? Count { get; }

    /// <summary>The examples of one epoch, in the order of that epoch; the same arguments give the same examples in the same order.</summary>
    /// <param name="epoch">Which epoch, from 0.</param>
    /// <param name="shard">Which part, in [0, <paramref name="shardCount"/>). The parts of an epoch do not overlap, leave nothing out and differ
    /// in length by at most one.</param>
    /// <param name="shardCount">Number of parts, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    IEnumerable<TExample> Epoch(int epoch, int shard = 0, int shardCount = 1);
}
