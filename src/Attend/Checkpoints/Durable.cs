using System.Runtime.InteropServices;

namespace Attend.Checkpoints;

/// <summary>What <see cref="AtomicFile"/> and <see cref="AtomicFolder"/> share: temporary names, forcing to disk, clear failures.</summary>
internal static partial class Durable
{
    private const int InvalidArgument = 22;
    private const int NoSpaceOnUnix = 28;
    private const int QuotaOnLinux = 122;
    private const int QuotaOnMac = 69;
    private const int NoSpaceOnWindows = unchecked((int)0x80070070);
    private const int HandleDiskFullOnWindows = unchecked((int)0x80070027);

    /// <summary>A hidden, unused name beside the target, so that a rename never crosses file systems.</summary>
    public static string TemporaryName(string target)
    {
        // A name may have 255 bytes; a long one is shortened (4 bytes for one character at worst), the rest makes it unique.
        var name = Path.GetFileName(target);
        return Path.Combine(Path.GetDirectoryName(target)!, $".{name[..Math.Min(name.Length, 48)]}.{Guid.NewGuid():N}.tmp");
    }

    /// <summary>The folder a target lies in.</summary>
    /// <exception cref="DirectoryNotFoundException">It does not exist.</exception>
    public static string RequireParent(string path, string target)
    {
        var parent = Path.GetDirectoryName(target) ?? throw new IOException($"{path}: a root folder cannot be written.");
        return Directory.Exists(parent) ? parent : throw new DirectoryNotFoundException($"{path}: the folder {parent} does not exist. Create it first.");
    }

    /// <summary>Creates a temporary file or folder; where that is forbidden, says so of the target, whose name the user knows.</summary>
    public static T Create<T>(string path, Func<T> create)
    {
        try
        {
            return create();
        }
        catch (UnauthorizedAccessException e)
        {
            throw new UnauthorizedAccessException($"{path}: its folder does not allow writing. Change the permissions of the folder, or write to another.", e);
        }
    }

    /// <summary>Runs the steps of a write; where they fail, removes what they left and says what a full disk means.</summary>
    public static void Run(string path, string outcome, Action steps, Action cleanUp)
    {
        var done = false;
        try
        {
            steps();
            done = true;
        }
        catch (IOException e) when (IsDiskFull(e))
        {
            throw new IOException($"{path}: the disk (or the quota) is full; {outcome}. Free space there, or write to another disk.", e);
        }
        finally
        {
            if (!done) TryCleanUp(cleanUp);
        }
    }

    /// <summary>Waits until a closed file's content is on the disk.</summary>
    public static void FlushFile(string path)
    {
        // Windows flushes only through a handle that may write; elsewhere a read-only file must be flushed too.
        using var handle = File.OpenHandle(path, FileMode.Open, OperatingSystem.IsWindows() ? FileAccess.Write : FileAccess.Read);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Waits until a folder's list of names is on the disk; does nothing on Windows, which has no such call.</summary>
    public static void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        var descriptor = Open(path, flags: 0);
        if (descriptor < 0) throw Failure(path);
        try
        {
            // Some network file systems cannot flush a folder and say "invalid argument".
            if (Synchronize(descriptor) != 0 && Marshal.GetLastPInvokeError() != InvalidArgument) throw Failure(path);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    public static bool IsDiskFull(IOException e) =>
        OperatingSystem.IsWindows() ? e.HResult is NoSpaceOnWindows or HandleDiskFullOnWindows
        : e.HResult == NoSpaceOnUnix || e.HResult == (OperatingSystem.IsMacOS() ? QuotaOnMac : QuotaOnLinux);

    // The failure that led here is the one to report, not that of tidying up after it.
    private static void TryCleanUp(Action cleanUp)
    {
        try
        {
            cleanUp();
        }
        catch (IOException)
        {
        }
        catch (UnauthorizedAccessException)
        {
        }
    }

    private static IOException Failure(string path)
    {
        var error = Marshal.GetLastPInvokeError();
        return new($"{path}: the folder could not be forced to the disk ({Marshal.GetPInvokeErrorMessage(error)}).", error);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Synchronize(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
