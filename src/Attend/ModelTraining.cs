using Attend.Checkpoints;
using Attend.Layers;
using Attend.Models;
using Attend.Runtime;
using Attend.Tasks;
using Attend.Text.Data;
using Attend.Text.Metrics;
using Attend.Text.Tokenizers;
using Attend.Training;
using static TorchSharp.torch;

namespace Attend;

/// <summary>The examples of a training run, read and checked before anything is computed.</summary>
/// <param name="Train">To learn from; at least one, unless the task brings its own <see cref="ModelTraining{TExample, TBatch, TAnswer}.CreateSource"/>.</param>
/// <param name="Dev">To judge the model by.</param>
/// <param name="TrainCard">Where the training examples came from.</param>
/// <param name="DevCard">Where the dev examples came from; null where they were split off the training data.</param>
/// <param name="Labels">Label names in index order; empty where the task has none.</param>
public record TrainingSet<TExample>(IReadOnlyList<TExample> Train, IReadOnlyList<TExample> Dev, DataCard TrainCard, DataCard? DevCard, IReadOnlyList<string> Labels);

/// <summary>A model ready to learn: a task over its parts, and what its folder says of it.</summary>
/// <param name="Task">What is learned.</param>
/// <param name="Config">Content of config.json.</param>
/// <param name="Head">What stands on the encoder.</param>
/// <param name="Tokenizer">Written into the run's folder.</param>
/// <param name="Parts">Everything that is stored as weights.</param>
public sealed record TaskModel<TExample, TBatch, TAnswer>(
    LearningTask<TExample, TBatch, TAnswer> Task, ModelConfig Config, HeadKind? Head, ITokenizer Tokenizer, IReadOnlyList<CheckpointPart> Parts) : IDisposable where TBatch : Batch
{
    /// <summary>Frees the weights.</summary>
    public void Dispose()
    {
        Task.Dispose();
        foreach (var part in Parts) part.Module.Dispose();
    }
}

/// <summary>A training run from data to a model folder that predicts: folders, resuming and the run card, the same for every task.</summary>
public abstract record ModelTraining<TExample, TBatch, TAnswer> where TBatch : Batch
{
    /// <summary>Data to learn from.</summary>
    public required string Data { get; init; }

    /// <summary>Data to judge the model by; null = <see cref="DevShare"/> of the training data is split off.</summary>
    public string? Dev { get; init; }

    /// <summary>The run's folder.</summary>
    public required string Out { get; init; }

    /// <summary>Model to start from, a folder or the name of a pulled model ("owner/name"); null = a new model.</summary>
    public string? From { get; init; }

    /// <summary>Share of the training data that is split off where no <see cref="Dev"/> is given, in (0, 1).</summary>
    public double DevShare { get; init; } = 0.1;

    /// <summary>Options of the training.</summary>
    public TrainOptions Options { get; init; } = new();

    /// <summary>"auto", "cpu", "cuda", "cuda:1" ...</summary>
    public string Device { get; init; } = "auto";

    /// <summary>Go on with the run in <see cref="Out"/>.</summary>
    public bool Resume { get; init; }

    /// <summary>Replace the run in <see cref="Out"/>.</summary>
    public bool Overwrite { get; init; }

    /// <summary>What is learned, for the run card: "text classification".</summary>
    protected abstract string TaskName { get; }

    /// <summary>How the data files are read, for the run card; a record.</summary>
    protected abstract object DataFormat { get; }

    /// <summary>Options of the task, for the run card; a record.</summary>
    protected abstract object Settings { get; }

    /// <summary>Where an input is cut, in tokens.</summary>
    protected abstract int InputLimit { get; }

    /// <summary>Reads and checks the data.</summary>
    /// <param name="notice">Told what the user should know.</param>
    protected abstract TrainingSet<TExample> ReadData(Action<string> notice);

    /// <summary>Builds the model, with the weights of <paramref name="folder"/> where it is a pre-trained one.</summary>
    /// <param name="folder">The folder to start from, or the run's own when resuming; null = a new model.</param>
    /// <param name="data">The examples.</param>
    /// <param name="device">Where the model computes.</param>
    /// <param name="notice">Told what the user should know.</param>
    /// <param name="cancel">Stops.</param>
    protected abstract TaskModel<TExample, TBatch, TAnswer> Build(ModelFolder? folder, TrainingSet<TExample> data, Device device, Action<string> notice, CancellationToken cancel);

