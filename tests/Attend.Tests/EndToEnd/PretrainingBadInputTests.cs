using System.Text;

namespace Attend.Tests.EndToEnd;

/// <summary>Raw text that cannot be learned from is told clearly, and nothing is left behind.</summary>
public sealed class PretrainingBadInputTests(PretrainedRun run) : IClassFixture<PretrainedRun>
{
    public static TheoryData<string, byte[], string> BadTexts => new()
    {
        { "empty.txt", [], "no text" },
        { "blank.txt", "\n \n\n"u8.ToArray(), "no text" },
        { "one-document.txt", "ice is cold.\nfire is hot.\n"u8.ToArray(), "only one document" },
        { "one-sentence.txt", "ice is cold."u8.ToArray(), "only one document" },
        { "binary.txt", [.. "ice is cold.\n"u8, 0, 1, 2, 0xFF], "binary.txt:2" },
        { "mixed.txt", [.. "eis ist kalt.\n\nsch"u8, 0xF6, .. "n\n"u8], "mixed.txt:3" },
        { "missing-*.txt", null!, "no file has such a name" },
        { "missing.txt", null!, "no such file" },
    };

    [Theory, MemberData(nameof(BadTexts))]
    public void TextThatCannotBeUsedIsNamed(string name, byte[] content, string expected)
    {
        using var folder = new TemporaryFolder();
        if (content is not null) File.WriteAllBytes(folder.File(name), content);
        var result = AttendProcess.Run("pretrain", "--text", folder.File(name), "--out", folder.File("run"), "--cache", folder.File("cache"), "--steps", "1", "--size", "tiny", "--vocab-size", "60");
        Assert.Contains(expected, result.Error);
        Assert.InRange(result.ExitCode, 1, 2);
        Assert.DoesNotContain("   at ", result.Error);
        Assert.False(Directory.Exists(folder.File("run")));
        Assert.False(Directory.Exists(folder.File("cache")) && Directory.EnumerateFiles(folder.File("cache"), ".*").Any(), "no half cache may be left behind");
    }

    [Fact]
    public void OneDocumentOfHiddenWordsAloneIsLearned()
    {
        using var folder = new TemporaryFolder();
        var text = folder.Write("one.txt", string.Concat(Enumerable.Repeat("ice is cold and fire is hot ", 200)));
        var result = AttendProcess.Run("pretrain", "--text", text, "--objective", "mlm", "--out", folder.File("run"), "--cache", folder.File("cache"), "--steps", "2", "--size", "tiny", "--vocab-size", "60", "--max-input-tokens", "32");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("too few documents", result.Error);
        Assert.True(File.Exists(folder.File("run", "model.safetensors")));
    }

    [Theory]
    [InlineData("--steps", "0", "Steps")]
    [InlineData("--minutes", "NaN", "Minutes")]
    [InlineData("--learning-rate", "NaN", "LearningRate")]
    [InlineData("--max-input-tokens", "4", "MaxInputTokens")]
    [InlineData("--mask-share", "1.5", "MaskShare")]
    [InlineData("--dev-share", "1", "DevShare")]
    [InlineData("--objective", "nsp", "mlm")]
    public void AnOptionOutOfRangeIsNamed(string option, string value, string expected)
    {
        var result = AttendProcess.Run("pretrain", "--text", run.Text, "--out", run.File("refused"), option, value);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.Error);
        Assert.False(Directory.Exists(run.File("refused")));
    }

    [Fact]
    public void TwoBudgetsAreRefused()
    {
        var result = AttendProcess.Run("pretrain", "--text", run.Text, "--out", run.File("refused"), "--steps", "5", "--minutes", "5");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("one budget", result.Error);
    }

    [Fact]
    public void ACacheOfOtherDataUnderTheNameOfThisOneIsRefused()
    {
        using var folder = new TemporaryFolder();
        string[] Command(string text, string output) => ["pretrain", "--text", text, "--tokenizer", run.Folder, "--out", folder.File(output), "--cache", folder.File("cache"), "--steps", "1", "--size", "tiny", "--max-input-tokens", "32"];
        var other = folder.Write("other.txt", PretrainedRun.World(10, 9));
        Assert.Equal(0, AttendProcess.Run(Command(run.Text, "a")).ExitCode);
        var first = Directory.GetFiles(folder.File("cache")).Single();
        Assert.Equal(0, AttendProcess.Run(Command(other, "b")).ExitCode);
        var second = Directory.GetFiles(folder.File("cache")).Single(file => file != first);
        File.Copy(first, second, overwrite: true);
        var result = AttendProcess.Run(Command(other, "c"));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("another corpus", result.Error);
        File.WriteAllBytes(second, File.ReadAllBytes(second)[..^9]);
        result = AttendProcess.Run(Command(other, "c"));
        Assert.Contains("cut short", result.Error);
        Assert.False(Directory.Exists(folder.File("c")));
    }

    [Fact]
    public void AFullDiskWhileTokenizingLeavesNothing()
    {
        using var disk = new Unit.Checkpoints.TinyDisk();
        using var folder = new TemporaryFolder();
        var text = folder.Write("long.txt", string.Concat(Enumerable.Repeat("ice is cold. fire is hot.\n\n", 60_000)));
        var result = AttendProcess.Run("pretrain", "--text", text, "--tokenizer", run.Folder, "--out", folder.File("run"), "--cache", Path.GetDirectoryName(disk.File("x"))!, "--steps", "1", "--size", "tiny");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("full", result.Error);
        Assert.Empty(disk.Names);
        Assert.False(Directory.Exists(folder.File("run")));
    }

    [Fact]
    public void ATokenizerThatDoesNotFitTheModelIsRefused()
    {
        using var folder = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(run.Folder, "*.json").Append(Path.Combine(run.Folder, "model.safetensors")).Append(Path.Combine(run.Folder, "vocab.txt"))) File.Copy(file, folder.File(Path.GetFileName(file)));
        File.AppendAllLines(folder.File("vocab.txt"), Enumerable.Range(0, 300).Select(index => $"more{index}"), new UTF8Encoding(false));
        var result = AttendProcess.Run("pretrain", "--text", run.Text, "--from", folder.Path, "--out", folder.File("run"), "--steps", "1");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("vocab", result.Error);
        Assert.Equal(2, AttendProcess.Run("pretrain", "--text", run.Text, "--from", run.Folder, "--tokenizer", run.Folder, "--out", folder.File("run"), "--steps", "1").ExitCode);
    }
}
