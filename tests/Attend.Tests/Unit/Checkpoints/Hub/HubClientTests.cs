using Attend.Checkpoints;

namespace Attend.Tests.Unit.Checkpoints;

/// <summary>Pulling from a hub that behaves.</summary>
public sealed class HubClientTests : IDisposable
{
    private readonly HubFixture _hub = new();

    public void Dispose() => _hub.Dispose();

    [Fact]
    public async Task TheCacheHasTheLayoutOfHuggingFacesTools()
    {
        var repository = _hub.Server.AddModel(HubFixture.Name);
        var model = await _hub.PullAsync();
        Assert.Equal(Path.Combine(_hub.Repository, "snapshots", repository.Commit), model.Folder);
        Assert.Equal((HubFixture.Name, "main", repository.Commit, true), (model.Name, model.Revision, model.Commit, model.Checked));
        Assert.Equal([("config.json", 22L, true), ("model.safetensors", 1000L, true), ("vocab.txt", 12L, true)], model.Files.Select(file => (file.Name, file.Bytes, file.Downloaded)));
        Assert.Equal(repository.Commit, File.ReadAllText(Path.Combine(_hub.Repository, "refs", "main")));
        foreach (var (name, entry) in repository.Now.Files)
        {
            Assert.Equal(entry.Content, File.ReadAllBytes(Path.Combine(model.Folder, name)));
            Assert.Equal(entry.Content, File.ReadAllBytes(_hub.Blob(entry.ETag)));
            if (!OperatingSystem.IsWindows()) Assert.Equal($"../../blobs/{entry.ETag}", new FileInfo(Path.Combine(model.Folder, name)).LinkTarget);
        }
        var etags = repository.Now.Files.Values.Select(entry => entry.ETag);
        Assert.Equal(
            new[] { "CACHEDIR.TAG", "models--owner--model/refs/main" }.Concat(etags.SelectMany(etag => new[] { $"models--owner--model/blobs/{etag}", $".locks/models--owner--model/{etag}.lock" }))
                .Concat(repository.Now.Files.Keys.Select(name => $"models--owner--model/snapshots/{repository.Commit}/{name}")).Order(StringComparer.Ordinal), _hub.Files());
        Assert.StartsWith("Signature: 8a477f597d28d172789f06886806bc55", File.ReadAllText(Path.Combine(_hub.Cache, "CACHEDIR.TAG")));
        Assert.Empty(_hub.Notices);
    }

    [Fact]
    public async Task WhatIsThereIsNotFetchedAgain()
    {
        var repository = _hub.Server.AddModel(HubFixture.Name);
        await _hub.PullAsync();
        _hub.Server.Forget();
        var again = await _hub.PullAsync();
        Assert.Equal(["/api/models/owner/model/revision/main"], _hub.Server.Requests.Select(request => request.Path));
        Assert.DoesNotContain(again.Files, file => file.Downloaded);

        repository.Commits("second").With("vocab.txt", "[PAD]\nnew\n");
        _hub.Server.Forget();
        var newer = await _hub.PullAsync();
        Assert.Equal(["vocab.txt"], _hub.Server.Downloads);
        Assert.Equal(["vocab.txt"], newer.Files.Where(file => file.Downloaded).Select(file => file.Name));
        Assert.NotEqual(again.Folder, newer.Folder);
        Assert.Equal("[PAD]\n[UNK]\n", File.ReadAllText(Path.Combine(again.Folder, "vocab.txt")));
        Assert.Equal(newer.Commit, File.ReadAllText(Path.Combine(_hub.Repository, "refs", "main")));
    }

    [Fact]
    public async Task ABrokenLinkIsMended()
    {
        var repository = _hub.Server.AddModel(HubFixture.Name);
        var model = await _hub.PullAsync();
        File.Delete(_hub.Blob(repository.Now.Files["vocab.txt"].ETag));
        await _hub.PullAsync();
        Assert.Equal("[PAD]\n[UNK]\n", File.ReadAllText(Path.Combine(model.Folder, "vocab.txt")));
    }