    /// <summary>Where the batches come from; null = from the examples in memory.</summary>
    /// <param name="model">What <see cref="Build"/> gave.</param>
    /// <param name="data">The examples.</param>
    protected virtual UpdateSource<TBatch>? CreateSource(TaskModel<TExample, TBatch, TAnswer> model, TrainingSet<TExample> data) => null;

    /// <summary>Told of the progress as well, and disposed of at the end; null = nobody.</summary>
    /// <param name="run">The run's folder.</param>
    /// <param name="model">What <see cref="Build"/> gave.</param>
    protected virtual ITrainingLog? CreateLog(RunFolder run, TaskModel<TExample, TBatch, TAnswer> model) => null;

    /// <summary>Writes what the run's folder is to hold besides configuration, tokenizer and weights; called at the start.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="model">What <see cref="Build"/> gave.</param>
    protected virtual void SaveCompanions(string folder, TaskModel<TExample, TBatch, TAnswer> model)
    {
    }

    /// <summary>Called when the run has come to its end.</summary>
    /// <param name="card">The run's card.</param>
    protected virtual void Finish(RunCard card)
    {
    }

    /// <summary>The training examples that are learned from: all, unless the task leaves some out.</summary>
    /// <param name="model">What <see cref="Build"/> gave.</param>
    /// <param name="examples">The training examples.</param>
    /// <param name="notice">Told what was left out, and why.</param>
    protected virtual IReadOnlyList<TExample> Select(TaskModel<TExample, TBatch, TAnswer> model, IReadOnlyList<TExample> examples, Action<string> notice) => examples;

    /// <summary>How many of the examples the model will not read whole; 0 where the task loses nothing.</summary>
    protected virtual long CountTruncated(TaskModel<TExample, TBatch, TAnswer> model, IReadOnlyList<TExample> examples) => 0;

    /// <summary>Splits the training data where no <see cref="Dev"/> is given.</summary>
    /// <param name="examples">All examples.</param>
    /// <param name="groupOf">What examples share that must not be on both sides.</param>
    /// <param name="notice">Told of the split.</param>
    /// <exception cref="ArgumentException"><see cref="DevShare"/> is out of range.</exception>
    /// <exception cref="DataFileException">There are too few examples.</exception>
    private protected (IReadOnlyList<TExample> Train, IReadOnlyList<TExample> Dev) HoldOut<TGroup>(IReadOnlyList<TExample> examples, Func<TExample, TGroup> groupOf, Action<string> notice) where TGroup : notnull
    {
        if (!(DevShare > 0 && DevShare < 1)) throw new ArgumentException($"DevShare is {DevShare}; expected a share in (0, 1)");
        try
        {
            var (train, dev) = Split.ByGroup(examples, groupOf, DevShare, Options.Seed);
            notice($"no --dev file: {dev.Count} of {examples.Count} examples are split off to judge the model by");
            return (train, dev);
        }
        catch (ArgumentException fault)
        {
            throw new DataFileException(Data, null, fault.Message, fault);
        }
    }

