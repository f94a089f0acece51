using System.Globalization;

namespace Attend.Runtime;

/// <summary>How many threads one operation may use.</summary>
internal static class ThreadCount
{
    private const int Most = 1024;

    /// <summary>The number asked for, else that of ATTEND_THREADS, of OMP_NUM_THREADS, or one per physical core granted.</summary>
    /// <exception cref="EngineException">The number asked for is none, or out of range.</exception>
    public static int Choose(int? asked, Func<string, string?> environment)
    {
        if (asked is { } threads)
            return threads is >= 1 and <= Most ? threads : throw Wrong("EngineOptions.Threads", threads.ToString(CultureInfo.InvariantCulture));
        if (environment("ATTEND_THREADS") is { Length: > 0 } text)
            return TryRead(text, out int own) ? own : throw Wrong("ATTEND_THREADS", $"'{text}'");
        // Not ours to judge: OpenMP also allows lists there ("4,2").
        if (environment("OMP_NUM_THREADS") is { Length: > 0 } openMp && TryRead(openMp.Split(',')[0], out int shared)) return shared;
        // Two threads on one core share its multipliers: more threads than cores only cost.
        return Math.Clamp(Math.Min(Environment.ProcessorCount, PhysicalCores() ?? int.MaxValue), 1, Most);
    }

    /// <summary>Cores of the machine, counting one for threads that share it; null where the system does not say.</summary>
    public static int? PhysicalCores()
    {
        const string Processors = "/sys/devices/system/cpu";
        if (!OperatingSystem.IsLinux() || !Directory.Exists(Processors)) return null;
        try
        {
            int cores = Directory.EnumerateDirectories(Processors, "cpu*")
                .Select(folder => Path.Combine(folder, "topology", "thread_siblings_list")).Where(File.Exists)
                .Select(File.ReadAllText).Distinct().Count();
            return cores > 0 ? cores : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool TryRead(string text, out int threads) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out threads) && threads is >= 1 and <= Most;

    private static EngineException Wrong(string name, string found) =>
        new($"{name} is {found}.", $"Give a whole number of threads from 1 to {Most}.");
}
