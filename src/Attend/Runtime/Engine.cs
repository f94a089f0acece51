using TorchSharp;

namespace Attend.Runtime;

/// <summary>
/// Starts the tensor engine: loads libtorch, then sets threads, memory and precision for the process. Nothing of libtorch is touched
/// before the first <see cref="Start"/>, so a command that needs no tensors stays quick.
/// </summary>
public static class Engine
{
    private static readonly Lock Gate = new();
    private static NativeLoad? _native;
    private static bool _keepsMemory;
    private static volatile State? _state;

    /// <summary>What the engine was started with.</summary>
    /// <exception cref="InvalidOperationException">The engine has not been started.</exception>
    public static EngineReport Report => _state?.Report ?? throw new InvalidOperationException("The engine has not been started: call Engine.Start() first.");

    /// <summary>True once <see cref="Start"/> has succeeded.</summary>
    public static bool IsStarted => _state is not null;

    /// <summary>
    /// Starts the engine once; from any thread, as often as wanted. A later call without options changes nothing; one with other options
    /// changes precision for the whole process, and threads for the calling thread and those that have not computed yet.
    /// </summary>
    /// <exception cref="EngineException">libtorch cannot be loaded, or a setting is impossible; the message has cause and remedy.</exception>
    public static void Start(EngineOptions? options = null)
    {
        if (IsInForce(options)) return;
        lock (Gate)
        {
            if (IsInForce(options)) return;
            options ??= new EngineOptions();
            int threads = ThreadCount.Choose(options.Threads, Environment.GetEnvironmentVariable);
            if (_native is null)
            {
                NativeSettings.PrepareEnvironment();
                _keepsMemory = NativeSettings.KeepFreedMemory();
                _native = NativeLoader.Load();
                // The self-check is too small for more, and starting the others costs 60 ms on a busy machine.
                torch.set_num_threads(1);
            }
            _state = new State(options, Configure(_native, options, threads));
        }
    }

    /// <summary>libtorch's main library, for symbols that TorchSharp does not bind; 0 where it has no handle.</summary>
    internal static nint Libtorch => _native?.Libtorch ?? 0;

    private static bool IsInForce(EngineOptions? options) => _state is { } state && (options is null || options == state.Options);

    private static EngineReport Configure(NativeLoad native, EngineOptions options, int threads)
    {
        var notes = new List<string>();
        var precision = options.Precision;
        bool isSettable = NativeSettings.TrySetPrecision(native.Libtorch, precision);
        if (!isSettable && precision != MatmulPrecision.Highest)
        {
            notes.Add($"Precision {precision} cannot be set with this libtorch; it stays at Highest.");
            precision = MatmulPrecision.Highest;
        }
        double error = PrecisionCheck.MeasureError();
        if (!(error <= PrecisionCheck.Tolerance) && precision != MatmulPrecision.Highest)
        {
            notes.Add($"Precision {precision} gave products {error:E1} off on this processor; set back to Highest.");
            precision = MatmulPrecision.Highest;
            NativeSettings.TrySetPrecision(native.Libtorch, precision);
            error = PrecisionCheck.MeasureError();
        }
        if (!(error <= PrecisionCheck.Tolerance)) notes.Add($"float32 products are {error:E1} off even at the highest precision: results are not to be trusted.");
        torch.set_num_threads(threads);
        return new EngineReport
        {
            LibtorchPath = native.LibtorchPath,
            BindingPath = native.BindingPath,
            IsWeakenedCopy = native.IsWeakenedCopy,
            Threads = torch.get_num_threads(),
            AllocatorKeepsMemory = _keepsMemory,
            Precision = precision,
            MatmulError = error,
            Notes = notes,
        };
    }

    private sealed record State(EngineOptions Options, EngineReport Report);
}
