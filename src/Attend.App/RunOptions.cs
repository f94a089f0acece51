using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Attend.Checkpoints;
using Attend.Layers;
using Attend.Training;

namespace Attend.App;

/// <summary>What a training verb does where nothing is said.</summary>
/// <param name="New">Options of a new model.</param>
/// <param name="Tuned">Options of a model that starts from another.</param>
/// <param name="MaxInputTokens">Where an input is cut.</param>
internal sealed record RunDefaults(TrainOptions New, TrainOptions Tuned, int MaxInputTokens);

/// <summary>The options that every verb of `train` has: where a run comes from and goes to, and how it learns.</summary>
internal sealed class RunOptions
{
    // BERT-base's, for which the rates of fine-tuning are known (Devlin et al. 2018, appendix A.3).
    private const int BaseWidth = 768;

    private readonly RunDefaults _defaults;
    private readonly Option<string?> _dev = new("--dev") { Description = "data to judge the model by; without it a tenth of --data is split off", HelpName = "FILE" };
    private readonly Option<string> _out = new("--out") { Description = "the run's folder", Required = true, HelpName = "FOLDER" };
    private readonly Option<string?> _from = CommonOptions.From("without it a new model is trained from nothing");
    private readonly Option<int?> _epochs;
    private readonly Option<long?> _steps = new("--steps") { Description = "updates, in place of --epochs" };
    private readonly Option<double?> _minutes = new("--minutes") { Description = "minutes of wall time, in place of --epochs" };
    private readonly Option<int> _evaluations = new("--evaluations") { Description = "how often the model is judged in a run measured in --steps or --minutes", DefaultValueFactory = _ => 20 };
    private readonly Option<double?> _learningRate;
    private readonly Option<int> _batchSize;
    private readonly Option<int?> _batchTokens;
    private readonly Option<int> _maxInputTokens;
    private readonly Option<int> _maxBatchTokens = new("--max-batch-tokens") { Description = "padded tokens computed at once; changes memory and speed, no result", DefaultValueFactory = _ => 8192 };
    private readonly Option<ScheduleKind> _schedule;
    private readonly Option<double> _warmup;
    private readonly Option<double> _weightDecay;
    private readonly Option<int> _patience = new("--patience") { Description = "stop after so many evaluations without a better dev score; 0 = never", DefaultValueFactory = _ => 0 };
    private readonly Option<int> _average;
    private readonly Option<ulong> _seed = new("--seed") { Description = "seeds weights, order and dropout", DefaultValueFactory = _ => 1UL };
    private readonly Option<double> _checkpointSeconds = new("--checkpoint-seconds") { Description = "seconds between checkpoints", DefaultValueFactory = _ => 60.0 };
    private readonly Option<bool> _resume = new("--resume") { Description = "go on with the run in --out" };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "replace the run in --out" };
    private readonly Option<Precision> _precision;
    private readonly Option<string> _device = CommonOptions.Device();
    private readonly Option<bool> _json = CommonOptions.Json();

    public RunOptions(RunDefaults defaults, string data)
    {
        _defaults = defaults;
        var (fresh, tuned) = (defaults.New, defaults.Tuned);
        Data = new("--data") { Description = data, HelpName = "FILE" };
        _epochs = new("--epochs") { Description = $"passes over the data  [default: {tuned.Epochs}, or {fresh.Epochs} for a new model]" };
        _learningRate = new("--learning-rate") { Description = string.Create(CultureInfo.InvariantCulture, $"highest learning rate  [default: {tuned.LearningRate} for a model {BaseWidth} wide and more for a narrower one, or {fresh.LearningRate} for a new model]") };
        _batchSize = new("--batch-size") { Description = "examples per update", DefaultValueFactory = _ => fresh.BatchSize };
        _batchTokens = new("--batch-tokens") { Description = $"tokens per update, in place of --batch-size{(fresh.BatchTokens is { } tokens ? $"  [default: {tokens}]" : "")}" };
        _maxInputTokens = new("--max-input-tokens") { Description = "where a text is cut, in tokens", DefaultValueFactory = _ => defaults.MaxInputTokens };
        _schedule = new("--schedule") { Description = "course of the learning rate", DefaultValueFactory = _ => fresh.Schedule, HelpName = "linear|cosine|constant|inversesquareroot" };
        _warmup = new("--warmup") { Description = "share of the updates over which the learning rate rises", DefaultValueFactory = _ => fresh.WarmupFraction };
        _weightDecay = new("--weight-decay") { Description = "decoupled weight decay", DefaultValueFactory = _ => fresh.WeightDecay };
        _precision = CommonOptions.Precision(fresh.Precision);
        _average = new("--average") { Description = "average the weights of so many last evaluations at the end, and keep them if they are better; 0 = never", DefaultValueFactory = _ => fresh.AverageLast };
    }

    /// <summary>The data to learn from; a verb that has another way to say it leaves this one out.</summary>
    public Option<string?> Data { get; }

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[Data, _dev, _out, _from, _epochs, _steps, _minutes, _evaluations, _learningRate, _batchSize, _batchTokens, _maxInputTokens, _maxBatchTokens,
            _schedule, _warmup, _weightDecay, _patience, _average, _seed, _checkpointSeconds, _resume, _overwrite, _precision, _device, _json]) command.Add(option);
    }

    public string? Dev(ParseResult parsed) => parsed.GetValue(_dev);

    public string Out(ParseResult parsed) => parsed.GetValue(_out)!;

    /// <summary>The model to start from, fetched where it is a name; null = a new one.</summary>
    public string? From(ParseResult parsed, CancellationToken cancel) => PullDisplay.Ensure(parsed.GetValue(_from), cancel);

    public bool IsNew(ParseResult parsed) => parsed.GetValue(_from) is null;

    public string Device(ParseResult parsed) => parsed.GetValue(_device)!;

    public bool Resume(ParseResult parsed) => parsed.GetValue(_resume);

    public bool Overwrite(ParseResult parsed) => parsed.GetValue(_overwrite);

    public bool Json(ParseResult parsed) => parsed.GetValue(_json);

    public int MaxInputTokens(ParseResult parsed) => parsed.GetValue(_maxInputTokens);

    public TrainOptions Train(ParseResult parsed)
    {
        var defaults = IsNew(parsed) ? _defaults.New : _defaults.Tuned;
        return defaults with
        {
            Epochs = parsed.GetValue(_epochs) ?? defaults.Epochs,
            Steps = parsed.GetValue(_steps),
            Minutes = parsed.GetValue(_minutes),
            Evaluations = parsed.GetValue(_evaluations),
            LearningRate = parsed.GetValue(_learningRate) ?? (parsed.GetValue(_from) is { } from ? TunedRate(defaults.LearningRate, from) : defaults.LearningRate),
            BatchSize = parsed.GetValue(_batchSize),
            BatchTokens = parsed.GetValue(_batchTokens) ?? (parsed.GetResult(_batchSize) is { Implicit: false } ? null : defaults.BatchTokens),
            MaxBatchTokens = parsed.GetValue(_maxBatchTokens),
            Schedule = parsed.GetValue(_schedule),
            WarmupFraction = parsed.GetValue(_warmup),
            WeightDecay = parsed.GetValue(_weightDecay),
            Patience = parsed.GetValue(_patience),
            AverageLast = parsed.GetValue(_average),
            Seed = parsed.GetValue(_seed),
            CheckpointSeconds = parsed.GetValue(_checkpointSeconds),
            Precision = parsed.GetValue(_precision),
        };
    }

    // Narrow models need higher rates: where the base model takes 5e-5, one 256 wide learns best from about 5e-4 (docs/results/pretraining.md).
    private static double TunedRate(double atBase, string from)
    {
        using var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(ModelFolder.Open(from).Path, "config.json")));
        foreach (var key in (string[])["hidden_size", "dim", "d_model"])
            if (config.RootElement.TryGetProperty(key, out var width) && width.TryGetInt32(out var value) && value > 0)
                return Math.Round(atBase * Math.Clamp(Math.Pow((double)BaseWidth / value, 2), 0.5, 15), 6);
        return atBase;
    }

    /// <summary>Trains under the display, and says what came of it and what to do next.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="run">Trains.</param>
    /// <param name="next">What a user would type next.</param>
    public int Run(ParseResult parsed, Func<IProgress<TrainProgress>, Action<string>, RunCard> run, string next)
    {
        var card = TrainingDisplay.Show(run);
        var best = card.History.FirstOrDefault(epoch => epoch.Epoch == card.BestEpoch);
        if (Json(parsed)) Output.WriteJson(new { Run = Out(parsed), card.BestEpoch, Dev = best?.DevMetrics, card.Seconds, card.ParameterCount });
        else
        {
            if (best is not null) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"best epoch {best.Epoch}: dev {card.PrimaryMetric} {best.DevMetrics.GetValueOrDefault(card.PrimaryMetric!, double.NaN):0.0000}"));
            Console.Out.WriteLine($"model    {Out(parsed)}");
            Console.Out.WriteLine($"next     {next}");
        }
        return 0;
    }
}
