using System.Text.Json;
using System.Text.Json.Nodes;
using Attend.Checkpoints;
using Attend.Models;
using static TorchSharp.torch;

namespace Attend.Tests.Golden;

/// <summary>An architecture computed in double precision from its paper, to hold the real model against.</summary>
internal interface IReferenceModel
{
    /// <summary>[layers + 1][seq][hidden]: after the embeddings, then after each layer; the last one is what heads read.</summary>
    double[][][] HiddenStates(int[] ids, int[] segments, bool[] attend);

    /// <summary>Logits of a head: one row for the text, or one for each token.</summary>
    double[][] Head(HeadKind head, double[][] last, bool[] attend);
}

/// <summary>A small random checkpoint in the layout and under the names of Hugging Face, and who computes it independently.</summary>
/// <param name="Name">Shown by the tests; begins with the architecture.</param>
/// <param name="Config">config.json without vocabulary, labels and class name.</param>
/// <param name="Fill">Draws the weights of the encoder, and of a head where one is asked for.</param>
/// <param name="Reference">The independent computation.</param>
/// <param name="Mistakes">Values of config.json (and where null: keys taken out) that must change the result.</param>
internal sealed record TinyModel(
    string Name, string Config, Action<TinyWeights, HeadKind?> Fill, Func<ReferenceWeights, ReferenceConfig, IReferenceModel> Reference, params (string Key, string? Value)[] Mistakes)
{
    public const int VocabSize = 40, LabelCount = 3;

    public string ModelType => JsonNode.Parse(Config)!["model_type"]!.GetValue<string>();

    /// <summary>Content of config.json, with a key changed where a mistake is asked for.</summary>
    public string ConfigJson(HeadKind? head, (string Key, string? Value)? mistake = null)
    {
        var architecture = Architectures.Find(ModelType);
        var json = JsonNode.Parse(Config)!.AsObject();
        json["vocab_size"] = VocabSize;
        json["architectures"] = new JsonArray(head is { } kind ? architecture.Heads[kind].ClassName : architecture.ClassName);
        if (head is HeadKind.SequenceClassification or HeadKind.TokenClassification)
            json["id2label"] = new JsonObject([.. Enumerable.Range(0, LabelCount).Select(label => KeyValuePair.Create($"{label}", (JsonNode?)$"label {label}"))]);
        if (mistake is { } wrong)
        {
            json.Remove(wrong.Key);
            if (wrong.Value is not null) json[wrong.Key] = JsonNode.Parse(wrong.Value);
        }
        return json.ToJsonString();
    }

    /// <summary>Writes config.json and model.safetensors.</summary>
    public void Write(string folder, HeadKind? head)
    {
        File.WriteAllText(Path.Combine(folder, "config.json"), ConfigJson(head));
        using var scope = NewDisposeScope();
        var weights = new TinyWeights();
        Fill(weights, head);
        Safetensors.Write(Path.Combine(folder, ModelFolder.WeightsFile), weights.Tensors, new Dictionary<string, string> { ["format"] = "pt" });
    }

    public IReferenceModel Read(string folder, HeadKind? head, (string Key, string? Value)? mistake = null) =>
        Reference(new ReferenceWeights(ReferenceFiles.Weights(Path.Combine(folder, ModelFolder.WeightsFile))), new ReferenceConfig(ConfigJson(head, mistake)));
}

/// <summary>Values of a config.json, read without the library under test.</summary>
internal sealed class ReferenceConfig(string json)
{
    private readonly JsonElement _root = JsonDocument.Parse(json).RootElement;

    public int Int(string key, int otherwise = 0) => _root.TryGetProperty(key, out var value) ? value.GetInt32() : otherwise;

    public double Double(string key, double otherwise) => _root.TryGetProperty(key, out var value) ? value.GetDouble() : otherwise;

    public bool Bool(string key, bool otherwise = false) => _root.TryGetProperty(key, out var value) ? value.GetBoolean() : otherwise;

    public string Text(string key, string otherwise) => _root.TryGetProperty(key, out var value) ? value.GetString()! : otherwise;

    public JsonElement? Element(string key) => _root.TryGetProperty(key, out var value) ? value : null;
}

/// <summary>Draws weights from a fixed seed. Spreads are chosen for visible attention patterns; Hugging Face's 0.02 would hide mistakes.</summary>
internal sealed class TinyWeights
{
    private readonly TinyRandom _random = new(2018);

    public List<(string Name, Tensor Value)> Tensors { get; } = [];

    public void Embedding(string name, int rows, int columns, double spread = 0.3) => Add($"{name}.weight", 0, spread, rows, columns);

    public void Linear(string name, int outputs, int inputs, double spread = 0.3, bool bias = true)
    {
        Add($"{name}.weight", 0, spread, outputs, inputs);
        if (bias) Bias(name, outputs);
    }

    public void Bias(string name, int outputs) => Add($"{name}.bias", 0, 0.2, outputs);

    public void Norm(string name, int size, bool bias = true)
    {
        Add($"{name}.weight", 1, 0.3, size);
        if (bias) Add($"{name}.bias", 0, 0.3, size);
    }

    public void Add(string name, double mean, double spread, params long[] shape)
    {
        var values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        for (var i = 0; i < values.Length; i++) values[i] = (float)(mean + (spread * _random.NextNormal()));
        Tensors.Add((name, tensor(values).reshape(shape)));
    }
}

/// <summary>The same numbers on every system.</summary>
internal sealed class TinyRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>Nearly normal: the sum of twelve uniform numbers. Sums of fractions of 2^-24 are exact, so every system makes the same bits.</summary>
    public double NextNormal()
    {
        double sum = -6;
        for (var i = 0; i < 12; i++) sum += (NextBits() >> 40) / 16777216.0;
        return sum;
    }

    public int Next(int limit) => (int)(NextBits() % (ulong)limit);

    // SplitMix64: Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators", figure 17.
    private ulong NextBits()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
