using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Attend.Text.Data;
using Attend.Text.Tokenizers;

namespace Attend.Bench;

/// <summary>WordPiece, byte-level BPE and unigram on real text, one line an input: Attend, Microsoft.ML.Tokenizers and, for BERT, Hugging Face's library, interleaved.</summary>
/// <remarks>
/// Processor time counts beside the clock: it hardly changes when others use the machine. Rates are megabytes of UTF-8 a second of it.
/// </remarks>
internal static partial class TokenizeSpeed
{
    private sealed record Arm(string Name, int Threads, Func<Sample> Run);

    private sealed record Sample(double Wall, double Cpu, long Tokens, long Allocated);

    public static int Run(string[] arguments)
    {
        var (data, npm) = (arguments[0], arguments[1]);
        var rounds = int.Parse(arguments.ElementAtOrDefault(2) ?? "5", CultureInfo.InvariantCulture);
        var texts = Assemble(data);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Megabytes(texts):0.0} MB, {texts.Length} texts, {rounds} rounds interleaved, medians; server GC {System.Runtime.GCSettings.IsServerGC}"));
        var kind = arguments.ElementAtOrDefault(3);
        if (kind is null or "wordpiece") Bert(data, npm, texts, rounds);
        if (kind is null or "bytebpe") ByteLevel(data, texts, rounds);
        if (kind is null or "unigram") Unigram(data, texts, rounds);
        return 0;
    }

    private static void Bert(string data, string npm, string[] texts, int rounds)
    {
        var model = Path.Combine(data, "vocab", "bert-base-uncased");
        var file = Path.GetTempFileName();
        File.WriteAllLines(file, texts);
        var ours = BertTokenizer.Load(model);
        using var vocabulary = File.OpenRead(Path.Combine(model, "vocab.txt"));
        var microsoft = Microsoft.ML.Tokenizers.BertTokenizer.Create(vocabulary);
        using var node = npm == "-" ? null : StartNode(npm, Path.Combine(model, "tokenizer.json"), file);
        Compare("WordPiece: bert-base-uncased", texts, rounds,
        [
            .. Ours(ours, texts),
            new("Attend, ids alone", 1, () => Measure(() => CountIds(ours, texts))),
            .. Microsofts("Microsoft.ML.Tokenizers", microsoft, texts),
            .. node is null ? Array.Empty<Arm>() : [new("Hugging Face under Node, ids alone", 1, () => AskNode(node))],
            new("Attend, ids alone", 2, () => Measure(() => Halves(texts).AsParallel().WithDegreeOfParallelism(2).Sum(half => CountIds(ours, half)))),
            Batch(ours, texts),
        ]);
        node?.StandardInput.Close();
        node?.WaitForExit();
        File.Delete(file);
    }

    private static void ByteLevel(string data, string[] texts, int rounds)
    {
        var model = Path.Combine(data, "vocab", "gpt2");
        var ours = TokenizerFolder.Load(model);
        var words = new Microsoft.ML.Tokenizers.RegexPreTokenizer(Gpt2Words(), null);
        var options = new Microsoft.ML.Tokenizers.BpeOptions(Path.Combine(model, "encoder.json"), Path.Combine(model, "vocab.bpe")) { ByteLevel = true, PreTokenizer = words };
        Compare("byte-level BPE: gpt2", texts, rounds,
        [
            .. Ours(ours, texts),
            .. Microsofts("Microsoft's BpeTokenizer", Microsoft.ML.Tokenizers.BpeTokenizer.Create(options), texts),
            .. Microsofts("Microsoft's TiktokenTokenizer", Microsoft.ML.Tokenizers.TiktokenTokenizer.Create(Ranks(ours), words, null), texts),
            Batch(ours, texts),
        ]);
    }

    private static void Unigram(string data, string[] texts, int rounds)
    {
        var model = Path.Combine(data, "vocab", "sentencepiece-botchan-1000", "test_model.model");
        var ours = TokenizerFolder.Load(model);
        using var file = File.OpenRead(model);
        var microsoft = Microsoft.ML.Tokenizers.SentencePieceTokenizer.Create(file, addBeginningOfSentence: false, addEndOfSentence: false);
        Compare("unigram: SentencePiece's test model, 1,000 pieces", texts, rounds, [.. Ours(ours, texts), .. Microsofts("Microsoft's SentencePieceTokenizer", microsoft, texts), Batch(ours, texts)]);
    }

    private static Arm[] Ours(ITokenizer tokenizer, string[] texts) => [new("Attend, ids, offsets and words", 1, () => Measure(() => texts.Sum(text => (long)tokenizer.Encode(text).Length)))];

    private static Arm[] Microsofts(string name, Microsoft.ML.Tokenizers.Tokenizer tokenizer, string[] texts) =>
    [
        new($"{name}, ids alone", 1, () => Measure(() => texts.Sum(text => (long)tokenizer.EncodeToIds(text).Count))),
        new($"{name}, with offsets", 1, () => Measure(() => texts.Sum(text => (long)tokenizer.EncodeToTokens(text, out _).Count))),
    ];

    private static Arm Batch(ITokenizer tokenizer, string[] texts)
        => new("Attend, batch (ids, offsets and words, 4,096 results kept at a time)", 2, () => Measure(() => texts.Chunk(4096).Sum(batch => tokenizer.EncodeBatch(batch).Sum(encoding => (long)encoding.Length))));

    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Gpt2Words();

    /// <summary>GPT-2's vocabulary in tiktoken's form: a token's bytes and its rank.</summary>
    private static MemoryStream Ranks(ITokenizer gpt2)
    {
        var lines = Enumerable.Range(0, gpt2.VocabSize).Where(id => id != gpt2.SpecialTokens.Eos).Select(id => $"{Convert.ToBase64String([.. gpt2.TokenOf(id).Select(ByteOf)])} {id}");
        return new MemoryStream(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines)));
    }

    // GPT-2's table: printable characters of Latin 1 stand for their own byte, those from 256 on for the others in their order.
    private static byte ByteOf(char character) => character < 256 ? (byte)character : (byte)Unprintable[character - 256];

    private static readonly int[] Unprintable = [.. Enumerable.Range(0, 256).Where(value => value is not (>= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE))];

    private static double Megabytes(string[] texts) => texts.Sum(text => (long)System.Text.Encoding.UTF8.GetByteCount(text) + 1) / 1e6;

    private static void Compare(string title, string[] texts, int rounds, Arm[] arms)
    {
        var samples = arms.ToDictionary(arm => arm, _ => new List<Sample>());
        for (var round = -1; round < rounds; round++)
        {
            foreach (var arm in arms)
            {
                var sample = arm.Run();
                if (round >= 0) samples[arm].Add(sample);
            }
        }
        Report(title, samples, Megabytes(texts));
    }

    private static void Report(string title, Dictionary<Arm, List<Sample>> samples, double megabytes)
    {
        Console.WriteLine($"\n{title}\n");
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
