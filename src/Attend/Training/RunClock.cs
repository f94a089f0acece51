using System.Diagnostics;

namespace Attend.Training;

/// <summary>Wall time of a run over its interruptions, speed over the last updates, and when the next checkpoint is due.</summary>
internal sealed class RunClock(double secondsBefore)
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _lastUpdate = Stopwatch.GetTimestamp();
    private long _lastCheckpoint = Stopwatch.GetTimestamp();

    public double Seconds => secondsBefore + Stopwatch.GetElapsedTime(_start).TotalSeconds;

    public double ExamplesPerSecond { get; private set; }

    public double TokensPerSecond { get; private set; }

    /// <summary>Counts an update that has just been made.</summary>
    public void Count(long examples, long tokens)
    {
        var seconds = Stopwatch.GetElapsedTime(_lastUpdate).TotalSeconds;
        _lastUpdate = Stopwatch.GetTimestamp();
        var isFirst = ExamplesPerSecond == 0;
        ExamplesPerSecond = isFirst ? examples / seconds : 0.9 * ExamplesPerSecond + 0.1 * examples / seconds;
        TokensPerSecond = isFirst ? tokens / seconds : 0.9 * TokensPerSecond + 0.1 * tokens / seconds;
    }

    /// <summary>Leaves the time since the last update out of the speed: it went into something else.</summary>
    public void Skip() => _lastUpdate = Stopwatch.GetTimestamp();

    public bool CheckpointDue(double interval)
    {
        if (Stopwatch.GetElapsedTime(_lastCheckpoint).TotalSeconds < interval) return false;
        _lastCheckpoint = Stopwatch.GetTimestamp();
        return true;
    }
}