    [Theory]
    [InlineData("v1.0")]
    [InlineData("refs/pr/7")]
    [InlineData("commit")]
    public async Task ARevisionIsABranchATagOrACommit(string revision)
    {
        var repository = _hub.Server.AddModel(HubFixture.Name).Tag("v1.0").Tag("refs/pr/7");
        if (revision == "commit") revision = repository.Commit;
        repository.Commits("second").With("vocab.txt", "later\n");
        var model = await _hub.PullAsync(pull: new() { Revision = revision });
        Assert.Equal("[PAD]\n[UNK]\n", File.ReadAllText(Path.Combine(model.Folder, "vocab.txt")));
        Assert.Equal(model.Folder, ModelSource.Locate($"{HubFixture.Name}@{revision}", _hub.Options));
        Assert.Equal(model.Folder, (await _hub.PullAsync($"{HubFixture.Name}@{revision}")).Folder);
        Assert.False(File.Exists(Path.Combine(_hub.Repository, "refs", "main")), "main was not asked for");
        var absent = Assert.Throws<CheckpointException>(() => ModelSource.Locate(HubFixture.Name, _hub.Options));
        Assert.Contains($"Fetch it: attend pull {HubFixture.Name}. Or use what is there: {HubFixture.Name}@{revision}", absent.Message);
    }

    [Fact]
    public async Task TheTokenGoesToTheHubAlone()
    {
        _hub.Options = _hub.Options with { Token = "hf_secret" };
        _hub.Server.AddModel("owner/new");
        _hub.Server.Renamed[HubFixture.Name] = "owner/new";
        var model = await _hub.PullAsync();
        Assert.Equal(3, model.Files.Count);
        var (hub, storage) = (_hub.Server.Requests.Where(request => request.Port == _hub.Server.Address.Port), _hub.Server.Requests.Where(request => request.Port == _hub.Server.Storage.Port));
        Assert.All(hub, request => Assert.Equal("Bearer hf_secret", request.Authorization));
        Assert.Contains(hub, request => request.Path.StartsWith("/owner/new/", StringComparison.Ordinal)); // a relative redirect was followed, with the token
        Assert.NotEmpty(storage);
        Assert.All(storage, request => Assert.Null(request.Authorization));
    }

    [Fact]
    public async Task ATokenIsNotGivenBackAfterADetour()
    {
        _hub.Options = _hub.Options with { Token = "hf_secret" };
        _hub.Server.AddModel(HubFixture.Name);
        _hub.Server.Misbehave = context =>
        {
            if (!context.Request.Path.StartsWithSegments("/large") || !_hub.Server.IsStorage(context)) return Task.FromResult(false);
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = $"{_hub.Server.Address}owner/model/resolve/main/vocab.txt";
            return Task.FromResult(true);
        };
        await _hub.FailAsync();
        Assert.Null(_hub.Server.Requests.Last(request => request.Path == "/owner/model/resolve/main/vocab.txt").Authorization);
    }

    [Fact]
    public async Task AMirrorThatSendsElsewhereWithoutTheHubsHeadersIsFollowed()
    {
        using var mirror = new HubServer();
        _hub.Server.AddModel(HubFixture.Name);
        mirror.Misbehave = context =>
        {
            context.Response.StatusCode = 308;
            context.Response.Headers.Location = _hub.Server.Address.AbsoluteUri.TrimEnd('/') + context.Request.Path + context.Request.QueryString;
            return Task.FromResult(true);
        };
        _hub.Options = _hub.Options with { Endpoint = mirror.Address, Token = "hf_secret" };
        Assert.Equal(3, (await _hub.PullAsync()).Files.Count);
        Assert.All(_hub.Server.Requests, request => Assert.Null(request.Authorization));
    }

