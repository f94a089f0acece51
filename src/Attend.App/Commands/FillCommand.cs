using System.CommandLine;
using System.Globalization;

namespace Attend.App.Commands;

internal static class FillCommand
{
    public static Command Create()
    {
        var model = CommonOptions.Model();
        var text = new Option<string[]>("--text") { Description = "a text with [MASK] where a word is to be guessed; may be given several times", Required = true, HelpName = "TEXT" };
        var top = new Option<int>("--top") { Description = "how many words for each place", DefaultValueFactory = _ => 5 };
        var device = CommonOptions.Device();
        var json = CommonOptions.Json();
        var command = new Command("fill", """
            Guesses hidden words: the likeliest for each [MASK] of a text.

            Example:
              attend fill runs/bert-mini --text "Paris is the [MASK] of France."
            """)
        { model, text, top, device, json };
        command.SetAction(parsed =>
        {
            var texts = parsed.GetValue(text)!;
            if (parsed.GetValue(top) < 1) throw new ArgumentException($"--top is {parsed.GetValue(top)}; expected at least 1");
            using var loaded = MaskedLanguageModel.Load(parsed.GetValue(model)!, parsed.GetValue(device)!);
            var filled = texts.Select(each => (Text: each, Places: loaded.Fill(each, parsed.GetValue(top)))).ToArray();
            if (parsed.GetValue(json))
            {
                Output.WriteJson(new { Texts = filled.Select(entry => new { entry.Text, Places = entry.Places.Select(place => new { place.Span.Start, place.Span.End, Words = place.Tokens }) }) });
                return 0;
            }
            foreach (var (each, places) in filled)
            {
                Console.Out.WriteLine(each);
                foreach (var (number, place) in places.Index())
                    Output.WriteColumns(Console.Out, place.Tokens.Select((token, rank) => new[] { rank == 0 && places.Count > 1 ? $"{number + 1}." : "  ", token.Token, token.Probability.ToString("0.000", CultureInfo.InvariantCulture) }));
            }
            return 0;
        });
        return command;
    }
}
