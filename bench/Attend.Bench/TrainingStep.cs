using System.Globalization;
using Attend.Layers;
using Attend.Models;
using Attend.Runtime;
using Attend.Tasks;
using Attend.Text.Data;
using Attend.Text.Tokenizers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Attend.Bench;

/// <summary>One update of Attend's trainer against the step a TorchSharp user writes by default: eager layers, default precision, its own AdamW.</summary>
internal static class TrainingStep
{
    private const int Batch = 8;
    private const int Seq = 128;
    private const int Labels = 2;

    public static int Run(string[] arguments)
    {
        var name = arguments.ElementAtOrDefault(0) ?? "base";
        var rounds = int.Parse(arguments.ElementAtOrDefault(1) ?? "7", CultureInfo.InvariantCulture);
        var arms = (arguments.ElementAtOrDefault(2) ?? "default,float32,bfloat16").Split(',');
        Engine.Start();
        var size = EncoderSize.Named[name];
        var updates = new UpdateArms(arms, () => Default(size), precision => Ours(size, precision));
        updates.Run(rounds);
        Console.WriteLine($"training step, {name} ({size.LayerCount} x {size.HiddenSize}), batch {Batch}, seq {Seq}, {get_num_threads()} threads, {rounds} rounds interleaved; ratios to {arms[0]}");
        updates.Show((median, fastest) => string.Create(CultureInfo.InvariantCulture, $"{median:0} ms (fastest {fastest:0})"));
        return 0;
    }

    // What the trainer does for one update, through its own parts.
    private static Action Ours(EncoderSize size, Precision precision)
    {
        var tokenizer = new BertTokenizer(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Enumerable.Range(0, 30517).Select(index => $"w{index}")]);
        var config = Architectures.Find("bert").CreateConfig(size, tokenizer.VocabSize).WithLabels(["a", "b"], false, "cls");
        var task = new TextClassification(Architectures.Find("bert").Create(config), tokenizer, new ClassificationOptions { MaxInputTokens = Seq }, CPU);
        task.UsePrecision(precision);
        task.train();
        var optimizer = new Training.AdamW(task, 0.01);
        var random = new Random(1);
        var batch = task.Collate([.. Enumerable.Range(0, Batch).Select(row => new LabeledText(string.Join(' ', Enumerable.Range(0, Seq - 2).Select(_ => $"w{random.Next(30517)}")), [row % 2 == 0 ? "a" : "b"], row))]);
        return () =>
        {
            using var scope = NewDisposeScope();
            using var rounded = task.KeepRounded();
            optimizer.ZeroGradients();
            (task.call(batch).LossSum! / batch.LossCount).backward();
            optimizer.Step(1e-5, Math.Max(1, optimizer.GradientNorm()));
        };
    }

    // The step a TorchSharp user writes.
    private static Action Default(EncoderSize size)
    {
        var model = new EagerBert(size, 30522, Labels);
        var optimizer = optim.AdamW(model.parameters(), 1e-5, weight_decay: 0.01);
        var ids = randint(5, 30522, [Batch, Seq], ScalarType.Int64);
        var labels = arange(Batch, dtype: ScalarType.Int64).remainder(Labels);
        return () =>
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            functional.cross_entropy(model.Classify(ids), labels).backward();
            nn.utils.clip_grad_norm_(model.parameters(), 1.0);
            optimizer.step();
        };
    }
}
