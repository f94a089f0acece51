using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Attend.Checkpoints;
using Attend.Text.Metrics;

namespace Attend;

/// <summary>What metrics.json says of an evaluation, whatever the task.</summary>
public sealed record EvaluationCard
{
    /// <summary>Name of the file in an evaluation's folder.</summary>
    public const string FileName = "metrics.json";

    /// <summary>Name of the file with an answer a line, in the order of the data.</summary>
    public const string PredictionsFile = "predictions.jsonl";

    /// <summary>The model's folder.</summary>
    public required string Model { get; init; }

    /// <summary>What was measured: "tagging".</summary>
    public required string Task { get; init; }

    /// <summary>What it was measured on.</summary>
    public required DataCard Data { get; init; }

    /// <summary>The figures by name.</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    /// <summary>95 % intervals of figures, by bootstrap over the examples.</summary>
    public required IReadOnlyDictionary<string, BootstrapInterval> Intervals { get; init; }

    /// <summary>The choices that the intervals depend on; null where there are none.</summary>
    public string? IntervalSignature { get; init; }

    /// <summary>Figures are comparable only under the same signatures.</summary>
    public required IReadOnlyList<string> Signatures { get; init; }

    /// <summary>Figures over parts of the examples.</summary>
    public IReadOnlyList<SliceGroup> Slices { get; init; } = [];

    /// <summary>How good something simple is on the same examples.</summary>
    public IReadOnlyList<BaselineCard> Baselines { get; init; } = [];

    /// <summary>What a reader must know before trusting a figure.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Further counts, as the task has them; a record.</summary>
    public JsonElement? Report { get; init; }

    /// <summary>Where results go unless another folder is named: evaluation/NAME in the model's folder, NAME being the data file's; evaluation/OWNER--MODEL/NAME in the current folder for a published model, whose folder is not written to.</summary>
    /// <param name="modelFolder">The model's folder.</param>
    /// <param name="dataPath">What it is measured on.</param>
    public static string DefaultFolder(string modelFolder, string dataPath)
    {
        var name = Path.GetFileName(dataPath);
        var results = ModelSource.NameOf(modelFolder) is { } published ? PublishedFolder(published) : Path.Combine(modelFolder, "evaluation");
        return Path.Combine(results, name.Contains('.', StringComparison.Ordinal) ? name[..name.IndexOf('.', StringComparison.Ordinal)] : name);
    }

    /// <summary>Where the results of a published model are, below the current folder.</summary>
    /// <param name="name">"owner/name", with or without a revision.</param>
    internal static string PublishedFolder(string name) => Path.Combine("evaluation", name.Split('@')[0].Replace("/", "--"));

    /// <summary>A card with the figures.</summary>
    /// <param name="model">The model's folder.</param>
    /// <param name="task">What was measured.</param>
    /// <param name="data">What it was measured on.</param>
    /// <param name="figures">The figures.</param>
    internal static EvaluationCard Of(string model, string task, DataCard data, IReadOnlyList<MeasuredFigure> figures) => new()
    {
        Model = model,
        Task = task,
        Data = data,
        Metrics = new OrderedDictionary<string, double>(figures.Select(figure => KeyValuePair.Create(figure.Name, figure.Value))),
        Intervals = new OrderedDictionary<string, BootstrapInterval>(figures.Where(figure => figure.Interval is not null).Select(figure => KeyValuePair.Create(figure.Name, figure.Interval!))),
        Signatures = [.. figures.Select(figure => figure.Signature).Distinct()],
    };

    /// <summary>Reads the card of an evaluation's folder; null where it has none.</summary>
    /// <exception cref="CheckpointException">The file cannot be understood.</exception>
    public static EvaluationCard? Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) return null;
        try
        {
            return JsonSerializer.Deserialize<EvaluationCard>(File.ReadAllText(path), Json);
        }
        catch (JsonException exception)
        {
            throw new CheckpointException(path, exception.Message, advice: "The file was changed or comes from another version of Attend: measure again by attend evaluate.", inner: exception);
        }
    }

    internal static JsonSerializerOptions LineJson { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private static readonly JsonSerializerOptions Json = new(LineJson) { WriteIndented = true };

    internal static JsonElement Element(object report) => JsonSerializer.SerializeToElement(report, report.GetType(), LineJson);

    internal void Write(string folder) => AtomicFile.Write(Path.Combine(folder, FileName), stream => JsonSerializer.Serialize(stream, this, Json));

    /// <summary>Writes one line of predictions.jsonl.</summary>
    internal static void WriteLine(Stream stream, object line)
    {
        JsonSerializer.Serialize(stream, line, line.GetType(), LineJson);
        stream.WriteByte((byte)'\n');
    }
}
