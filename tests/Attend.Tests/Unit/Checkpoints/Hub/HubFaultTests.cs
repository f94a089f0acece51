using System.Text;
using Attend.Checkpoints;
using Microsoft.AspNetCore.Http;

namespace Attend.Tests.Unit.Checkpoints;

/// <summary>Pulling from a hub, or over a line, that misbehaves: nothing wrong is kept, nothing right is lost, and the message says what to do.</summary>
public sealed class HubFaultTests : IDisposable
{
    private readonly HubFixture _hub = new();
    private readonly HubServer.Repository _repository;
    private readonly HubServer.Entry _weights;

    public HubFaultTests()
    {
        _repository = _hub.Server.AddModel(HubFixture.Name, weightBytes: 100_000);
        _weights = _repository.Now.Files["model.safetensors"];
    }

    private string Partial => _hub.Blob(_weights.ETag) + ".incomplete";

    public void Dispose() => _hub.Dispose();

    [Fact]
    public async Task ABrokenLineIsTakenUpAtTheRightByte()
    {
        int[] sent = [40_000, 0, 30_000];
        var calls = 0;
        OnWeights(async context =>
        {
            if (calls >= sent.Length) return false;
            await HubServer.DropAsync(context, _weights.Content, sent[calls++], Partial);
            return true;
        });
        var model = await _hub.PullAsync();
        Assert.Equal(_weights.Content, File.ReadAllBytes(Path.Combine(model.Folder, "model.safetensors")));
        Assert.Equal([null, "bytes=40000-", "bytes=40000-", "bytes=70000-"], WeightRanges());
        Assert.Equal(3, _hub.Pauses.Count);
        Assert.Equal("model.safetensors: the connection broke after 40000 bytes; trying again in 1 s", _hub.Notices.First());
        Assert.False(File.Exists(Partial));
    }

    [Fact]
    public async Task WhatAnEarlierProcessFetchedIsGoneOnWith()
    {
        WritePartial(_weights.Content[..60_000]);
        await _hub.PullAsync();
        Assert.Equal(["bytes=60000-"], WeightRanges());
        Assert.Equal(_weights.Content, File.ReadAllBytes(_hub.Blob(_weights.ETag)));
    }

    [Fact]
    public async Task WhatIsWholeAlreadyIsOnlyChecked()
    {
        WritePartial(_weights.Content);
        await _hub.PullAsync();
        Assert.Empty(WeightRanges());
        Assert.True(File.Exists(_hub.Blob(_weights.ETag)));
    }

    [Theory]
    [InlineData(60_000)] // damaged content
    [InlineData(100_000)] // damaged and whole
    [InlineData(100_001)] // too long
    public async Task WhatWasKeptAndIsDamagedIsFetchedAnew(int length)
    {
        WritePartial(new byte[length]);
        var model = await _hub.PullAsync();
        Assert.Equal(_weights.Content, File.ReadAllBytes(Path.Combine(model.Folder, "model.safetensors")));
        Assert.Null(WeightRanges()[^1]);
    }

    [Theory]
    [InlineData("whole")] // 200 and everything, as if no range had been asked for
    [InlineData("elsewhere")] // 206, but from another byte on
    [InlineData("refused")] // 416
    public async Task AServerThatCannotGoOnStartsFromNothing(string way)
    {
        WritePartial(_weights.Content[..60_000]);
        OnWeights(async context =>
        {
            if (HubServer.RangeStart(context) == 0) return false;
            context.Response.StatusCode = way switch { "whole" => 200, "elsewhere" => 206, _ => 416 };
            if (way == "elsewhere") context.Response.Headers.ContentRange = "bytes 0-99999/100000";
            if (way != "refused") await context.Response.Body.WriteAsync(_weights.Content);
            return true;
        });
        await _hub.PullAsync();
        Assert.Equal(_weights.Content, File.ReadAllBytes(_hub.Blob(_weights.ETag)));
        Assert.Equal(way == "whole" ? 1 : 2, WeightRanges().Length);
    }

