using System.Diagnostics;
using System.Globalization;
using Attend.Models;
using Attend.Runtime;
using Attend.Tasks;
using Attend.Text.Data;
using Attend.Text.Metrics;
using Attend.Text.Tokenizers;
using Attend.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Attend.Bench;

/// <summary>Resident memory and live tensors of the trainer over many updates of texts of every length.</summary>
internal static class TrainingMemory
{
    public static int Run(string[] arguments)
    {
        var updates = int.Parse(arguments.ElementAtOrDefault(0) ?? "500", CultureInfo.InvariantCulture);
        Engine.Start();
        var tokenizer = new BertTokenizer(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Enumerable.Range(0, 8000).Select(index => $"w{index}")]);
        var config = Architectures.Find("bert").CreateConfig(EncoderSize.Named["mini"], tokenizer.VocabSize).WithLabels(["a", "b"], false, "mean");
        using var encoder = Architectures.Find("bert").Create(config);
        using var task = new TextClassification(encoder, tokenizer, new ClassificationOptions { MaxInputTokens = 128 }, CPU);
        var random = new Random(1);
        var examples = Enumerable.Range(0, updates * 16).Select(row => new LabeledText(string.Join(' ', Enumerable.Range(0, random.Next(2, 126)).Select(_ => $"w{random.Next(8000)}")), [row % 2 == 0 ? "a" : "b"], row)).ToArray();
        Console.WriteLine("| update | live tensors | resident MB |");
        Console.WriteLine("|---|---|---|");
        var trainer = new Trainer<LabeledText, ClassificationBatch, ClassAnswer>(task, new TrainOptions { Epochs = 1, BatchSize = 16 });
        DisposeScopeManager.Statistics.Reset();
        trainer.Fit(examples, [], new Watch(progress =>
        {
            if (progress.EpochDone is null && (progress.Update is 5 or 20 || progress.Update % 50 == 0))
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {progress.Update} | {DisposeScopeManager.Statistics.ThreadTotalLiveCount} | {Process.GetCurrentProcess().WorkingSet64 >> 20} |"));
        }));
        return 0;
    }

    private sealed class Watch(Action<TrainProgress> action) : IProgress<TrainProgress>
    {
        public void Report(TrainProgress value) => action(value);
    }
}
