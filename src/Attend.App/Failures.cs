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
        ArgumentException => (2, exception.Message),
        _ => null,
    };
}
