using System.Text.Json;
using System.Text.Json.Serialization;

namespace Attend.Models;

/// <summary>What config.json says of a model, with Hugging Face's keys; keys we do not know are kept and written back.</summary>
public abstract record ModelConfig
{
    /// <summary>What a number is called where Hugging Face's layout asks for the name of a label.</summary>
    internal const string ScoreName = "score";

    private const string Regression = "regression";
    private const int MostLayers = 1000;

    /// <summary>How config.json is read and written.</summary>
    internal static JsonSerializerOptions Json { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Name of the architecture, such as "bert".</summary>
    public abstract string ModelType { get; }

    /// <summary>Class names under which Hugging Face finds the model, such as "BertForSequenceClassification".</summary>
    public IReadOnlyList<string>? Architectures { get; init; }

    /// <summary>Number of rows of the token embedding.</summary>
    public required int VocabSize { get; init; }

    /// <summary>Id of the padding token.</summary>
    public abstract int PadTokenId { get; init; }

    /// <summary>Label names by index ("0", "1", ...), where the model has a classification head.</summary>
    [JsonPropertyName("id2label")]
    public IReadOnlyDictionary<string, string>? IdToLabel { get; init; }

    /// <summary>Label indices by name.</summary>
    [JsonPropertyName("label2id")]
    public IReadOnlyDictionary<string, int>? LabelToId { get; init; }

    /// <summary>"single_label_classification", "multi_label_classification" or "regression".</summary>
    public string? ProblemType { get; init; }

    /// <summary>What the classification head reads: "cls" (the pooler, BERT's own) or "mean" (mean of the hidden states over the tokens).</summary>
    public string? ClassifierPooling { get; init; }

    /// <summary>Keys of config.json that Attend does not use.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; init; }

    /// <summary>Lower bound of how many values the weights of the encoder or encoder-decoder hold, which is known before they are made.</summary>
    internal abstract double LeastValueCount { get; }

    /// <summary>The same model with another dropout in its encoder; as it is, where nothing pre-trains it.</summary>
    internal virtual ModelConfig WithDropout(double probability) => this;

    /// <summary>Checks that the numbers fit each other.</summary>
    /// <exception cref="ArgumentException">They do not; the message names the key.</exception>
    public abstract void Validate();

    /// <summary>The config with a classification head over these labels.</summary>
    public ModelConfig WithLabels(IReadOnlyList<string> labels, bool multiLabel, string pooling) => this with
    {
        IdToLabel = labels.Select((label, index) => (label, index)).ToDictionary(pair => pair.index.ToString(), pair => pair.label),
        LabelToId = labels.Select((label, index) => (label, index)).ToDictionary(pair => pair.label, pair => pair.index),
        ProblemType = multiLabel ? "multi_label_classification" : "single_label_classification",
        ClassifierPooling = pooling,
    };

    /// <summary>The config with a head that gives one number.</summary>
    public ModelConfig WithScore(string pooling) => WithLabels([ScoreName], false, pooling) with { ProblemType = Regression };

    /// <summary>Whether the head gives one number, and no labels.</summary>
    [JsonIgnore]
    public bool IsRegression => ProblemType == Regression || (ProblemType is null && Labels.Count == 1);

    /// <summary>The config with a head over tokens, which reads no summary of the text.</summary>
    /// <param name="labels">A label per score; empty where the scores have no names.</param>
    public ModelConfig WithTokenLabels(IReadOnlyList<string> labels) => WithLabels(labels, false, "mean") with
    {
        IdToLabel = labels.Count == 0 ? null : labels.Select((label, index) => (label, index)).ToDictionary(pair => pair.index.ToString(), pair => pair.label),
        LabelToId = labels.Count == 0 ? null : labels.Select((label, index) => (label, index)).ToDictionary(pair => pair.label, pair => pair.index),
        ProblemType = null,
    };

    /// <summary>Label names in index order; empty where there is no head.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Labels => IdToLabel is null ? [] : [.. IdToLabel.OrderBy(pair => int.Parse(pair.Key)).Select(pair => pair.Value)];

    /// <summary>Throws where a whole number of the configuration is not positive.</summary>
    protected static void RequirePositive(params (string Key, int Value)[] numbers)
    {
        foreach (var (key, value) in numbers)
            if (value <= 0) throw new ArgumentException($"config.json: {key} is {value}; expected a positive whole number");
    }

    /// <summary>Throws where a number of layers is not positive, or more than anybody has trained.</summary>
    protected static void RequireLayerCount(params (string Key, int Value)[] numbers)
    {
        foreach (var (key, value) in numbers)
            if (value is <= 0 or > MostLayers) throw new ArgumentException($"config.json: {key} is {value}; expected 1 to {MostLayers}");
    }

    /// <summary>Values of the matrices of some blocks: query, key, value, output, and the two of the feed-forward layer.</summary>
    private protected static double BlockValues(double blocks, double hidden, double inner) => blocks * hidden * ((4 * hidden) + (2 * inner));

    /// <summary>Throws where a choice of the configuration is not one of the known ones.</summary>
    protected static void RequireOneOf(string key, string value, params string[] known)
    {
        if (!known.Contains(value)) throw new ArgumentException($"config.json: {key} is '{value}'; expected one of {string.Join(", ", known)}");
    }

    /// <summary>Throws where heads do not share the hidden states evenly.</summary>
    protected static void RequireHeads(string sizeKey, int size, string headsKey, int heads)
    {
        if (size % heads != 0) throw new ArgumentException($"config.json: {sizeKey} {size} is not a multiple of {headsKey} {heads}");
    }

    /// <summary>Throws where the padding token is no word.</summary>
    protected void RequirePadding()
    {
        if (PadTokenId < 0 || PadTokenId >= VocabSize) throw new ArgumentException($"config.json: pad_token_id is {PadTokenId}; expected a word's id below vocab_size {VocabSize}");
    }

    /// <summary>Throws where a dropout probability of the configuration is not in [0, 1).</summary>
    protected static void RequireProbability(params (string Key, double Value)[] numbers)
    {
        foreach (var (key, value) in numbers)
            if (!(value >= 0 && value < 1)) throw new ArgumentException($"config.json: {key} is {value}; expected a probability in [0, 1)");
    }
}
