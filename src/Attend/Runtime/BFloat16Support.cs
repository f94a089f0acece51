using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace Attend.Runtime;

/// <summary>Whether a device multiplies bfloat16 faster than float32.</summary>
internal static class BFloat16Support
{
    // cuDeviceGetAttribute's name for the first number of the compute capability; 8 is Ampere, the first with bfloat16.
    private const int ComputeCapabilityMajor = 75, Ampere = 8;

    private static readonly Lazy<bool> Processor = new(ProcessorHas);

    /// <summary>True for a processor with AVX-512 BF16, AMX or Arm's BF16, and for an NVIDIA GPU from Ampere on.</summary>
    public static bool Has(Device device) => device.type switch
    {
        DeviceType.CPU => Processor.Value,
        DeviceType.CUDA => GpuHas(Math.Max(0, device.index)),
        _ => false,
    };

    private static bool ProcessorHas()
    {
        if (X86Base.IsSupported)
        {
            // libtorch takes these kernels only where it may use AVX-512.
            if (!Avx512F.IsSupported || X86Base.CpuId(0, 0).Eax < 7) return false;
            var hasAvx512 = X86Base.CpuId(7, 0).Eax >= 1 && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0;
            var hasAmx = (X86Base.CpuId(7, 0).Edx & (1 << 22)) != 0;
            return hasAvx512 || hasAmx;
        }
        return RuntimeInformation.ProcessArchitecture == Architecture.Arm64 && File.Exists("/proc/cpuinfo")
            && File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("Features", StringComparison.Ordinal)) is { } features
            && features.Split(' ').Contains("bf16");
    }

    private static unsafe bool GpuHas(int index)
    {
        if (!NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1", out nint driver)) return false;
        if (!NativeLibrary.TryGetExport(driver, "cuDeviceGet", out nint get) || !NativeLibrary.TryGetExport(driver, "cuDeviceGetAttribute", out nint attribute)) return false;
        int device = 0, major = 0;
        return ((delegate* unmanaged<int*, int, int>)get)(&device, index) == 0
            && ((delegate* unmanaged<int*, int, int, int>)attribute)(&major, ComputeCapabilityMajor, device) == 0 && major >= Ampere;
    }
}
