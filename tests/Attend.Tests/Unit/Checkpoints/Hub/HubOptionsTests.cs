using Attend.Checkpoints;

namespace Attend.Tests.Unit.Checkpoints;

/// <summary>The environment variables of Hugging Face's tools mean the same here.</summary>
public sealed class HubOptionsTests : IDisposable
{
    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void WithoutVariablesTheDefaultsOfHuggingFaceHold()
    {
        var options = Read();
        Assert.Equal(new Uri("https://huggingface.co"), options.Endpoint);
        Assert.Equal(_home.File(Path.Combine(".cache", "huggingface", "hub")), options.CacheFolder);
        Assert.Null(options.Token);
        Assert.False(options.Offline);
        Assert.True(options.SymbolicLinks);
        Assert.Equal((10, 10), (options.AnswerTimeout.TotalSeconds, options.StallTimeout.TotalSeconds));
    }

    [Fact]
    public void TheCacheIsWhereTheVariablesSay()
    {
        Assert.Equal(_home.File(Path.Combine("x", "huggingface", "hub")), Read(("XDG_CACHE_HOME", _home.File("x"))).CacheFolder);
        Assert.Equal(_home.File(Path.Combine("h", "hub")), Read(("XDG_CACHE_HOME", "/x"), ("HF_HOME", "~/h")).CacheFolder);
        Assert.Equal(_home.File(Path.Combine("h", "hub")), Read(("BASE", _home.Root), ("HF_HOME", "$BASE/h")).CacheFolder);
        Assert.Equal(_home.File(Path.Combine("h", "hub")), Read(("BASE", _home.Root), ("HF_HOME", "${BASE}/h")).CacheFolder);
        Assert.Equal(_home.File("old"), Read(("HF_HOME", "/x"), ("HUGGINGFACE_HUB_CACHE", _home.File("old"))).CacheFolder);
        Assert.Equal(_home.File("new"), Read(("HUGGINGFACE_HUB_CACHE", "/x"), ("HF_HUB_CACHE", _home.File("new"))).CacheFolder);
    }

    [Fact]
    public void TheTokenIsTheVariablesElseTheFiles()
    {
        Assert.Equal("hf_a", Read(("HF_TOKEN", " hf_a\r\n")).Token);
        Assert.Equal("hf_b", Read(("HUGGING_FACE_HUB_TOKEN", "hf_b")).Token);
        Directory.CreateDirectory(_home.File(Path.Combine(".cache", "huggingface")));
        File.WriteAllText(_home.File(Path.Combine(".cache", "huggingface", "token")), "hf_c\n");
        Assert.Equal("hf_c", Read().Token);
        Assert.Equal("hf_a", Read(("HF_TOKEN", "hf_a")).Token);
        File.WriteAllText(_home.File("elsewhere"), "hf_d");
        Assert.Equal("hf_d", Read(("HF_TOKEN_PATH", _home.File("elsewhere"))).Token);
        Assert.Null(Read(("HF_TOKEN", "hf_a"), ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")).Token);
        Assert.DoesNotContain("ä", Assert.Throws<ArgumentException>(() => Read(("HF_TOKEN", "hf_ä"))).Message);
        Assert.DoesNotContain("hf_a", Read(("HF_TOKEN", "hf_a")).ToString());
        Assert.Equal(HubOptions.FromEnvironment().CacheFolder, HubOptions.DefaultCacheFolder());
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("true", true)]
    [InlineData("YES", true)]
    [InlineData("On", true)]
    [InlineData("0", false)]
    [InlineData("", false)]
    [InlineData("no", false)]
    public void YesAndNo(string value, bool yes)
    {
        Assert.Equal(yes, Read(("HF_HUB_OFFLINE", value)).Offline);
        Assert.Equal(yes, Read(("TRANSFORMERS_OFFLINE", value)).Offline);
        Assert.Equal(!yes, Read(("HF_HUB_DISABLE_SYMLINKS", value)).SymbolicLinks);
    }

    [Fact]
    public void WrongValuesAreNamed()
    {
        Assert.Equal(new Uri("http://mirror:8080/hf"), Read(("HF_ENDPOINT", "http://mirror:8080/hf")).Endpoint);
        foreach (var address in new[] { "mirror", "ftp://mirror", "/mirror", "https://m?x=1" })
            Assert.StartsWith($"HF_ENDPOINT is '{address}'; expected", Assert.Throws<ArgumentException>(() => Read(("HF_ENDPOINT", address))).Message);
        Assert.Equal(30, Read(("HF_HUB_DOWNLOAD_TIMEOUT", "30")).StallTimeout.TotalSeconds);
        Assert.StartsWith("HF_HUB_ETAG_TIMEOUT is 'soon'", Assert.Throws<ArgumentException>(() => Read(("HF_HUB_ETAG_TIMEOUT", "soon"))).Message);
    }

    private HubOptions Read(params (string Name, string Value)[] variables) => HubOptions.Read(name => variables.FirstOrDefault(variable => variable.Name == name).Value, _home.Root);
}
