using System.CommandLine;
using System.Globalization;
using Attend.Checkpoints;
using Attend.Layers;
using Attend.Text.Data;
using Attend.Text.Vectors;

namespace Attend.App.Commands;

internal static class EmbedCommand
{
    // Vectors that are searched at once: enough for all cores, few enough to be held.
    private const int BlockSize = 8192;

    private sealed record Request(IReadOnlyList<string> Queries, int Top, string? Output, bool Json, CancellationToken Cancel);

    public static Command Create(CancellationToken cancel)
    {
        var model = CommonOptions.Model();
        var text = new Option<string[]>("--text") { Description = "a text; may be given several times", HelpName = "TEXT" };
        var input = new Option<string?>("--input") { Description = "texts from a file (.txt .csv .tsv .jsonl .parquet, also .gz); without --text, --input and --vectors: lines from standard input", HelpName = "FILE" };
        var output = new Option<string?>("--output") { Description = "vectors to a file (.parquet .jsonl), row n for text n; without it as JSON lines to standard output", HelpName = "FILE" };
        var dimensions = new Option<int?>("--dimensions") { Description = "cut vectors to so many of their first numbers  [default: all]" };
        var pooling = new Option<string?>("--pooling") { Description = "how states of tokens become a vector  [default: as the model says (modules.json), else mean]", HelpName = "mean|cls|max" };
        var query = new Option<string[]>("--query") { Description = "find the texts nearest to this one; may be given several times", HelpName = "TEXT" };
        var vectors = new Option<string?>("--vectors") { Description = "with --query: where to search, a file made by --output", HelpName = "FILE" };
        var top = new Option<int>("--top") { Description = "with --query: how many to find", DefaultValueFactory = _ => 5 };
        var maxInputTokens = new Option<int?>("--max-input-tokens") { Description = "where a text is cut, in tokens  [default: as in training]" };
        var precision = CommonOptions.Precision(Precision.Float32);
        var device = CommonOptions.Device();
        var json = CommonOptions.Json();
        var format = new FormatOptions();
        var command = new Command("embed", """
            Makes vectors of texts, whose cosine says how near the texts are, and finds the nearest.

            Examples:
              attend embed runs/search --input texts.txt --output vectors.parquet
              attend embed runs/search --vectors vectors.parquet --query "how do I get my money back?" --top 5
              attend embed sentence-transformers/all-MiniLM-L6-v2 --input texts.csv --output vectors.jsonl --dimensions 128
            """)
        { model, text, input, output, dimensions, pooling, query, vectors, top, maxInputTokens, precision, device, json };
        format.AddTo(command, labels: false);
        pooling.AcceptOnlyFromAmong("mean", "cls", "max");
        command.SetAction(parsed =>
        {
            var (given, inputPath, stored) = (parsed.GetValue(text) ?? [], parsed.GetValue(input), parsed.GetValue(vectors));
            var request = new Request(parsed.GetValue(query) ?? [], parsed.GetValue(top), parsed.GetValue(output), parsed.GetValue(json), cancel);
            if (new[] { given.Length > 0, inputPath is not null, stored is not null }.Count(isGiven => isGiven) > 1) throw new ArgumentException("--text, --input and --vectors exclude each other");
            if (request.Queries.Count == 0 && stored is not null) throw new ArgumentException("--vectors is where --query is looked for; give a --query");
            if (request.Queries.Count > 0 && given.Length == 0 && inputPath is null && stored is null)
                throw new ArgumentException("--query needs vectors to search: --vectors FILE (made by attend embed MODEL --input texts.txt --output FILE), or --input FILE to embed texts first");
            if (request.Top < 1) throw new ArgumentException($"--top is {request.Top}; expected 1 or more");
            if (request.Output is { } target) VectorFile.FormatOf(target);
            var found = stored is null ? null : VectorFile.Read(stored);
            var texts = given.Length > 0 ? given
                : inputPath is not null ? TextInput.Read(inputPath, format.Read(parsed, labelsRequired: false))
                : stored is null ? PlainTextFile.Read(Console.OpenStandardInput(), "standard input") : [];
            var mode = TrainEmbedCommand.Pooling(parsed.GetValue(pooling));
            using var embedder = TextEmbedder.Load(parsed.GetValue(model)!, new() { Dimensions = parsed.GetValue(dimensions), Pooling = mode, MaxInputTokens = parsed.GetValue(maxInputTokens) }, parsed.GetValue(device)!);
            embedder.UsePrecision(parsed.GetValue(precision), Console.Error.WriteLine);
            if (!embedder.HasPooling && mode is null) Console.Error.WriteLine($"{parsed.GetValue(model)} does not say how a vector is made of a text (no modules.json): the mean of its states is taken (--pooling)");
            return found is not null ? Search(embedder, request, stored!, found) : Embed(embedder, request, inputPath ?? (given.Length > 0 ? "--text" : "standard input"), texts);
        });
        return command;
    }

