using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Attend.Checkpoints;
using Attend.Layers;
using Attend.Models;
using Attend.Text.Data;

namespace Attend.App.Commands;

internal static class PredictCommand
{
    // Texts answered at once: enough for batches of like length, few enough that a stream flows.
    private const int WindowSize = 512;

    public static Command Create(CancellationToken cancel)
    {
        var model = CommonOptions.Model();
        var text = new Option<string[]>("--text") { Description = "a text; may be given several times", HelpName = "TEXT" };
        var text2 = new Option<string[]>("--text2") { Description = "the second text of a pair, for a model of pairs; as often as --text", HelpName = "TEXT" };
        var input = new Option<string?>("--input") { Description = "texts from a file (.txt .csv .tsv .jsonl .parquet, also .gz); without --text and --input: lines from standard input", HelpName = "FILE" };
        var output = new Option<string?>("--output") { Description = "answers to a file (.jsonl .tsv); without it to standard output", HelpName = "FILE" };
        var maxInputTokens = new Option<int?>("--max-input-tokens") { Description = "where a text is cut, in tokens  [default: as in training]" };
        var precision = CommonOptions.Precision(Precision.Float32);
        var device = CommonOptions.Device();
        var json = CommonOptions.Json();
        var format = new FormatOptions();
        var answering = new PredictAnswering();
        var pairs = new PairFormatOptions(format);
        var command = new Command("predict", """
            Answers with a model: puts labels on texts or pairs of texts, scores pairs, finds the spans in texts, or the answers to questions. Line n out belongs to text n in.

            Examples:
              attend predict runs/tickets --text "my card was charged twice"
              attend predict runs/ner --text "Tim Cook visited 北京"
              attend predict runs/qa --question "Where was he born?" --context-file life.txt --top 3
              attend predict runs/nli --text "A man sleeps." --text2 "Nobody is awake."
              attend predict runs/tickets --input new.csv --output answers.jsonl
              cat new.txt | attend predict runs/tickets > answers.tsv
            """)
        { model, text, text2, input, output, maxInputTokens, precision, device, json };
        format.AddTo(command, labels: false);
        answering.AddTo(command);
        pairs.AddTo(command, targets: false);
        command.SetAction(parsed =>
        {
            var given = parsed.GetValue(text) ?? [];
            var inputPath = parsed.GetValue(input);
            var outputPath = parsed.GetValue(output);
            if (given.Length > 0 && inputPath is not null) throw new ArgumentException("--text and --input exclude each other");
            var request = new PredictRequest(parsed.GetValue(model)!, given, inputPath, outputPath, parsed.GetValue(maxInputTokens), parsed.GetValue(device)!, parsed.GetValue(json), cancel) { Precision = parsed.GetValue(precision) };
            var folder = ModelFolder.Open(request.Model);
            if (folder.Head == HeadKind.QuestionAnswering) return answering.Run(parsed, request);
            answering.Refuse(parsed);
            var second = parsed.GetValue(text2) ?? [];
            if (second.Length > 0 || pairs.AreMeant(parsed, folder)) return PredictPairs.Run(request, folder, second, pairs.Read(parsed, PairFormatOptions.Before(folder.Path)));
            var texts = given.Length > 0 ? given
                : inputPath is not null ? TextInput.Read(inputPath, format.Read(parsed, labelsRequired: false))
                : PlainTextFile.Read(Console.OpenStandardInput(), "standard input");
            if (folder.Head == HeadKind.TokenClassification) return PredictTagging.Run(request, texts);
            using var classifier = TextClassifier.Load(request.Model, request.Device, request.MaxInputTokens);
            classifier.UsePrecision(request.Precision, Console.Error.WriteLine);
            var answers = Answers(classifier, texts, cancel);
            var truncated = outputPath is not null ? WriteFile(outputPath, answers)
                : parsed.GetValue(json) ? WriteJson(answers)
                : given.Length > 0 ? WriteForEyes(answers)
                : WriteLines(Console.Out, answers);
            if (truncated > 0) Console.Error.WriteLine($"{truncated} text(s) were longer than {classifier.MaxInputTokens} tokens and were cut");
            if (outputPath is not null && parsed.GetValue(json)) Output.WriteJson(new { Output = outputPath, TruncatedCount = truncated });
            return 0;
        });
        return command;
    }

    private static IEnumerable<(string Text, ClassPrediction Answer)> Answers(TextClassifier classifier, IEnumerable<string> texts, CancellationToken cancel) =>
        texts.Chunk(WindowSize).SelectMany(window => window.Zip(classifier.Predict(window, cancel)));

    private static long WriteFile(string path, IEnumerable<(string Text, ClassPrediction Answer)> answers)
    {
        var jsonLines = Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".jsonl" => true,
            ".tsv" or ".txt" => false,
            var other => throw new ArgumentException($"--output {path}: cannot write '{other}' files; known: .jsonl, .tsv"),
        };
        var truncated = 0L;
        AtomicFile.Write(path, stream =>
        {
            using var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
            truncated = jsonLines ? WriteJsonLines(writer, answers) : WriteLines(writer, answers);
        });
        return truncated;
    }

    private static long WriteLines(TextWriter writer, IEnumerable<(string Text, ClassPrediction Answer)> answers)
    {
        var truncated = 0L;
        foreach (var (_, answer) in answers)
        {
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{answer.Label}\t{answer.Probability:0.0000}"));
            if (answer.Truncated) truncated++;
        }
        return truncated;
    }

    private static long WriteJsonLines(TextWriter writer, IEnumerable<(string Text, ClassPrediction Answer)> answers)
    {
        var truncated = 0L;
        foreach (var (text, answer) in answers)
        {
            writer.WriteLine(JsonSerializer.Serialize(Describe(text, answer), Output.Json));
            if (answer.Truncated) truncated++;
        }
        return truncated;
    }

    private static long WriteJson(IEnumerable<(string Text, ClassPrediction Answer)> answers)
    {
        var all = answers.ToArray();
        Output.WriteJson(new { Predictions = all.Select(entry => Describe(entry.Text, entry.Answer)) });
        return all.LongCount(entry => entry.Answer.Truncated);
    }

    private static long WriteForEyes(IEnumerable<(string Text, ClassPrediction Answer)> answers)
    {
        var truncated = 0L;
        foreach (var (text, answer) in answers)
        {
            Console.Out.WriteLine(text);
            Output.WriteColumns(Console.Out, answer.Probabilities.Take(3).Select(entry => new[] { answer.Labels.Contains(entry.Label) ? "  >" : "   ", entry.Label, entry.Probability.ToString("0.000", CultureInfo.InvariantCulture) }));
            if (answer.Truncated) truncated++;
        }
        return truncated;
    }

    private static PredictionLine Describe(string text, ClassPrediction answer) =>
        new(text, answer.Labels, answer.Probability, answer.Probabilities.ToDictionary(entry => entry.Label, entry => Math.Round(entry.Probability, 6)), answer.Truncated);

    private sealed record PredictionLine(string Text, IReadOnlyList<string> Labels, double Probability, IReadOnlyDictionary<string, double> Probabilities, bool Truncated);
}
