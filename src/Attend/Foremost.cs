namespace Attend;

/// <summary>The few of many that are foremost in something, in memory that does not grow with the many; of equals the first ones.</summary>
/// <param name="count">How many are kept.</param>
internal sealed class Foremost<T>(int count)
{
    private readonly PriorityQueue<T, (double Rank, long Earliness)> _kept = new();
    private long _seen;

    /// <summary>Looks at one more.</summary>
    /// <param name="rank">The higher, the further to the front.</param>
    /// <param name="describe">Makes it, where it is kept.</param>
    public void Add(double rank, Func<T> describe)
    {
        var priority = (rank, -_seen++);
        if (_kept.Count < count) _kept.Enqueue(describe(), priority);
        else if (_kept.TryPeek(out _, out var least) && priority.CompareTo(least) > 0) _kept.EnqueueDequeue(describe(), priority);
    }

    /// <summary>Those kept, foremost first.</summary>
    public IReadOnlyList<T> Sorted() => [.. _kept.UnorderedItems.OrderByDescending(item => item.Priority).Select(item => item.Element)];
}
