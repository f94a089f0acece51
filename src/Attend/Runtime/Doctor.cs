using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using TorchSharp;

namespace Attend.Runtime;

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="Ok">False if something is wrong.</param>
/// <param name="Found">What was found.</param>
/// <param name="Remedy">What to do, where something is wrong.</param>
public sealed record DoctorFinding(string Name, bool Ok, string Found, string? Remedy = null);

/// <summary>Looks at everything the engine depends on, and says what is wrong and what to do.</summary>
public static partial class Doctor
{
    private const double LeastMemory = 1.0;

    /// <summary>Examines the system and starts the engine. What is wrong becomes a finding, never an exception.</summary>
    public static IReadOnlyList<DoctorFinding> Examine()
    {
        var findings = new List<DoctorFinding> { ExamineSystem() };
        if (OperatingSystem.IsLinux()) findings.Add(ExamineCxxRuntime());
        try
        {
            Engine.Start();
            findings.AddRange(ExamineEngine(Engine.Report));
        }
        catch (EngineException failure)
        {
            findings.Add(new DoctorFinding("Engine", false, failure.Cause, failure.Remedy));
        }
        findings.Add(ExamineProcessor());
        findings.Add(ExamineMemory());
        if (Engine.IsStarted) findings.Add(ExamineGpu());
        return findings;
    }

    private static DoctorFinding ExamineSystem()
    {
        string found = $"{RuntimeInformation.OSDescription} ({NativeFolders.Rid}), {RuntimeInformation.FrameworkDescription}";
        return LoadFailure.SupportedRids.Contains(NativeFolders.Rid)
            ? new DoctorFinding("System", true, found)
            : new DoctorFinding("System", false, found, $"libtorch is packaged for {string.Join(", ", LoadFailure.SupportedRids)}: use one of these.");
    }

    private static DoctorFinding ExamineCxxRuntime()
    {
        const string Name = "C++ runtime", Library = "libstdc++.so.6";
        if (!NativeLibrary.TryLoad(Library, out _))
            return new DoctorFinding(Name, false, $"{Library} does not load", "Install it (Debian and Ubuntu: apt-get install libstdc++6).");
        // Mapped files are the last word of each line: "7f.. r-xp 0 8:1 123   /usr/lib/x86_64-linux-gnu/libstdc++.so.6.0.30".
        string? path = Lines("/proc/self/maps").Select(line => line[(line.LastIndexOf(' ') + 1)..])
            .FirstOrDefault(file => Path.GetFileName(file).StartsWith(Library, StringComparison.Ordinal));
        if (path is null) return new DoctorFinding(Name, true, $"{Library}, where is not known");
        try
        {
            return new DoctorFinding(Name, true, $"{path}, up to GLIBCXX_3.4.{NewestCxxVersion(File.ReadAllBytes(path))}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new DoctorFinding(Name, true, $"{path}, version not known: {failure.Message}");
        }
    }

    /// <summary>The greatest n of the versions GLIBCXX_3.4.n that a libstdc++ defines; -1 if there is none.</summary>
    internal static int NewestCxxVersion(ReadOnlySpan<byte> library)
    {
        int newest = -1;
        var prefix = "\0GLIBCXX_3.4."u8;
        for (int at = library.IndexOf(prefix); at >= 0; at = library.IndexOf(prefix))
        {
            library = library[(at + prefix.Length)..];
            int digits = library.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            if (digits is > 0 and < 4 && library[digits] == 0) newest = Math.Max(newest, int.Parse(library[..digits]));
        }
        return newest;
    }

    private static IEnumerable<DoctorFinding> ExamineEngine(EngineReport report)
    {
        string build = NativeSettings.BuildDescription(Engine.Libtorch) ?? "";
        string version = TorchVersion().Match(build) is { Success: true } match ? match.Groups[1].Value : "version not known";
        // The package's version has a fourth number.
        string expected = string.Join('.', torch.__version__.Split('.').Take(3));
        bool isRight = version == "version not known" || version == expected;
        yield return new DoctorFinding("libtorch", isRight, $"{version} at {report.LibtorchPath}",
            isRight ? null : $"This TorchSharp is made for libtorch {expected}: reference libtorch-cpu-{NativeFolders.Rid} {expected}.");
        yield return new DoctorFinding("LibTorchSharp", true, report.IsWeakenedCopy
            ? $"weakened copy at {report.BindingPath} (the system's libstdc++ lacks {NativeLoader.UnusedVersion}, which is not called)"
            : $"direct, {report.BindingPath}");
        yield return new DoctorFinding("Threads", true,
            $"{report.Threads} of {Environment.ProcessorCount} processors granted{(ThreadCount.PhysicalCores() is { } cores ? $", {cores} physical cores" : "")}");
        yield return new DoctorFinding("Allocator", true, report.AllocatorKeepsMemory ? "keeps freed memory" : "system default");
        bool isExact = report.MatmulError <= PrecisionCheck.Tolerance;
        string capability = Capability().Match(build) is { Success: true } usage ? $", libtorch uses {usage.Groups[1].Value}" : "";
        yield return new DoctorFinding("float32 products", isExact,
            $"precision {report.Precision}, largest relative error {report.MatmulError:E1}{capability}{string.Concat(report.Notes.Select(note => $". {note}"))}",
            isExact ? null : "Do not use results from this machine; try without ATEN_CPU_CAPABILITY, ONEDNN_ and MKL_ variables, or another libtorch.");
    }

    private static DoctorFinding ExamineProcessor()
    {
        string[] wanted = ["avx2", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "amx_int8", "asimd", "bf16", "i8mm"];
        string? flags = Lines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("flags", StringComparison.Ordinal) || line.StartsWith("Features", StringComparison.Ordinal));
        string[] present = flags is null ? [] : flags[(flags.IndexOf(':') + 1)..].Split(' ');
        string found = flags is null ? $"{RuntimeInformation.ProcessArchitecture}, extensions not known" : string.Join(", ", wanted.Intersect(present));
        return new DoctorFinding("Processor", true, found.Length > 0 ? found : $"{RuntimeInformation.ProcessArchitecture} without vector extensions that libtorch knows");
    }

