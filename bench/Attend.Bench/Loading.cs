using System.Diagnostics;
using System.Globalization;
using Attend.Checkpoints;
using Attend.Runtime;
using static TorchSharp.torch;

namespace Attend.Bench;

/// <summary>Reading the weights of a model: speed from a warm page cache, and the peak of resident memory beside the size of the file.</summary>
internal static class Loading
{
    private const int TensorCount = 64;
    private const long TensorElements = 1 << 22;

    public static int Run(string[] arguments)
    {
        if (arguments is ["memory", var file]) return Memory(file);
        var rounds = int.Parse(arguments.ElementAtOrDefault(0) ?? "5", CultureInfo.InvariantCulture);
        Engine.Start();
        var path = Path.Combine(Path.GetTempPath(), $"attend-bench-{Environment.ProcessId}.safetensors");
        try
        {
            using (NewDisposeScope())
            {
                var value = rand(TensorElements);
                Safetensors.Write(path, Enumerable.Range(0, TensorCount).Select(index => ($"layer.{index}.weight", value)));
                Safetensors.Write(path + ".half", Enumerable.Range(0, TensorCount).Select(index => ($"layer.{index}.weight", value.to(ScalarType.BFloat16))));
            }
            var gigabytes = new FileInfo(path).Length / 1e9;
            using (var warm = File.OpenRead(path)) warm.CopyTo(Stream.Null);
            using (var warm = File.OpenRead(path + ".half")) warm.CopyTo(Stream.Null);

            // A process of its own: what writing the file took would be counted too.
            using (var fresh = Process.Start(Environment.ProcessPath!, ["load", "memory", path])) fresh.WaitForExit();
            Time(path, out var held, null);
            var (into, converted, news) = (new List<double>(), new List<double>(), new List<double>());
            for (var round = 0; round < rounds; round++)
            {
                into.Add(Time(path, out _, held));
                converted.Add(Time(path + ".half", out _, held));
                var again = Time(path, out var others, null);
                news.Add(again);
                foreach (var tensor in others) tensor.Dispose();
            }
            Show("into a model's parameters (memory in use)", into, gigabytes);
            Show("into new tensors (memory not yet used)", news, gigabytes);
            Show("BF16 into F32 parameters, GB of F32", converted, gigabytes);
            return 0;
        }
        finally
        {
            File.Delete(path);
            File.Delete(path + ".half");
        }
    }

    private static int Memory(string path)
    {
        Engine.Start();
        ones(1).Dispose();
        var (before, megabytes) = (Resident("VmRSS"), new FileInfo(path).Length >> 20);
        Time(path, out var held, null);
        var peak = Resident("VmHWM");
        GC.KeepAlive(held);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"file {megabytes} MB; resident memory: {before} MB before, {peak} MB at its peak: {(double)(peak - before) / megabytes:0.000} times the file"));
        return 0;
    }

    private static double Time(string path, out Tensor[] tensors, Tensor[]? into)
    {
        var started = Stopwatch.GetTimestamp();
        using var file = SafetensorsFile.Open(path);
        if (into is null) tensors = [.. file.Entries.Keys.Select(file.Read)];
        else
        {
            tensors = into;
            foreach (var (name, tensor) in file.Entries.Keys.Zip(into)) file.ReadInto(name, tensor);
        }
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static void Show(string name, List<double> seconds, double gigabytes)
    {
        seconds.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {gigabytes / seconds[seconds.Count / 2]:0.00} GB/s ({gigabytes / seconds[^1]:0.00} - {gigabytes / seconds[0]:0.00}) |"));
    }

    // In MB, from Linux's own account of the process.
    private static long Resident(string key) =>
        long.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith(key, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) >> 10;
}
