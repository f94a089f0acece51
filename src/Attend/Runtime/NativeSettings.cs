using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Attend.Runtime;

/// <summary>Process-wide settings that TorchSharp does not bind, reached through exported C and C++ symbols.</summary>
internal static unsafe class NativeSettings
{
    private const int TrimThreshold = -1, TopPad = -2, MmapMaximum = -4;
    private const int Padding = 64 << 20;

    private const string GlobalContext = "_ZN2at13globalContextEv";
    private const string SetPrecisionName = "_ZN2at7Context25setFloat32MatmulPrecisionERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE";
    private const string ShowConfiguration = "_ZN2at11show_configB5cxx11Ev";

    /// <summary>
    /// glibc only: freed memory stays in the process, and large tensors come from the heap instead of fresh zeroed pages each step.
    /// Has effect on what is allocated afterwards. False where there is no such allocator. On threads other than the main one glibc still
    /// fetches blocks above 64 MB afresh each time. libtorch's 2 MB pages (THP_MEM_ALLOC_ENABLE) are no help: with them training steps took
    /// 2 to 9 % more processor time and 15 to 30 % more memory.
    /// </summary>
    public static bool KeepFreedMemory()
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libc.so.6", out nint libc)) return false;
        if (!NativeLibrary.TryGetExport(libc, "mallopt", out nint address)) return false;
        var mallopt = (delegate* unmanaged<int, int, int>)address;
        return mallopt(MmapMaximum, 0) != 0 & mallopt(TrimThreshold, -1) != 0 & mallopt(TopPad, Padding) != 0;
    }

    /// <summary>glibc only: gives pages of the heap on which nothing lives back to the system.</summary>
    public static void ReleaseFreedMemory()
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libc.so.6", out nint libc)) return;
        if (NativeLibrary.TryGetExport(libc, "malloc_trim", out nint trim)) _ = ((delegate* unmanaged<nuint, int>)trim)(0);
    }

    /// <summary>
    /// Settings that native libraries read from the environment as they load; what the user has set stays.
    /// Threads that wait for each other sleep after a moment instead of spinning on: where other programs want the same cores, libgomp's
    /// default makes a training step tens of times slower. And code is kept for 512 shapes of operations, not for 1024 twice over: each
    /// takes about 0.1 MB.
    /// </summary>
    public static void PrepareEnvironment()
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libc.so.6", out nint libc) || !NativeLibrary.TryGetExport(libc, "setenv", out nint setenv)) return;
        if (Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null) Set(setenv, "GOMP_SPINCOUNT\0"u8, "10000\0"u8);
        Set(setenv, "ONEDNN_PRIMITIVE_CACHE_CAPACITY\0"u8, "512\0"u8);
        Set(setenv, "LRU_CACHE_CAPACITY\0"u8, "512\0"u8);
    }

    // The runtime's own copy of the environment is not the one that native libraries read.
    private static void Set(nint setenv, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        fixed (byte* nameStart = name, valueStart = value) _ = ((delegate* unmanaged<byte*, byte*, int, int>)setenv)(nameStart, valueStart, 0);
    }

    /// <summary>Sets the precision of float32 matrix products; false where this libtorch does not export the way (Windows, macOS).</summary>
    public static bool TrySetPrecision(nint libtorch, MatmulPrecision precision)
    {
        if (libtorch == 0 || !NativeLibrary.TryGetExport(libtorch, GlobalContext, out nint context)
            || !NativeLibrary.TryGetExport(libtorch, SetPrecisionName, out nint set)) return false;
        ReadOnlySpan<byte> name = precision switch
        {
            MatmulPrecision.Highest => "highest"u8,
            MatmulPrecision.High => "high"u8,
            _ => "medium"u8,
        };
        CxxString text = default;
        text.Length = name.Length;
        name.CopyTo(text.Short);
        text.Start = (byte*)Unsafe.AsPointer(ref text.Short[0]);
        ((delegate* unmanaged<nint, CxxString*, void>)set)(((delegate* unmanaged<nint>)context)(), &text);
        return true;
    }

    /// <summary>libtorch's description of its own build (several lines), or null where it is not exported.</summary>
    public static string? BuildDescription(nint libtorch)
    {
        if (libtorch == 0 || !NativeLibrary.TryGetExport(libtorch, ShowConfiguration, out nint show)) return null;
        var text = ((delegate* unmanaged<CxxString>)show)();
        // The short form lies inside the object, which the call may have moved; the description is always long, in memory of its own.
        if (text.Length < CxxString.ShortCapacity) return null;
        string result = Encoding.UTF8.GetString(text.Start, checked((int)text.Length));
        NativeMemory.Free(text.Start);
        return result;
    }

    /// <summary>std::string as GNU libstdc++ lays it out (the C++11 form): the mangled names above belong to no other library.</summary>
    private struct CxxString
    {
        public const int ShortCapacity = 16;

        public byte* Start;
        public nint Length;
        private fixed byte _short[ShortCapacity];

        [UnscopedRef]
        public Span<byte> Short => MemoryMarshal.CreateSpan(ref _short[0], ShortCapacity);
    }
}
