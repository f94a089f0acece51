using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Attend.Text.Data;
using Attend.Text.Tokenizers;

namespace Attend.Bench;

/// <summary>bert-base-uncased on real text, one line an input: Attend, Microsoft.ML.Tokenizers and Hugging Face's library, interleaved.</summary>
/// <remarks>
/// Processor time counts beside the clock: it hardly changes when others use the machine. Rates are megabytes of UTF-8 a second of it.
/// </remarks>
internal static class TokenizeSpeed
{
    private sealed record Arm(string Name, int Threads, Func<Sample> Run);

    private sealed record Sample(double Wall, double Cpu, long Tokens, long Allocated);

    public static int Run(string[] arguments)
    {
        var (data, npm) = (arguments[0], arguments[1]);
        var rounds = int.Parse(arguments.ElementAtOrDefault(2) ?? "5", CultureInfo.InvariantCulture);
        var model = Path.Combine(data, "vocab", "bert-base-uncased");
        var texts = Assemble(data);
        var bytes = texts.Sum(text => (long)System.Text.Encoding.UTF8.GetByteCount(text) + 1);
        var file = Path.GetTempFileName();
        File.WriteAllLines(file, texts);

        var ours = BertTokenizer.Load(model);
        using var vocabulary = File.OpenRead(Path.Combine(model, "vocab.txt"));
        var microsoft = Microsoft.ML.Tokenizers.BertTokenizer.Create(vocabulary);
        using var node = npm == "-" ? null : StartNode(npm, Path.Combine(model, "tokenizer.json"), file);
        Arm[] arms =
        [
            new("Attend, ids, offsets and words", 1, () => Measure(() => texts.Sum(text => (long)ours.Encode(text).Length))),
            new("Attend, ids alone", 1, () => Measure(() => CountIds(ours, texts))),
            new("Microsoft.ML.Tokenizers, ids alone", 1, () => Measure(() => texts.Sum(text => (long)microsoft.EncodeToIds(text).Count))),
            new("Microsoft.ML.Tokenizers, with offsets", 1, () => Measure(() => texts.Sum(text => (long)microsoft.EncodeToTokens(text, out _).Count))),
            .. node is null ? Array.Empty<Arm>() : [new("Hugging Face under Node, ids alone", 1, () => AskNode(node))],
            new("Attend, ids alone", 2, () => Measure(() => Halves(texts).AsParallel().WithDegreeOfParallelism(2).Sum(half => CountIds(ours, half)))),
            new("Attend, batch (ids, offsets and words, 4,096 results kept at a time)", 2, () => Measure(() => Batches(texts).Sum(batch => ours.EncodeBatch(batch).Sum(encoding => (long)encoding.Length)))),
        ];
        var samples = arms.ToDictionary(arm => arm, _ => new List<Sample>());
        for (var round = -1; round < rounds; round++)
        {
            foreach (var arm in arms)
            {
                var sample = arm.Run();
                if (round >= 0) samples[arm].Add(sample);
            }
        }
        node?.StandardInput.Close();
        node?.WaitForExit();
        File.Delete(file);
        Report(samples, bytes, texts.Length);
        return 0;
    }

    private static void Report(Dictionary<Arm, List<Sample>> samples, long bytes, int textCount)
    {
        var megabytes = bytes / 1e6;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{megabytes:0.0} MB, {textCount} texts, {samples.First().Value.Count} rounds interleaved, medians; server GC {System.Runtime.GCSettings.IsServerGC}"));
        Console.WriteLine("| arm | threads | MB/s of processor time | MB/s by the clock | tokens | bytes allocated a token | Attend is faster by (processor time) |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        var first = samples.First().Value;
        foreach (var (arm, own) in samples)
        {
            double Median(Func<Sample, double> value) => own.Select(value).Order().ElementAt(own.Count / 2);
            var ratios = own.Zip(first, (theirs, our) => theirs.Cpu / our.Cpu).Order().ToArray();
            var allocated = own[0].Allocated < 0 ? "" : (own[0].Allocated / (double)own[0].Tokens).ToString("0.0", CultureInfo.InvariantCulture);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {arm.Name} | {arm.Threads} | {megabytes / Median(sample => sample.Cpu):0.0} | {megabytes / Median(sample => sample.Wall):0.0} | {own[0].Tokens} | {allocated} | {ratios[ratios.Length / 2]:0.00} ({ratios[0]:0.00} - {ratios[^1]:0.00}) |"));
        }
    }

    private static long CountIds(BertTokenizer tokenizer, string[] texts)
    {
        var ids = new List<int>();
        var count = 0L;
        foreach (var text in texts)
        {
            ids.Clear();
            tokenizer.EncodeIds(text, ids);
            count += ids.Count;
        }
        return count;
    }

    // By turns, so that both hold the same mixture.
    private static string[][] Halves(string[] texts) => [[.. texts.Where((_, index) => index % 2 == 0)], [.. texts.Where((_, index) => index % 2 == 1)]];

    private static IEnumerable<string[]> Batches(string[] texts) => texts.Chunk(4096);

    private static Sample Measure(Func<long> work)
    {
        var (start, cpu, allocated) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(precise: true));
        var tokens = work();
        return new Sample(Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds, tokens, GC.GetTotalAllocatedBytes(precise: true) - allocated);
    }

    private static Process StartNode(string npm, string model, string file)
    {
        var start = new ProcessStartInfo("node", [Path.Combine(AppContext.BaseDirectory, "huggingface.mjs"), Path.GetFullPath(npm), model, file]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["RAYON_NUM_THREADS"] = "1";
        start.Environment["TOKENIZERS_PARALLELISM"] = "false";
        return Process.Start(start)!;
    }

    private static Sample AskNode(Process node)
    {
        node.StandardInput.WriteLine("run");
        node.StandardInput.Flush();
        using var answer = JsonDocument.Parse(node.StandardOutput.ReadLine() ?? throw new InvalidOperationException("Node ended; is the npm folder right?"));
        return new Sample(answer.RootElement.GetProperty("wall").GetDouble(), answer.RootElement.GetProperty("cpu").GetDouble(), answer.RootElement.GetProperty("tokens").GetInt64(), -1);
    }

    /// <summary>At least 20 MB: English books and documentation, Chinese, licences, each from its beginning.</summary>
    private static string[] Assemble(string data)
    {
        var licenses = "/usr/share/common-licenses";
        return
        [
            .. Take(Path.Combine(data, "lm-books-en", "train-00.txt.gz"), 11_000_000),
            .. Take(Path.Combine(data, "lm-docs-en", "train.txt.gz"), 6_500_000),
            .. Take(Path.Combine(data, "lm-docs-zh", "train-00.txt.gz"), 2_500_000),
            .. Directory.Exists(licenses) ? Directory.GetFiles(licenses).Where(path => new FileInfo(path).LinkTarget is null).Order(StringComparer.Ordinal).SelectMany(PlainTextFile.Read) : [],
        ];
    }

    private static IEnumerable<string> Take(string path, int bytes)
    {
        foreach (var line in PlainTextFile.Read(path))
        {
            if (bytes <= 0) yield break;
            bytes -= System.Text.Encoding.UTF8.GetByteCount(line) + 1;
            yield return line;
        }
    }
}