    [Fact]
    public async Task AnEndpointMayHaveAPath()
    {
        _hub.Server.AddModel(HubFixture.Name);
        _hub.Server.Prefix = "artifacts/api/";
        _hub.Options = _hub.Options with { Endpoint = HubOptions.ParseEndpoint($"{_hub.Server.Address}artifacts/api/", "--endpoint") };
        await _hub.PullAsync();
        _hub.Server.Prefix = "other/";
        Assert.Contains("artifacts/api knows no such model", (await _hub.FailAsync()).Message);
    }

    [Fact]
    public async Task WithoutLinksTheSnapshotHoldsTheContent()
    {
        var repository = _hub.Server.AddModel(HubFixture.Name);
        _hub.Options = _hub.Options with { SymbolicLinks = false };
        var model = await _hub.PullAsync();
        Assert.All(repository.Now.Files, file =>
        {
            Assert.Null(new FileInfo(Path.Combine(model.Folder, file.Key)).LinkTarget);
            Assert.Equal(file.Value.Content, File.ReadAllBytes(Path.Combine(model.Folder, file.Key)));
            Assert.False(File.Exists(_hub.Blob(file.Value.ETag)), "no second copy");
        });
        _hub.Server.Forget();
        Assert.DoesNotContain((await _hub.PullAsync()).Files, file => file.Downloaded);
    }

    [Fact]
    public async Task ABlobOfAnotherToolIsTakenAndCopiedWhereThereAreNoLinks()
    {
        var repository = _hub.Server.AddModel(HubFixture.Name);
        var weights = repository.Now.Files["model.safetensors"];
        Directory.CreateDirectory(Path.GetDirectoryName(_hub.Blob(weights.ETag))!);
        File.WriteAllBytes(_hub.Blob(weights.ETag), weights.Content);
        _hub.Options = _hub.Options with { SymbolicLinks = false };
        var model = await _hub.PullAsync();
        Assert.DoesNotContain(_hub.Server.Downloads, download => download.StartsWith(weights.ETag, StringComparison.Ordinal));
        Assert.Equal(weights.Content, File.ReadAllBytes(Path.Combine(model.Folder, "model.safetensors")));
        Assert.True(File.Exists(_hub.Blob(weights.ETag)), "another snapshot may need it");
    }

    [Fact]
    public async Task ShardsAreTakenByTheIndexAndModulesByTheirTable()
    {
        _hub.Server.Add(HubFixture.Name).With("config.json", "{}").With("README.md", "# model").With("LICENSE.txt", "free").With("tokenizer.json", "{}")
            .With("model.safetensors.index.json", """{"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors", "c": "model-00002-of-00002.safetensors"}}""")
            .WithLarge("model-00001-of-00002.safetensors", [1, 1]).WithLarge("model-00002-of-00002.safetensors", [2, 2]).WithLarge("model-00003-of-00003.safetensors", [3])
            .WithLarge("pytorch_model.bin", [4]).WithLarge("tf_model.h5", [5]).WithLarge("onnx/model.onnx", [6]).With("notes.txt", "no")
            .With("modules.json", """[{"idx": 0, "path": ""}, {"idx": 1, "path": "1_Pooling"}, {"idx": 2, "path": "2_Dense"}, {"idx": 3, "path": "3_Normalize"}]""")
            .With("1_Pooling/config.json", "{\"pooling\": 1}").With("2_Dense/config.json", "{\"dense\": 1}").WithLarge("2_Dense/pytorch_model.bin", [7]).WithLarge("2_Dense/model.safetensors", [8]);
        var model = await _hub.PullAsync();
        Assert.Equal(
            ["1_Pooling/config.json", "2_Dense/config.json", "2_Dense/model.safetensors", "LICENSE.txt", "README.md", "config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
             "model.safetensors.index.json", "modules.json", "tokenizer.json"], model.Files.Select(file => file.Name));
        Assert.Equal("{\"pooling\": 1}", File.ReadAllText(Path.Combine(model.Folder, "1_Pooling", "config.json")));
        if (!OperatingSystem.IsWindows()) Assert.StartsWith("../../../blobs/", new FileInfo(Path.Combine(model.Folder, "1_Pooling", "config.json")).LinkTarget);
        Assert.True(HubFiles.IsWhole(model.Folder));
        File.Delete(Path.Combine(model.Folder, "model-00002-of-00002.safetensors"));
        Assert.True(ModelSource.NeedsPull(HubFixture.Name, _hub.Options));
        Assert.Equal(["model-00002-of-00002.safetensors"], (await _hub.PullAsync()).Files.Where(file => !file.Downloaded && file.Name.StartsWith("model-00002", StringComparison.Ordinal)).Select(file => file.Name));
    }

