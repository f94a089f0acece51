using System.Diagnostics;

namespace Attend.Tests.EndToEnd;

/// <summary>The executable, as a user starts it.</summary>
internal static class AttendProcess
{
    public sealed record Result(int ExitCode, string Out, string Error);

    public static readonly string Executable = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "Attend.App.exe" : "Attend.App");

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
}
