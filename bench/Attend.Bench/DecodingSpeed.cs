using System.Diagnostics;
using System.Globalization;
using Attend.Decoding;
using Attend.Layers;
using Attend.Models;
using Attend.Runtime;
using static TorchSharp.torch;

namespace Attend.Bench;

/// <summary>Target tokens a second: token-budget batches and single sentences with the cache, against single sentences whose whole target is computed anew at each step.</summary>
internal static class DecodingSpeed
{
    private const int SourceCount = 1000;
    private const int TargetTokens = 14;
    private const int BatchTokens = 2048;

    public static int Run(string[] arguments)
    {
        var name = arguments.ElementAtOrDefault(0) ?? "mini";
        var rounds = int.Parse(arguments.ElementAtOrDefault(1) ?? "3", CultureInfo.InvariantCulture);
        // Words such as "1", "float32", "batches" leave only the arms that have them all.
        var wanted = arguments.Skip(2).ToArray();
        Engine.Start();
        var vocabSize = name == "base" ? 32_000 : 9_712;
        var row = Architectures.FindSeq2Seq("transformer");
        using var model = row.Create(row.CreateConfig(Seq2SeqSize.Named[name], vocabSize) with { DecoderStartTokenId = 1, EosTokenId = 2 });
        model.eval();
        var requests = Sources(vocabSize);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"decoding, {name}, vocabulary {vocabSize}, {SourceCount} sources of {requests.Average(request => request.SourceIds.Length):0.0} tokens, {TargetTokens} target tokens each, {get_num_threads()} threads, {rounds} rounds interleaved"));
        foreach (var beams in new[] { 1, 5 })
        {
            var arms = Arms(model, requests, beams, slowSources: name == "base" ? 4 : 8).Where(arm => wanted.All($"{beams} {arm.Name}".Split(' ').Contains)).ToArray();
            for (var round = -1; round < rounds; round++)
                foreach (var arm in arms) arm.Measure(model, isKept: round >= 0);
            foreach (var arm in arms)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"beam {beams}, {arm.Name,-22} {Median(arm.Rates),9:#,0} target tokens/s (min {arm.Rates.Min():#,0}, max {arm.Rates.Max():#,0}), {Median(arm.Milliseconds):0.000} processor milliseconds a token"));
            if (arms.FirstOrDefault(arm => arm.Name == "float32 batches") is not { } batches || arms.FirstOrDefault(arm => arm.Name == "float32 uncached") is not { } uncached) continue;
            var ratios = batches.Rates.Zip(uncached.Rates, (left, right) => left / right).ToArray();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"beam {beams}, float32 batches / uncached {Median(ratios):0.0} (min {ratios.Min():0.0}, max {ratios.Max():0.0})"));
        }
        return 0;
    }

    // Lengths as of Multi30k's English side: 13 tokens in the mean, few above 25.
    private static DecodingRequest[] Sources(int vocabSize)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, SourceCount).Select(_ => new DecodingRequest([.. Enumerable.Range(0, Math.Clamp((int)Math.Exp(2.5 + 0.35 * Normal(random)), 4, 40)).Select(_ => random.Next(3, vocabSize))]))];
    }

    private static IEnumerable<Arm> Arms(Seq2SeqModel model, DecodingRequest[] requests, int beams, int slowSources)
    {
        var options = new DecodingOptions { Beams = beams, MinNewTokens = TargetTokens - 1, MaxNewTokens = TargetTokens };
        foreach (var precision in new[] { Precision.Float32, Precision.BFloat16 })
        {
            var name = precision == Precision.Float32 ? "float32" : "bfloat16";
            yield return new($"{name} batches", precision, requests.Length, () => Batches(model, requests, options));
            yield return new($"{name} single", precision, slowSources * 5, () => Single(model, requests[..(slowSources * 5)], options));
            if (precision == Precision.Float32) yield return new($"{name} uncached", precision, slowSources, () => Uncached(model, requests[..slowSources], beams));
        }
    }

    private static void Batches(Seq2SeqModel model, DecodingRequest[] requests, DecodingOptions options)
    {
        var sorted = requests.OrderByDescending(request => request.SourceIds.Length).ToArray();
        for (var start = 0; start < sorted.Length;)
        {
            var count = Math.Min(BatchTokens / sorted[start].SourceIds.Length, sorted.Length - start);
            new Decoder(model).Decode(sorted[start..(start + count)], options);
            start += count;
        }
    }

    private static void Single(Seq2SeqModel model, DecodingRequest[] requests, DecodingOptions options)
    {
        foreach (var request in requests) new Decoder(model).Decode([request], options);
    }

    // What is written without a cache: the whole target of every beam at each step.
    private static void Uncached(Seq2SeqModel model, DecodingRequest[] requests, int beams)
    {
        using var inference = inference_mode();
        foreach (var request in requests)
        {
            var said = new long[beams][];
            for (var beam = 0; beam < beams; beam++) said[beam] = [1];
            for (var step = 0; step < TargetTokens; step++)
            {
                using var scope = NewDisposeScope();
                var source = tensor(Array.ConvertAll(request.SourceIds, id => (long)id), [1, request.SourceIds.Length]).expand(beams, -1);
                var target = tensor([.. said.SelectMany(row => row)], [beams, step + 1]);
                var scores = nn.functional.log_softmax(model.Project(model.call(new Seq2SeqInput(source, null, target)).select(1, -1)), -1);
                var (_, best) = scores.topk(2 * beams, -1);
                var chosen = best.data<long>().ToArray();
                for (var beam = 0; beam < beams; beam++) said[beam] = [.. said[beam], chosen[beam * 2 * beams]];
            }
        }
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static double Median(IReadOnlyCollection<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>One way of writing, and what it took.</summary>
    private sealed record Arm(string Name, Precision Precision, int Sources, Action Work)
    {
        public List<double> Rates { get; } = [];

        public List<double> Milliseconds { get; } = [];

        public void Measure(Seq2SeqModel model, bool isKept)
        {
            using var settled = model.Settle(Precision, CPU, notice: null);
            var (start, busy) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
            Work();
            if (!isKept) return;
            Rates.Add(Sources * TargetTokens / Stopwatch.GetElapsedTime(start).TotalSeconds);
            Milliseconds.Add((Environment.CpuUsage.TotalTime - busy).TotalMilliseconds / (Sources * TargetTokens));
        }
    }
}
