using System.Diagnostics;
using System.Globalization;
using Attend.Runtime;
using static TorchSharp.torch;

namespace Attend.Bench;

/// <summary>x · weightᵀ with a weight laid out once against libtorch's linear, at the shapes of decoding.</summary>
internal static class ProductSpeed
{
    private static readonly (int Inputs, int Outputs)[] Shapes = [(128, 128), (128, 384), (128, 256), (256, 128), (128, 9712), (512, 512), (512, 2048), (2048, 512), (512, 32000)];

    public static int Run(string[] arguments)
    {
        var rounds = int.Parse(arguments.ElementAtOrDefault(0) ?? "5", CultureInfo.InvariantCulture);
        Engine.Start();
        using var inference = inference_mode();
        Console.WriteLine($"float32 products on {get_num_threads()} threads, Gflop/s of the best of {rounds} rounds: packed / libtorch");
        foreach (var (inputs, outputs) in Shapes)
        {
            using var weight = randn(outputs, inputs);
            using var bias = randn(outputs);
            using var packed = PackedProduct.Pack(weight);
            var cells = new List<string>();
            foreach (var rows in new[] { 1, 5, 16, 32, 143, 715, 2048 })
            {
                using var x = randn(rows, inputs);
                var work = 2.0 * rows * inputs * outputs;
                var (ours, theirs) = (double.MaxValue, double.MaxValue);
                for (var round = 0; round < rounds; round++)
                {
                    ours = Math.Min(ours, Seconds(work, () => PackedProduct.Linear(x, packed, outputs, bias).Dispose()));
                    theirs = Math.Min(theirs, Seconds(work, () => nn.functional.linear(x, weight, bias).Dispose()));
                }
                cells.Add(string.Create(CultureInfo.InvariantCulture, $"{rows}: {work / ours / 1e9:0} / {work / theirs / 1e9:0}"));
            }
            Console.WriteLine($"{inputs} x {outputs,-6} {string.Join("   ", cells)}");
        }
        return 0;
    }

    // Repeated until it takes long enough to be timed.
    private static double Seconds(double work, Action product)
    {
        var repeats = Math.Max(1, (int)(2e8 / work));
        product();
        var start = Stopwatch.GetTimestamp();
        for (var repeat = 0; repeat < repeats; repeat++) product();
        return Stopwatch.GetElapsedTime(start).TotalSeconds / repeats;
    }
}
