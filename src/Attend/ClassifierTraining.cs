using Attend.Checkpoints;
using Attend.Models;
using Attend.Runtime;
using Attend.Tasks;
using Attend.Text.Data;
using Attend.Text.Tokenizers;
using Attend.Training;

namespace Attend;

/// <summary>How a class is weighted in the loss.</summary>
public enum ClassWeighting
{
    /// <summary>Every example counts the same.</summary>
    None,

    /// <summary>Every label counts the same: weight = examples / (labels · examples of the label).</summary>
    Balanced,
}

/// <summary>Teaches a model the labels of a file: from data to a model folder that predicts.</summary>
public sealed record ClassifierTraining
{
    /// <summary>Labelled texts to learn from: .csv, .tsv, .jsonl or .parquet, also gzipped.</summary>
    public required string Data { get; init; }

    /// <summary>Labelled texts to judge the model by; null = <see cref="DevShare"/> of the training data is split off.</summary>
    public string? Dev { get; init; }

    /// <summary>The run's folder.</summary>
    public required string Out { get; init; }

    /// <summary>Model folder to start from; null = a new BERT of <see cref="Size"/>, its vocabulary trained from the data.</summary>
    public string? From { get; init; }

    /// <summary>Size of a new model.</summary>
    public EncoderSize Size { get; init; } = EncoderSize.Named["tiny"];

    /// <summary>Vocabulary of a new model.</summary>
    public WordPieceTrainerOptions Vocabulary { get; init; } = new();

    /// <summary>How the data files are read; a label separator makes the task multi-label.</summary>
    public LabeledTextOptions Format { get; init; } = new();

    /// <summary>Share of the training data that is split off where no <see cref="Dev"/> is given, in (0, 1).</summary>
    public double DevShare { get; init; } = 0.1;

    /// <summary>Options of the training.</summary>
    public TrainOptions Options { get; init; } = new();

    /// <summary>Options of the task.</summary>
    public ClassificationOptions TaskOptions { get; init; } = new();

    /// <summary>How a class is weighted in the loss.</summary>
    public ClassWeighting ClassWeights { get; init; }

    /// <summary>What the head reads: "cls" or "mean"; null = what the model's configuration says, "mean" for a new one.</summary>
    public string? Pooling { get; init; }

    /// <summary>"auto", "cpu", "cuda", "cuda:1" ...</summary>
    public string Device { get; init; } = "auto";

    /// <summary>Go on with the run in <see cref="Out"/>.</summary>
    public bool Resume { get; init; }

    /// <summary>Replace the run in <see cref="Out"/>.</summary>
    public bool Overwrite { get; init; }

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
        CheckFolder();
        var data = TrainingData.Read(this, notice);
        Engine.Start();
        var device = DeviceChoice.Parse(Device);
        Initialization.Seed(Options.Seed);

        var start = Resume ? Out : From;
        var folder = start is null ? null : ModelFolder.Open(start);
        var tokenizer = folder?.LoadTokenizer() ?? WordPieceTrainer.Train(data.Train.Select(example => example.Text), Vocabulary, cancel);
        var config = Configure(folder, tokenizer, data.Labels);
        using var encoder = Architectures.Find(config.ModelType).Create(config);
        var taskOptions = TaskOptions with
        {
            MaxInputTokens = Math.Min(TaskOptions.MaxInputTokens, encoder.MaxPositionEmbeddings),
            ClassWeights = ClassWeights == ClassWeighting.Balanced ? data.BalancedWeights() : null,
        };
        using var task = new TextClassification(encoder, tokenizer, taskOptions, device);
        var card = new RunCard
        {
            Status = "running",
            Task = "text classification",
            Started = DateTimeOffset.UtcNow,
            Train = data.TrainCard,
            Dev = data.DevCard,
            DevShare = Dev is null ? DevShare : null,
            Format = Format,
            From = From,
            ParameterCount = task.parameters().Sum(parameter => parameter.numel()),
            Options = Options,
            TaskOptions = taskOptions,
            PrimaryMetric = task.PrimaryMetric,
        };
        if (Resume) card = ResumedCard(card);
        else if (folder is not null)
        {
            // A head is taken over only if it says the same things; otherwise it is drawn anew.
            var sameHead = folder.Config.Labels.SequenceEqual(data.Labels);
            if (!sameHead && folder.Config.Labels.Count > 0) notice($"{folder.Path} was trained on other labels: its head is replaced by a new one");
            folder.LoadWeights(encoder, sameHead ? task.Heads : new Dictionary<string, TorchSharp.Modules.Linear>(), headsRequired: false);
        }

