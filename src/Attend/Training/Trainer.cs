using Attend.Layers;
using Attend.Runtime;
using Attend.Tasks;
using Attend.Text.Metrics;
using static TorchSharp.torch;

namespace Attend.Training;

/// <summary>Fits a task to examples. Knows nothing of models: it sees batches, loss sums and parameters.</summary>
/// <remarks>
/// The loss is a sum and a count: gradients of the pieces of an update are added up, normalised by the count of the whole update,
/// so the cut into pieces changes nothing. Every random number of an update comes from (seed, update).
/// </remarks>
public sealed class Trainer<TExample, TBatch, TAnswer> where TBatch : Batch
{
    private readonly LearningTask<TExample, TBatch, TAnswer> _task;
    private readonly TrainOptions _options;
    private readonly RunFolder? _run;
    private readonly Action? _saveBest;

    /// <summary>Creates a trainer.</summary>
    /// <param name="task">What is learned.</param>
    /// <param name="options">How.</param>
    /// <param name="run">Where checkpoints and the log go; null = nowhere.</param>
    /// <param name="saveBest">Called whenever the model is the best so far.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public Trainer(LearningTask<TExample, TBatch, TAnswer> task, TrainOptions options, RunFolder? run = null, Action? saveBest = null)
    {
        options.Validate();
        (_task, _options, _run, _saveBest) = (task, options, run, saveBest);
    }

    /// <summary>Trains to the end, from the run's last checkpoint if it has one.</summary>
    /// <param name="train">At least one example.</param>
    /// <param name="dev">Judges the model after each epoch; may be empty, then the last model counts as best.</param>
    /// <param name="progress">Told after each update.</param>
    /// <param name="cancel">Stops after the current update; a checkpoint is written first.</param>
    /// <exception cref="NonFiniteLossException">A loss or gradient is not finite; the batch is named, the update was not made.</exception>
    /// <exception cref="OperationCanceledException">Stopped by <paramref name="cancel"/>.</exception>
    public TrainState Fit(IReadOnlyList<TExample> train, IReadOnlyList<TExample> dev, IProgress<TrainProgress>? progress = null, CancellationToken cancel = default)
    {
        if (train.Count == 0) throw new ArgumentException("there is nothing to train on", nameof(train));
        return Fit(new ListSource<TExample, TBatch, TAnswer>(_task, train, _options), dev, progress, cancel);
    }

    /// <summary>Trains on batches from anywhere.</summary>
    /// <inheritdoc cref="Fit(IReadOnlyList{TExample}, IReadOnlyList{TExample}, IProgress{TrainProgress}, CancellationToken)"/>
    public TrainState Fit(UpdateSource<TBatch> train, IReadOnlyList<TExample> dev, IProgress<TrainProgress>? progress = null, CancellationToken cancel = default)
    {
        var budget = new RunBudget(_options, train.BatchesIn(_options.Epochs));
        using var optimizer = new AdamW(_task, _options.WeightDecay, _options.SecondMomentDecay);
        var state = _run?.Restore(_task, optimizer) ?? new TrainState();
        var clock = new RunClock(state.Seconds);
        void Report(string phase, UpdateRecord? record, EpochRecord? done) => progress?.Report(
            new(phase, state.Update, budget.UpdateCount(state, clock.Seconds), state.Epoch + 1, record?.Loss ?? state.EpochLossSum / state.EpochLossCount, clock.ExamplesPerSecond)
            {
                Share = budget.Share(state, clock.Seconds),
                TokensPerSecond = clock.TokensPerSecond,
                Record = record,
                EpochDone = done,
            });
        void Judge()
        {
            try
            {
                state = Judged(state, dev, budget, clock, (phase, done) => Report(phase, null, done), cancel);
            }
            catch (OperationCanceledException)
            {
                _run?.Save(_task, optimizer, state);
                throw;
            }
            _run?.Save(_task, optimizer, state);
            clock.CheckpointDue(0);
            clock.Skip();
            _task.train();
        }

        _task.train();
        if (state.Update > 0 && budget.IsEvaluationDue(state, clock.Seconds)) Judge(); // the run was stopped in the middle of one
        while (!state.Finished)
        {
            using var batches = Prefetch.Ahead(train.Epoch(state.Epoch, state.UpdateInEpoch)).GetEnumerator();
            while (!state.Finished && Take(batches, budget.BatchesPerUpdate(state, clock.Seconds)) is { Count: > 0 } taken)
            {
                TBatch[] pieces = [.. taken.SelectMany(batch => batch)];
                var record = Step(pieces, optimizer, budget.Schedule.At(budget.Position(state, clock.Seconds)), state, () => train.Describe(state.Epoch, state.UpdateInEpoch));
                var (lossCount, tokens) = (pieces.Sum(batch => batch.LossCount), pieces.Sum(batch => batch.TokenCount));
                state = state with
                {
                    Update = state.Update + 1,
                    UpdateInEpoch = state.UpdateInEpoch + taken.Count,
                    TokenCount = state.TokenCount + tokens,
                    EpochLossSum = state.EpochLossSum + record.Loss * lossCount,
                    EpochLossCount = state.EpochLossCount + lossCount,
                    Seconds = clock.Seconds,
                };
                clock.Count(pieces.Sum(batch => batch.ExampleCount), tokens);
                FreedMemory.OfProcess.Look();
                _run?.Log(record);
                Report("training", record, null);
                if (budget.IsEvaluationDue(state, clock.Seconds)) Judge();
                else if (cancel.IsCancellationRequested || clock.CheckpointDue(_options.CheckpointSeconds)) _run?.Save(_task, optimizer, state);
                cancel.ThrowIfCancellationRequested();
            }
            if (budget.IsByEpoch && !state.Finished) Judge();
            else if (!state.Finished) state = state with { Epoch = state.Epoch + 1, UpdateInEpoch = 0 };
        }
        return state;
    }

