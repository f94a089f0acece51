using System.Diagnostics;
using System.Globalization;
using Attend.Decoding;
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

    // Sources that the slow arm decodes; enough for a rate.
    private const int SlowSourceCount = 8;

    public static int Run(string[] arguments)
    {
        var name = arguments.ElementAtOrDefault(0) ?? "mini";
        var rounds = int.Parse(arguments.ElementAtOrDefault(1) ?? "3", CultureInfo.InvariantCulture);
        Engine.Start();
        var vocabSize = name == "base" ? 32_000 : 9_712;
        var row = Architectures.FindSeq2Seq("transformer");
        using var model = row.Create(row.CreateConfig(Seq2SeqSize.Named[name], vocabSize) with { DecoderStartTokenId = 1, EosTokenId = 2 });
        model.eval();
        var random = new Random(1);
        // Lengths as of Multi30k's English side: 13 tokens in the mean, few above 25.
        var requests = Enumerable.Range(0, SourceCount).Select(_ => new DecodingRequest([.. Enumerable.Range(0, Math.Clamp((int)Math.Exp(2.5 + 0.35 * Normal(random)), 4, 40)).Select(_ => random.Next(3, vocabSize))])).ToArray();
        Console.WriteLine($"decoding, {name}, vocabulary {vocabSize}, {SourceCount} sources of {requests.Average(request => request.SourceIds.Length):0.0} tokens, {TargetTokens} target tokens each, {get_num_threads()} threads, float32, {rounds} rounds interleaved");
        foreach (var beams in new[] { 1, 5 })
        {
            var options = new DecodingOptions { Beams = beams, MinNewTokens = TargetTokens - 1, MaxNewTokens = TargetTokens };
            var rates = new Dictionary<string, List<double>> { ["budget"] = [], ["single"] = [], ["uncached"] = [] };
            for (var round = -1; round < rounds; round++)
            {
                Measure(rates["budget"], round, SourceCount, () => Budget(model, requests, options));
                Measure(rates["single"], round, SourceCount / 20, () => Single(model, requests[..(SourceCount / 20)], options));
                Measure(rates["uncached"], round, SlowSourceCount, () => Uncached(model, requests[..SlowSourceCount], beams));
            }
            double Median(string arm) => rates[arm].Order().ElementAt(rates[arm].Count / 2);
            var ratios = rates["budget"].Zip(rates["uncached"], (left, right) => left / right).Order().ToArray();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"beam {beams}: {Median("budget"):#,0} target tokens/s in batches of {BatchTokens} source tokens, {Median("single"):#,0} one at a time, {Median("uncached"):#,0} one at a time without cache; batches / without cache {ratios[ratios.Length / 2]:0.0} (min {ratios[0]:0.0}, max {ratios[^1]:0.0})"));
        }
        return 0;
    }

    private static void Measure(List<double> rates, int round, int sources, Action work)
    {
        var start = Stopwatch.GetTimestamp();
        work();
        if (round >= 0) rates.Add(sources * TargetTokens / Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static void Budget(Seq2SeqModel model, DecodingRequest[] requests, DecodingOptions options)
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
}
