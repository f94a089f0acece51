namespace Attend.Tests.Unit;

public sealed class ForemostTests
{
    [Fact]
    public void KeepsTheHighestAndOfEqualsTheFirst()
    {
        var foremost = new Foremost<string>(3);
        foreach (var (rank, name) in new[] { (1.0, "a"), (2, "b"), (1, "c"), (3, "d"), (1, "e"), (2, "f") }) foremost.Add(rank, () => name);
        Assert.Equal(["d", "b", "f"], foremost.Sorted());
        foremost = new Foremost<string>(2);
        foreach (var name in new[] { "a", "b", "c" }) foremost.Add(0, () => name);
        Assert.Equal(["a", "b"], foremost.Sorted());
    }
}
