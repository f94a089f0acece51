using System.CommandLine;

namespace Attend.App.Commands;

internal static class TokenizerCommand
{
    public static Command Create(CancellationToken cancel) => new("tokenizer", "Trains tokenizers.") { new TokenizerTrainCommand().Create(cancel) };
}
