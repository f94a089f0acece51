using Attend.Runtime;

namespace Attend.Tests.Unit;

public sealed class RuntimeFreedMemoryTests
{
    private const long Megabyte = 1 << 20;

    [Fact]
    public void ReleasesWhatHasPiledUpAndThenLooksAnew()
    {
        var clock = new Clock();
        var (resident, released) = (0L, 0);
        var memory = new FreedMemory(() => resident, () => released++, clock);
        void Look(long megabytes, double seconds)
        {
            clock.Seconds += seconds;
            resident = megabytes * Megabyte;
            memory.Look();
        }
        Look(1000, 6);
        Look(1500, 6);
        Assert.Equal(0, released);
        Look(1600, 1);
        Assert.Equal(0, released); // too soon after the last look
        Look(1600, 5);
        Assert.Equal(1, released);
        Look(1500, 6); // the new measure
        Look(2200, 6);
        Assert.Equal(1, released);
        Look(2400, 6);
        Assert.Equal(2, released);
    }

    [Fact]
    public void ReleasingIsSafeWhileTensorsLive()
    {
        EngineFixture.Start();
        using var tensor = TorchSharp.torch.ones(1 << 20);
        TorchSharp.torch.zeros(1 << 24).Dispose();
        NativeSettings.ReleaseFreedMemory();
        Assert.Equal(1 << 20, tensor.sum().item<float>());
    }

    private sealed class Clock : TimeProvider
    {
        public double Seconds { get; set; }

        public override long TimestampFrequency => 1_000_000;

        public override long GetTimestamp() => (long)(Seconds * TimestampFrequency);
    }
}
