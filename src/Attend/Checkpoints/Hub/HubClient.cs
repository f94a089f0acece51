using System.Text.Json;

namespace Attend.Checkpoints;

/// <summary>Fetches published models from a hub that speaks as huggingface.co does, into the cache that Hugging Face's tools share.</summary>
/// <example><code>
/// using var hub = new HubClient();
/// var model = await hub.PullAsync("google-bert/bert-base-uncased");
/// using var classifier = TextClassifier.Load(model.Folder);
/// </code></example>
public sealed class HubClient : IDisposable
{
    private const int HeadsAtOnce = 8;
    private const int DownloadsAtOnce = 4;

    private readonly HubOptions _options;
    private readonly HubConnection _connection;
    private readonly HubCache _cache;
    private readonly Action<string> _notice;

    /// <summary>Prepares to pull; nothing is asked of the hub yet.</summary>
    /// <param name="options">Where from and where to; null = <see cref="HubOptions.FromEnvironment"/>.</param>
    /// <param name="notice">Told what the user should know: attempts repeated, a cache that could not be checked. May be called from several threads.</param>
    public HubClient(HubOptions? options = null, Action<string>? notice = null)
    {
        _options = options ?? HubOptions.FromEnvironment();
        _notice = notice ?? (_ => { });
        _connection = new HubConnection(_options, _notice);
        _cache = new HubCache(_options.CacheFolder);
    }