        if (Overwrite && Directory.Exists(Out)) Directory.Delete(Out, recursive: true);
        using var run = new RunFolder(Out);
        if (!Resume) ModelFolder.SaveConfig(Out, config, tokenizer);
        card.Write(Out);
        var trainer = new Trainer<LabeledText, ClassificationBatch, Text.Metrics.ClassAnswer>(task, Options, run, () => ModelFolder.SaveWeights(Out, encoder, task.Heads));
        try
        {
            var state = trainer.Fit(data.Train, data.Dev, progress, cancel);
            card = card with { Status = "finished", BestEpoch = state.BestEpoch, Seconds = state.Seconds, History = state.History };
        }
        catch (OperationCanceledException)
        {
            (card with { Status = "interrupted" }).Write(Out);
            throw;
        }
        card = card with { TruncatedTextCount = data.Train.LongCount(task.IsTruncated) };
        if (card.TruncatedTextCount > 0)
            notice($"{card.TruncatedTextCount} of {data.Train.Count} training texts were longer than {taskOptions.MaxInputTokens} tokens and were cut (--max-input-tokens)");
        card.Write(Out);
        return card;
    }

    // Before anything is read or computed: would the folder be refused at the end?
    private void CheckFolder()
    {
        if (File.Exists(Out)) throw new CheckpointException(Out, "is a file", advice: "Name a folder for the run.");
        var exists = Directory.Exists(Out) && Directory.EnumerateFileSystemEntries(Out).Any();
        var isRun = File.Exists(Path.Combine(Out, RunCard.FileName));
        if (Resume && Overwrite) throw new ArgumentException("--resume and --overwrite exclude each other");
        if (Resume && !isRun) throw new CheckpointException(Out, exists ? "holds no run to resume (no run.json)" : "no such run to resume", advice: "Start it without --resume.");
        if (exists && !isRun) throw new CheckpointException(Out, "is not empty and holds no run", advice: "Choose another folder; nothing was changed.");
        if (exists && !Resume && !Overwrite) throw new CheckpointException(Out, "holds another run", advice: "Go on with it by --resume, replace it by --overwrite, or choose another folder; nothing was changed.");
    }

    private ModelConfig Configure(ModelFolder? folder, ITokenizer tokenizer, IReadOnlyList<string> labels)
    {
        if (Resume)
        {
            if (!folder!.Config.Labels.SequenceEqual(labels)) throw new CheckpointException(Out, "cannot be resumed with other labels", string.Join(", ", folder.Config.Labels), string.Join(", ", labels), "Resume with the data it was started with.");
            return folder.Config;
        }
        var multiLabel = Format.LabelSeparator is not null;
        if (folder is not null) return folder.Config.WithLabels(labels, multiLabel, Pooling ?? folder.Config.ClassifierPooling ?? "cls");
        var size = Size with { MaxPositionEmbeddings = Math.Max(Size.MaxPositionEmbeddings, TaskOptions.MaxInputTokens) };
        return Architectures.Find("bert").CreateConfig(size, tokenizer.VocabSize).WithLabels(labels, multiLabel, Pooling ?? "mean");
    }

    private RunCard ResumedCard(RunCard now)
    {
        var before = RunCard.Read(Out)!;
        var differences = new List<string>();
        if (before.Train.Sha256 != now.Train.Sha256) differences.Add($"the training data (was {before.Train.Path}, {before.Train.Sha256[..12]}..., is {now.Train.Path}, {now.Train.Sha256[..12]}...)");
        if (before.Dev?.Sha256 != now.Dev?.Sha256 || before.DevShare != now.DevShare) differences.Add("the dev data");
        if (before.Options with { CheckpointSeconds = 0, MaxBatchTokens = 1 } != now.Options with { CheckpointSeconds = 0, MaxBatchTokens = 1 }) differences.Add($"the options (were {before.Options}, are {now.Options})");
        if (before.TaskOptions.MaxInputTokens != now.TaskOptions.MaxInputTokens || before.TaskOptions.LabelSmoothing != now.TaskOptions.LabelSmoothing) differences.Add("the task's options");
        if (differences.Count > 0) throw new CheckpointException(Out, $"cannot be resumed with other settings: {string.Join("; ", differences)}", advice: "Resume with the command it was started with.");
        return before with { Status = "running" };
    }
}
