using System.Runtime.InteropServices;

namespace Attend.Runtime;

/// <summary>What a run was computed on.</summary>
/// <param name="Processor">The processor's name for itself.</param>
/// <param name="LogicalProcessors">Processors that the program may use.</param>
/// <param name="Threads">Threads within one operation.</param>
/// <param name="MemoryGigabytes">Memory that the program may use, in units of 2^30 bytes.</param>
/// <param name="Device">Where the model computed: "cpu", "cuda:0".</param>
public sealed record Machine(string Processor, int LogicalProcessors, int Threads, double MemoryGigabytes, string Device)
{
    private const string CpuInfo = "/proc/cpuinfo";

    /// <summary>This machine; the engine must have been started.</summary>
    internal static Machine This(string device) => new(
        ProcessorName(), Environment.ProcessorCount, Engine.Report.Threads, Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30), 1), device);

    private static string ProcessorName()
    {
        var line = File.Exists(CpuInfo) ? File.ReadLines(CpuInfo).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line is null ? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }
}
