using System.Diagnostics;
using System.Text.Json;
using Attend.Tests.Golden;
using Attend.Tests.Unit.Checkpoints;

namespace Attend.Tests.EndToEnd;

/// <summary>`attend pull`, and models by their names, as a user has them.</summary>
public sealed class HubCommandTests : IDisposable
{
    private const string Name = "owner/tiny";
    private readonly TemporaryFolder _home = new();
    private readonly HubServer _server = new();
    private readonly Dictionary<string, string> _environment;

    public HubCommandTests()
    {
        _environment = new() { ["HF_HOME"] = _home.Path, ["HF_ENDPOINT"] = _server.Address.AbsoluteUri, ["HF_HUB_CACHE"] = "", ["HF_TOKEN"] = "", ["HF_HUB_OFFLINE"] = "", ["HTTP_PROXY"] = "", ["http_proxy"] = "" };
        var repository = _server.Add(Name);
        foreach (var name in new[] { "config.json", "vocab.txt" }) repository.With(name, File.ReadAllBytes(TinyBert.File(name)));
        repository.WithLarge("model.safetensors", File.ReadAllBytes(TinyBert.File("model.safetensors")));
    }

    private string Cache => _home.File("hub");

    private byte[] Weights => _server.Add(Name).Now.Files["model.safetensors"].Content;

    private string Partial => Path.Combine(Cache, "models--owner--tiny", "blobs", _server.Add(Name).Now.Files["model.safetensors"].ETag + ".incomplete");

    public void Dispose()
    {
        _server.Dispose();
        _home.Dispose();
    }

    [Fact]
    public void AModelIsPulledOnceAndThenGoesByItsNameWithoutTheNetwork()
    {
        var pulled = Attend("pull", Name);
        Assert.True(pulled.ExitCode == 0, pulled.Error);
        var folder = pulled.Out.TrimEnd();
        Assert.Equal(Path.Combine(Cache, "models--owner--tiny", "snapshots", _server.Add(Name).Commit), folder);
        Assert.Contains($"{Name} main ({_server.Add(Name).Commit[..12]}): 3 files, ", pulled.Error);

        var again = JsonDocument.Parse(Attend("pull", Name, "--json").Out).RootElement;
        Assert.Equal(folder, again.GetProperty("folder").GetString());
        Assert.True(again.GetProperty("checked").GetBoolean());
        Assert.All(again.GetProperty("files").EnumerateArray(), file => Assert.False(file.GetProperty("downloaded").GetBoolean()));

        _server.Forget();
        var info = JsonDocument.Parse(Attend("info", Name, "--json").Out).RootElement;
        Assert.Equal((folder, $"{Name}@{_server.Add(Name).Commit}"), (info.GetProperty("folder").GetString()!, info.GetProperty("published").GetString()));
        Assert.Equal(0, Attend("predict", Name, "--text", "a text").ExitCode);
        Assert.Equal(0, Attend("info", Name, "--weights", "--json").ExitCode);
        Assert.Equal(0, Attend("tokenizer", "encode", "--model", Name, "--text", "a text").ExitCode);
        Assert.Equal(0, Attend("convert", Name, "--out", _home.File("converted")).ExitCode);
        Assert.Equal(File.ReadAllBytes(TinyBert.File("config.json")), File.ReadAllBytes(_home.File("converted", "config.json")));
        Assert.Empty(_server.Requests);
        Assert.Equal(Path.Combine("evaluation", "owner--tiny", "test"), EvaluationCard.DefaultFolder(folder, "data/test.tsv"));
    }

    [Fact]
    public void TrainingFromANamePullsIt()
    {
        var data = WriteData();
        string[] command = ["train", "classify", "--from", Name, "--data", data, "--out", _home.File("run"), "--epochs", "1", "--max-input-tokens", "16"];
        _environment["HF_HUB_OFFLINE"] = "1";
        var offline = Attend(command);
        Assert.Equal(1, offline.ExitCode);
        Assert.Contains("and HF_HUB_OFFLINE forbids to fetch it", offline.Error);
        Assert.Empty(_server.Requests);

        _environment["HF_HUB_OFFLINE"] = "0";
        var trained = Attend(command);
        Assert.True(trained.ExitCode == 0, trained.Error);
        Assert.Equal($"{Name}@{_server.Add(Name).Commit}", JsonDocument.Parse(File.ReadAllText(_home.File("run", "run.json"))).RootElement.GetProperty("from").GetString());
    }

    [Fact]
    public void WhatIsNotThereSaysHowToGetItAndAsksNobody()
    {
        var missing = Attend("predict", "owner/other", "--text", "x");
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("no such model folder, and no model of this name in the cache", missing.Error);
        Assert.Contains("attend pull owner/other", missing.Error);
        Assert.Empty(_server.Requests);
        Assert.Equal(2, Attend("pull", "../owner/tiny").ExitCode);
        Assert.Equal(2, Attend("pull", Name, "--endpoint", "nowhere").ExitCode);
        var unknown = Attend("pull", "owner/unknown", "--json");
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("knows no such model", JsonDocument.Parse(unknown.Out).RootElement.GetProperty("error").GetString());
        Assert.DoesNotContain("   at Attend.", unknown.Error);
    }

