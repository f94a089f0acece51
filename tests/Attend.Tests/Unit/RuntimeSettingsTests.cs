using Attend.Runtime;
using TorchSharp;

namespace Attend.Tests.Unit;

/// <summary>Tests that change settings of the whole process run while no other test computes.</summary>
[CollectionDefinition(nameof(RuntimeSettingsTests), DisableParallelization = true)]
[Collection(nameof(RuntimeSettingsTests))]
public sealed class RuntimeSettingsTests
{
    static RuntimeSettingsTests() => EngineFixture.Start();

    [Fact]
    public void ThreadsAndPrecisionCanBeChangedLater()
    {
        var before = Engine.Report;
        try
        {
            Engine.Start(new EngineOptions { Threads = 1, Precision = MatmulPrecision.Highest });
            Assert.Equal((1, MatmulPrecision.Highest), (Engine.Report.Threads, Engine.Report.Precision));
            Assert.Equal(1, torch.get_num_threads());
        }
        finally
        {
            Engine.Start(new EngineOptions { Threads = before.Threads, Precision = before.Precision });
        }
        Assert.Equal((before.Threads, before.Precision), (Engine.Report.Threads, Engine.Report.Precision));
    }

    [Fact]
    public void NewThreadsComputeWithTheThreadsSet()
    {
        var before = Engine.Report;
        int seen = 0;
        try
        {
            Engine.Start(new EngineOptions { Threads = 3 });
            var thread = new Thread(() => seen = torch.get_num_threads());
            thread.Start();
            thread.Join();
        }
        finally
        {
            Engine.Start(new EngineOptions { Threads = before.Threads, Precision = before.Precision });
        }
        Assert.Equal(3, seen);
    }

    [Fact]
    public void AnImpossibleSettingIsRefusedAndChangesNothing()
    {
        var before = Engine.Report;
        var error = Assert.Throws<EngineException>(() => Engine.Start(new EngineOptions { Threads = 0 }));
        Assert.Equal("EngineOptions.Threads is 0. Give a whole number of threads from 1 to 1024.", error.Message);
        Assert.Same(before, Engine.Report);
    }
}
