using System.Globalization;
using System.Text.Json;
using Attend.Models;
using Attend.Text.Tokenizers;
using static TorchSharp.torch;

namespace Attend.Checkpoints;

/// <summary>A folder in Hugging Face's layout: config.json, model.safetensors, vocab.txt, tokenizer_config.json.</summary>
public sealed class ModelFolder
{
    /// <summary>Name of the weights' file.</summary>
    public const string WeightsFile = "model.safetensors";

    private const string ConfigFile = "config.json";

    // Values of a model that is made without asking whether its weights can be right.
    private const int SmallModel = 1_000_000;

    // Ends of the names that published checkpoints give to the embeddings of tokens.
    private static readonly string[] TokenEmbeddings = ["word_embeddings.weight", "tok_embeddings.weight", "embed_tokens.weight", "shared.weight"];

    private ModelFolder(string path, CheckpointFormat format, ModelConfig config)
    {
        (Path, Format, Config) = (path, format, config);
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The model's row in the table of architectures, encoder or encoder-decoder.</summary>
    public CheckpointFormat Format { get; }

    /// <summary>The encoder's row in the table of architectures.</summary>
    /// <exception cref="CheckpointException">The folder holds an encoder-decoder.</exception>
    public Architecture Architecture => Format as Architecture
        ?? throw new CheckpointException(Path, $"holds an encoder-decoder ({Format.ModelType}), not an encoder", advice: "Use it by attend translate.");

    /// <summary>The encoder-decoder's row in the table of architectures.</summary>
    /// <exception cref="CheckpointException">The folder holds an encoder.</exception>
    public Seq2SeqArchitecture Seq2SeqArchitecture => Format as Seq2SeqArchitecture
        ?? throw new CheckpointException(Path, $"holds an encoder ({Format.ModelType}), which reads texts and writes none", advice: "Name an encoder-decoder: transformer, bart, marian, t5.");

    /// <summary>Content of config.json.</summary>
    public ModelConfig Config { get; }

    /// <summary>Reads the configuration of a model folder; weights are read later.</summary>
    /// <param name="path">A folder with a config.json, or the name of a pulled model; see <see cref="ModelSource.Locate"/>.</param>
    /// <exception cref="CheckpointException">Not a model folder, or config.json cannot be used.</exception>
    public static ModelFolder Open(string path)
    {
        path = ModelSource.Locate(path);
        var file = System.IO.Path.Combine(path, ConfigFile);
        if (!File.Exists(file)) throw new CheckpointException(path, $"has no {ConfigFile}", advice: ModelSource.Remedy(path, "Name a run's folder, or a folder with config.json, model.safetensors and vocab.txt."));
        try
        {
            var (format, config) = Architectures.Read(File.ReadAllText(file));
            RequireLabels(config);
            RequireSizes(path, config);
            return new ModelFolder(path, format, config);
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or FormatException or InvalidOperationException)
        {
            throw new CheckpointException(file, exception.Message, advice: "Mend the file, or get it again.", inner: exception);
        }
    }

    /// <summary>The tokenizer of the folder, of whatever kind (see <see cref="TokenizerFolder"/>).</summary>
    /// <exception cref="Text.Data.DataFileException">There is none, or its files cannot be used.</exception>
    /// <exception cref="CheckpointException">It has more tokens than the model.</exception>
    public ITokenizer LoadTokenizer()
    {
        var tokenizer = TokenizerFolder.Load(Path);
        if (tokenizer.VocabSize > Config.VocabSize)
            throw new CheckpointException(Path, "the tokenizer does not belong to the model", $"at most {Config.VocabSize} tokens (vocab_size in config.json)", $"{tokenizer.VocabSize}", "Use the tokenizer the model was trained with.");
        return tokenizer;
    }

    /// <summary>The head that config.json names; null = none, or one that is not known.</summary>
    public HeadKind? Head => (Format as Architecture)?.HeadOf(Config);

    /// <summary>Whether the folder has its weights; a run has none before its first epoch.</summary>
    public bool HasWeights => WeightsSource.Find(Path) is not null;

    /// <summary>Builds what <see cref="Config"/> describes; where that cannot be built, the folder is at fault.</summary>
    /// <exception cref="CheckpointException">An argument that stems from the configuration was refused.</exception>
    internal T Build<T>(Func<T> build)
    {
        try
        {
            return build();
        }
        catch (ArgumentException fault) when (fault.ParamName is null or "encoder" or "model")
        {
            throw new CheckpointException(Path, fault.Message, advice: "Mend config.json, or use a model made for this task.", inner: fault);
        }
    }

    /// <summary>Fills an encoder and its heads with the folder's weights.</summary>
    /// <param name="parts">The encoder, built from <see cref="Config"/>, and what stands on it.</param>
    /// <returns>What was not found, and what was not used.</returns>
    /// <exception cref="CheckpointMismatchException">Keys are missing, extra or misshapen; all are listed.</exception>
    /// <exception cref="CheckpointException">The file is corrupt.</exception>
    public LoadedWeights LoadWeights(params IReadOnlyList<CheckpointPart> parts)
    {
        using var file = WeightsSource.Open(Path);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var found = file.Entries.Keys.ToDictionary(Modern);
        // Bare encoders are stored without the prefix that they have under a head.
        if (!found.Keys.Any(key => key.StartsWith(Format.Keys.Prefix, StringComparison.Ordinal)))
            found = found.ToDictionary(entry => IsHeads(entry.Key) ? entry.Key : Format.Keys.Prefix + entry.Key, entry => entry.Value);

        var (missing, misshapen, fresh) = (new List<string>(), new List<MisshapenKey>(), new List<CheckpointPart>());
        var copies = new List<(string Key, Tensor Target)>();
        var used = new HashSet<string>();
        foreach (var part in parts)
        {
            var places = part.Places().ToArray();
            if (!part.Required && !places.SelectMany(place => place.Theirs).Any(found.ContainsKey))
            {
                fresh.Add(part);
                continue;
            }
            foreach (var (theirs, target) in places)
            {
                var rows = target.shape.Length == 0 ? 0 : target.shape[0] / theirs.Count;
                for (var piece = 0; piece < theirs.Count; piece++)
                {
                    var view = theirs.Count == 1 ? target : target.narrow(0, piece * rows, rows);
                    used.Add(theirs[piece]);
                    if (!found.TryGetValue(theirs[piece], out var key))
                    {
                        if (!part.Keys.IsOptional(theirs[piece])) missing.Add(theirs[piece]);
                    }
                    else if (!file.Entries[key].Shape.SequenceEqual(view.shape)) misshapen.Add(new MisshapenKey(key, view.shape, file.Entries[key].Shape));
                    else copies.Add((key, view));
                }
            }
        }
        var unused = found.Where(entry => !used.Contains(entry.Key) && !parts.Any(part => part.Keys.IsIgnored(entry.Key) || part.Keys.IsOptional(entry.Key))).ToArray();
        var extra = unused.Where(entry => !IsHeads(entry.Key)).Select(entry => entry.Value).ToArray();
        if (missing.Count + misshapen.Count + extra.Length > 0) throw new CheckpointMismatchException(file.FilePath, missing, extra, misshapen);
        foreach (var (key, target) in copies)
            if (!WeightsSource.IsConvertible(file.Entries[key].Dtype, target.dtype))
                throw new CheckpointException(file.FilePath, $"tensor {CheckpointException.Quote(key)} is of the wrong kind", $"floating values for {target.dtype}", $"{file.Entries[key].Dtype}", "Quantized checkpoints cannot be loaded: use the original one.");
        foreach (var (key, target) in copies) file.ReadInto(key, target);
        return new LoadedWeights(fresh, [.. unused.Select(entry => entry.Value)]);
    }

    /// <summary>Writes what a model folder holds besides weights: config.json and the tokenizer's files.</summary>
    /// <param name="path">The folder, made where it is missing.</param>
    /// <param name="config">Bears the labels of a head, if there is one.</param>
    /// <param name="head">The head that will stand beside the encoder; null = none.</param>
    /// <param name="tokenizer">The tokenizer.</param>
    public static void SaveConfig(string path, ModelConfig config, HeadKind? head, ITokenizer tokenizer)
    {
        Directory.CreateDirectory(path);
        tokenizer.Save(path);
        var named = config with { Architectures = [head is { } kind ? Architectures.Find(config.ModelType).Heads[kind].ClassName : Architectures.FormatOf(config).ClassName] };
        AtomicFile.Write(System.IO.Path.Combine(path, ConfigFile), stream => JsonSerializer.Serialize(stream, named, named.GetType(), ModelConfig.Json));
    }

    /// <summary>Writes the weights of a model folder, under Hugging Face's names.</summary>
    public static void SaveWeights(string path, params IReadOnlyList<CheckpointPart> parts)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var tensors = new List<(string, Tensor)>();
        foreach (var (theirs, target) in parts.SelectMany(part => part.Places()))
        {
            var pieces = theirs.Count == 1 ? [target] : target.chunk(theirs.Count, 0);
            for (var piece = 0; piece < theirs.Count; piece++) tensors.Add((theirs[piece], pieces[piece].contiguous()));
        }
        Safetensors.Write(System.IO.Path.Combine(path, WeightsFile), tensors, new Dictionary<string, string> { ["format"] = "pt" });
    }