    [Fact]
    public void TwoProcessesAtOnceFetchAFileOnce()
    {
        _server.Add(Name).WithLarge("model.safetensors", new byte[3_000_000]);
        _server.Misbehave = async context =>
        {
            if (!_server.IsStorage(context)) return false;
            context.Response.ContentLength = Weights.Length;
            foreach (var part in Weights.Chunk(300_000))
            {
                await context.Response.Body.WriteAsync(part);
                await Task.Delay(60);
            }
            return true;
        };
        var processes = Enumerable.Range(0, 2).Select(_ => Start("pull", Name)).ToArray();
        foreach (var process in processes)
        {
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            process.Dispose();
        }
        Assert.Single(_server.Requests, request => request.Port == _server.Storage.Port);
        Assert.Equal(Weights, File.ReadAllBytes(Partial[..^".incomplete".Length]));
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("KILL", 137)]
    public async Task AnInterruptedPullGoesOnWhereItStopped(string signal, int exitCode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are Unix");
        _server.Add(Name).WithLarge("model.safetensors", [.. Enumerable.Range(0, 500_000).Select(i => (byte)(i * 7 / 3))]);
        _server.Misbehave = async context =>
        {
            if (!_server.IsStorage(context) || HubServer.RangeStart(context) > 0) return false;
            context.Response.ContentLength = Weights.Length;
            await context.Response.Body.WriteAsync(Weights.AsMemory(0, 200_000));
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { });
            return true;
        };
        using (var process = Start("pull", Name))
        {
            var error = process.StandardError.ReadToEndAsync();
            while (!process.HasExited && (!File.Exists(Partial) || new FileInfo(Partial).Length < 200_000)) Thread.Sleep(5);
            using (var kill = Process.Start("kill", ["-s", signal == "INT" ? AttendProcess.InterruptSignal[3..] : signal, process.Id.ToString()])) kill.WaitForExit();
            process.WaitForExit();
            Assert.Equal(exitCode, process.ExitCode);
            if (signal == "INT") Assert.Contains("what has arrived is kept: the same command goes on from there", await error);
        }
        Assert.Equal(Weights[..200_000], File.ReadAllBytes(Partial));
        Assert.Equal(0, Attend("pull", Name).ExitCode);
        Assert.Equal("bytes=200000-", _server.Requests.Last(request => request.Port == _server.Storage.Port).Range);
        Assert.Equal(Weights, File.ReadAllBytes(Partial[..^".incomplete".Length]));
    }

    [Fact]
    public void TheStandardVariablesSetTheProxy()
    {
        _environment["HF_ENDPOINT"] = "http://hub.example";
        _environment["HTTP_PROXY"] = _environment["http_proxy"] = _server.Address.AbsoluteUri;
        _environment["NO_PROXY"] = _environment["no_proxy"] = "127.0.0.1";
        var pulled = Attend("pull", Name);
        Assert.True(pulled.ExitCode == 0, pulled.Error);
        Assert.Contains(_server.Requests, request => request.Port == _server.Storage.Port);
    }

    [Fact]
    public void ATerminalSeesABarAndTheFolder()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/script"), "needs `script` for a terminal");
        var start = new ProcessStartInfo("/usr/bin/script", ["-qec", $"'{AttendProcess.Executable}' pull {Name}", "/dev/null"]) { RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach (var (name, value) in _environment) start.Environment[name] = value;
        start.Environment["TERM"] = "xterm-256color";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        Assert.Contains("\u001b[", output);
        Assert.Contains(Path.Combine("snapshots", _server.Add(Name).Commit), output);
    }

    [Fact]
    public void AMistypedFolderIsNotLookedForOnTheHub()
    {
        var data = WriteData();
        string Train()
        {
            var start = new ProcessStartInfo(AttendProcess.Executable, ["train", "classify", "--from", "runs/tikets", "--data", data, "--out", _home.File("run")]) { RedirectStandardError = true, WorkingDirectory = _home.Path };
            foreach (var (name, value) in _environment) start.Environment[name] = value;
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.Equal(1, process.ExitCode);
            return error;
        }
        Assert.Contains("runs/tikets: ", Train());
        Assert.Single(_server.Requests);
        _server.Forget();
        Directory.CreateDirectory(_home.File("runs"));
        Assert.Contains("no such model folder, and no model of this name in the cache", Train());
        Assert.Empty(_server.Requests);
    }

    private string WriteData() => _home.Write("data.tsv", "text\tlabel\n" + string.Concat(Enumerable.Range(0, 20).Select(row => $"text {row}\t{(row % 2 == 0 ? "odd" : "even")}\n")));

    private AttendProcess.Result Attend(params string[] arguments)
    {
        using var process = Start(arguments);
        var error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new(process.ExitCode, output, error.Result);
    }

    private Process Start(params string[] arguments) => AttendProcess.Start(_environment, arguments);
}
