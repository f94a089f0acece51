using Attend.Checkpoints;

namespace Attend.Tests.Unit.Checkpoints;

/// <summary>Names from users and servers: what they mean, and that none leads out of the cache.</summary>
public sealed class HubNamesTests
{
    private static readonly string[] HostileNames =
    [
        "../evil.json", "a/../../evil.json", "a/..", "..", ".", "./evil.json", "/etc/evil.json", "//server/share/evil.json", "a//b.json", "a/", "", "\\\\server\\share\\evil.json", "..\\evil.json",
        "C:\\evil.json", "C:evil.json", "c:/evil.json", "evil.json:stream", "CON", "con.json", "a/NUL.txt", "COM1", "com9.safetensors", "LPT1.json", "aux", "AUX .json", "COM\u00b9.txt", "CONIN$",
        "evil.json.", "evil.json ", "a /b.json", "evil\0.json", "evil\n.json", "evil\u007f.json", "evil*.json", "evil?.json", "<evil>.json", "a|b.json", "\"evil\".json", "\ud800.json",
    ];

    [Fact]
    public async Task ANameThatLeadsOutIsRefusedBeforeAnythingIsWritten()
    {
        using var hub = new HubFixture();
        foreach (var (name, number) in HostileNames.Select((name, number) => (name, number)))
        {
            Assert.True(HubPath.Problem(name) is not null, name);
            if (name == "\ud800.json") continue; // cannot travel in JSON
            hub.Server.AddModel($"owner/model{number}").With(name, "evil");
            Assert.Contains("which is refused: ", (await hub.FailAsync($"owner/model{number}", new() { Include = ["*"] })).Message);
            Assert.True(hub.Files() is [], name);
        }
        Assert.Empty(hub.Strays());
        Assert.DoesNotContain(hub.Server.Requests, request => request.Method == "HEAD");
        // What is not asked for does no harm.
        Assert.Equal(3, (await hub.PullAsync("owner/model0")).Files.Count);
        Assert.Empty(hub.Strays());
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("1_Pooling/config.json")]
    [InlineData(".gitattributes")]
    [InlineData("...")]
    [InlineData("CONFIG")]
    [InlineData("Ünïcode 模型 👩‍👩‍👧.json")]
    [InlineData("console.json")]
    public void OrdinaryNamesAreFine(string name)
    {
        if (name == "...") Assert.NotNull(HubPath.Problem(name));
        else Assert.Null(HubPath.Problem(name));
    }

    [Theory]
    [InlineData("Config.json", "config.json")]
    [InlineData("onnx/a.json", "ONNX/A.json")]
    [InlineData("data", "data/a.json")]
    [InlineData("DATA", "data/b/a.json")]
    public async Task NamesThatAreOneWhereCaseIsIgnoredAreRefused(string one, string other)
    {
        using var hub = new HubFixture();
        hub.Server.AddModel(HubFixture.Name).With(one, "1").With(other, "2");
        Assert.Contains("--exclude", (await hub.FailAsync(pull: new() { Include = ["*"] })).Message);
        Assert.Empty(hub.Files());
    }

