using System.Globalization;
using Attend.Layers;
using Attend.Models;
using Attend.Runtime;
using Attend.Tasks;
using Attend.Text.Pretraining;
using static TorchSharp.torch;

namespace Attend.Bench;

/// <summary>One update of pre-training, 32 inputs of 128 tokens twice over, in both precisions, against what a TorchSharp user writes by default: eager layers, a vocabulary projection of every place, its own AdamW.</summary>
internal static class PretrainingStep
{
    private const int Seq = 128, Inputs = 32, Pieces = 2, Hidden = 19, VocabSize = 16_384;

    public static int Run(string[] arguments)
    {
        var name = arguments.ElementAtOrDefault(0) ?? "mini";
        var rounds = int.Parse(arguments.ElementAtOrDefault(1) ?? "7", CultureInfo.InvariantCulture);
        var arms = (arguments.ElementAtOrDefault(2) ?? "default,float32,bfloat16").Split(',');
        Engine.Start();
        var size = EncoderSize.Named[name] with { Dropout = 0 };
        var updates = new UpdateArms(arms, () => Default(size), precision => Ours(size, precision));
        updates.Run(rounds);
        var (flop, peak) = Flop(size);
        Console.WriteLine($"pre-training update, {name}, {Pieces} x {Inputs} inputs of {Seq} tokens, vocabulary {VocabSize}, {get_num_threads()} threads, {rounds} rounds interleaved; ratios to {arms[0]}; bfloat16 peak {peak / 1e9:0} Gflop/s");
        updates.Show((median, _) =>
        {
            var rate = Pieces * Inputs * Seq / median * 1000;
            return string.Create(CultureInfo.InvariantCulture, $"{rate:0} tokens/s, {rate * flop / peak:P0} of the peak");
        });
        return 0;
    }

    private static (double PerToken, double Peak) Flop(EncoderSize size)
    {
        var inputs = new PretrainingOptions { MaxInputTokens = Seq };
        using var task = new PretrainingTask(Architectures.Find("bert").Create(Architectures.Find("bert").CreateConfig(size, VocabSize)), 0, inputs, CPU);
        return (Training.FlopCount.PerToken(task, inputs), Training.FlopCount.MeasurePeak(CPU, Precision.BFloat16));
    }

    // Every place is projected to the vocabulary; the loss counts a seventh of them.
    private static Action Default(EncoderSize size)
    {
        var model = new EagerBert(size, VocabSize, 2);
        var optimizer = optim.AdamW(model.parameters(), 1e-5, weight_decay: 0.01);
        var ids = randint(5, VocabSize, [Inputs, Seq], ScalarType.Int64);
        var words = where(arange(Inputs * Seq, dtype: ScalarType.Int64).remainder(7) == 0, ids.flatten(), tensor(-100L));
        var next = arange(Inputs, dtype: ScalarType.Int64).remainder(2);
        return () =>
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            for (var piece = 0; piece < Pieces; piece++)
            {
                using var inner = NewDisposeScope();
                var hidden = model.call(ids);
                var loss = nn.functional.cross_entropy(model.FillIn(hidden).flatten(0, 1), words) + nn.functional.cross_entropy(model.ClassifyHidden(hidden), next);
                (loss / Pieces).backward();
            }
            nn.utils.clip_grad_norm_(model.parameters(), 1.0);
            optimizer.step();
        };
    }

    private static Action Ours(EncoderSize size, Precision precision)
    {
        var encoder = Architectures.Find("bert").Create(Architectures.Find("bert").CreateConfig(size, VocabSize));
        var task = new PretrainingTask(encoder, 0, new PretrainingOptions { MaxInputTokens = Seq }, CPU);
        task.UsePrecision(precision);
        task.train();
        var optimizer = new Training.AdamW(task, 0.01, 0.98);
        var random = new Random(1);
        var batch = task.Collate([.. Enumerable.Range(0, Inputs).Select(_ => new PretrainingExample(
            [.. Enumerable.Range(0, Seq).Select(_ => random.Next(5, VocabSize))], Seq / 2, [.. Enumerable.Range(0, Hidden).Select(place => 1 + place * 6)], [.. Enumerable.Range(0, Hidden).Select(_ => random.Next(5, VocabSize))], random.Next(2) == 0))]);
        return () =>
        {
            using var scope = NewDisposeScope();
            using var rounded = task.KeepRounded();
            optimizer.ZeroGradients();
            for (var piece = 0; piece < Pieces; piece++)
            {
                using var inner = NewDisposeScope();
                (task.call(batch).LossSum! / (Pieces * batch.LossCount)).backward();
            }
            optimizer.Step(1e-5, Math.Max(1, optimizer.GradientNorm()));
        };
    }
}
