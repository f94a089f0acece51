namespace Attend.Runtime;

/// <summary>Hands memory that is free but lies in pieces too small to be used again back to the system, once it has piled up.</summary>
/// <remarks>
/// The allocator keeps freed memory (<see cref="NativeSettings.KeepFreedMemory"/>), but glibc's posix_memalign, from which libtorch has its
/// tensors, cannot fill the hole of a tensor with another of the same size, so batches of ever other lengths let the process grow to several
/// times what it needs. Trimming costs the next step some page faults; done done only after half has been added, it is about a percent.
/// </remarks>
internal sealed class FreedMemory(Func<long> resident, Action release, TimeProvider time)
{
    private const double Growth = 1.5;
    private const long Slack = 64 << 20;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private long _lastLook = time.GetTimestamp();
    private long _usual;

    /// <summary>The process's own.</summary>
    public static FreedMemory OfProcess { get; } = new(() => Environment.WorkingSet, NativeSettings.ReleaseFreedMemory, TimeProvider.System);

    /// <summary>Looks whether it is time; to be called between two steps, as often as wanted.</summary>
    public void Look()
    {
        lock (_gate)
        {
            if (time.GetElapsedTime(_lastLook) < Interval) return;
            _lastLook = time.GetTimestamp();
            var now = resident();
            if (_usual == 0) _usual = now; // what the steps since the last release, or the start, have needed
            else if (now > Growth * _usual + Slack)
            {
                release();
                _usual = 0;
            }
        }
    }
}
