using System.CommandLine;
using Attend.Checkpoints;
using Attend.Text.Tokenizers;

namespace Attend.App.Commands;

internal static class TokenizerCommand
{
    public static Command Create(CancellationToken cancel) => new("tokenizer", "Shows what tokenizers do, and trains them.")
    {
        new TokenizerEncodeCommand().Create(cancel),
        TokenizerDecodeCommand.Create(),
        new TokenizerTrainCommand().Create(cancel),
    };

    public static Option<string> Model() => new("--model") { Description = "a model folder, the name of a pulled model (owner/name), or a tokenizer.json or SentencePiece .model itself", Required = true, HelpName = "FOLDER|NAME|FILE" };

    public static ITokenizer Load(string model) => TokenizerFolder.Load(File.Exists(model) ? model : ModelSource.Locate(model));
}
