using System.Diagnostics;

namespace Attend.Tests.Unit.Checkpoints;

/// <summary>A file system of 1 MiB, to be filled up; the test that asks is skipped, visibly, where mounting is not allowed.</summary>
internal sealed class TinyDisk : IDisposable
{
    private readonly TemporaryFolder _mountPoint = new();
    private readonly bool _mounted;

    public TinyDisk()
    {
        _mounted = OperatingSystem.IsLinux() && Run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", _mountPoint.Root);
        if (!_mounted) _mountPoint.Dispose();
        Assert.SkipUnless(_mounted, "needs the right to mount a tmpfs of 1 MiB (Linux, root)");
    }

    public string File(string name) => _mountPoint.File(name);

    public string[] Names => _mountPoint.Names;

    public void Dispose()
    {
        if (!_mounted) return;
        Run("umount", _mountPoint.Root);
        _mountPoint.Dispose();
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
