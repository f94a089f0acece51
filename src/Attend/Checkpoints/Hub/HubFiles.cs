using System.Text.Json;
using System.Text.RegularExpressions;

namespace Attend.Checkpoints;

/// <summary>Which of a repository's files make a model: configuration, tokenizer, one form of the weights, what explains and licenses them.</summary>
internal static class HubFiles
{
    public const string Config = "config.json";
    private const string Modules = "modules.json";

    // Forms of the weights, best first: one file, or parts named by an index.
    private static readonly (string File, string Index)[] Weights =
    [
        (ModelFolder.WeightsFile, ModelFolder.WeightsFile + WeightsIndex.Suffix),
        ("pytorch_model.bin", "pytorch_model.bin" + WeightsIndex.Suffix),
    ];

    private static readonly HashSet<string> Usual =
    [
        Config, "generation_config.json", "preprocessor_config.json",
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "chat_template.jinja",
        "vocab.txt", "vocab.json", "merges.txt", "bpe.codes", "tokenizer.model", "spm.model", "spiece.model", "sentencepiece.bpe.model", "source.spm", "target.spm",
        Modules, "config_sentence_transformers.json", "sentence_bert_config.json",
        "README.md",
    ];

    private static readonly string[] Legal = ["LICENSE", "LICENCE", "NOTICE", "COPYING"];

    /// <summary>The files to take of those below a folder of the repository.</summary>
    /// <param name="all">Every file of the repository.</param>
    /// <param name="folder">"" or "1_Pooling/": only names right in it are looked at.</param>
    public static IReadOnlyList<string> Select(IReadOnlyCollection<string> all, string folder = "")
    {
        var here = all.Where(name => name.StartsWith(folder, StringComparison.Ordinal)).Select(name => name[folder.Length..]).Where(name => !name.Contains('/', StringComparison.Ordinal)).ToHashSet();
        var chosen = here.Where(name => Usual.Contains(name) || Legal.Any(word => name.StartsWith(word, StringComparison.OrdinalIgnoreCase))).ToList();
        foreach (var (file, index) in Weights)
        {
            if (!here.Contains(file) && !here.Contains(index)) continue;
            chosen.Add(here.Contains(file) ? file : index);
            break;
        }
        return [.. chosen.Select(name => folder + name).Order(StringComparer.Ordinal)];
    }

    /// <summary>Whether weights are among some files.</summary>
    public static bool HasWeights(IEnumerable<string> names) => names.Any(name => Weights.Any(form => name == form.File || name == form.Index));

    /// <summary>Whether a file names further files, so that it must be read before they are known.</summary>
    public static bool NamesOthers(string name) => name == Modules || Weights.Any(form => name == form.Index || name.EndsWith("/" + form.Index, StringComparison.Ordinal));

    /// <summary>The files that indexes and modules.json name, of those already in the snapshot.</summary>
    /// <param name="snapshot">The folder.</param>
    /// <param name="names">Files in it that <see cref="NamesOthers"/>.</param>
    /// <param name="all">Every file of the repository.</param>
    /// <exception cref="CheckpointException">A file cannot be understood.</exception>
    /// <exception cref="HubException">A file names what the repository does not have.</exception>
    public static IReadOnlyList<string> Referenced(string snapshot, IEnumerable<string> names, IReadOnlyCollection<string> all)
    {
        var found = new List<string>();
        foreach (var name in names)
        {
            var file = HubPath.Below(snapshot, name);
            var folder = name[..(name.LastIndexOf('/') + 1)];
            if (name == Modules) found.AddRange(ModuleFolders(file).SelectMany(module => Select(all, module + "/")));
            else
            {
                var shards = WeightsIndex.Read(file).Keys.Select(shard => folder + shard).ToArray();
                if (shards.FirstOrDefault(shard => !all.Contains(shard)) is { } missing)
                    throw new HubException($"{file}: names {CheckpointException.Quote(missing)}, which the repository does not have. Its weights are incomplete: ask its authors, or pull another revision by --revision.");
                found.AddRange(shards);
            }
        }
        return [.. found.Distinct()];
    }

    /// <summary>Whether a folder holds a whole model: its configuration and every part of one form of its weights.</summary>
    public static bool IsWhole(string folder)
    {
        if (!HubCache.Holds(Path.Combine(folder, Config))) return false;
        foreach (var (file, index) in Weights)
        {
            if (HubCache.Holds(Path.Combine(folder, file))) return true;
            var path = Path.Combine(folder, index);
            if (HubCache.Holds(path)) return WeightsIndex.Read(path).Keys.All(shard => HubCache.Holds(Path.Combine(folder, shard)));
        }
        return false;
    }

    /// <summary>Keeps the names that fit a pattern to include (all, where there is none) and none to exclude.</summary>
    /// <remarks>Shell patterns as Hugging Face's tools have them: * (also across folders), ?, [abc], [!abc]; case matters; "onnx/" is all below that folder.</remarks>
    public static IEnumerable<string> Filter(IEnumerable<string> names, IReadOnlyList<string> include, IReadOnlyList<string> exclude)
    {
        var (wanted, unwanted) = (include.Select(ToExpression).ToArray(), exclude.Select(ToExpression).ToArray());
        return names.Where(name => (wanted.Length == 0 || wanted.Any(pattern => pattern.IsMatch(name))) && !unwanted.Any(pattern => pattern.IsMatch(name)));
    }

    private static Regex ToExpression(string pattern)
    {
        var text = pattern.Replace('\\', '/');
        if (text.EndsWith('/')) text += "*";
        var expression = new System.Text.StringBuilder(@"\A");
        for (var i = 0; i < text.Length; i++)
        {
            var close = text[i] == '[' ? text.IndexOf(']', Math.Min(text.Length, i + (i + 1 < text.Length && text[i + 1] == '!' ? 3 : 2))) : -1;
            if (close > 0)
            {
                var set = text[(i + 1)..close];
                var negated = set[0] == '!';
                expression.Append(negated ? "[^" : "[").Append((negated ? set[1..] : set).Replace("\\", "\\\\").Replace("[", "\\[").Replace("]", "\\]").Replace("^", "\\^")).Append(']');
                i = close;
            }
            else expression.Append(text[i] switch { '*' => ".*", '?' => ".", var other => Regex.Escape(other.ToString()) });
        }
        try
        {
            return new Regex(expression.Append(@"\z").ToString(), RegexOptions.Singleline | RegexOptions.NonBacktracking);
        }
        catch (ArgumentException exception)
        {
            throw new ArgumentException($"'{pattern}' is not a pattern of file names; expected one such as *.safetensors or onnx/*", exception);
        }
    }

    private static string[] ModuleFolders(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return [.. document.RootElement.EnumerateArray().Select(module => module.GetProperty("path").GetString()?.TrimEnd('/') ?? "").Where(folder => folder.Length > 0).Distinct()];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new CheckpointException(path, "cannot be understood", "a list of modules, each with its \"path\"", inner: exception);
        }
    }
}
