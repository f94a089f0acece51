namespace Attend.Runtime;

/// <summary>How exact a float32 matrix product must be.</summary>
public enum MatmulPrecision
{
    /// <summary>Always the exact float32 kernels of the default library.</summary>
    Highest,

    /// <summary>libtorch may pick kernels of TensorFloat-32 precision (10 bits of mantissa) where the processor has them.</summary>
    High,

    /// <summary>libtorch may pick any kernel, even of bfloat16 precision; kept only while a measured product stays exact to float32.</summary>
    Medium,
}

/// <summary>Settings of the engine; give them at the first start, from where they hold for the whole process.</summary>
public sealed record EngineOptions
{
    /// <summary>Threads within one operation, 1 to 1024; null: <c>ATTEND_THREADS</c>, else <c>OMP_NUM_THREADS</c>, else one per physical core granted to the process.</summary>
    public int? Threads { get; init; }

    /// <summary>Precision of float32 matrix products; on processors with AVX-512 <see cref="MatmulPrecision.Medium"/> is about twice as fast.</summary>
    public MatmulPrecision Precision { get; init; } = MatmulPrecision.Medium;
}

/// <summary>What the engine was started with.</summary>
public sealed record EngineReport
{
    /// <summary>Full path of libtorch's main library, or its bare name where the system's loader found it by itself.</summary>
    public required string LibtorchPath { get; init; }

    /// <summary>Full path of the LibTorchSharp library in use.</summary>
    public required string BindingPath { get; init; }

    /// <summary>True if LibTorchSharp is a private copy that no longer insists on a newer libstdc++ than the system's.</summary>
    public required bool IsWeakenedCopy { get; init; }

    /// <summary>Threads within one operation.</summary>
    public required int Threads { get; init; }

    /// <summary>True if glibc's allocator keeps freed memory for the next step instead of handing it back to the system.</summary>
    public required bool AllocatorKeepsMemory { get; init; }

    /// <summary>The precision in force, which may be higher than the one asked for.</summary>
    public required MatmulPrecision Precision { get; init; }

    /// <summary>Largest error of a measured float32 product, relative to the largest element of the exact product; about 1e-7 is sound, above 1e-5 is not float32.</summary>
    public required double MatmulError { get; init; }

    /// <summary>Settings that could not be had, and why.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}
