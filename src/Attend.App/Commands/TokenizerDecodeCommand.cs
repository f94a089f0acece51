using System.CommandLine;
using System.Globalization;

namespace Attend.App.Commands;

/// <summary>`tokenizer decode`.</summary>
internal static class TokenizerDecodeCommand
{
    public static Command Create()
    {
        var model = TokenizerCommand.Model();
        var ids = new Option<string[]>("--ids") { Description = "token ids, with commas or blanks between them", Required = true, HelpName = "ID,ID,...", AllowMultipleArgumentsPerToken = true };
        var json = CommonOptions.Json();
        var command = new Command("decode", """
            Makes text of token ids; special tokens are left out.

            Example:
              attend tokenizer decode --model runs/tickets --ids 101,2023,102
            """)
        { model, ids, json };
        command.SetAction(parsed =>
        {
            var numbers = (parsed.GetValue(ids) ?? []).SelectMany(part => part.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries)).Select(Number).ToArray();
            var tokenizer = TokenizerCommand.Load(parsed.GetValue(model)!);
            if (numbers.FirstOrDefault(id => id >= tokenizer.VocabSize, -1) is >= 0 and var unknown)
                throw new ArgumentException($"--ids: {unknown} is no id of this tokenizer; its ids lie in [0, {tokenizer.VocabSize})");
            var text = tokenizer.Decode(numbers);
            if (parsed.GetValue(json)) Output.WriteJson(new { Ids = numbers, Tokens = numbers.Select(tokenizer.TokenOf), Text = text });
            else Console.Out.WriteLine(text);
            return 0;
        });
        return command;
    }

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new ArgumentException($"--ids: '{text}' is no token id; expected whole numbers from 0 with commas between them");
}