    /// <summary>Trains, and leaves the best model and its run card in <see cref="Out"/>.</summary>
    /// <param name="progress">Told after each update.</param>
    /// <param name="notice">Told what the user should know: a split made, texts cut.</param>
    /// <param name="cancel">Stops after a checkpoint.</param>
    /// <returns>The run's card.</returns>
    /// <exception cref="DataFileException">A data file cannot be used; the message names file and line.</exception>
    /// <exception cref="CheckpointException">The model to start from, or the run's folder, cannot be used.</exception>
    /// <exception cref="OperationCanceledException">Stopped; the run can be resumed.</exception>
    public RunCard Run(IProgress<TrainProgress>? progress = null, Action<string>? notice = null, CancellationToken cancel = default)
    {
        Options.Validate();
        notice ??= _ => { };
        RunFolder.CheckTarget(Out, Resume, Overwrite);
        var data = ReadData(notice);
        Engine.Start();
        Initialization.Seed(Options.Seed);
        var start = Resume ? Out : From;
        var folder = start is null ? null : ModelFolder.Open(start);
        using var model = Build(folder, data, DeviceChoice.Parse(Device), notice, cancel);
        var selected = Select(model, data.Train, notice);
        if (selected.Count < data.Train.Count) data = data with { Train = selected, TrainCard = data.TrainCard with { ExampleCount = selected.Count } };
        var precision = PrecisionChoice.In(Options.Precision, model.Task.Device, notice);
        model.Task.UsePrecision(precision);
        var metric = model.Task.CreateMetric();
        var card = new RunCard
        {
            Status = "running",
            Task = TaskName,
            Started = DateTimeOffset.UtcNow,
            Train = data.TrainCard,
            Dev = data.DevCard,
            DevShare = Dev is null ? DevShare : null,
            Format = RunJson.Element(DataFormat),
            From = (Resume || folder is null ? null : ModelSource.NameOf(folder.Path)) ?? From,
            ParameterCount = model.Task.parameters().Sum(parameter => parameter.numel()),
            Options = Options with { Precision = precision },
            MaxInputTokens = InputLimit,
            TaskOptions = RunJson.Element(Settings),
            PrimaryMetric = model.Task.PrimaryMetric,
            MetricSignature = metric.Signature,
            IntervalSignature = metric is ISummedMetric<TAnswer> summed ? new BootstrapMetric<TAnswer>(summed).IntervalSignature : (metric as IResampledMetric<TAnswer>)?.IntervalSignature,
            Machine = Machine.This(model.Task.Device.ToString()),
        };
        double? energyBefore = 0;
        if (Resume)
        {
            var before = RunCard.Read(Out)!;
            if (before.Options.Precision != precision) notice($"the run goes on in {precision.Name()}; so far it was computed in {before.Options.Precision.Name()}");
            card = before.Resumed(card, Out);
            // What a process used that was killed is not known.
            energyBefore = before.Status == "interrupted" ? before.EnergyJoules : null;
        }

        if (Overwrite && Directory.Exists(Out)) RunFolder.Clear(Out);
        using var run = new RunFolder(Out);
        if (!Resume)
        {
            ModelFolder.SaveConfig(Out, model.Config, model.Head, model.Tokenizer);
            SaveCompanions(Out, model);
        }
        card = card with { Tokenizer = TokenizerCard.Of(Out, model.Tokenizer.VocabSize) };
        card.Write(Out);
        var meter = EnergyMeter.Start();
        var trainer = new Trainer<TExample, TBatch, TAnswer>(model.Task, Options, run, () => ModelFolder.SaveWeights(Out, model.Parts));
        try
        {
            using var log = CreateLog(run, model);
            if (log is not null) progress = new Both(log, progress);
            if (meter is not null) progress = new Both(new Metered(meter), progress);
            var state = CreateSource(model, data) is { } source ? trainer.Fit(source, data.Dev, progress, cancel) : trainer.Fit(data.Train, data.Dev, progress, cancel);
            card = card with { Status = "finished", BestEpoch = state.BestEpoch, Seconds = state.Seconds, History = state.History, EnergyJoules = energyBefore + meter?.Read() };
        }
        catch (OperationCanceledException)
        {
            (card with { Status = "interrupted", EnergyJoules = energyBefore + meter?.Read() }).Write(Out);
            throw;
        }
        card = card with { TruncatedTextCount = CountTruncated(model, data.Train) };
        if (card.TruncatedTextCount > 0)
            notice($"{card.TruncatedTextCount} of {data.Train.Count} training texts were longer than {card.MaxInputTokens} tokens and were cut (--max-input-tokens)");
        card.Write(Out);
        RunPage.Write(Out, card);
        Finish(card);
        return card;
    }

    // Counters that run over must be read now and then.
    private sealed class Metered(EnergyMeter meter) : IProgress<TrainProgress>
    {
        public void Report(TrainProgress value) => meter.Read();
    }

    private sealed class Both(IProgress<TrainProgress> first, IProgress<TrainProgress>? second) : IProgress<TrainProgress>
    {
        public void Report(TrainProgress value)
        {
            first.Report(value);
            second?.Report(value);
        }
    }
}
