using System.Collections.Concurrent;
using Attend.Checkpoints;

namespace Attend.Tests.Unit.Checkpoints;

/// <summary>A hub and an empty cache for one test; no time passes between attempts.</summary>
internal sealed class HubFixture : IDisposable
{
    public const string Name = "owner/model";
    private readonly TemporaryFolder _folder = new();

    public HubFixture()
    {
        Server = new HubServer();
        Options = new HubOptions
        {
            Endpoint = Server.Address,
            CacheFolder = _folder.File("hub"),
            Wait = (pause, _) =>
            {
                Pauses.Enqueue(pause.TotalSeconds);
                return Task.CompletedTask;
            },
        };
    }

    public HubServer Server { get; }

    public HubOptions Options { get; set; }

    public ConcurrentQueue<double> Pauses { get; } = new();

    public ConcurrentQueue<string> Notices { get; } = new();

    public string Cache => Options.CacheFolder;

    public string Repository => Path.Combine(Cache, "models--owner--model");

    public string Blob(string etag) => Path.Combine(Repository, "blobs", etag);

    public string Outside(string name) => _folder.File(name);

    public async Task<PulledModel> PullAsync(string name = Name, PullOptions? pull = null, IProgress<PullProgress>? progress = null, CancellationToken cancel = default)
    {
        using var client = new HubClient(Options, Notices.Enqueue);
        return await client.PullAsync(name, pull, progress, cancel);
    }

    public async Task<HubException> FailAsync(string name = Name, PullOptions? pull = null) => await Assert.ThrowsAsync<HubException>(() => PullAsync(name, pull));

    /// <summary>Every file below the cache by its path, with '/'.</summary>
    public string[] Files() => !Directory.Exists(Cache) ? [] : [.. Directory.GetFiles(Cache, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }).Select(path => Path.GetRelativePath(Cache, path).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    /// <summary>Everything beside the cache: nothing, if all is well.</summary>
    public string[] Strays() => [.. Directory.GetFileSystemEntries(_folder.Root).Select(path => Path.GetFileName(path)).Where(name => name != "hub")];

    public void Dispose()
    {
        Server.Dispose();
        _folder.Dispose();
    }
}