    [Fact]
    public async Task NewContentOnTheHubStartsAnew()
    {
        WritePartial(_weights.Content[..60_000]);
        var newer = Enumerable.Repeat((byte)7, 100_000).ToArray();
        _repository.Commits("second").WithLarge("model.safetensors", newer);
        var model = await _hub.PullAsync();
        Assert.Equal(newer, File.ReadAllBytes(Path.Combine(model.Folder, "model.safetensors")));
        Assert.Equal([null], WeightRanges());
    }

    [Fact]
    public async Task ContentThatChangesWhileItIsFetchedIsNeverMixed()
    {
        // A mirror whose ETags are no hashes: only the change of the tag gives it away.
        var (old, now) = (Encoding.ASCII.GetBytes(new string('a', 50_000)), Encoding.ASCII.GetBytes(new string('b', 50_000)));
        var gets = 0;
        _hub.Server.Misbehave = async context =>
        {
            if (!context.Request.Path.Value!.EndsWith("/vocab.txt", StringComparison.Ordinal)) return false;
            context.Response.Headers["X-Repo-Commit"] = _repository.Commit;
            if (HttpMethods.IsGet(context.Request.Method) && gets++ == 0)
            {
                context.Response.Headers.ETag = "\"tag-of-the-old\"";
                await HubServer.DropAsync(context, old, 20_000, _hub.Blob("tag-of-the-old") + ".incomplete");
            }
            else await HubServer.SendAsync(context, gets == 0 ? old : now, gets == 0 ? "tag-of-the-old" : "tag-of-the-new");
            return true;
        };
        var model = await _hub.PullAsync();
        Assert.Equal(now, File.ReadAllBytes(Path.Combine(model.Folder, "vocab.txt")));
        Assert.Contains(_hub.Notices, notice => notice == "vocab.txt: has changed on the hub; starting anew");
        Assert.DoesNotContain(_hub.Files(), file => file.EndsWith(".incomplete", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ALineThatNeverHoldsGivesUpAndKeepsWhatArrived()
    {
        OnWeights(async context =>
        {
            await HubServer.DropAsync(context, _weights.Content, HubServer.RangeStart(context) == 0 ? 40_000 : 0, Partial);
            return true;
        });
        var failure = await _hub.FailAsync();
        Assert.Contains("the connection broke. Check the network", failure.Message);
        Assert.Contains("the same command goes on from there", failure.Message);
        Assert.Equal(_weights.Content[..40_000], File.ReadAllBytes(Partial));
        // Whether the line breaks before or after the headers arrive is chance; the pauses grow either way.
        Assert.True(_hub.Pauses.Count >= 5 && _hub.Pauses.Max() == 8);
        Assert.False(File.Exists(Path.Combine(_hub.Repository, "refs", "main")), "an incomplete pull is not the state of main");
    }

    [Fact]
    public async Task AStandstillIsTakenForABreak()
    {
        _hub.Options = _hub.Options with { StallTimeout = TimeSpan.FromMilliseconds(300) };
        OnWeights(async context =>
        {
            if (HubServer.RangeStart(context) > 0) return false;
            context.Response.ContentLength = _weights.Content.Length;
            await context.Response.Body.WriteAsync(_weights.Content.AsMemory(0, 50_000));
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { });
            return true;
        });
        await _hub.PullAsync();
        Assert.StartsWith("bytes=", WeightRanges()[^1]);
        Assert.Contains(_hub.Notices, notice => notice.Contains("nothing arrived for", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WrongContentIsNotKept()
    {
        OnWeights(async context =>
        {
            await HubServer.SendAsync(context, new byte[100_000], "x");
            return true;
        });
        var failure = await _hub.FailAsync();
        Assert.StartsWith("owner/model, file \"model.safetensors\": its content has the sha256 ", failure.Message);
        Assert.Contains($"and the hub spoke of {_weights.ETag}. Nothing of it was kept.", failure.Message);
        Assert.False(File.Exists(Partial) || File.Exists(_hub.Blob(_weights.ETag)));
    }

    [Fact]
    public async Task WrongContentOfASmallFileIsFoundByItsGitHash()
    {
        var tag = _repository.Now.Files["vocab.txt"].ETag;
        _repository.Now.Files["vocab.txt"] = new HubServer.Entry("[PAD]\n[UNX]\n"u8.ToArray(), tag, IsLarge: false);
        Assert.Contains("its content has the sha1 ", (await _hub.FailAsync()).Message);
        // A mirror that gives the plain sha1 is right too.
        _repository.Now.Files["vocab.txt"] = new HubServer.Entry("plain"u8.ToArray(), HubServer.Sha1("plain"u8), IsLarge: false);
        await _hub.PullAsync();
    }

    [Theory]
    [InlineData(99_999)]
    [InlineData(100_001)]
    public async Task ALieAboutTheSizeIsFound(int told)
    {
        OnWeightsHead(context => context.Response.Headers["X-Linked-Size"] = told.ToString());
        var failure = await _hub.FailAsync();
        Assert.Contains($"sends a file of 100000 bytes, and the hub spoke of {told}", failure.Message);
        Assert.False(File.Exists(_hub.Blob(_weights.ETag)));
    }

    [Theory]
    [InlineData(150_000, "is longer than the 100000 bytes the hub spoke of")]
    [InlineData(50_000, "the file ended, 100000 bytes were expected")]
    public async Task AStreamWithoutASizeIsHeldToTheHubsWord(int length, string expected)
    {
        OnWeights(async context =>
        {
            if (HubServer.RangeStart(context) > 0) context.Response.StatusCode = 206;
            if (HubServer.RangeStart(context) > 0) context.Response.Headers.ContentRange = $"bytes {HubServer.RangeStart(context)}-99999/*";
            else await context.Response.Body.WriteAsync(new byte[length]);
            return true;
        });
        Assert.Contains(expected, (await _hub.FailAsync()).Message);
        Assert.True(!File.Exists(Partial) || new FileInfo(Partial).Length <= 100_000);
    }

    [Fact]
    public async Task ASizeThatIsNotToldIsNoHindrance()
    {
        OnWeightsHead(context => context.Response.Headers["X-Linked-Size"] = "-5");
        Assert.Equal(100_000, (await _hub.PullAsync()).Files.Single(file => file.Name == "model.safetensors").Bytes);
    }

    [Fact]
    public async Task ASizeBeyondTheDiskIsToldBeforeAnythingIsFetched()
    {
        OnWeightsHead(context => context.Response.Headers["X-Linked-Size"] = "9000000000000000000");
        var failure = await Assert.ThrowsAsync<IOException>(() => _hub.PullAsync());
        Assert.Contains("are to be fetched, and the disk has", failure.Message);
        Assert.Empty(_hub.Server.Downloads);
    }

    [Fact]
    public async Task AFullDiskKeepsWhatArrived()
    {
        using var disk = new TinyDisk();
        _hub.Options = _hub.Options with { CacheFolder = disk.File("hub") };
        var large = new byte[3 << 20];
        _repository.WithLarge("model.safetensors", large);
        OnWeightsHead(context => context.Response.Headers["X-Linked-Size"] = "unknown");
        var failure = await Assert.ThrowsAsync<IOException>(() => _hub.PullAsync());
        Assert.Contains("the disk (or the quota) is full; what has arrived is kept. Free space there and try again, or name a cache on another disk by HF_HOME.", failure.Message);
        Assert.True(new FileInfo(_hub.Blob(_repository.Now.Files["model.safetensors"].ETag) + ".incomplete").Length > 100_000);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AGitLfsPointerIsNoModel(bool hashesFit)
    {
        var pointer = Encoding.ASCII.GetBytes($"version https://git-lfs.github.com/spec/v1\noid sha256:{_weights.ETag}\nsize 100000\n");
        if (hashesFit) _repository.With("model.safetensors", pointer);
        else
            OnWeights(async context =>
            {
                await HubServer.SendAsync(context, pointer, "x");
                return true;
            });
        var failure = await _hub.FailAsync();
        Assert.Contains("is a git-lfs pointer, a note of where the file is, in place of the file", failure.Message);
        Assert.DoesNotContain(_hub.Files(), file => file.EndsWith("/model.safetensors", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AWebPageIsNoModel()
    {
        async Task<bool> Page(HttpContext context)
        {
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync("\n<!DOCTYPE html><html>Please log in to the network</html>");
            return true;
        }
        OnWeights(Page);
        Assert.Contains("is a web page (a log-in or an error?) in place of the file", (await _hub.FailAsync()).Message);
        _hub.Server.Misbehave = context => context.Request.Path.StartsWithSegments("/api") ? Task.FromResult(false) : Page(context);
        Assert.Contains("answers with a web page, not with a file of a hub", (await _hub.FailAsync()).Message);
        _hub.Server.Misbehave = Page;
        Assert.Contains("answers with a web page, not as a hub does. Check the address of the hub (--endpoint, HF_ENDPOINT), and whether a proxy or a log-in page stands between.", (await _hub.FailAsync()).Message);
    }

    [Fact]
    public async Task CancellingLeavesWhatArrivedAndTheNextPullGoesOn()
    {
        using var cancel = new CancellationTokenSource();
        OnWeights(async context =>
        {
            if (HubServer.RangeStart(context) > 0) return false;
            context.Response.ContentLength = _weights.Content.Length;
            await context.Response.Body.WriteAsync(_weights.Content.AsMemory(0, 50_000));
            await context.Response.Body.FlushAsync();
            while (!File.Exists(Partial) || new FileInfo(Partial).Length < 50_000) await Task.Delay(5);
            cancel.Cancel();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { });
            return true;
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _hub.PullAsync(cancel: cancel.Token));
        Assert.Equal(_weights.Content[..50_000], File.ReadAllBytes(Partial));
        await _hub.PullAsync();
        Assert.Equal("bytes=50000-", WeightRanges()[^1]);
        Assert.Equal(_weights.Content, File.ReadAllBytes(_hub.Blob(_weights.ETag)));
    }

    [Fact]
    public async Task AShardThatTheRepositoryDoesNotHaveIsNamed()
    {
        _hub.Server.Add("owner/shards").With("config.json", "{}").With("model.safetensors.index.json", "{\"weight_map\": {\"a\": \"model-1.safetensors\"}}");
        Assert.Contains("names \"model-1.safetensors\", which the repository does not have", (await _hub.FailAsync("owner/shards")).Message);
        foreach (var (content, n) in new[] { "{", "{}", "{\"weight_map\": 3}", "{\"weight_map\": {\"a\": 5}}", "{\"weight_map\": {\"a\": null}}" }.Select((content, n) => (content, n)))
        {
            _hub.Server.Add($"owner/broken{n}").With("config.json", "{}").With("model.safetensors.index.json", content);
            Assert.Contains("model.safetensors.index.json: ", (await Assert.ThrowsAsync<CheckpointException>(() => _hub.PullAsync($"owner/broken{n}"))).Message);
        }
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("[{}]")]
    [InlineData("[{\"path\": 3}]")]
    public async Task ATableOfModulesThatMakesNoSenseIsNamed(string json)
    {
        _repository.With("modules.json", json);
        Assert.Contains("modules.json: cannot be understood; expected a list of modules", (await Assert.ThrowsAsync<CheckpointException>(() => _hub.PullAsync())).Message);
    }

    private void WritePartial(byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Partial)!);
        File.WriteAllBytes(Partial, content);
    }

    // Ranges of the requests for the weights, which lie on the other host.
    private string?[] WeightRanges() => [.. _hub.Server.Requests.Where(request => request.Port == _hub.Server.Storage.Port).Select(request => request.Range)];

    private void OnWeights(Func<HttpContext, Task<bool>> answer) => _hub.Server.Misbehave = context => _hub.Server.IsStorage(context) ? answer(context) : Task.FromResult(false);

    private void OnWeightsHead(Action<HttpContext> change) => _hub.Server.Misbehave = context =>
    {
        if (context.Request.Path.Value!.EndsWith("/model.safetensors", StringComparison.Ordinal))
            context.Response.OnStarting(() =>
            {
                change(context);
                return Task.CompletedTask;
            });
        return Task.FromResult(false);
    };
}
