namespace Attend.Training;

/// <summary>How far a run has come, in the measure of its budget: updates, tokens or milliseconds; or epochs, where it has none.</summary>
internal sealed class RunBudget
{
    private readonly TrainOptions _options;
    private readonly long _length;

    public RunBudget(TrainOptions options, long? batches)
    {
        _options = options;
        IsByEpoch = options.Steps is null && options.Tokens is null && options.Minutes is null;
        if (IsByEpoch && batches is null) throw new ArgumentException("text that is streamed needs a budget: steps, tokens or minutes", nameof(options));
        _length = options.Steps ?? options.Tokens ?? (options.Minutes is { } minutes ? (long)(minutes * 60_000) : batches!.Value);
        Schedule = new LearningRateSchedule(options.Schedule, options.LearningRate, _length, options.WarmupFraction);
    }

    public bool IsByEpoch { get; }

    public LearningRateSchedule Schedule { get; }

    /// <summary>Place in the run at a state and a time spent.</summary>
    public long Position(TrainState state, double seconds) => _options.Minutes is not null ? (long)(seconds * 1000) : _options.Tokens is not null ? state.TokenCount : state.Update;

    public bool IsSpent(TrainState state, double seconds) => !IsByEpoch && Position(state, seconds) >= _length;

    public double Share(TrainState state, double seconds) => Math.Min(1, (double)Position(state, seconds) / _length);

    /// <summary>Whether the next evaluation is due; the last one is, when the budget is spent.</summary>
    public bool IsEvaluationDue(TrainState state, double seconds) =>
        !IsByEpoch && (IsSpent(state, seconds) || Stretch(Position(state, seconds)) > Stretch(state.JudgedAt));

    private long Stretch(long position) => (long)((double)position / _length * _options.Evaluations);

    /// <summary>How many batches make the next update.</summary>
    public int BatchesPerUpdate(TrainState state, double seconds) => (int)Math.Round(1 + (_options.BatchGrowth - 1) * Share(state, seconds));

    /// <summary>Updates of the whole run, as far as can be told.</summary>
    public long UpdateCount(TrainState state, double seconds) => _options.Tokens is null && _options.Minutes is null ? _length
        : Share(state, seconds) is var share and > 0 ? (long)(state.Update / share) : 0;
}