    private static int Embed(TextEmbedder embedder, Request request, string source, IEnumerable<string> texts)
    {
        var (count, truncated) = (0L, 0L);
        IEnumerable<TextVector> Vectors()
        {
            // Read once: the texts may be standard input.
            var waiting = new Queue<string>();
            IEnumerable<string> Kept()
            {
                foreach (var text in texts)
                {
                    waiting.Enqueue(text);
                    yield return text;
                }
            }
            foreach (var embedded in embedder.Stream(Kept(), request.Cancel))
            {
                count++;
                if (embedded.Truncated) truncated++;
                yield return new TextVector(waiting.Dequeue(), embedded.Vector);
            }
            if (count == 0) throw new DataFileException(source, null, "holds no text");
        }

        var code = 0;
        if (request.Output is { } path)
        {
            AtomicFile.Write(path, stream => VectorFile.Write(stream, VectorFile.FormatOf(path), Vectors()));
            Console.Error.WriteLine($"{count} vectors of {embedder.DimensionCount} dimensions: {path}");
            if (request.Queries.Count > 0) code = Search(embedder, request, path, VectorFile.Read(path));
            else if (request.Json) Output.WriteJson(new { request.Output, Count = count, Dimensions = embedder.DimensionCount, TruncatedCount = truncated });
        }
        else if (request.Queries.Count > 0) code = Search(embedder, request, source, Vectors());
        else if (request.Json) Output.WriteJson(new { Dimensions = embedder.DimensionCount, Vectors = Vectors().ToArray() });
        else
        {
            using var stream = Console.OpenStandardOutput();
            VectorFile.Write(stream, VectorFormat.JsonLines, Vectors());
        }
        if (truncated > 0) Console.Error.WriteLine($"{truncated} text(s) were longer than {embedder.MaxInputTokens} tokens and were cut");
        return code;
    }

    private static int Search(TextEmbedder embedder, Request request, string source, IEnumerable<TextVector> vectors)
    {
        var search = new CosineSearch(embedder.Embed(request.Queries, request.Cancel), request.Top);
        var count = 0L;
        foreach (var block in vectors.Chunk(BlockSize))
        {
            request.Cancel.ThrowIfCancellationRequested();
            if (count == 0 && block[0].Vector.Length is var dimensions && dimensions != embedder.DimensionCount)
                throw new DataFileException(source, null, $"holds vectors of {dimensions} dimensions, and the model makes them of {embedder.DimensionCount}: they come from another model, or were cut (then say --dimensions {dimensions})");
            search.Add(block);
            count += block.Length;
        }
        if (count == 0) throw new DataFileException(source, null, "holds no vector");
        var answers = request.Queries.Select((query, index) => new { Query = query, Results = search.Nearest(index) }).ToArray();
        if (request.Json) Output.WriteJson(new { Searched = count, Queries = answers });
        else foreach (var answer in answers)
        {
            Console.Out.WriteLine(answer.Query);
            Output.WriteColumns(Console.Out, answer.Results.Select(found => new[] { "  ", found.Cosine.ToString("0.0000", CultureInfo.InvariantCulture), found.Row.ToString(CultureInfo.InvariantCulture), found.Text }));
        }
        return 0;
    }
}