    /// <summary>Judges the task on examples, in eval mode.</summary>
    /// <returns>Mean loss in nats, NaN where it would depend on the cut into batches, and the task's metrics; nothing of the size of the data is kept.</returns>
    public (double Loss, IReadOnlyDictionary<string, double> Metrics) Evaluate(IReadOnlyList<TExample> examples, CancellationToken cancel = default)
    {
        var (loss, metrics, _) = Judge(examples, cancel);
        return (loss, metrics);
    }

    // The interval is that of the metric that decides.
    private (double Loss, IReadOnlyDictionary<string, double> Metrics, BootstrapInterval? Interval) Judge(IReadOnlyList<TExample> examples, CancellationToken cancel)
    {
        var metric = _task.CreateMetric();
        if (metric is ISummedMetric<TAnswer> summed) metric = new BootstrapMetric<TAnswer>(summed);
        var (lossSum, lossCount) = (0.0, 0.0);
        foreach (var (batch, indices, output) in Inference.Run(_task, examples, _options.MaxBatchTokens, cancel))
        {
            lossSum += output.LossSum?.item<float>() ?? double.NaN;
            lossCount += batch.LossCount;
            var answers = _task.Answer(output);
            for (var i = 0; i < indices.Length; i++) metric.Add(answers[i], _task.Expected(examples[indices[i]]));
        }
        return (lossSum / lossCount, metric.Result(), (metric as IResampledMetric<TAnswer>)?.Intervals().GetValueOrDefault(_task.PrimaryMetric));
    }

    // The next batches of an epoch; fewer at its end.
    private static List<TBatch[]> Take(IEnumerator<TBatch[]> batches, int count)
    {
        var taken = new List<TBatch[]>(count);
        while (taken.Count < count && batches.MoveNext()) taken.Add(batches.Current);
        return taken;
    }

