using Attend.Runtime;

namespace Attend.Tests.Unit;

public sealed class EnergyMeterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void PackagesAreAddedUpOverTheirRange()
    {
        Zone("intel-rapl:0", "package-0", 1_000_000);
        Zone("intel-rapl:1", "package-1", 9_500_000);
        // A part of the first package, and memory: neither is counted.
        Zone("intel-rapl:0:0", "core", 0);
        Zone("intel-rapl:2", "psys", 0);
        var meter = EnergyMeter.Start(_folder.Path)!;
        Assert.Equal(0, meter.Read());
        Use("intel-rapl:0", 3_500_000);
        Use("intel-rapl:2", 5_000_000);
        Assert.Equal(2.5, meter.Read());
        // The second counter has run over: 0.5 to the end of its range and 0.25 from its beginning.
        Use("intel-rapl:1", 250_000);
        Assert.Equal(2.5 + 0.75, meter.Read()!.Value, 9);
        Assert.Equal(2.5 + 0.75, meter.Read()!.Value, 9);
    }

    [Fact]
    public void WhatCannotBeReadIsNotMeasured()
    {
        Assert.Null(EnergyMeter.Start(_folder.File("nothing")));
        Assert.Null(EnergyMeter.Start(_folder.Path));
        Zone("intel-rapl:0", "package-0", 1);
        File.Delete(_folder.File("intel-rapl:0", "energy_uj"));
        Assert.Null(EnergyMeter.Start(_folder.Path));
        Use("intel-rapl:0", 1);
        var meter = EnergyMeter.Start(_folder.Path)!;
        File.WriteAllText(_folder.File("intel-rapl:0", "energy_uj"), "none");
        Assert.Null(meter.Read());
    }

    private void Zone(string zone, string name, long used)
    {
        Directory.CreateDirectory(_folder.File(zone));
        File.WriteAllText(_folder.File(zone, "name"), name + "\n");
        File.WriteAllText(_folder.File(zone, "max_energy_range_uj"), "10000000\n");
        Use(zone, used);
    }

    private void Use(string zone, long used) => File.WriteAllText(_folder.File(zone, "energy_uj"), $"{used}\n");
}
