using System.Globalization;

namespace Attend.Tests.Property.Tokenizers;

/// <summary>Processor time of one thread, which a busy machine hardly changes.</summary>
internal static class ProcessorTime
{
    private const string Counter = "/proc/thread-self/schedstat";

    /// <summary>Runs something whose time grows with the length of its input: in far less than the limit, which growth with the square would exceed.</summary>
    /// <remarks>Where the system does not tell the time of a thread, it is only run.</remarks>
    public static void AssertWithin(double seconds, Action action)
    {
        var before = Nanoseconds();
        action();
        if (before is { } start && Nanoseconds() is { } end) Assert.InRange((end - start) / 1e9, 0, seconds);
    }

    private static long? Nanoseconds()
    {
        if (!File.Exists(Counter)) return null;
        return long.TryParse(File.ReadAllText(Counter).Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0 ? value : null;
    }
}
