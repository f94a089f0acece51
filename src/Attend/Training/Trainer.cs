using System.Diagnostics;
using Attend.Layers;
using Attend.Tasks;
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
        var plan = new BatchPlan([.. train.Select(_task.TokenCount)], _options);
        var updateCount = (long)plan.UpdatesPerEpoch * _options.Epochs;
        var schedule = new LearningRateSchedule(_options.Schedule, _options.LearningRate, updateCount, _options.WarmupFraction);
        using var optimizer = new AdamW(_task, _options.WeightDecay);
        var state = _run?.Restore(_task, optimizer) ?? new TrainState();
        var clock = new RunClock(state.Seconds);

        while (!state.Finished)
        {
            _task.train();
            foreach (var (update, batches) in Updates(train, plan, state))
            {
                var record = Step(batches, optimizer, schedule, state, () => Name(train, plan, state.Epoch, update));
                state = state with
                {
                    Update = state.Update + 1,
                    UpdateInEpoch = update + 1,
                    EpochLossSum = state.EpochLossSum + record.Loss * batches.Sum(batch => batch.LossCount),
                    EpochLossCount = state.EpochLossCount + batches.Sum(batch => batch.LossCount),
                    Seconds = clock.Seconds,
                };
                _run?.Log(record);
                progress?.Report(new("training", state.Update, updateCount, state.Epoch + 1, record.Loss, clock.Rate(batches.Sum(batch => batch.ExampleCount))));
                if (cancel.IsCancellationRequested || clock.CheckpointDue(_options.CheckpointSeconds)) _run?.Save(_task, optimizer, state);
                cancel.ThrowIfCancellationRequested();
            }
            try
            {
                state = EndEpoch(state, dev, clock, (phase, done) =>
                    progress?.Report(new(phase, state.Update, updateCount, state.Epoch + 1, state.EpochLossSum / state.EpochLossCount, clock.LastRate) { EpochDone = done }), cancel);
            }
            catch (OperationCanceledException)
            {
                _run?.Save(_task, optimizer, state);
                throw;
            }
            _run?.Save(_task, optimizer, state);
            clock.CheckpointDue(0);
        }
        return state;
    }

    /// <summary>Judges the task on examples, in eval mode.</summary>
    /// <returns>Mean loss in nats, and the task's metrics; nothing of the size of the data is kept.</returns>
    public (double Loss, IReadOnlyDictionary<string, double> Metrics) Evaluate(IReadOnlyList<TExample> examples, CancellationToken cancel = default)
    {
        var metric = _task.CreateMetric();
        var (lossSum, lossCount) = (0.0, 0.0);
        foreach (var (batch, indices, output) in Inference.Run(_task, examples, _options.MaxBatchTokens, cancel))
        {
            lossSum += output.LossSum!.item<float>();
            lossCount += batch.LossCount;
            var answers = _task.Answer(output);
            for (var i = 0; i < indices.Length; i++) metric.Add(answers[i], _task.Expected(examples[indices[i]]));
        }
        return (lossSum / lossCount, metric.Result());
    }

    private IEnumerable<(int Update, TBatch[] Batches)> Updates(IReadOnlyList<TExample> train, BatchPlan plan, TrainState state) =>
        Prefetch.Ahead(plan.Epoch(state.Epoch)
            .Select((pieces, update) => (update, pieces))
            .Skip(state.UpdateInEpoch)
            .Select(entry => (entry.update, entry.pieces.Select(piece => _task.Collate([.. piece.Select(index => train[index])])).ToArray())));

    // One update: forward and backward over its pieces, clip, step. Owns the dispose scope of everything in between.
    private UpdateRecord Step(TBatch[] batches, AdamW optimizer, LearningRateSchedule schedule, TrainState state, Func<string> name)
    {
        using var scope = NewDisposeScope();
        Dropout.Seed(Seeds.Derive(_options.Seed, (ulong)state.Update));
        if (_task.Device.type != TorchSharp.DeviceType.CPU) random.manual_seed((long)(Seeds.Derive(_options.Seed, (ulong)state.Update) >> 1));
        optimizer.ZeroGradients();
        var lossCount = batches.Sum(batch => batch.LossCount);
        var lossSum = 0.0;
        foreach (var batch in batches)
        {
            using var piece = NewDisposeScope();
            var loss = _task.call(batch).LossSum!;
            lossSum += loss.item<float>();
            if (!double.IsFinite(lossSum)) throw new NonFiniteLossException($"the loss is {lossSum} at update {state.Update + 1}, examples {name()}; nothing was updated. A lower learning rate may help.");
            (loss / lossCount).backward();
        }
        var norm = optimizer.GradientNorm();
        if (!double.IsFinite(norm)) throw new NonFiniteLossException($"the gradient's norm is {norm} at update {state.Update + 1}, examples {name()}; nothing was updated. A lower learning rate may help.");
        var rate = schedule.At(state.Update);
        optimizer.Step(rate, _options.MaxGradientNorm > 0 && norm > _options.MaxGradientNorm ? norm / _options.MaxGradientNorm : 1);
        return new UpdateRecord(state.Update + 1, state.Epoch + 1, lossSum / lossCount, rate, norm);
    }

    private TrainState EndEpoch(TrainState state, IReadOnlyList<TExample> dev, RunClock clock, Action<string, EpochRecord?> report, CancellationToken cancel)
    {
        report("evaluating", null);
        var (devLoss, metrics) = dev.Count == 0 ? (double.NaN, new Dictionary<string, double>()) : Evaluate(dev, cancel);
        var record = new EpochRecord(state.Epoch + 1, state.Update, state.EpochLossSum / state.EpochLossCount, devLoss, metrics, clock.Seconds);
        report("evaluating", record);

        double? value = dev.Count == 0 ? null : metrics[_task.PrimaryMetric];
        var better = value is null || state.BestMetric is null || value > state.BestMetric;
        if (better) _saveBest?.Invoke();
        var bestEpoch = better ? record.Epoch : state.BestEpoch;
        return state with
        {
            Epoch = state.Epoch + 1,
            UpdateInEpoch = 0,
            EpochLossSum = 0,
            EpochLossCount = 0,
            BestMetric = better ? value : state.BestMetric,
            BestEpoch = bestEpoch,
            Seconds = clock.Seconds,
            History = [.. state.History, record],
            Finished = record.Epoch == _options.Epochs || (_options.Patience > 0 && record.Epoch - bestEpoch >= _options.Patience),
        };
    }

    private string Name(IReadOnlyList<TExample> train, BatchPlan plan, int epoch, int update)
    {
        var indices = plan.Epoch(epoch)[update].SelectMany(piece => piece).ToArray();
        return string.Join(", ", indices.Take(8).Select(index => _task.Describe(train[index]))) + (indices.Length > 8 ? $" and {indices.Length - 8} more" : "");
    }

    // Wall time of a run over its interruptions, speed over the last updates, and when the next checkpoint is due.
    private sealed class RunClock(double secondsBefore)
    {
        private readonly long _start = Stopwatch.GetTimestamp();
        private long _lastUpdate = Stopwatch.GetTimestamp();
        private long _lastCheckpoint = Stopwatch.GetTimestamp();

        public double Seconds => secondsBefore + Stopwatch.GetElapsedTime(_start).TotalSeconds;

        public double LastRate { get; private set; }

        public double Rate(int examples)
        {
            var rate = examples / Stopwatch.GetElapsedTime(_lastUpdate).TotalSeconds;
            _lastUpdate = Stopwatch.GetTimestamp();
            return LastRate = LastRate == 0 ? rate : 0.9 * LastRate + 0.1 * rate;
        }

        public bool CheckpointDue(double interval)
        {
            if (Stopwatch.GetElapsedTime(_lastCheckpoint).TotalSeconds < interval) return false;
            _lastCheckpoint = Stopwatch.GetTimestamp();
            return true;
        }
    }
}