    [Fact]
    public async Task PickledWeightsAreTakenOnlyWhereThereAreNoOthers()
    {
        _hub.Server.Add(HubFixture.Name).With("config.json", "{}").WithLarge("pytorch_model.bin", [1, 2, 3]);
        Assert.Equal(["config.json", "pytorch_model.bin"], (await _hub.PullAsync()).Files.Select(file => file.Name));
    }

    [Fact]
    public async Task PatternsChooseFiles()
    {
        _hub.Server.AddModel(HubFixture.Name).WithLarge("onnx/model.onnx", [1]).WithLarge("onnx/model_quantized.onnx", [2]).With("name with #?ä.json", "{}");
        Assert.Equal(["config.json", "onnx/model.onnx"], (await _hub.PullAsync(pull: new() { Include = ["onnx/*", "config.json"], Exclude = ["*_quantized*"] })).Files.Select(file => file.Name));
        Assert.Equal(["config.json", "vocab.txt"], (await _hub.PullAsync(pull: new() { Exclude = ["*.safetensors"] })).Files.Select(file => file.Name));
        var none = await _hub.FailAsync(pull: new() { Include = ["*.gguf"] });
        Assert.StartsWith("owner/model: none of its 6 files fits --include *.gguf. It has: ", none.Message);
        _hub.Server.Add(HubFixture.Name).Now.Files.Remove("name with #?ä.json");
        _hub.Server.Add(HubFixture.Name).With("name with # ä%20.json", "{}");
        Assert.Equal("{}", File.ReadAllText(Path.Combine((await _hub.PullAsync(pull: new() { Include = ["name*"] })).Folder, "name with # ä%20.json")));
    }

    [Fact]
    public async Task ARepositoryWithoutAModelIsToldWithWhatItHas()
    {
        _hub.Server.Add("owner/gguf").WithLarge("model.gguf", [1]);
        Assert.StartsWith("owner/gguf: holds no model that Attend knows, there is no config.json. It has: \"model.gguf\".", (await _hub.FailAsync("owner/gguf")).Message);
        _hub.Server.Add("owner/tf").With("config.json", "{}").WithLarge("tf_model.h5", [1]);
        Assert.StartsWith("owner/tf: has no weights in safetensors or PyTorch's format.", (await _hub.FailAsync("owner/tf")).Message);
        Assert.Empty(_hub.Files());
    }

    [Fact]
    public async Task ProgressGoesFromNothingToAll()
    {
        _hub.Server.AddModel(HubFixture.Name, weightBytes: 300_000);
        var reports = new List<PullProgress>();
        await _hub.PullAsync(progress: new Reports(reports.Add));
        Assert.Equal((300_034L, 300_034L, 3, 3), (reports[^1].DoneBytes, reports[^1].TotalBytes, reports[^1].DoneFiles, reports[^1].FileCount));
        Assert.Equal(reports.Select(report => report.DoneBytes).Order(), reports.Select(report => report.DoneBytes));
    }

