using System.Diagnostics;

namespace Attend.Tests.EndToEnd;

/// <summary>The executable, as a user starts it.</summary>
internal static class AttendProcess
{
    public sealed record Result(int ExitCode, string Out, string Error);

    public static readonly string Executable = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Attend.App.exe" : "Attend.App");

    /// <summary>What Ctrl-C sends; where the tests themselves run with it ignored, as background jobs of a shell do, children inherit that, and the other request to stop is sent.</summary>
    public static string InterruptSignal => IsInterruptIgnored() ? "SIGTERM" : "SIGINT";

    public static Process Start(params string[] arguments) => Start(new Dictionary<string, string>(), arguments);

    public static Process Start(Dictionary<string, string> environment, string[] arguments)
    {
        var start = new ProcessStartInfo(Executable, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public static Result Run(params string[] arguments) => RunWith("", arguments);

    public static Result RunWith(string input, params string[] arguments)
    {
        using var process = Start(arguments);
        var error = process.StandardError.ReadToEndAsync();
        using (process.StandardInput) process.StandardInput.Write(input);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Result(process.ExitCode, output, error.Result);
    }

    private static bool IsInterruptIgnored() => File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) is { } mask
        && (Convert.ToInt64(mask[7..].Trim(), 16) & 2) != 0; // SIGINT is signal 2, bit 1
}
