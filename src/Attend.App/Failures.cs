using Attend.Checkpoints;
using Attend.Runtime;
using Attend.Text.Data;
using Attend.Text.Tokenizers;
using Attend.Training;

namespace Attend.App;

/// <summary>Which exceptions are the user's to mend, and with which exit code each ends the program. Anything else is a fault of ours and keeps its stack trace.</summary>
internal static class Failures
{
    public static (int ExitCode, string Message)? Describe(Exception exception) => exception switch
    {
        DataFileException or TokenizationException or CheckpointException or CheckpointMismatchException or HubException or EngineException or NonFiniteLossException => (1, exception.Message),
        IOException or UnauthorizedAccessException => (1, exception.Message),
        ArgumentException => (2, WithoutParameter(exception.Message)),
        _ => null,
    };

    // The runtime adds the name of a method's parameter, which means nothing to who types a command.
    private static string WithoutParameter(string message) => message.IndexOf(" (Parameter '", StringComparison.Ordinal) is > 0 and var at ? message[..at] : message;
}
