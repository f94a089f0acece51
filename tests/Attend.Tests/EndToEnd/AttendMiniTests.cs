using System.Text.Json;
using Attend.Checkpoints;

namespace Attend.Tests.EndToEnd;

/// <summary>The model that comes with Attend is found by its name and knows what its card says.</summary>
public sealed class AttendMiniTests
{
    [Fact]
    public void IsNamedLikeAPublishedModelAndNeverFetched()
    {
        var folder = ModelSource.Locate("attend-mini");
        Assert.Equal("attend-mini", ModelSource.NameOf(folder));
        Assert.False(ModelSource.NeedsPull("attend-mini"));
        Assert.InRange(new FileInfo(Path.Combine(folder, ModelFolder.WeightsFile)).Length, 1, 16_000_000);
        Assert.Throws<CheckpointException>(() => ModelSource.Locate("attend-maxi"));
        Assert.Throws<CheckpointException>(() => ModelSource.Locate(""));
    }

    [Theory]
    [InlineData("She opened the [MASK] and went into the house.", "door")]
    [InlineData("我们可以使用这个[MASK]数。", "函")]
    public void FillsInWhatFits(string text, string expected)
    {
        var result = AttendProcess.Run("fill", "attend-mini", "--text", text, "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains(expected, JsonDocument.Parse(result.Out).RootElement.ToString());
    }

    [Fact]
    public void StandsUnderAHeadWithItsOwnPoolingAndDropout()
    {
        var config = ModelFolder.Open("attend-mini").Config;
        Assert.Equal("mean", config.ClassifierPooling);
        Assert.Equal(0.1, Assert.IsType<Attend.Models.BertConfig>(config).HiddenDropoutProb);
    }
}