    // One update: forward and backward over its pieces, clip, step. Owns the dispose scope of everything in between.
    private UpdateRecord Step(TBatch[] batches, AdamW optimizer, double rate, TrainState state, Func<string> name)
    {
        using var scope = NewDisposeScope();
        Dropout.Seed(Seeds.Derive(_options.Seed, (ulong)state.Update));
        if (_task.Device.type != TorchSharp.DeviceType.CPU) random.manual_seed((long)(Seeds.Derive(_options.Seed, (ulong)state.Update) >> 1));
        optimizer.ZeroGradients();
        var lossCount = batches.Sum(batch => batch.LossCount);
        var lossSum = 0.0;
        var figures = new Dictionary<string, (double Sum, double Count)>();
        using var rounded = _task.KeepRounded();
        _task.Prepare(batches, Seeds.Derive(_options.Seed, (ulong)state.Update));
        foreach (var batch in batches)
        {
            using var piece = NewDisposeScope();
            var output = _task.call(batch);
            var loss = output.LossSum!;
            lossSum += loss.item<float>();
            if (!double.IsFinite(lossSum)) throw new NonFiniteLossException($"the loss is {lossSum} at update {state.Update + 1}, examples {name()}; nothing was updated. A lower learning rate may help.");
            foreach (var figure in output.Figures)
            {
                var (sum, count) = figures.GetValueOrDefault(figure.Name);
                figures[figure.Name] = (sum + figure.Sum.item<float>(), count + figure.Count);
            }
            (loss / lossCount).backward();
        }
        var norm = optimizer.GradientNorm();
        if (!double.IsFinite(norm)) throw new NonFiniteLossException($"the gradient's norm is {norm} at update {state.Update + 1}, examples {name()}; nothing was updated. A lower learning rate may help.");
        optimizer.Step(rate, _options.MaxGradientNorm > 0 && norm > _options.MaxGradientNorm ? norm / _options.MaxGradientNorm : 1);
        return new UpdateRecord(state.Update + 1, state.Epoch + 1, lossSum / lossCount, rate, norm)
        {
            Figures = figures.Count == 0 ? null : figures.Where(figure => figure.Value.Count > 0).ToDictionary(figure => figure.Key, figure => figure.Value.Sum / figure.Value.Count),
        };
    }

    // The state after an epoch, or a stretch of a run with a budget, and its evaluation.
    private TrainState Judged(TrainState state, IReadOnlyList<TExample> dev, RunBudget budget, RunClock clock, Action<string, EpochRecord?> report, CancellationToken cancel)
    {
        report("evaluating", null);
        var spent = budget.IsByEpoch ? state.Epoch + 1 == _options.Epochs : budget.IsSpent(state, clock.Seconds);
        var (devLoss, metrics, interval) = dev.Count == 0 ? (double.NaN, new Dictionary<string, double>(), null) : Judge(dev, cancel);
        var record = new EpochRecord(state.History.Count + 1, state.Update, state.EpochLossSum / state.EpochLossCount, devLoss, metrics, clock.Seconds) { Interval = interval };
        report("evaluating", record);

        // A metric that is not defined for these answers (all alike, say) is no better than any.
        double? value = metrics.TryGetValue(_task.PrimaryMetric, out var measured) ? measured : null;
        var better = dev.Count == 0 || state.BestMetric is null || value > state.BestMetric;
        if (better) _saveBest?.Invoke();
        var isLast = spent || IsTired(record.Epoch, better ? record.Epoch : state.BestEpoch);
        if (_options.AverageLast > 0)
        {
            _run?.KeepWeights(_task, record.Epoch, _options.AverageLast);
            if (isLast && JudgeAverage(dev, better ? value : state.BestMetric, cancel) is { } averaged)
            {
                (value, better) = (averaged.Metrics.TryGetValue(_task.PrimaryMetric, out var average) ? average : null, true);
                record = record with { DevMetrics = averaged.Metrics.Append(new("averaged", _options.AverageLast)).ToDictionary(), Interval = averaged.Interval };
            }
        }
        var bestEpoch = better ? record.Epoch : state.BestEpoch;
        return state with
        {
            Epoch = budget.IsByEpoch ? state.Epoch + 1 : state.Epoch,
            UpdateInEpoch = budget.IsByEpoch ? 0 : state.UpdateInEpoch,
            EpochLossSum = 0,
            EpochLossCount = 0,
            BestMetric = better ? value : state.BestMetric,
            BestEpoch = bestEpoch,
            Seconds = clock.Seconds,
            JudgedAt = budget.Position(state, clock.Seconds),
            History = [.. state.History, record],
            Finished = isLast,
        };
    }

    private bool IsTired(int epoch, int bestEpoch) => _options.Patience > 0 && epoch - bestEpoch >= _options.Patience;

    // The metrics of the mean of the kept weights, if it is the best so far; then it is saved. The task's own weights come back.
    private (IReadOnlyDictionary<string, double> Metrics, BootstrapInterval? Interval)? JudgeAverage(IReadOnlyList<TExample> dev, double? best, CancellationToken cancel)
    {
        if (_run is null || dev.Count == 0) return null;
        using var own = _run.SwapForAverage(_task);
        if (own is null) return null;
        var (_, metrics, interval) = Judge(dev, cancel);
        if (best is not null && !(metrics.TryGetValue(_task.PrimaryMetric, out var value) && value > best)) return null;
        _saveBest?.Invoke();
        return (metrics, interval);
    }
}
