using System.Text.RegularExpressions;
using static TorchSharp.torch;

namespace Attend.Checkpoints;

/// <summary>Writes the weights of a model, whatever they came in, as one safetensors file, with the files that belong to it.</summary>
public static partial class WeightsConversion
{
    // What stands beside weights in a model folder. Other weights, and whatever else lies there, are not copied.
    private static readonly string[] Companions = [".json", ".txt", ".model", ".md", ".jinja", ".vocab", ".bpe", ".codes"];

    /// <summary>Converts a model folder, or one file of weights; one tensor at a time is in memory.</summary>
    /// <param name="source">A folder, or the name of a pulled model, whose configuration and tokenizer files are copied along, or a file: safetensors, an index of shards, or torch.save's.</param>
    /// <param name="target">A new folder; it appears whole or not at all.</param>
    /// <param name="dtype">Element type for the floating tensors; null = each keeps its own.</param>
    /// <returns>What was written and what was left out.</returns>
    /// <exception cref="CheckpointException">The weights are unsound.</exception>
    /// <exception cref="IOException">The target exists, or cannot be written.</exception>
    public static ConvertedWeights Run(string source, string target, ScalarType? dtype = null)
    {
        if (!File.Exists(source)) source = ModelSource.Locate(source);
        using var weights = WeightsSource.Open(source);
        var copied = new List<string>();
        AtomicFolder.Write(target, folder =>
        {
            if (Directory.Exists(source)) CopyCompanions(source, folder, copied);
            var metadata = new Dictionary<string, string>(weights.Metadata);
            metadata.TryAdd("format", "pt");
            Safetensors.Write(Path.Combine(folder, ModelFolder.WeightsFile), weights.Entries.Select(entry => Item(weights, entry.Key, entry.Value, dtype)), metadata);
        });
        return new(weights.FilePath, weights.Entries.Count, copied, weights.OtherKeys);
    }

    private static Safetensors.Item Item(WeightsSource weights, string name, TensorEntry entry, ScalarType? dtype)
    {
        var written = dtype is { } wanted && WeightsSource.IsFloating(entry.Dtype) ? new TensorEntry(wanted, entry.Shape) : new TensorEntry(entry.Dtype, entry.Shape);
        return new(name, written, () =>
        {
            var value = empty(written.Shape, written.Dtype, CPU);
            weights.ReadInto(name, value);
            return value;
        });
    }

    /// <summary>Copies what belongs to a model besides its weights, and says what.</summary>
    internal static void CopyCompanions(string source, string target, List<string> copied)
    {
        foreach (var file in Directory.EnumerateFiles(source).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(file);
            if (name.EndsWith(WeightsIndex.Suffix, StringComparison.Ordinal)) continue;
            if (Companions.Contains(Path.GetExtension(name)) || name.StartsWith("LICENSE", StringComparison.Ordinal)) Copy(name);
        }
        foreach (var folder in Directory.EnumerateDirectories(source).Select(path => Path.GetFileName(path)).Where(name => PipelineStep().IsMatch(name)).Order(StringComparer.Ordinal))
        {
            Directory.CreateDirectory(Path.Combine(target, folder));
            foreach (var file in Directory.EnumerateFiles(Path.Combine(source, folder)).Order(StringComparer.Ordinal)) Copy(Path.Combine(folder, Path.GetFileName(file)));
        }

        void Copy(string name)
        {
            File.Copy(Path.Combine(source, name), Path.Combine(target, name));
            copied.Add(name);
        }
    }

    // The steps of sentence-transformers' modules.json: 1_Pooling, 2_Dense.
    [GeneratedRegex("^[0-9]+_[A-Za-z]+$")]
    private static partial Regex PipelineStep();
}

/// <summary>What a conversion did.</summary>
/// <param name="Source">The file, or index, that was read.</param>
/// <param name="TensorCount">Tensors written.</param>
/// <param name="CopiedFiles">Files copied along.</param>
/// <param name="OtherKeys">Keys of the source that are no tensors and were left out.</param>
public sealed record ConvertedWeights(string Source, int TensorCount, IReadOnlyList<string> CopiedFiles, IReadOnlyList<string> OtherKeys);
