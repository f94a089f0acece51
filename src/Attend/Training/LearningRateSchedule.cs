namespace Attend.Training;

/// <summary>The learning rate of each update: a straight rise, then the chosen fall.</summary>
public sealed class LearningRateSchedule(ScheduleKind kind, double peak, long updateCount, double warmupFraction)
{
    private readonly long _warmup = (long)Math.Round(updateCount * warmupFraction);

    /// <summary>The learning rate of an update.</summary>
    /// <param name="update">Counted from 0.</param>
    /// <returns>In [0, peak].</returns>
    public double At(long update)
    {
        if (update < _warmup) return peak * (update + 1) / (_warmup + 1);
        var progress = updateCount == _warmup ? 1 : Math.Min(1, (double)(update - _warmup) / (updateCount - _warmup));
        return kind switch
        {
            ScheduleKind.Linear => peak * (1 - progress),
            ScheduleKind.Cosine => peak * 0.5 * (1 + Math.Cos(Math.PI * progress)),
            _ => peak,
        };
    }
}
