using System.Text.Json;

namespace Attend.Tests.EndToEnd;

/// <summary><c>attend convert</c> and <c>attend info --weights</c> as a user runs them.</summary>
public sealed class WeightsCommandTests
{
    private static readonly string Golden = Repository.Path("tests", "Attend.Tests", "Golden", "torch");

    [Fact]
    public void PyTorchsFileIsConvertedAndListed()
    {
        using var folder = new TemporaryFolder();
        var converted = AttendProcess.Run("convert", Path.Combine(Golden, "legacy.bin"), "--out", folder.File("model"), "--json");
        Assert.Equal((0, ""), (converted.ExitCode, converted.Error));
        Assert.Equal(19, JsonDocument.Parse(converted.Out).RootElement.GetProperty("tensor_count").GetInt32());
        var listed = AttendProcess.Run("info", folder.File("model"), "--weights", "--json");
        Assert.Equal(0, listed.ExitCode);
        var tensors = JsonDocument.Parse(listed.Out).RootElement.GetProperty("tensors").EnumerateArray().ToDictionary(tensor => tensor.GetProperty("name").GetString()!);
        Assert.Equal("BF16", tensors["bf16"].GetProperty("dtype").GetString());
        Assert.Equal(2.5, tensors["scalar"].GetProperty("norm").GetDouble());
        var table = AttendProcess.Run("info", Path.Combine(Golden, "zip.bin"), "--weights");
        Assert.Equal(0, table.ExitCode);
        Assert.Contains("transposed", table.Out);
        var again = AttendProcess.Run("convert", Path.Combine(Golden, "zip.bin"), "--out", folder.File("model"));
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("already exists", again.Error);
    }

    [Fact]
    public void AFileThatAsksForMoreThanWeightsIsRefusedByName()
    {
        using var folder = new TemporaryFolder();
        var result = AttendProcess.Run("convert", Path.Combine(Golden, "whole-module.bin"), "--out", folder.File("model"));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("torch.nn.modules.container.Sequential", result.Error);
        Assert.False(Directory.Exists(folder.File("model")));
    }
}
