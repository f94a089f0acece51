using System.Globalization;

namespace Attend.Runtime;

/// <summary>Reads what a machine's processors say they have used: RAPL, as Linux shows it (Documentation/power/powercap).</summary>
/// <remarks>
/// Counts whole processor packages (not memory, disks, GPUs or losses of the power supply), for everything that runs on the machine. Counters run
/// over after some hundred kilojoules: <see cref="Read"/> must be called every few minutes. Not safe for several threads at once.
/// </remarks>
internal sealed class EnergyMeter
{
    private readonly Counter[] _counters;

    private EnergyMeter(Counter[] counters) => _counters = counters;

    /// <summary>A meter that begins now; null where the machine has no counter, or does not let us read it.</summary>
    /// <param name="root">Where the counters are.</param>
    public static EnergyMeter? Start(string root = "/sys/class/powercap")
    {
        try
        {
            if (!Directory.Exists(root)) return null;
            // intel-rapl:0 is a package (of AMD's processors as well); intel-rapl:0:1 is a part of it.
            Counter[] counters = [.. Directory.EnumerateDirectories(root, "intel-rapl:*").Where(zone => Path.GetFileName(zone).Count(character => character == ':') == 1)
                .Order(StringComparer.Ordinal).Where(zone => File.ReadAllText(Path.Combine(zone, "name")).StartsWith("package", StringComparison.Ordinal)).Select(zone => new Counter(zone))];
            return counters.Length == 0 ? null : new EnergyMeter(counters);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Joules used since the meter began; null where a counter could not be read any more.</summary>
    public double? Read()
    {
        try
        {
            return _counters.Sum(counter => counter.Read()) / 1e6;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }

    private sealed class Counter
    {
        private readonly string _path;
        private readonly long _range;
        private long _last;
        private long _used;

        public Counter(string zone)
        {
            _path = Path.Combine(zone, "energy_uj");
            _range = Number(Path.Combine(zone, "max_energy_range_uj"));
            _last = Number(_path);
        }

        /// <summary>Microjoules since the beginning.</summary>
        public long Read()
        {
            var now = Number(_path);
            _used += now >= _last ? now - _last : now + _range - _last;
            _last = now;
            return _used;
        }

        private static long Number(string path) => long.Parse(File.ReadAllText(path).Trim(), CultureInfo.InvariantCulture);
    }
}
