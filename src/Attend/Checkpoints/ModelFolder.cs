using System.Text.Json;
using Attend.Models;
using Attend.Text.Tokenizers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Attend.Checkpoints;

/// <summary>A folder in Hugging Face's layout: config.json, model.safetensors, vocab.txt, tokenizer_config.json.</summary>
public sealed class ModelFolder
{
    /// <summary>Name of the weights' file.</summary>
    public const string WeightsFile = "model.safetensors";

    private const string ConfigFile = "config.json";

    private ModelFolder(string path, Architecture architecture, ModelConfig config)
    {
        (Path, Architecture, Config) = (path, architecture, config);
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The model's row in the table of architectures.</summary>
    public Architecture Architecture { get; }

    /// <summary>Content of config.json.</summary>
    public ModelConfig Config { get; }

    /// <summary>Reads the configuration of a model folder; weights are read later.</summary>
    /// <param name="path">A folder with a config.json.</param>
    /// <exception cref="CheckpointException">Not a model folder, or config.json cannot be used.</exception>
    public static ModelFolder Open(string path)
    {
        if (!Directory.Exists(path)) throw new CheckpointException(path, File.Exists(path) ? "is a file, not a model folder" : "no such model folder", advice: "Name a run's folder, or a folder with config.json, model.safetensors and vocab.txt.");
        var file = System.IO.Path.Combine(path, ConfigFile);
        if (!File.Exists(file)) throw new CheckpointException(path, $"has no {ConfigFile}", advice: "Name a run's folder, or a folder with config.json, model.safetensors and vocab.txt.");
        try
        {
            var (architecture, config) = Architectures.Read(File.ReadAllText(file));
            return new ModelFolder(path, architecture, config);
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or FormatException)
        {
            throw new CheckpointException(file, exception.Message, advice: "Mend the file, or get it again.", inner: exception);
        }
    }

    /// <summary>The tokenizer of the folder.</summary>
    public ITokenizer LoadTokenizer()
    {
        var tokenizer = BertTokenizer.Load(Path);
        if (tokenizer.VocabSize > Config.VocabSize)
            throw new CheckpointException(System.IO.Path.Combine(Path, "vocab.txt"), "the vocabulary does not belong to the model", $"at most {Config.VocabSize} tokens (vocab_size in config.json)", $"{tokenizer.VocabSize}", "Use the vocab.txt the model was trained with.");
        return tokenizer;
    }

    /// <summary>Fills an encoder, and a head where one is asked for, with the folder's weights.</summary>
    /// <param name="encoder">Built from <see cref="Config"/>.</param>
    /// <param name="heads">Layers of the head by their names in the checkpoint ("classifier"); left as drawn where the checkpoint has none and <paramref name="headsRequired"/> is false.</param>
    /// <param name="headsRequired">Whether a missing head is a fault.</param>
    /// <exception cref="CheckpointMismatchException">Keys are missing, extra or misshapen; all are listed.</exception>
    /// <exception cref="CheckpointException">The file is corrupt.</exception>
    public void LoadWeights(EncoderModel encoder, IReadOnlyDictionary<string, Linear> heads, bool headsRequired)
    {
        var path = System.IO.Path.Combine(Path, WeightsFile);
        if (!File.Exists(path)) throw new CheckpointException(path, "no such file", advice: "The folder needs its weights beside config.json.");
        using var file = SafetensorsFile.Open(path);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var map = Architecture.Keys;
        var headPrefixes = heads.Keys.Select(head => head + ".").Append("classifier.").ToArray();
        var found = new Dictionary<string, string>();
        foreach (var key in file.Entries.Keys) found[map.Normalise(key, headPrefixes)] = key;

        var missing = new List<string>();
        var misshapen = new List<MisshapenKey>();
        var copies = new List<(string Key, Tensor Target)>();
        var used = new HashSet<string>();
        foreach (var (theirs, target, isHead) in Places(map, encoder, heads))
        {
            var rows = target.shape.Length == 0 ? 0 : target.shape[0] / theirs.Count;
            for (var part = 0; part < theirs.Count; part++)
            {
                var view = theirs.Count == 1 ? target : target.narrow(0, part * rows, rows);
                used.Add(theirs[part]);
                if (!found.TryGetValue(theirs[part], out var key))
                {
                    if (isHead ? headsRequired : !map.IsOptional(theirs[part])) missing.Add(theirs[part]);
                }
                else if (!file.Entries[key].Shape.SequenceEqual(view.shape)) misshapen.Add(new MisshapenKey(key, view.shape, file.Entries[key].Shape));
                else copies.Add((key, view));
            }
        }
        bool IsUnwantedHead(string key) => !headsRequired && headPrefixes.Any(prefix => key.StartsWith(prefix, StringComparison.Ordinal));
        var extra = found.Where(entry => !used.Contains(entry.Key) && !map.IsIgnored(entry.Key) && !map.IsOptional(entry.Key) && !IsUnwantedHead(entry.Key))
            .Select(entry => entry.Value).ToArray();
        if (missing.Count + misshapen.Count + extra.Length > 0) throw new CheckpointMismatchException(path, missing, extra, misshapen);
        foreach (var (key, target) in copies) file.ReadInto(key, target);
    }

    /// <summary>Writes what a model folder holds besides weights: config.json and the tokenizer's files.</summary>
    /// <param name="path">The folder, made where it is missing.</param>
    /// <param name="config">Bears the labels of a head, if there is one.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    public static void SaveConfig(string path, ModelConfig config, ITokenizer tokenizer)
    {
        Directory.CreateDirectory(path);
        tokenizer.Save(path);
        var named = config with { Architectures = [Architectures.Find(config.ModelType).ClassificationName] };
        AtomicFile.Write(System.IO.Path.Combine(path, ConfigFile), stream => JsonSerializer.Serialize(stream, named, named.GetType(), ModelConfig.Json));
    }

    /// <summary>Writes the weights of a model folder, under Hugging Face's names.</summary>
    public static void SaveWeights(string path, EncoderModel encoder, IReadOnlyDictionary<string, Linear> heads)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var tensors = new List<(string, Tensor)>();
        foreach (var (theirs, target, _) in Places(Architectures.Find(encoder.Config.ModelType).Keys, encoder, heads))
        {
            var parts = theirs.Count == 1 ? [target] : target.chunk(theirs.Count, 0);
            for (var part = 0; part < theirs.Count; part++) tensors.Add((theirs[part], parts[part].contiguous()));
        }
        Safetensors.Write(System.IO.Path.Combine(path, WeightsFile), tensors, new Dictionary<string, string> { ["format"] = "pt" });
    }

    // Every parameter with the names it has in a checkpoint; several names share one parameter where ours is fused.
    private static IEnumerable<(IReadOnlyList<string> Theirs, Tensor Target, bool IsHead)> Places(KeyMap map, EncoderModel encoder, IReadOnlyDictionary<string, Linear> heads)
    {
        foreach (var (name, parameter) in encoder.named_parameters()) yield return (map.Theirs(name), parameter, false);
        foreach (var (head, linear) in heads)
        {
            yield return ([$"{head}.weight"], linear.weight!, true);
            if (linear.bias is { } bias) yield return ([$"{head}.bias"], bias, true);
        }
    }
}