    private static DoctorFinding ExamineMemory()
    {
        const double Gigabyte = 1L << 30;
        double total = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / Gigabyte;
        double free = total;
        if (Lines("/proc/meminfo").Select(line => MemoryAvailable().Match(line)).FirstOrDefault(match => match.Success) is { } match)
            free = Math.Min(total, long.Parse(match.Groups[1].ValueSpan) * 1024 / Gigabyte);
        bool isEnough = free >= LeastMemory;
        return new DoctorFinding("Memory", isEnough, $"{free:F1} GB available of {total:F1} GB",
            isEnough ? null : "The engine alone takes 0.2 GB and a base model with its optimizer 1.8 GB: end other programs, or raise the container's limit.");
    }

    private static DoctorFinding ExamineGpu()
    {
        if (torch.cuda.is_available())
        {
            var models = GpuModels();
            return new DoctorFinding("GPU", true, $"{torch.cuda.device_count()} CUDA device(s){(models.Length > 0 ? $": {string.Join(", ", models)}" : "")}");
        }
        if (torch.mps_is_available()) return new DoctorFinding("GPU", true, "Apple's, as mps");
        return NativeFolders.IsCudaBuild()
            ? new DoctorFinding("GPU", false, "a CUDA build, but no CUDA device is available", "Install NVIDIA's driver and see that nvidia-smi lists the GPU.")
            : new DoctorFinding("GPU", true, "no CUDA build: use -p:Torch=cuda");
    }

    // TorchSharp does not bind the names; the driver tells them.
    private static string[] GpuModels()
    {
        const string Driver = "/proc/driver/nvidia/gpus";
        if (!Directory.Exists(Driver)) return [];
        return [.. Directory.EnumerateDirectories(Driver).Order(StringComparer.Ordinal)
            .SelectMany(folder => Lines(Path.Combine(folder, "information")))
            .Where(line => line.StartsWith("Model:", StringComparison.Ordinal)).Select(line => line[6..].Trim())];
    }

    private static string[] Lines(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadAllLines(file) : [];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    [GeneratedRegex(@"TORCH_VERSION=(\d+\.\d+\.\d+)")]
    private static partial Regex TorchVersion();

    [GeneratedRegex(@"CPU capability usage: (\S+)")]
    private static partial Regex Capability();

    [GeneratedRegex(@"^MemAvailable:\s+(\d+) kB")]
    private static partial Regex MemoryAvailable();
}
