using System.Diagnostics;
using System.Text;

namespace Attend.Tests.EndToEnd;

/// <summary>Bad input is told clearly, with the right exit code, and loses nothing.</summary>
public sealed class BadInputTests(TrainedRun run) : IClassFixture<TrainedRun>
{
    public static TheoryData<string, string, string> BadFiles => new()
    {
        { "missing.tsv", "", "missing.tsv" },
        { "empty.tsv", "\0empty", "empty" },
        { "only-header.tsv", "text\tlabel\n", "holds no example" },
        { "one-class.tsv", "text\tlabel\na\tx\nb\tx\n", "only one label, 'x'" },
        { "no-column.csv", "body,tag\na,x\nb,y\n", "--text-column" },
        { "ragged.csv", "text,label\na,x\nb\n", "ragged.csv:3" },
        { "quotes.csv", "text,label\na,x\n\"b,y\nc,x\n", "quotes.csv:3" },
        { "no-label.tsv", "text\tlabel\na\tx\nb\t\n", "no-label.tsv:3" },
        { "data.docx", "text\tlabel\na\tx\n", ".docx" },
        { "broken.jsonl", "{\"text\":\"a\",\"label\":\"x\"}\n{\"text\":\n", "broken.jsonl:2" },
    };

    [Theory, MemberData(nameof(BadFiles))]
    public void TrainingDataThatCannotBeUsedIsNamedWithItsLine(string name, string content, string expected)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File(name);
        if (content == "\0empty") File.WriteAllText(path, "");
        else if (content.Length > 0) File.WriteAllText(path, content);
        Fails(1, expected, "train", "classify", "--data", path, "--out", folder.File("run"));
        Assert.False(Directory.Exists(folder.File("run")), "nothing may be left behind");
    }

    [Fact]
    public void InvalidUtf8IsNamedWithItsLine()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("latin.tsv"), [.. Encoding.UTF8.GetBytes("text\tlabel\na\tx\nna"), 0xEF, .. Encoding.UTF8.GetBytes("ve\ty\n")]);
        Fails(1, "latin.tsv:3", "train", "classify", "--data", folder.File("latin.tsv"), "--out", folder.File("run"));
    }

    [Fact]
    public void AFolderIsNoDataFile()
    {
        using var folder = new TemporaryFolder();
        Fails(1, folder.Path, "train", "classify", "--data", folder.Path, "--out", folder.File("run"));
    }

    [Fact]
    public void ALabelThatTrainingNeverSawIsNamed()
    {
        using var folder = new TemporaryFolder();
        var dev = folder.Write("dev.tsv", "text\tlabel\napple\tfruit\nsaw\tanimal\n");
        Fails(1, "dev.tsv:3: label 'animal'", "train", "classify", "--data", run.Train, "--dev", dev, "--out", folder.File("run"));
        Fails(1, "dev.tsv:3: label 'animal'", "evaluate", run.Folder, "--data", dev);
    }

    [Theory]
    [InlineData("--learning-rate", "NaN")]
    [InlineData("--learning-rate", "-1")]
    [InlineData("--epochs", "0")]
    [InlineData("--batch-size", "0")]
    [InlineData("--dropout", "1.5")]
    [InlineData("--label-smoothing", "2")]
    [InlineData("--max-input-tokens", "2")]
    [InlineData("--epochs", "many")]
    [InlineData("--no-such-option", "1")]
    [InlineData("--device", "tpu")]
    public void WrongOptionsAreWrongUsage(string option, string value)
    {
        using var folder = new TemporaryFolder();
        Fails(2, option == "--device" ? "tpu" : "", "train", "classify", "--data", run.Train, "--out", folder.File("run"), option, value);
        Assert.False(Directory.Exists(folder.File("run")));
    }

    [Fact]
    public void AnotherRunIsNeverOverwrittenUnasked()
    {
        var before = File.ReadAllBytes(Path.Combine(run.Folder, "model.safetensors"));
        Fails(1, "holds another run", "train", "classify", "--data", run.Train, "--out", run.Folder);
        Fails(1, "cannot be resumed with other settings", "train", "classify", "--data", run.Train, "--dev", run.Dev, "--out", run.Folder, "--resume", "--epochs", "7");
        Fails(1, "holds another run", "demo", "--out", run.Folder);
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(run.Folder, "model.safetensors")));
    }

    [Fact]
    public void AFolderOfOtherThingsIsNeverARunsFolder()
    {
        using var folder = new TemporaryFolder();
        folder.Write("precious.txt", "mine");
        Fails(1, "holds no run", "train", "classify", "--data", run.Train, "--out", folder.Path, "--overwrite");
        Fails(1, "no run to resume", "train", "classify", "--data", run.Train, "--out", folder.Path, "--resume");
        Assert.Equal("mine", File.ReadAllText(folder.File("precious.txt")));
    }

    [Fact]
    public void AReadOnlyFolderIsToldBeforeTraining()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "uses /proc as a folder nobody can write to");
        Fails(1, "/proc/attend-run", "train", "classify", "--data", run.Train, "--out", "/proc/attend-run");
    }

    [Fact]
    public void AFullDiskStopsWithAClearErrorAndKeepsTheLastCheckpoint()
    {
        using var folder = new TemporaryFolder();
        using (var mount = Process.Start(new ProcessStartInfo("mount", ["-t", "tmpfs", "-o", "size=20m", "tmpfs", folder.Path]) { RedirectStandardError = true })!)
        {
            mount.WaitForExit();
            Assert.SkipUnless(mount.ExitCode == 0, "may not mount a small file system here");
        }
        try
        {
            Fails(1, folder.Path, "train", "classify", "--data", run.Train, "--dev", run.Dev, "--out", folder.File("run"), "--epochs", "2", "--vocab-size", "200", "--size", "mini");
            Assert.All(Directory.Exists(folder.File("run", "checkpoint")) ? Directory.GetDirectories(folder.File("run", "checkpoint"), "step-*") : [], step => Assert.True(File.Exists(Path.Combine(step, "state.json"))));
        }
        finally
        {
            using var unmount = Process.Start("umount", [folder.Path]);
            unmount.WaitForExit();
        }
    }

    [Theory]
    [InlineData("truncated")]
    [InlineData("header-too-long")]
    [InlineData("wrong-dtype")]
    [InlineData("missing-key")]
    public void DamagedWeightsAreRefused(string damage)
    {
        using var folder = CopyOfRun();
        var weights = folder.File("model.safetensors");
        var bytes = File.ReadAllBytes(weights);
        var text = Encoding.Latin1.GetString(bytes);
        File.WriteAllBytes(weights, damage switch
        {
            "truncated" => bytes[..(bytes.Length / 2)],
            "header-too-long" => [.. BitConverter.GetBytes((long)bytes.Length * 2), .. bytes[8..]],
            "wrong-dtype" => Encoding.Latin1.GetBytes(text.Replace("\"F32\"", "\"X32\"", StringComparison.Ordinal)),
            _ => Encoding.Latin1.GetBytes(text.Replace("classifier.weight", "clazzifier.weight", StringComparison.Ordinal)),
        });
        Fails(1, damage == "missing-key" ? "classifier.weight" : "model.safetensors", "predict", folder.Path, "--text", "x");
    }

    [Fact]
    public void AConfigurationThatDoesNotFitTheWeightsListsEveryKey()
    {
        using var folder = CopyOfRun();
        var config = File.ReadAllText(folder.File("config.json"));
        File.WriteAllText(folder.File("config.json"), config.Replace("\"intermediate_size\": 512", "\"intermediate_size\": 256", StringComparison.Ordinal));
        var error = Fails(1, "does not fit the model", "predict", folder.Path, "--text", "x");
        foreach (var layer in new[] { 0, 1 })
            foreach (var key in new[] { "intermediate.dense.weight", "intermediate.dense.bias", "output.dense.weight" })
                Assert.Contains($"bert.encoder.layer.{layer}.{key}", error);
        File.WriteAllText(folder.File("config.json"), config.Replace("\"bert\"", "\"no-such-model\"", StringComparison.Ordinal));
        Fails(1, "known: bert", "predict", folder.Path, "--text", "x");
        File.WriteAllText(folder.File("config.json"), config[..40]);
        Fails(1, "config.json", "predict", folder.Path, "--text", "x");
    }

    [Fact]
    public void OddTextsGetAnAnswer()
    {
        using var classifier = TextClassifier.Load(run.Folder);
        string[] odd = ["", " ", "\0\u0001\u200b", "\ud800 lone \udc00", new string('x', 10_000_000), string.Concat(Enumerable.Repeat("apple ", 100_000)), "👩‍👩‍👧 𝔘", "[SEP] [CLS] apple"];
        var answers = classifier.Predict(odd);
        Assert.Equal(odd.Length, answers.Count);
        Assert.All(answers, answer => Assert.InRange(answer.Probability, 0, 1));
        Assert.Equal([false, false, false, false], answers.Take(4).Select(answer => answer.Truncated));
        Assert.True(answers[5].Truncated);
    }

    [Fact]
    public void LongTextsAreCutCountedAndReported()
    {
        using var folder = new TemporaryFolder();
        var data = folder.Write("long.tsv", "text\tlabel\n" + string.Concat(Enumerable.Repeat("apple ", 60)) + "\tfruit\nsaw\t工具\n");
        var result = AttendProcess.Run("evaluate", run.Folder, "--data", data, "--out", folder.File("results"));
        Assert.Contains("1 of 2 texts were longer than 24 tokens", result.Out);
        Assert.Contains("were cut", AttendProcess.Run("predict", run.Folder, "--text", string.Concat(Enumerable.Repeat("apple ", 60))).Error);
    }

    [Fact]
    public void JsonCarriesTheErrorToo()
    {
        var result = AttendProcess.Run("info", run.File("nowhere"), "--json");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("no such model folder", System.Text.Json.JsonDocument.Parse(result.Out).RootElement.GetProperty("error").GetString());
    }

    private static string Fails(int exitCode, string expected, params string[] arguments)
    {
        var result = AttendProcess.Run(arguments);
        Assert.True(exitCode == result.ExitCode, $"exit code {result.ExitCode}, expected {exitCode}: {result.Error}");
        Assert.Contains(expected, result.Error);
        Assert.DoesNotContain("   at Attend.", result.Error);
        return result.Error;
    }

    private TemporaryFolder CopyOfRun()
    {
        var folder = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(run.Folder)) File.Copy(file, folder.File(Path.GetFileName(file)));
        return folder;
    }
}
