namespace Attend.Checkpoints;

/// <summary>Where a model is that a user names: a folder, or a published model in the cache. The one rule for every place that takes a model.</summary>
public static class ModelSource
{
    private const string Advice = "Name a run's folder, or a folder with config.json, model.safetensors and vocab.txt";

    /// <summary>The folder of a model.</summary>
    /// <param name="nameOrFolder">A folder, which wins, the name of a model that comes with Attend ("attend-mini"), or "owner/name", "owner/name@revision" of a model in the cache. The network is never used.</param>
    /// <param name="options">Where the cache is; null = as <see cref="HubOptions.FromEnvironment"/> says.</param>
    /// <exception cref="CheckpointException">There is no such folder and no such model in the cache; the message says how to get it.</exception>
    public static string Locate(string nameOrFolder, HubOptions? options = null)
    {
        if (Directory.Exists(nameOrFolder)) return nameOrFolder;
        if (File.Exists(nameOrFolder)) throw new CheckpointException(nameOrFolder, "is a file, not a model folder", advice: Advice + ".");
        if (Included(nameOrFolder) is { } included) return included;
        if (ModelName.TryParse(nameOrFolder) is not { } name) throw new CheckpointException(nameOrFolder, "no such model folder", advice: Advice + ".");
        var cache = new HubCache(options?.CacheFolder ?? HubOptions.DefaultCacheFolder());
        if (cache.FindSnapshot(name) is { } folder) return folder;
        var others = cache.Revisions(name);
        throw new CheckpointException(nameOrFolder, others.Count > 0 ? $"this revision is not in the cache ({cache.Folder})" : $"no such model folder, and no model of this name in the cache ({cache.Folder})",
            advice: others.Count > 0
                ? $"Fetch it: attend pull {name}. Or use what is there: {string.Join(", ", others.Take(5).Select(revision => $"{name.Repository}@{revision}"))}."
                : $"{Advice}, or fetch a published model of this name first: attend pull {name}");
    }

    /// <summary>Whether a published model is meant, and the cache does not hold all of it.</summary>
    /// <remarks>Below a folder that is here, "runs/tickets" is taken for a mistyped path, not for a model to be fetched.</remarks>
    /// <param name="nameOrFolder">A folder, or the name of a model.</param>
    /// <param name="options">Where the cache is; null = as <see cref="HubOptions.FromEnvironment"/> says.</param>
    public static bool NeedsPull(string nameOrFolder, HubOptions? options = null)
    {
        if (Path.Exists(nameOrFolder) || Included(nameOrFolder) is not null || ModelName.TryParse(nameOrFolder) is not { } name) return false;
        var cache = new HubCache(options?.CacheFolder ?? HubOptions.DefaultCacheFolder());
        if (cache.FindSnapshot(name) is { } folder) return !HubFiles.IsWhole(folder);
        return !(name.Repository.Contains('/', StringComparison.Ordinal) && Directory.Exists(name.Repository.Split('/')[0]));
    }

    /// <summary>"owner/name@commit" for a folder in the cache, so that the very model can be had again, or the name of a model that comes with Attend; null for any other folder.</summary>
    public static string? NameOf(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)) is { Length: > 0 } name && Included(name) == folder ? name : HubCache.NameOf(folder);

    /// <summary>What to do where a file is missing in a folder: fetch it, if the folder is one of the cache.</summary>
    internal static string Remedy(string folder, string otherwise) => NameOf(folder) is { } name ? $"Fetch what is missing: attend pull {name}" : otherwise;

    // Models that come with Attend lie beside its assemblies.
    private static string? Included(string name) =>
        name is not ("" or "." or "..") && name.IndexOfAny(['/', '\\']) < 0 && Path.Combine(AppContext.BaseDirectory, "models", name) is var folder && Directory.Exists(folder) ? folder : null;
}
