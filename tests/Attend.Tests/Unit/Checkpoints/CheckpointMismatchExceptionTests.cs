using Attend.Checkpoints;

namespace Attend.Tests.Unit.Checkpoints;

public sealed class CheckpointMismatchExceptionTests
{
    [Fact]
    public void EveryKeyAtFaultIsInTheMessage()
    {
        var missing = Enumerable.Range(0, 200).Select(i => $"layer.{i}.weight").ToArray();
        var mismatch = new CheckpointMismatchException("model.safetensors", missing, ["position_ids"], [new("classifier.weight", [2, 768], [3, 768])]);
        Assert.StartsWith("model.safetensors does not fit the model: 200 missing, 1 extra, 1 misshapen.", mismatch.Message);
        var lines = mismatch.Message.Split('\n');
        foreach (var key in missing) Assert.Contains($"  {key}", lines);
        Assert.Contains("  position_ids", lines);
        Assert.Contains("  classifier.weight: expected [2, 768], found [3, 768]", lines);
    }

    [Fact]
    public void EmptyListsHaveNoHeading()
    {
        var mismatch = new CheckpointMismatchException("m", [], ["x"], []);
        Assert.DoesNotContain("Missing", mismatch.Message);
        Assert.DoesNotContain("Misshapen", mismatch.Message);
        Assert.Contains("Extra", mismatch.Message);
    }
}
