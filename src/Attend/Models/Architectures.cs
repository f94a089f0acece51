using System.Text.Json;

namespace Attend.Models;

/// <summary>How one kind of model is stored: what its config.json is read into, and what its checkpoints call its weights.</summary>
public abstract class CheckpointFormat
{
    /// <summary>"model_type" in config.json.</summary>
    public required string ModelType { get; init; }

    /// <summary>The record that config.json is read into.</summary>
    public required Type ConfigType { get; init; }

    /// <summary>Hugging Face's class of the model without a task: "BertModel".</summary>
    public required string ClassName { get; init; }

    /// <summary>Names of the model's weights in published checkpoints.</summary>
    public required KeyMap Keys { get; init; }
}

/// <summary>One encoder: how its configuration is read, how it is built, what its checkpoints call its weights.</summary>
public sealed class Architecture : CheckpointFormat
{
    /// <summary>A configuration for a new model of some size and vocabulary.</summary>
    public required Func<EncoderSize, int, ModelConfig> CreateConfig { get; init; }

    /// <summary>Builds the encoder.</summary>
    public required Func<ModelConfig, EncoderModel> Create { get; init; }

    /// <summary>The heads that checkpoints of this architecture can hold.</summary>
    public required IReadOnlyDictionary<HeadKind, HeadFormat> Heads { get; init; }

    /// <summary>The head that a configuration's class name ("BertForSequenceClassification") stands for; null = none, or one that is not known.</summary>
    public HeadKind? HeadOf(ModelConfig config)
    {
        foreach (var (kind, format) in Heads)
            if (config.Architectures?.Contains(format.ClassName) == true) return kind;
        return null;
    }
}

/// <summary>One encoder-decoder: how its configuration is read, how it is built, what its checkpoints call its weights.</summary>
public sealed class Seq2SeqArchitecture : CheckpointFormat
{
    /// <summary>A configuration for a new model of some size and vocabulary.</summary>
    public required Func<Seq2SeqSize, int, Seq2SeqConfig> CreateConfig { get; init; }

    /// <summary>Builds the model.</summary>
    public required Func<ModelConfig, Seq2SeqModel> Create { get; init; }
}

/// <summary>The one table of architectures. A new one is a file in Models/ and a line here.</summary>
public static class Architectures
{
    /// <summary>Every encoder Attend can build.</summary>
    public static IReadOnlyList<Architecture> All { get; } =
    [
        BertModel.Architecture,
        .. RobertaModel.Architectures,
        DistilBertModel.Architecture,
        AlbertModel.Architecture,
        ElectraModel.Architecture,
        MpNetModel.Architecture,
        DebertaV2Model.Architecture,
        ModernBertModel.Architecture,
    ];

    /// <summary>Every encoder-decoder Attend can build.</summary>
    public static IReadOnlyList<Seq2SeqArchitecture> Seq2Seq { get; } =
    [
        TransformerModel.Architecture,
        BartModel.Architecture,
        MarianModel.Architecture,
        T5Model.Architecture,
    ];

    /// <summary>Reads a configuration, whichever architecture it is of.</summary>
    /// <param name="json">Content of config.json.</param>
    /// <exception cref="JsonException">Not JSON, or a key has the wrong type.</exception>
    /// <exception cref="ArgumentException">The architecture is unknown, or the numbers do not fit each other.</exception>
    public static (CheckpointFormat Format, ModelConfig Config) Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind != JsonValueKind.Object) throw new JsonException($"expected a JSON object, found {document.RootElement.ValueKind}");
        if (!document.RootElement.TryGetProperty("model_type", out var type) || type.ValueKind != JsonValueKind.String)
            throw new ArgumentException($"config.json has no \"model_type\"; known: {Known}");
        var format = Formats.FirstOrDefault(candidate => candidate.ModelType == type.GetString())
            ?? throw new ArgumentException($"config.json: model_type '{type.GetString()}' is not one Attend can build; known: {Known}");
        var config = (ModelConfig)document.Deserialize(format.ConfigType, ModelConfig.Json)!;
        config.Validate();
        return (format, WithDefaultLabels(format, config));
    }

    // Hugging Face's tools leave two unnamed labels out of config.json, and older ones wrote only their number.
    private static ModelConfig WithDefaultLabels(CheckpointFormat format, ModelConfig config)
    {
        if (config.IdToLabel is not null || (format as Architecture)?.HeadOf(config) is not (HeadKind.SequenceClassification or HeadKind.TokenClassification)) return config;
        var count = 2;
        foreach (var key in new[] { "num_labels", "_num_labels" })
            if (config.Unknown?.TryGetValue(key, out var value) == true && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var given) && given is > 0 and < 1_000_000) count = given;
        return config with { IdToLabel = Enumerable.Range(0, count).ToDictionary(index => $"{index}", index => $"LABEL_{index}") };
    }

    /// <summary>The row of an encoder.</summary>
    /// <exception cref="ArgumentException">The name is unknown; the message lists the known ones.</exception>
    public static Architecture Find(string modelType) => All.FirstOrDefault(candidate => candidate.ModelType == modelType)
        ?? throw new ArgumentException($"'{modelType}' is not an architecture Attend can build; known: {Known}", nameof(modelType));

    /// <summary>The row of an encoder-decoder.</summary>
    /// <exception cref="ArgumentException">The name is unknown; the message lists the known ones.</exception>
    public static Seq2SeqArchitecture FindSeq2Seq(string modelType) => Seq2Seq.FirstOrDefault(candidate => candidate.ModelType == modelType)
        ?? throw new ArgumentException($"'{modelType}' is not an encoder-decoder Attend can build; known: {string.Join(", ", Seq2Seq.Select(candidate => candidate.ModelType))}", nameof(modelType));

    internal static CheckpointFormat FormatOf(ModelConfig config) => Formats.First(candidate => candidate.ModelType == config.ModelType);

    private static IEnumerable<CheckpointFormat> Formats => [.. All, .. Seq2Seq];

    private static string Known => string.Join(", ", Formats.Select(candidate => candidate.ModelType));
}
