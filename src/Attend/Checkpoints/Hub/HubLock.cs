using System.Diagnostics;

namespace Attend.Checkpoints;

/// <summary>Keeps two processes from fetching one blob: a file held open alone, as Hugging Face's tools do it. The file stays.</summary>
internal static class HubLock
{
    private const int WouldBlockOnLinux = 11;
    private const int WouldBlockOnMac = 35;
    private const int SharingViolationOnWindows = unchecked((int)0x80070020);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Waits for the lock.</summary>
    /// <param name="path">The lock's file; its folder exists.</param>
    /// <param name="waiting">Told once, where it takes a while.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>To be disposed of when done.</returns>
    public static async Task<IDisposable> AcquireAsync(string path, Action waiting, CancellationToken cancel)
    {
        var start = Stopwatch.GetTimestamp();
        for (var told = false; ;)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            catch (IOException exception) when (exception.HResult is WouldBlockOnLinux or WouldBlockOnMac or SharingViolationOnWindows)
            {
                if (!told && Stopwatch.GetElapsedTime(start) > Patience)
                {
                    told = true;
                    waiting();
                }
            }
            await Task.Delay(Between, cancel).ConfigureAwait(false);
        }
    }
}