    private string Modern(string key) => Heads.Prepend(Format.Keys).Aggregate(key, (name, keys) => keys.Modern(name));

    // Before a model of that size is built: a wrong number would take any amount of memory. What fits but for a little is told key by key.
    private static void RequireSizes(string path, ModelConfig config)
    {
        if (WeightsSource.Find(path) is not { } file) return;
        using var weights = WeightsSource.Open(file);
        var embeddings = weights.Entries.Where(entry => entry.Value.Shape.Length == 2 && TokenEmbeddings.Any(name => entry.Key.EndsWith(name, StringComparison.Ordinal))).ToArray();
        if (embeddings.Length > 0 && !embeddings.Any(entry => entry.Value.Shape[0] == config.VocabSize))
            throw new ArgumentException($"vocab_size is {config.VocabSize}, and the token embeddings in {file} have {embeddings[0].Value.Shape[0]} rows ({CheckpointException.Quote(embeddings[0].Key)})");
        var count = weights.Entries.Values.Sum(entry => (double)entry.ElementCount);
        if (config.LeastValueCount > (2 * count) + SmallModel)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"its sizes make a model of at least {config.LeastValueCount:N0} values, and {file} holds {count:N0}"));
    }

    private static void RequireLabels(ModelConfig config)
    {
        for (var index = 0; index < config.IdToLabel?.Count; index++)
            if (!config.IdToLabel.TryGetValue(index.ToString(), out var label) || label is null)
                throw new ArgumentException($"config.json: id2label has {config.IdToLabel.Count} labels and none for {index}");
    }

    private bool IsHeads(string key) => Heads.Any(keys => keys.Owns(key));

    private IEnumerable<KeyMap> Heads => (Format as Architecture)?.Heads.Values.Select(head => head.Keys) ?? [];
}
