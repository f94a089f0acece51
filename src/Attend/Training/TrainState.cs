using System.Text.Json;
using System.Text.Json.Serialization;
using Attend.Text.Metrics;

namespace Attend.Training;

/// <summary>How an epoch ended, or a stretch between two evaluations of a run with a budget.</summary>
/// <param name="Epoch">Number of the epoch or stretch, from 1.</param>
/// <param name="Update">Updates made by then.</param>
/// <param name="TrainLoss">Mean training loss over it, in nats, dropout and label smoothing included.</param>
/// <param name="DevLoss">Mean loss on the dev data, in nats, without dropout and smoothing.</param>
/// <param name="DevMetrics">The task's metrics on the dev data.</param>
/// <param name="Seconds">Wall time since the run began, interruptions not counted.</param>
public sealed record EpochRecord(int Epoch, long Update, double TrainLoss, double DevLoss, IReadOnlyDictionary<string, double> DevMetrics, double Seconds)
{
    /// <summary>Where the metric that decides lies over resampled dev examples; null where that cannot be found out.</summary>
    public BootstrapInterval? Interval { get; init; }
}

/// <summary>One line of log.jsonl.</summary>
/// <param name="Update">Counted from 1.</param>
/// <param name="Epoch">Counted from 1.</param>
/// <param name="Loss">Mean loss of the update's examples, in nats.</param>
/// <param name="LearningRate">Learning rate of the update.</param>
/// <param name="GradientNorm">L2 norm of the gradient before clipping.</param>
public sealed record UpdateRecord(long Update, int Epoch, double Loss, double LearningRate, double GradientNorm)
{
    /// <summary>Further means over the update by name, where the task has them: accuracies, parts of the loss.</summary>
    public IReadOnlyDictionary<string, double>? Figures { get; init; }
}

/// <summary>Where a run stands; with weights and moments all that is needed to go on as if nothing had happened.</summary>
/// <remarks>Dropout is seeded from (seed, update) at each update, so its generator needs no place here.</remarks>
public sealed record TrainState
{
    /// <summary>Updates made.</summary>
    public long Update { get; init; }

    /// <summary>Epoch under way, from 0.</summary>
    public int Epoch { get; init; }

    /// <summary>Batches used up in that epoch: as many as updates, unless batches grow.</summary>
    public int UpdateInEpoch { get; init; }

    /// <summary>Tokens learned from, padding not counted.</summary>
    public long TokenCount { get; init; }

    /// <summary>Place of the last evaluation in the measure of the budget: updates, tokens or milliseconds.</summary>
    public long JudgedAt { get; init; }

    /// <summary>Sum of the losses of that epoch, or since the last evaluation, so far.</summary>
    public double EpochLossSum { get; init; }

    /// <summary>What that sum is to be divided by.</summary>
    public double EpochLossCount { get; init; }

    /// <summary>Best value of the dev metric so far; null before the first evaluation.</summary>
    public double? BestMetric { get; init; }

    /// <summary>Epoch (from 1) of the best value.</summary>
    public int BestEpoch { get; init; }

    /// <summary>Wall time spent, in seconds.</summary>
    public double Seconds { get; init; }

    /// <summary>Whether the run has come to its end.</summary>
    public bool Finished { get; init; }

    /// <summary>The epochs, or stretches, done.</summary>
    public IReadOnlyList<EpochRecord> History { get; init; } = [];
}

/// <summary>What a progress display is told.</summary>
/// <param name="Phase">"training" or "evaluating".</param>
/// <param name="Update">Updates made.</param>
/// <param name="UpdateCount">Updates of the whole run; an estimate where its budget is one of tokens or minutes.</param>
/// <param name="Epoch">Counted from 1.</param>
/// <param name="Loss">Mean loss of the last update, in nats.</param>
/// <param name="ExamplesPerSecond">Speed over the last updates.</param>
public sealed record TrainProgress(string Phase, long Update, long UpdateCount, int Epoch, double Loss, double ExamplesPerSecond)
{
    /// <summary>Share of the run that is done, in [0, 1].</summary>
    public double Share { get; init; }

    /// <summary>Speed over the last updates, padding not counted.</summary>
    public double TokensPerSecond { get; init; }

    /// <summary>What is logged of the update that has just been made.</summary>
    public UpdateRecord? Record { get; init; }

    /// <summary>The epoch that has just been evaluated, if one has.</summary>
    public EpochRecord? EpochDone { get; init; }
}

/// <summary>The loss or the gradient is not a finite number; the update was not made.</summary>
public sealed class NonFiniteLossException(string message) : Exception(message);

/// <summary>How Attend's own JSON files are written.</summary>
internal static class RunJson
{
    public static JsonSerializerOptions Indented { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>A value as it will stand in a file.</summary>
    public static JsonElement Element(object value) => JsonSerializer.SerializeToElement(value, value.GetType(), Indented);

    public static JsonSerializerOptions Line { get; } = new(Indented) { WriteIndented = false };
}
