using System.Runtime.InteropServices;
using System.Text.Json;
using Attend.Checkpoints;
using Attend.Runtime;
using Attend.Text.Data;
using Attend.Training;

namespace Attend;

/// <summary>One data file of a run.</summary>
/// <param name="Path">As given.</param>
/// <param name="Sha256">Of the file's bytes, in hexadecimal.</param>
/// <param name="ExampleCount">Examples used.</param>
public sealed record DataCard(string Path, string Sha256, long ExampleCount)
{
    internal static DataCard Of(string path, long exampleCount) => new(path, DatasetHash.Of(path), exampleCount);
}

/// <summary>What run.json says: everything needed to know, and to repeat, how a model was trained.</summary>
public sealed record RunCard
{
    /// <summary>Name of the file in the run's folder.</summary>
    public const string FileName = RunFolder.CardFile;

    /// <summary>"running", "interrupted" or "finished".</summary>
    public required string Status { get; init; }

    /// <summary>What was learned: "text classification".</summary>
    public required string Task { get; init; }

    /// <summary>When the run began.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>The training data.</summary>
    public required DataCard Train { get; init; }

    /// <summary>The dev data; null where it was split off the training data.</summary>
    public DataCard? Dev { get; init; }

    /// <summary>Share of the training data that was split off for dev; null where a file was given.</summary>
    public double? DevShare { get; init; }

    /// <summary>How the data files were read: the task's own options, see <see cref="As"/>.</summary>
    public required JsonElement Format { get; init; }

    /// <summary>The model the weights came from, a published one with its commit; null = drawn from the seed.</summary>
    public string? From { get; init; }

    /// <summary>What texts were cut into tokens with; null in a card of an older version.</summary>
    public TokenizerCard? Tokenizer { get; init; }

    /// <summary>Number of weights.</summary>
    public long ParameterCount { get; init; }

    /// <summary>Options of the training.</summary>
    public required TrainOptions Options { get; init; }

    /// <summary>Where an input is cut, in tokens, special tokens included.</summary>
    public int MaxInputTokens { get; init; }

    /// <summary>Options of the task, as its own record has them.</summary>
    public required JsonElement TaskOptions { get; init; }

    /// <summary>Versions of what computed.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; init; } = CurrentVersions();

    /// <summary>The machine that the run began on; null in a card of an older version.</summary>
    public Machine? Machine { get; init; }

    /// <summary>What the machine's processors used while the model was trained, in joules, whatever else they did included; null = not measured.</summary>
    public double? EnergyJoules { get; init; }

    /// <summary>Training texts that were cut because they were longer than the limit.</summary>
    public long TruncatedTextCount { get; init; }

    /// <summary>Name of the dev metric that chose the best epoch.</summary>
    public string? PrimaryMetric { get; init; }

    /// <summary>Signature of the dev metrics.</summary>
    public string? MetricSignature { get; init; }

    /// <summary>The choices that the intervals of the dev metrics depend on; null where there are none.</summary>
    public string? IntervalSignature { get; init; }

    /// <summary>Epoch (from 1) whose weights were kept.</summary>
    public int BestEpoch { get; init; }

    /// <summary>Wall time spent training, in seconds.</summary>
    public double Seconds { get; init; }

    /// <summary>Losses and metrics over time.</summary>
    public IReadOnlyList<EpochRecord> History { get; init; } = [];

    /// <summary>Reads the card of a run's folder; null where it has none.</summary>
    /// <exception cref="CheckpointException">The file cannot be understood.</exception>
    public static RunCard? Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) return null;
        try
        {
            return JsonSerializer.Deserialize<RunCard>(File.ReadAllText(path), RunJson.Indented);
        }
        catch (JsonException exception)
        {
            throw new CheckpointException(path, exception.Message, advice: "The file was changed or comes from another version of Attend.", inner: exception);
        }
    }

    /// <summary>One of the card's open parts (<see cref="Format"/>, <see cref="TaskOptions"/>) as the record it was written from.</summary>
    public static T As<T>(JsonElement part) => part.Deserialize<T>(RunJson.Indented)!;

    /// <summary>This card, gone on with, if the run is started again with the same settings.</summary>
    /// <exception cref="CheckpointException">Something that changes results differs; everything that does is named.</exception>
    internal RunCard Resumed(RunCard now, string folder)
    {
        var differences = new List<string>();
        if (Task != now.Task) differences.Add($"the task (was {Task}, is {now.Task})");
        if (Train.Sha256 != now.Train.Sha256) differences.Add($"the training data (was {Train.Path}, {Train.Sha256[..12]}..., is {now.Train.Path}, {now.Train.Sha256[..12]}...)");
        if (Dev?.Sha256 != now.Dev?.Sha256 || DevShare != now.DevShare) differences.Add("the dev data");
        if (Options.ThatBindARun != now.Options.ThatBindARun) differences.Add($"the options (were {Options}, are {now.Options})");
        if (!JsonElement.DeepEquals(TaskOptions, now.TaskOptions)) differences.Add($"the task's options (were {TaskOptions}, are {now.TaskOptions})");
        if (!JsonElement.DeepEquals(Format, now.Format)) differences.Add($"how the data are read (was {Format}, is {now.Format})");
        if (differences.Count > 0) throw new CheckpointException(folder, $"cannot be resumed with other settings: {string.Join("; ", differences)}", advice: "Resume with the command it was started with.");
        return this with { Status = "running", Options = now.Options };
    }

    internal void Write(string folder) => AtomicFile.Write(Path.Combine(folder, FileName), stream => JsonSerializer.Serialize(stream, this, RunJson.Indented));

    private static Dictionary<string, string> CurrentVersions() => new()
    {
        ["attend"] = typeof(RunCard).Assembly.GetName().Version!.ToString(3),
        ["libtorch"] = Engine.IsStarted ? TorchSharp.torch.__version__ : "",
        ["torchsharp"] = typeof(TorchSharp.torch).Assembly.GetName().Version!.ToString(3),
        ["dotnet"] = Environment.Version.ToString(),
        ["os"] = RuntimeInformation.OSDescription,
        ["architecture"] = RuntimeInformation.OSArchitecture.ToString(),
        ["processors"] = Environment.ProcessorCount.ToString(),
    };
}
