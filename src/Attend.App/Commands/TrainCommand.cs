using System.CommandLine;

namespace Attend.App.Commands;

internal static class TrainCommand
{
    /// <summary>One line per task.</summary>
    public static Command Create(CancellationToken cancel) => new("train", "Teaches a model a task.")
    {
        TrainClassifyCommand.Create(cancel),
        TrainTagCommand.Create(cancel),
        TrainAnswerCommand.Create(cancel),
        TrainPairsCommand.Create(cancel),
        TrainEmbedCommand.Create(cancel),
        TrainWritingCommand.Create(WritingKind.Translation, cancel),
        TrainWritingCommand.Create(WritingKind.Summary, cancel),
        TrainWritingCommand.Create(WritingKind.Answer, cancel),
    };
}
