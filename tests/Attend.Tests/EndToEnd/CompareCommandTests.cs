using System.Text.Json;

namespace Attend.Tests.EndToEnd;

public sealed class CompareCommandTests(TrainedRun run) : IClassFixture<TrainedRun>
{
    [Fact]
    public void RunsAreEvaluatedAndSetSideBySide()
    {
        // One epoch at a small rate learns less than the run it is compared with.
        var other = run.File("weak");
        Assert.Equal(0, AttendProcess.Run("train", "classify", "--data", run.Train, "--dev", run.Dev, "--out", other, "--epochs", "1", "--learning-rate", "1e-5", "--max-input-tokens", "24", "--json").ExitCode);
        var refused = AttendProcess.Run("compare", run.Folder, other);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("was never evaluated", refused.Error);

        var result = AttendProcess.Run("compare", other, run.Folder, "--data", run.Dev, "--json");
        Assert.Equal(0, result.ExitCode);
        using var json = JsonDocument.Parse(result.Out);
        var pair = Assert.Single(json.RootElement.GetProperty("pairs").EnumerateArray());
        Assert.StartsWith("run is better than weak by accuracy", pair.GetProperty("verdict").GetString());
        Assert.True(pair.GetProperty("figures").GetProperty("accuracy").GetProperty("randomization_p").GetDouble() < 0.05);
        Assert.True(pair.GetProperty("mc_nemar").GetProperty("p_value").GetDouble() < 0.05);
        Assert.Contains(json.RootElement.GetProperty("differences").EnumerateArray(), difference => difference.GetProperty("name").GetString() == "options.learning_rate");
        Assert.Contains("weak beside run", File.ReadAllText(json.RootElement.GetProperty("page").GetString()!));

        // What the evaluations left is enough.
        var again = AttendProcess.Run("compare", other, run.Folder, "--on", "dev", "--out", run.File("page.html"));
        Assert.Equal(0, again.ExitCode);
        Assert.Contains("McNemar p", again.Out);
        Assert.Contains("options.learning_rate", again.Out);
        Assert.True(File.Exists(run.File("page.html")));
        Assert.Equal(2, AttendProcess.Run("compare", other, other).ExitCode);
        Assert.Equal(2, AttendProcess.Run("compare", other, run.Folder, "--on", "dev", "--data", run.Dev).ExitCode);
    }
}
