using Attend.Runtime;
using TorchSharp;

namespace Attend.Tests.Unit;

public sealed class RuntimeEngineTests
{
    [Fact]
    public void StartsAndReports()
    {
        Engine.Start();
        Assert.True(Engine.IsStarted);
        var report = Engine.Report;
        Assert.InRange(report.MatmulError, 0, 1e-5);
        Assert.True(report.Threads >= 1);
        Assert.True(File.Exists(report.BindingPath));
        Assert.Empty(report.Notes);
        using var ones = torch.ones(2, 3);
        Assert.Equal(6f, ones.sum().item<float>());
        TestContext.Current.TestOutputHelper!.WriteLine(report.ToString());
    }
}