    [Fact]
    public async Task OfflineNothingIsAsked()
    {
        _hub.Server.AddModel(HubFixture.Name);
        _hub.Options = _hub.Options with { Offline = true };
        var missing = await _hub.FailAsync();
        Assert.Equal($"owner/model: is not in the cache ({_hub.Cache}), and HF_HUB_OFFLINE forbids to fetch it. Unset it, or copy the cache from a machine that has the model.", missing.Message);
        Assert.Empty(_hub.Server.Requests);
        _hub.Options = _hub.Options with { Offline = false };
        var online = await _hub.PullAsync();
        _hub.Server.Forget();
        _hub.Options = _hub.Options with { Offline = true };
        var offline = await _hub.PullAsync();
        Assert.Equal((online.Folder, online.Commit, false), (offline.Folder, offline.Commit, offline.Checked));
        Assert.Equal(online.Files.Select(file => (file.Name, file.Bytes)), offline.Files.Select(file => (file.Name, file.Bytes)));
        Assert.Contains("whether the hub has a newer state was not checked", Assert.Single(_hub.Notices));
        Assert.Empty(_hub.Server.Requests);
    }

    [Fact]
    public async Task AFolderWinsOverAName()
    {
        _hub.Server.AddModel(HubFixture.Name);
        var pulled = await _hub.PullAsync();
        Assert.Equal(pulled.Folder, ModelSource.Locate(HubFixture.Name, _hub.Options));
        Assert.Equal(_hub.Cache, ModelSource.Locate(_hub.Cache, _hub.Options));
        Assert.Equal($"{HubFixture.Name}@{pulled.Commit}", ModelSource.NameOf(pulled.Folder));
        Assert.Null(ModelSource.NameOf(_hub.Cache));
        Assert.False(ModelSource.NeedsPull(HubFixture.Name, _hub.Options));
        Assert.True(ModelSource.NeedsPull("owner/other", _hub.Options));
        Assert.False(ModelSource.NeedsPull("./owner/other", _hub.Options));
        Assert.False(ModelSource.NeedsPull(_hub.Cache, _hub.Options));
        Assert.Contains("attend pull owner/other", Assert.Throws<CheckpointException>(() => ModelSource.Locate("owner/other", _hub.Options)).Message);
        Assert.DoesNotContain("attend pull", Assert.Throws<CheckpointException>(() => ModelSource.Locate("../owner/other", _hub.Options)).Message);
    }

    [Fact]
    public async Task AMissingFileOfAPulledModelIsToldWithTheRemedy()
    {
        _hub.Server.AddModel(HubFixture.Name);
        var model = await _hub.PullAsync(pull: new() { Include = ["vocab.txt"] });
        Assert.Contains($"Fetch what is missing: attend pull {HubFixture.Name}@{model.Commit}", Assert.Throws<CheckpointException>(() => ModelFolder.Open(model.Folder)).Message);
    }

    [Fact]
    public async Task AFileThatTwoNamesShareIsFetchedOnce()
    {
        _hub.Server.AddModel(HubFixture.Name).With("tokenizer_config.json", "{\"same\": 1}").With("added_tokens.json", "{\"same\": 1}");
        var model = await _hub.PullAsync();
        Assert.Equal(File.ReadAllText(Path.Combine(model.Folder, "tokenizer_config.json")), File.ReadAllText(Path.Combine(model.Folder, "added_tokens.json")));
        Assert.Single(_hub.Server.Downloads, download => download is "tokenizer_config.json" or "added_tokens.json");
    }

    [Fact]
    public async Task ManyPullsAtOnceFetchEverythingOnce()
    {
        var repository = _hub.Server.AddModel(HubFixture.Name, weightBytes: 2_000_000);
        var models = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => _hub.PullAsync())));
        Assert.Single(models.Select(model => model.Folder).Distinct());
        Assert.Equal(repository.Now.Files["model.safetensors"].Content, File.ReadAllBytes(Path.Combine(models[0].Folder, "model.safetensors")));
        Assert.Single(_hub.Server.Requests, request => request.Port == _hub.Server.Storage.Port);
        Assert.DoesNotContain(_hub.Files(), file => file.EndsWith(".incomplete", StringComparison.Ordinal));
    }

    private sealed class Reports(Action<PullProgress> report) : IProgress<PullProgress>
    {
        public void Report(PullProgress value) => report(value);
    }
}
