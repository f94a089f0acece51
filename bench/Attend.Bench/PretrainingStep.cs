using System.Diagnostics;
using System.Globalization;
using Attend.Layers;
using Attend.Models;
using Attend.Runtime;
using Attend.Tasks;
using Attend.Text.Pretraining;
using static TorchSharp.torch;

namespace Attend.Bench;

/// <summary>One update of pre-training, 32 inputs of 128 tokens twice over, in both precisions.</summary>
internal static class PretrainingStep
{
    private const int Seq = 128, Inputs = 32, Pieces = 2, Hidden = 19, VocabSize = 16_384;

    public static int Run(string[] arguments)
    {
        var name = arguments.ElementAtOrDefault(0) ?? "mini";
        var rounds = int.Parse(arguments.ElementAtOrDefault(1) ?? "7", CultureInfo.InvariantCulture);
        var arms = (arguments.ElementAtOrDefault(2) ?? "Float32,BFloat16").Split(',').Select(Enum.Parse<Precision>).ToArray();
        Engine.Start();
        var updates = arms.Select(precision => new Update(EncoderSize.Named[name] with { Dropout = 0 }, precision)).ToArray();
        var times = arms.Select(_ => new List<double>()).ToArray();
        for (var round = -1; round < rounds; round++)
            for (var arm = 0; arm < arms.Length; arm++)
            {
                var start = Stopwatch.GetTimestamp();
                updates[arm].Step();
                if (round >= 0) times[arm].Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        Console.WriteLine($"pre-training update, {name}, {Pieces} x {Inputs} inputs of {Seq} tokens, vocabulary {VocabSize}, {get_num_threads()} threads, {rounds} rounds interleaved");
        for (var arm = 0; arm < arms.Length; arm++)
        {
            var median = times[arm].Order().ElementAt(rounds / 2);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{arms[arm],-9} {median:0} ms (fastest {times[arm].Min():0})   {Pieces * Inputs * Seq / median * 1000:0} tokens/s"));
        }
        return 0;
    }

    private sealed class Update
    {
        private readonly PretrainingTask _task;
        private readonly Training.AdamW _optimizer;
        private readonly PretrainingBatch _batch;

        public Update(EncoderSize size, Precision precision)
        {
            var encoder = Architectures.Find("bert").Create(Architectures.Find("bert").CreateConfig(size, VocabSize));
            _task = new PretrainingTask(encoder, 0, new PretrainingOptions { MaxInputTokens = Seq }, CPU);
            _task.UsePrecision(precision);
            _task.train();
            _optimizer = new Training.AdamW(_task, 0.01, 0.98);
            var random = new Random(1);
            _batch = _task.Collate([.. Enumerable.Range(0, Inputs).Select(_ => new PretrainingExample(
                [.. Enumerable.Range(0, Seq).Select(_ => random.Next(5, VocabSize))], Seq / 2, [.. Enumerable.Range(0, Hidden).Select(place => 1 + place * 6)], [.. Enumerable.Range(0, Hidden).Select(_ => random.Next(5, VocabSize))], random.Next(2) == 0))]);
        }

        public void Step()
        {
            using var scope = NewDisposeScope();
            using var rounded = _task.KeepRounded();
            _optimizer.ZeroGradients();
            for (var piece = 0; piece < Pieces; piece++)
            {
                using var inner = NewDisposeScope();
                (_task.call(_batch).LossSum! / (Pieces * _batch.LossCount)).backward();
            }
            _optimizer.Step(1e-5, Math.Max(1, _optimizer.GradientNorm()));
        }
    }
}
