using System.CommandLine;

namespace Attend.App.Commands;

internal static class TokenizerCommand
{
    public static Command Create(CancellationToken cancel) => new("tokenizer", "Shows what tokenizers do, and trains them.")
    {
        new TokenizerEncodeCommand().Create(cancel),
        TokenizerDecodeCommand.Create(),
        new TokenizerTrainCommand().Create(cancel),
    };

    public static Option<string> Model() => new("--model") { Description = "a model folder, or a tokenizer.json or SentencePiece .model itself", Required = true, HelpName = "FOLDER" };
}
