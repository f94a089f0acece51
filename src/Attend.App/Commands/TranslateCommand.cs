using System.CommandLine;
using System.Globalization;
using Attend.Checkpoints;
using Attend.Decoding;
using Attend.Layers;
using Attend.Plots;
using Attend.Text.Data;

namespace Attend.App.Commands;

internal static class TranslateCommand
{
    public static Command Create(CancellationToken cancel)
    {
        var model = CommonOptions.Model();
        var text = new Option<string[]>("--text") { Description = "a text; may be given several times", HelpName = "TEXT" };
        var input = new Option<string?>("--input") { Description = "texts from a file (.txt .csv .tsv .jsonl .parquet, also .gz); without --text and --input: lines from standard input", HelpName = "FILE" };
        var output = new Option<string?>("--output") { Description = "answers to a file (.txt: the best, one a line; .jsonl: all with their scores); without it to standard output", HelpName = "FILE" };
        var resume = new Option<bool>("--resume") { Description = "go on with an --output that was interrupted" };
        var stream = new Option<bool>("--stream") { Description = "show each piece of a --text's answer as soon as it is known (greedy or --sample)" };
        var alignments = new Option<string?>("--alignments") { Description = "picture of how the answer of the one --text looks at its source", HelpName = "PNG" };
        var maxInputTokens = new Option<int?>("--max-input-tokens") { Description = "where a text is cut, in tokens  [default: as in training]" };
        var decoding = new DecodingCommandOptions();
        var format = new FormatOptions();
        var precision = CommonOptions.Precision(Precision.Float32);
        var device = CommonOptions.Device();
        var json = CommonOptions.Json();
        var command = new Command("translate", """
            Writes what an encoder-decoder was trained to write: translations, summaries, answers.

            Line n out belongs to text n in; an empty line stays an empty line.

            Examples:
              attend translate runs/en-de --text "A man rides a bicycle." --beams 5 --n-best 3 --alignments alignment.png
              attend translate runs/en-de --input english.txt --output german.txt --beams 5
              cat english.txt | attend translate runs/en-de > german.txt
            """)
        { model, text, input, output, resume, stream, alignments, maxInputTokens };
        decoding.AddTo(command);
        format.AddTo(command, labels: false);
        command.Add(precision);
        command.Add(device);
        command.Add(json);
        command.SetAction(parsed =>
        {
            var given = parsed.GetValue(text) ?? [];
            var inputPath = parsed.GetValue(input);
            if (given.Length > 0 && inputPath is not null) throw new ArgumentException("--text and --input exclude each other");
            if (parsed.GetValue(stream) && (given.Length != 1 || parsed.GetValue(json))) throw new ArgumentException("--stream needs one --text, and no --json");
            if (parsed.GetValue(alignments) is not null && (given.Length != 1 || parsed.GetValue(stream))) throw new ArgumentException("--alignments needs one --text, and no --stream");
            if (parsed.GetValue(resume) && parsed.GetValue(output) is null) throw new ArgumentException("--resume goes with --output");
            using var generator = TextGenerator.Load(parsed.GetValue(model)!, parsed.GetValue(device)!, parsed.GetValue(maxInputTokens));
            generator.UsePrecision(parsed.GetValue(precision), Console.Error.WriteLine);
            var options = decoding.Read(parsed, generator.DefaultDecoding);
            var demands = decoding.Demands(parsed);
            if (parsed.GetValue(stream)) return Stream(generator, given[0], options, demands, cancel);
            var sources = given.Length > 0 ? given
                : inputPath is not null ? TextInput.Read(inputPath, format.Read(parsed, labelsRequired: false))
                : PlainTextFile.Read(Console.OpenStandardInput(), "standard input");
            if (parsed.GetValue(output) is { } path)
            {
                var (count, cut) = new WritingJob { Sources = sources, Output = path, Options = options, Demands = demands, Resume = parsed.GetValue(resume) }
                    .Run(generator, Progress(), cancel);
                TellCut(cut, generator);
                if (parsed.GetValue(json)) Output.WriteJson(new { Output = path, Count = count, CutCount = cut });
                return 0;
            }
            var writings = sources.Chunk(given.Length > 0 ? int.MaxValue : 64).SelectMany(window => generator.Write(window, options, demands, cancel));
            return Show(parsed, generator, writings, json, alignments, isForEyes: given.Length > 0);
        });
        return command;
    }

    private static int Show(ParseResult parsed, TextGenerator generator, IEnumerable<Writing> writings, Option<bool> json, Option<string?> alignments, bool isForEyes)
    {
        var cut = 0L;
        var kept = new List<Writing>();
        foreach (var writing in writings)
        {
            if (writing.CutTokenCount > 0) cut++;
            if (parsed.GetValue(json) || isForEyes) kept.Add(writing);
            if (parsed.GetValue(json)) continue;
            if (writing.Best.Count == 1) Console.Out.WriteLine(writing.Text.ReplaceLineEndings(" "));
            else Output.WriteColumns(Console.Out, writing.Best.Select(best => new[] { best.Score.ToString("0.0000", CultureInfo.InvariantCulture), best.Text.ReplaceLineEndings(" ") }));
            if (!writing.Best.All(best => best.MeetsConstraints)) Console.Error.WriteLine("not every constraint is met: more --beams may find a text that does");
        }
        TellCut(cut, generator);
        if (parsed.GetValue(alignments) is { } picture)
        {
            if (kept[0].Text.Length == 0) throw new InvalidDataException("nothing was written, so there is no alignment to draw");
            var alignment = generator.Align(kept[0].Source, kept[0].Text);
            var png = AlignmentPlot.Png(alignment.Target, alignment.Source, alignment.Weights);
            AtomicFile.Write(picture, file => file.Write(png));
            if (!parsed.GetValue(json)) Console.Error.WriteLine($"alignment {picture}");
        }
        if (parsed.GetValue(json)) Output.WriteJson(new { Texts = kept.Select(writing => new { writing.Source, writing.Text, writing.Best, writing.CutTokenCount }) });
        return 0;
    }

    private static int Stream(TextGenerator generator, string source, DecodingOptions options, WritingDemands? demands, CancellationToken cancel)
    {
        var pieces = generator.Stream(source, options, demands, cancel).GetAsyncEnumerator(cancel);
        try
        {
            while (pieces.MoveNextAsync().AsTask().GetAwaiter().GetResult())
            {
                Console.Out.Write(pieces.Current);
                Console.Out.Flush();
            }
        }
        finally
        {
            pieces.DisposeAsync().AsTask().GetAwaiter().GetResult();
            Console.Out.WriteLine();
        }
        return 0;
    }

    private static void TellCut(long cut, TextGenerator generator)
    {
        if (cut > 0) Console.Error.WriteLine($"{cut} text(s) were longer than {generator.MaxInputTokens} tokens and were cut");
    }

    private static Action<long> Progress()
    {
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        var last = start;
        return count =>
        {
            if (System.Diagnostics.Stopwatch.GetElapsedTime(last).TotalSeconds < 5) return;
            last = System.Diagnostics.Stopwatch.GetTimestamp();
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} texts  {count / System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds:0} texts/s"));
        };
    }
}