    /// <summary>Brings a model's files into the cache: those not there yet, as they are now on the hub.</summary>
    /// <remarks>Where the hub is out of reach and the cache holds the model, that is the answer, with a notice. Interrupted, the same call goes on where it stopped.</remarks>
    /// <param name="name">"owner/name", or "owner/name@revision".</param>
    /// <param name="pull">Which revision and which files; null = main, and what makes a model.</param>
    /// <param name="progress">Told while files arrive; called from one thread at a time.</param>
    /// <param name="cancel">Stops; what has arrived is kept.</param>
    /// <exception cref="ArgumentException">Not a model's name, or not a revision.</exception>
    /// <exception cref="HubException">The hub refuses, is out of reach, or sends what it should not; the message says what to do.</exception>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    public async Task<PulledModel> PullAsync(string name, PullOptions? pull = null, IProgress<PullProgress>? progress = null, CancellationToken cancel = default)
    {
        pull ??= new PullOptions();
        var model = ModelName.Parse(name, pull.Revision);
        if (_options.Offline)
            return Cached(model, "HF_HUB_OFFLINE is set") ?? throw new HubException($"{model}: is not in the cache ({_cache.Folder}), and HF_HUB_OFFLINE forbids to fetch it. Unset it, or copy the cache from a machine that has the model.");
        string commit;
        string[] all;
        try
        {
            (commit, all) = await ListAsync(model, cancel).ConfigureAwait(false);
        }
        catch (HubException exception) when (exception.IsUnavailable && Cached(model, exception.Message) is { } cached)
        {
            return cached;
        }
        var chosen = Choose(model, all, pull);
        var job = new Job(model, commit, _cache.Snapshot(model, commit), progress);
        if (pull.Include.Count == 0)
        {
            var tables = chosen.Where(HubFiles.NamesOthers).ToArray();
            await FetchAsync(job, tables, cancel).ConfigureAwait(false);
            chosen = [.. chosen.Union(HubFiles.Filter(HubFiles.Referenced(job.Folder, tables, all), [], pull.Exclude))];
        }
        await FetchAsync(job, chosen, cancel).ConfigureAwait(false);
        _cache.WriteRef(model, commit);
        return new PulledModel(model.Repository, model.Revision, commit, job.Folder, job.Files(chosen), Checked: true);
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _connection.Dispose();

    private static string[] Choose(ModelName model, string[] all, PullOptions pull)
    {
        if (pull.Include.Count > 0)
        {
            string[] asked = [.. HubFiles.Filter(all, pull.Include, pull.Exclude).Order(StringComparer.Ordinal)];
            return asked.Length > 0 ? asked : throw new HubException($"{model}: none of its {all.Length} files fits --include {string.Join(" --include ", pull.Include)}. It has: {Some(all)}.");
        }
        var usual = HubFiles.Select(all);
        if (!usual.Contains(HubFiles.Config)) throw new HubException($"{model}: holds no model that Attend knows, there is no {HubFiles.Config}. It has: {Some(all)}. Take files by name with --include.");
        if (!HubFiles.HasWeights(usual)) throw new HubException($"{model}: has no weights in safetensors or PyTorch's format. It has: {Some(all)}. Choose another revision (--revision) or another model.");
        return [.. HubFiles.Filter(usual, [], pull.Exclude)];
    }

    private static string Some(string[] names) => string.Join(", ", names.Take(12).Select(CheckpointException.Quote)) + (names.Length > 12 ? $" and {names.Length - 12} more" : "");

    private PulledModel? Cached(ModelName model, string why)
    {
        if (_cache.FindSnapshot(model) is not { } folder || !HubFiles.IsWhole(folder)) return null;
        _notice($"{model}: taken from the cache, whether the hub has a newer state was not checked ({why.TrimEnd('.')})");
        var files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(file => new PulledFile(Path.GetRelativePath(folder, file).Replace('\\', '/'), Length(file), Downloaded: false));
        return new PulledModel(model.Repository, model.Revision, Path.GetFileName(folder), folder, [.. files], Checked: false);
    }

    private async Task<(string Commit, string[] Files)> ListAsync(ModelName model, CancellationToken cancel)
    {
        var address = _connection.Address($"api/models/{model.Repository}/revision/{Uri.EscapeDataString(model.Revision)}");
        using var response = await _connection.GetAsync(address, cancel).ConfigureAwait(false);
        HubFailures.ThrowIfRefused(response, model, _options);
        try
        {
            using var document = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false), cancellationToken: cancel).ConfigureAwait(false);
            var commit = document.RootElement.GetProperty("sha").GetString() ?? "";
            if (!ModelName.IsCommit(commit)) throw new HubException($"{HubConnection.Show(address)}: names the commit {CheckpointException.Quote(commit)}, expected 40 hexadecimal digits. Check the address of the hub (--endpoint, HF_ENDPOINT).");
            if (model.IsPinned && commit != model.Revision) throw new HubException($"{HubConnection.Show(address)}: answers with commit {commit}. The hub or a cache before it is out of order: try again later.");
            return (commit, [.. document.RootElement.GetProperty("siblings").EnumerateArray().Select(file => file.GetProperty("rfilename").GetString() ?? "")]);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            var found = HubFailures.IsWebPage(response) ? "answers with a web page, not as a hub does" : "does not answer as a hub does";
            throw new HubException($"{HubConnection.Show(address)}: {found}. Check the address of the hub (--endpoint, HF_ENDPOINT), and whether a proxy or a log-in page stands between.", inner: exception);
        }
    }

    private async Task FetchAsync(Job job, string[] names, CancellationToken cancel)
    {
        HubPath.RequireDistinct(names);
        var missing = names.Where(name => !HubCache.Holds(HubPath.Below(job.Folder, name))).ToArray();
        job.Expect(names, missing);
        var heads = new HubFileHead[missing.Length];
        await Parallel.ForAsync(0, missing.Length, new ParallelOptions { MaxDegreeOfParallelism = HeadsAtOnce, CancellationToken = cancel }, async (i, token) =>
            heads[i] = await HeadAsync(job, missing[i], token).ConfigureAwait(false)).ConfigureAwait(false);
        RequireSpace(job, heads);
        job.Expect(heads);
        await Parallel.ForEachAsync(heads, new ParallelOptions { MaxDegreeOfParallelism = DownloadsAtOnce, CancellationToken = cancel }, async (head, token) =>
            await FetchAsync(job, head, token).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private Uri FileAddress(Job job, string name) => _connection.Address($"{job.Model.Repository}/resolve/{job.Commit}/{HubConnection.Escape(name)}");

    private async Task<HubFileHead> HeadAsync(Job job, string name, CancellationToken cancel)
    {
        using var response = await _connection.HeadAsync(FileAddress(job, name), cancel).ConfigureAwait(false);
        HubFailures.ThrowIfRefused(response, job.Model, _options, name);
        return HubFileHead.Read(name, job.Commit, response);
    }

    private async Task FetchAsync(Job job, HubFileHead head, CancellationToken cancel)
    {
        for (var attempt = 1; !await TryFetchAsync(job, head, cancel).ConfigureAwait(false); attempt++)
        {
            if (attempt > 1) throw new HubException($"{job.Model.Repository}, file {CheckpointException.Quote(head.Name)}: its content on the hub changes while it is fetched. Try again later.");
            _notice($"{head.Name}: has changed on the hub; starting anew");
            head = await HeadAsync(job, head.Name, cancel).ConfigureAwait(false);
        }
    }

    private async Task<bool> TryFetchAsync(Job job, HubFileHead head, CancellationToken cancel)
    {
        var (blob, pointer) = (_cache.Blob(job.Model, head.ETag), HubPath.Below(job.Folder, head.Name));
        _cache.CreateFolders(job.Model, head.ETag);
        using var held = await HubLock.AcquireAsync(_cache.Lock(job.Model, head.ETag), () => _notice($"{head.Name}: another process is fetching it; waiting"), cancel).ConfigureAwait(false);
        var isNew = !File.Exists(blob) && !HubCache.Holds(pointer);
        if (!isNew) job.Advance(head.Name, head.Size ?? 0);
        else if (!await new HubDownload(_connection, _options, job.Model, _notice).FetchAsync(FileAddress(job, head.Name), head, blob, count => job.Advance(head.Name, count), cancel).ConfigureAwait(false)) return false;
        if (!HubCache.Holds(pointer)) HubCache.Link(blob, pointer, _options.SymbolicLinks, isNew);
        job.Finish(head.Name, isNew);
        return true;
    }

    // Better now than after an hour.
    private void RequireSpace(Job job, HubFileHead[] heads)
    {
        var needed = heads.Where(head => !File.Exists(_cache.Blob(job.Model, head.ETag))).DistinctBy(head => head.ETag)
            .Sum(head => (decimal)Math.Max(0, (head.Size ?? 0) - Length(_cache.Blob(job.Model, head.ETag) + ".incomplete")));
        if (needed == 0) return;
        Directory.CreateDirectory(_cache.Folder);
        if (FreeSpace(_cache.Folder) is { } free && free < needed)
            throw new IOException($"{_cache.Folder}: {needed / 1_000_000:0.#} MB are to be fetched, and the disk has {free / 1e6:0.#} MB left. Free space there, or name a cache on another disk by HF_HOME.");
    }

    private static long? FreeSpace(string folder)
    {
        try
        {
            var drive = new DriveInfo(folder);
            return drive.TotalSize > 0 ? drive.AvailableFreeSpace : null;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return null; // a network path, or a file system that does not say
        }
    }

    // The size of what a link leads to, not of the link.
    private static long Length(string path)
    {
        if (!File.Exists(path)) return 0;
        using var handle = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        return RandomAccess.GetLength(handle);
    }

    // One pull: what it is of, and how far it is.
    private sealed class Job(ModelName model, string commit, string folder, IProgress<PullProgress>? progress)
    {
        private readonly Lock _lock = new();
        private readonly HashSet<string> _expected = [];
        private readonly HashSet<string> _downloaded = [];
        private long _doneBytes;
        private long _totalBytes;
        private int _doneFiles;

        public ModelName Model => model;

        public string Commit => commit;

        public string Folder => folder;

        public PulledFile[] Files(IEnumerable<string> names) => [.. names.Order(StringComparer.Ordinal).Select(name => new PulledFile(name, Length(HubPath.Below(folder, name)), _downloaded.Contains(name)))];

        public void Expect(string[] names, string[] missing)
        {
            var known = names.Count(_expected.Add);
            _doneFiles += known - missing.Length;
        }

        public void Expect(HubFileHead[] heads) => _totalBytes += heads.Sum(head => head.Size ?? 0);

        public void Advance(string name, long bytes) => Report(name, () => _doneBytes += bytes);

        public void Finish(string name, bool downloaded) => Report(name, () =>
        {
            _doneFiles++;
            if (downloaded) _downloaded.Add(name);
        });

        private void Report(string name, Action change)
        {
            lock (_lock)
            {
                change();
                progress?.Report(new PullProgress(name, _doneBytes, _totalBytes, _doneFiles, _expected.Count));
            }
        }
    }
}