    [Theory]
    [InlineData("{\"weight_map\": {\"a\": \"../../../../evil.safetensors\"}}")]
    [InlineData("{\"weight_map\": {\"a\": \"/tmp/evil.safetensors\"}}")]
    public async Task AnIndexCannotLeadOut(string index)
    {
        using var hub = new HubFixture();
        var shard = index.Split('"')[5];
        hub.Server.Add(HubFixture.Name).With("config.json", "{}").With("model.safetensors.index.json", index).WithLarge(shard, [1]);
        Assert.Contains("names a shard that is not a plain file name", (await Assert.ThrowsAsync<CheckpointException>(() => hub.PullAsync())).Message);
        Assert.Empty(hub.Strays());
        Assert.DoesNotContain(hub.Files(), file => file.Contains("evil", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ATableOfModulesCannotLeadOut()
    {
        using var hub = new HubFixture();
        hub.Server.AddModel(HubFixture.Name).With("modules.json", "[{\"path\": \"../../evil\"}, {\"path\": \"/\"}]").With("../../evil/config.json", "{}").With("//config.json", "{}");
        await hub.FailAsync();
        Assert.Empty(hub.Strays());
    }

    [Theory]
    [InlineData("../../../../evil")]
    [InlineData("CON")]
    [InlineData("short")]
    [InlineData("a:b/c\\d-and-more")]
    public async Task ATagThatIsNoFileNameIsReplaced(string etag)
    {
        using var hub = new HubFixture();
        hub.Server.AddModel(HubFixture.Name).Now.Files["vocab.txt"] = new HubServer.Entry("words"u8.ToArray(), etag, IsLarge: false);
        var model = await hub.PullAsync();
        Assert.Equal("words", File.ReadAllText(Path.Combine(model.Folder, "vocab.txt")));
        Assert.Empty(hub.Strays());
        Assert.All(Directory.GetFiles(Path.Combine(hub.Repository, "blobs")), blob => Assert.Matches("^[0-9a-f]{40}$|^[0-9a-f]{64}$", Path.GetFileName(blob)));
    }

    [Theory]
    [InlineData("bert-base-uncased", "bert-base-uncased", "main")]
    [InlineData("google-bert/bert-base-uncased", "google-bert/bert-base-uncased", "main")]
    [InlineData("a/b.c_d-e@v1.0", "a/b.c_d-e", "v1.0")]
    [InlineData("a/b@refs/pr/1", "a/b", "refs/pr/1")]
    [InlineData("a/b@a3f0", "a/b", "a3f0")]
    public void NamesAreRead(string text, string repository, string revision) => Assert.Equal((repository, revision), (ModelName.Parse(text).Repository, ModelName.Parse(text).Revision));

    [Theory]
    [InlineData("")]
    [InlineData("a/b/c")]
    [InlineData("/a/b")]
    [InlineData("a/")]
    [InlineData("../a")]
    [InlineData("./a")]
    [InlineData("a/..")]
    [InlineData("a--b/c")]
    [InlineData("a/b.git")]
    [InlineData("-a/b")]
    [InlineData("a/b-")]
    [InlineData("a b/c")]
    [InlineData("a/b\n")]
    [InlineData("ä/b")]
    [InlineData("a\\b")]
    [InlineData("C:\\models")]
    [InlineData("a/b@")]
    [InlineData("a/b@../../x")]
    [InlineData("a/b@/etc/x")]
    [InlineData("https://huggingface.co/a/b")]
    public void OtherTextsAreNoNames(string text)
    {
        Assert.Null(ModelName.TryParse(text));
        Assert.Contains("google-bert/bert-base-uncased", Assert.Throws<ArgumentException>(() => ModelName.Parse(text)).Message);
    }

    [Fact]
    public void OneRevisionAtATime()
    {
        Assert.Equal("v1", ModelName.Parse("a/b", "v1").Revision);
        Assert.Equal("v1", ModelName.Parse("a/b@v1", "v1").Revision);
        Assert.Contains("two revisions", Assert.Throws<ArgumentException>(() => ModelName.Parse("a/b@v1", "v2")).Message);
        Assert.Contains("not a revision", Assert.Throws<ArgumentException>(() => ModelName.Parse("a/b", "../x")).Message);
    }

    [Theory]
    [InlineData("*.json", "a.json", true)]
    [InlineData("*.json", "b/a.json", true)]
    [InlineData("onnx/", "onnx/x/y.onnx", true)]
    [InlineData("onnx\\*", "onnx/y.onnx", true)]
    [InlineData("model-0000[12]*", "model-00002-of-3", true)]
    [InlineData("model-0000[!12]*", "model-00002-of-3", false)]
    [InlineData("[]]", "]", true)]
    [InlineData("[!]]x", "]x", false)]
    [InlineData("[", "[", true)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "ac", false)]
    [InlineData("A.json", "a.json", false)]
    [InlineData("a.json", "axjson", false)]
    [InlineData("[a^]", "^", true)]
    [InlineData("(a|b)+", "a", false)]
    public void PatternsAreThoseOfTheShell(string pattern, string name, bool fits)
    {
        Assert.Equal(fits, HubFiles.Filter([name], [pattern], []).Any());
        Assert.Equal(!fits, HubFiles.Filter([name], [], [pattern]).Any());
    }

    [Fact]
    public void APatternThatIsNoneIsWrongUsage() => Assert.Contains("'[z-a]' is not a pattern", Assert.Throws<ArgumentException>(() => HubFiles.Filter(["a"], ["[z-a]"], []).Any()).Message);
}
