namespace Attend.Training;

/// <summary>The learning rate of each update: a straight rise, then the chosen fall.</summary>
/// <param name="kind">Its course.</param>
/// <param name="peak">Its highest value.</param>
/// <param name="updateCount">Length of the run, in updates or in any finer measure: tokens, milliseconds.</param>
/// <param name="warmupFraction">Share of the run over which it rises.</param>
public sealed class LearningRateSchedule(ScheduleKind kind, double peak, long updateCount, double warmupFraction)
{
    // Share of the peak that one cycle begins with.
    private const double OneCycleStart = 0.04;

    // Share of the run over which a trapezoid falls.
    private const double TrapezoidFall = 0.2;
    private readonly long _warmup = (long)Math.Round(updateCount * warmupFraction);

    /// <summary>The learning rate of an update.</summary>
    /// <param name="update">Counted from 0, in the measure of the run.</param>
    /// <returns>In [0, peak].</returns>
    public double At(long update)
    {
        if (update < _warmup && kind == ScheduleKind.OneCycle) return peak * (OneCycleStart + (1 - OneCycleStart) * 0.5 * (1 - Math.Cos(Math.PI * update / _warmup)));
        if (update < _warmup) return peak * (update + 1) / (_warmup + 1);
        var progress = updateCount == _warmup ? 1 : Math.Min(1, (double)(update - _warmup) / (updateCount - _warmup));
        return kind switch
        {
            ScheduleKind.Linear => peak * (1 - progress),
            ScheduleKind.Trapezoid => peak * Math.Clamp((1 - (double)update / updateCount) / TrapezoidFall, 0, 1),
            ScheduleKind.Cosine or ScheduleKind.OneCycle => peak * 0.5 * (1 + Math.Cos(Math.PI * progress)),
            ScheduleKind.InverseSquareRoot => peak * Math.Sqrt((double)Math.Max(1, _warmup) / Math.Max(1, update)),
            _ => peak,
        };
    }
}
