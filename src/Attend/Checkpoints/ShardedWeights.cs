using static TorchSharp.torch;

namespace Attend.Checkpoints;

/// <summary>A checkpoint in several files with an index beside them, safetensors or PyTorch's.</summary>
internal sealed class ShardedWeights : WeightsSource
{
    private readonly Dictionary<string, WeightsSource> _shardOf = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<string, TensorEntry> _entries = new(StringComparer.Ordinal);
    private readonly List<WeightsSource> _shards = [];
    private readonly string _path;

    private ShardedWeights(string path) => _path = Path.GetFullPath(path);

    /// <inheritdoc/>
    public override string FilePath => _path;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Files => [.. _shards.Select(shard => shard.FilePath)];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, string> Metadata => _shards[0].Metadata;

    /// <summary>Opens every shard that an index names.</summary>
    /// <exception cref="CheckpointException">A shard is missing or unsound, or index and shards contradict each other.</exception>
    public static new ShardedWeights Open(string path)
    {
        var index = WeightsIndex.Read(path);
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var missing = index.Keys.Where(shard => !File.Exists(Path.Combine(folder, shard))).ToArray();
        if (missing.Length > 0)
            throw new CheckpointException(path, $"{missing.Length} of {index.Count} shards are missing",
                found: $"no {string.Join(", ", missing.Take(8))}{(missing.Length > 8 ? ", ..." : "")}", advice: $"Get the missing files and put them beside the index in {folder}.");
        var opened = new ShardedWeights(path);
        var complete = false;
        try
        {
            foreach (var (shard, names) in index) opened.Add(Path.Combine(folder, shard), names);
            complete = true;
            return opened;
        }
        finally
        {
            if (!complete) opened.Dispose();
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => _shards.ForEach(shard => shard.Dispose());

    private protected override void Fill(string name, TensorEntry entry, Tensor destination) => _shardOf[name].ReadInto(name, destination);

    private void Add(string file, List<string> names)
    {
        WeightsSource shard = FileKind.IsTorch(file) ? TorchFile.Open(file) : SafetensorsFile.Open(file);
        _shards.Add(shard);
        var absent = names.Where(name => !shard.Entries.ContainsKey(name)).ToArray();
        var unnamed = shard.Entries.Keys.Except(names).ToArray();
        if (absent.Length + unnamed.Length > 0)
            throw new CheckpointException(_path, $"the index does not belong to the shard {Path.GetFileName(file)}",
                $"its {names.Count} tensors there", $"{absent.Length} of them absent{Some(absent)}, {unnamed.Length} others{Some(unnamed)}",
                "Get the index and all shards again, from one place and revision.");
        foreach (var (name, entry) in shard.Entries)
        {
            _entries.Add(name, entry);
            _shardOf.Add(name, shard);
        }
    }

    private static string Some(string[] names) =>
        names.Length == 0 ? "" : $" ({string.Join(", ", names.Take(3).Select(CheckpointException.Quote))}{(names.Length > 3 ? ", ..." : "")})";
}
