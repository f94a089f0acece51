using System.Text.Json;
using Attend.Layers;
using Attend.Onnx;
using static TorchSharp.torch;

namespace Attend.Checkpoints;

/// <summary>How the hidden states of a text's tokens become one vector.</summary>
public enum PoolingMode
{
    /// <summary>The first token's state.</summary>
    First,

    /// <summary>Mean over the real tokens.</summary>
    Mean,

    /// <summary>Greatest value of each feature over the real tokens.</summary>
    Max,
}

/// <summary>How a folder in sentence-transformers' layout (modules.json, 1_Pooling/config.json) makes a vector of a text.</summary>
/// <param name="Mode">How hidden states are pooled.</param>
/// <param name="Normalize">Whether the vector is scaled to length 1.</param>
/// <param name="MaxInputTokens">Where an input is cut, in tokens; null = what the model can hold.</param>
public sealed record SentencePooling(PoolingMode Mode, bool Normalize, int? MaxInputTokens)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Reads the setting of a folder; null = the folder has no modules.json.</summary>
    /// <exception cref="CheckpointException">The folder asks for a step that Attend does not compute; the message names it.</exception>
    public static SentencePooling? Read(string folder)
    {
        var file = Path.Combine(folder, "modules.json");
        if (!File.Exists(file)) return null;
        try
        {
            return Read(folder, file);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new CheckpointException(file, $"cannot be read: {exception.Message}", advice: "Mend the file, or get it again.", inner: exception);
        }
    }

    /// <summary>One vector for each text.</summary>
    /// <param name="hidden">[batch, seq, hidden].</param>
    /// <param name="mask">[batch, seq], bool, true = a real token; null = all are.</param>
    /// <returns>[batch, hidden].</returns>
    public Tensor Apply(Tensor hidden, Tensor? mask)
    {
        var pooled = Pool(hidden, mask);
        return Normalize ? nn.functional.normalize(pooled, dim: 1, eps: 1e-12) : pooled;
    }

    /// <summary>The same before it is scaled.</summary>
    internal Tensor Pool(Tensor hidden, Tensor? mask) => Mode switch
    {
        PoolingMode.First => Pooling.First(hidden),
        PoolingMode.Mean => Pooling.Mean(hidden, mask),
        _ => Pooling.Max(hidden, mask),
    };

    /// <summary>Writes the setting beside a model, as sentence-transformers reads it.</summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="hiddenSize">Width of the hidden states.</param>
    public void Save(string folder, int hiddenSize)
    {
        var modules = new List<object> { new { idx = 0, name = "0", path = "", type = "sentence_transformers.models.Transformer" }, new { idx = 1, name = "1", path = "1_Pooling", type = "sentence_transformers.models.Pooling" } };
        if (Normalize) modules.Add(new { idx = 2, name = "2", path = "2_Normalize", type = "sentence_transformers.models.Normalize" });
        Directory.CreateDirectory(Path.Combine(folder, "1_Pooling"));
        Write(Path.Combine(folder, "1_Pooling", "config.json"), new
        {
            word_embedding_dimension = hiddenSize,
            pooling_mode_cls_token = Mode == PoolingMode.First,
            pooling_mode_mean_tokens = Mode == PoolingMode.Mean,
            pooling_mode_max_tokens = Mode == PoolingMode.Max,
            pooling_mode_mean_sqrt_len_tokens = false,
        });
        if (MaxInputTokens is { } limit) Write(Path.Combine(folder, "sentence_bert_config.json"), new { max_seq_length = limit, do_lower_case = false });
        Write(Path.Combine(folder, "modules.json"), modules);
    }

    private static void Write(string path, object value) => AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, value, value.GetType(), Indented));

    internal OnnxValue Export(OnnxGraph graph, OnnxValue hidden, OnnxValue mask)
    {
        var pooled = Mode switch
        {
            PoolingMode.First => graph.Select(hidden, 1, 0),
            PoolingMode.Mean => Pooling.ExportMean(graph, hidden, mask),
            _ => Pooling.ExportMax(graph, hidden, mask),
        };
        if (!Normalize) return pooled;
        var length = graph.Node("Max", [graph.Node("ReduceL2", [pooled], new OnnxAttribute("axes", Ints: [1]), new OnnxAttribute("keepdims", Int: 1)), graph.Number(1e-12)]);
        return graph.Divide(pooled, length);
    }

    private static SentencePooling Read(string folder, string file)
    {
        using var modules = JsonDocument.Parse(File.ReadAllText(file));
        var (mode, normalize) = ((PoolingMode?)null, false);
        foreach (var module in modules.RootElement.EnumerateArray())
        {
            var type = module.GetProperty("type").GetString()!;
            switch (type[(type.LastIndexOf('.') + 1)..])
            {
                case "Transformer":
                    break;
                case "Pooling" when module.GetProperty("path").GetString() is { } path && !path.Contains("..", StringComparison.Ordinal):
                    mode = ReadMode(Path.Combine(folder, path, "config.json"));
                    break;
                case "Normalize":
                    normalize = true;
                    break;
                default:
                    throw new CheckpointException(file, $"asks for a step Attend does not compute: {CheckpointException.Quote(type)}", "Transformer, Pooling, Normalize", advice: "Use a model without it.");
            }
        }
        if (mode is null) throw new CheckpointException(file, "has no Pooling step", advice: "Get the model again.");
        return new SentencePooling(mode.Value, normalize, ReadLimit(Path.Combine(folder, "sentence_bert_config.json")));
    }

    private static PoolingMode ReadMode(string file)
    {
        if (!File.Exists(file)) throw new CheckpointException(file, "no such file", advice: "Get the model again.");
        using var config = JsonDocument.Parse(File.ReadAllText(file));
        var root = config.RootElement;
        string[] asked = root.TryGetProperty("pooling_mode", out var named)
            ? [named.GetString()!]
            : [.. root.EnumerateObject().Where(entry => entry.Name.StartsWith("pooling_mode_", StringComparison.Ordinal) && entry.Value.ValueKind == JsonValueKind.True).Select(entry => entry.Name["pooling_mode_".Length..])];
        return asked switch
        {
            ["cls_token" or "cls"] => PoolingMode.First,
            ["mean_tokens" or "mean"] => PoolingMode.Mean,
            ["max_tokens" or "max"] => PoolingMode.Max,
            _ => throw new CheckpointException(file, "asks for a pooling Attend does not compute", "one of cls_token, mean_tokens, max_tokens", asked.Length == 0 ? "none" : string.Join(", ", asked), "Use a model without it."),
        };
    }

    private static int? ReadLimit(string file)
    {
        if (!File.Exists(file)) return null;
        using var config = JsonDocument.Parse(File.ReadAllText(file));
        return config.RootElement.TryGetProperty("max_seq_length", out var limit) && limit.ValueKind == JsonValueKind.Number ? limit.GetInt32() : null;
    }
}
