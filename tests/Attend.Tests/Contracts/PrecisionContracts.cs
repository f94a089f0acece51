using Attend.Layers;
using Attend.Models;
using Attend.Runtime;
using Attend.Tasks;
using Attend.Text.Data;
using Attend.Text.Metrics;
using Attend.Text.Tokenizers;
using Attend.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Attend.Tests.Contracts;

/// <summary>What mixed precision promises, for every architecture: near float32, learned in float32, and no trace of it where it is not wanted.</summary>
public sealed class PrecisionContracts
{
    private const int VocabSize = 30;
    private static readonly string[] Words = ["red", "green", "blue", "one", "two", "three", "sun", "moon", "star", "tree"];
    private static readonly TrainOptions Options = new() { Epochs = 3, LearningRate = 3e-3, BatchSize = 8, Seed = 11, CheckpointSeconds = 0, Precision = Precision.BFloat16 };

    public PrecisionContracts() => EngineFixture.Start();

    public static TheoryData<string> Encoders => [.. Architectures.All.Select(row => row.ModelType)];

    public static TheoryData<string> Seq2Seq => TinySeq2Seq.All;

    [Theory, MemberData(nameof(Encoders))]
    public void RoundedFactorsGiveNearlyTheSame(string architecture)
    {
        using var scope = NewDisposeScope();
        using var model = Encoder(architecture);
        var input = new EncoderInput(Ids(3, 12), Mask(12, 12, 7, 3));
        var exact = model.call(input).Hidden;
        model.UsePrecision(Precision.BFloat16);
        var rounded = model.call(input).Hidden;
        Assert.Equal(ScalarType.Float32, rounded.dtype);
        AssertNear(exact, rounded);
        model.UsePrecision(Precision.Float32);
        Assert.Equal(0, (exact - model.call(input).Hidden).abs().max().item<float>());
    }

    [Theory, MemberData(nameof(Seq2Seq))]
    public void RoundedFactorsGiveNearlyTheSameText(string architecture)
    {
        using var scope = NewDisposeScope();
        using var model = TinySeq2Seq.Create(architecture, seed: 5);
        var input = new Seq2SeqInput(TinySeq2Seq.Ids(TinySeq2Seq.Source(6, 1), TinySeq2Seq.Source(6, 2)), null, TinySeq2Seq.Ids(TinySeq2Seq.Source(5, 3), TinySeq2Seq.Source(5, 4)));
        var exact = model.Project(model.call(input));
        model.UsePrecision(Precision.BFloat16);
        var rounded = model.Project(model.call(input));
        Assert.Equal(ScalarType.Float32, rounded.dtype);
        AssertNear(exact, rounded);
    }

    [Theory, MemberData(nameof(Encoders))]
    public void GradientsArriveInFloat32AndPointTheSameWay(string architecture)
    {
        using var scope = NewDisposeScope();
        using var model = Encoder(architecture);
        var (ids, direction) = (Ids(4, 12), Normal(4 * 12 * 16).view(4, 12, 16));
        Tensor Gradient()
        {
            foreach (var parameter in model.parameters()) parameter.grad = null;
            (model.call(new EncoderInput(ids)).Hidden * direction).sum().backward();
            var gradients = model.parameters().Select(parameter => parameter.grad).OfType<Tensor>().ToArray();
            Assert.All(gradients, gradient => Assert.Equal(ScalarType.Float32, gradient.dtype));
            return cat([.. gradients.Select(gradient => gradient.flatten())]);
        }
        var exact = Gradient();
        model.UsePrecision(Precision.BFloat16);
        var rounded = Gradient();
        Assert.InRange((exact.dot(rounded) / exact.norm() / rounded.norm()).item<float>(), 0.99f, 1);
        Assert.InRange((exact.norm() / rounded.norm()).item<float>(), 0.95f, 1.05f);
    }

    [Fact]
    public void WeightsAreRoundedOncePerUpdateAndTheirGradientsAddUp()
    {
        using var scope = NewDisposeScope();
        using var layer = new Linear(8, 4);
        using (no_grad()) layer.Weight.copy_(Normal(32).view(4, 8));
        layer.UsePrecision(Precision.BFloat16);
        var pieces = Normal(3 * 5 * 8).view(3, 5, 8);
        foreach (var piece in pieces.unbind()) layer.call(piece).square().sum().backward();
        var alone = layer.Weight.grad!.clone();
        layer.Weight.grad = null;
        Tensor before;
        using (layer.KeepRounded())
        {
            foreach (var piece in pieces.unbind()) layer.call(piece).square().sum().backward();
            Assert.Equal(0, (layer.Weight.grad! - alone).abs().max().item<float>());
            before = layer.call(pieces[0]);
            using (no_grad()) layer.Weight.mul_(2);
            Assert.Equal(0, (layer.call(pieces[0]) - before).abs().max().item<float>());
        }
        Assert.InRange(((layer.call(pieces[0]) - layer.Bias!) / 2 - before).abs().max().item<float>(), 0, 1e-6);
    }

    [Fact]
    public void ACopyMadeWithoutGradientsIsNotUsedToLearn()
    {
        using var scope = NewDisposeScope();
        using var layer = new Linear(8, 4);
        layer.UsePrecision(Precision.BFloat16);
        using var kept = layer.KeepRounded();
        using (inference_mode()) layer.call(ones(2, 8));
        layer.call(ones(2, 8)).sum().backward();
        Assert.Equal(2, layer.Weight.grad!.max().item<float>());
    }

    [Fact]
    public void LearnsWhatCanBeLearned()
    {
        using var task = CreateTask();
        var trainer = new Trainer<LabeledText, ClassificationBatch, ClassAnswer>(task, Options with { Epochs = 12, LearningRate = 1e-2 });
        trainer.Fit(Examples(200), []);
        Assert.Equal(1, trainer.Evaluate(Examples(50, seed: 99)).Metrics["accuracy"]);
    }

    [Fact]
    public void TheCutIntoPiecesChangesLittle()
    {
        double[] Losses(int maxBatchTokens)
        {
            using var folder = new TemporaryFolder();
            using var task = CreateTask();
            using (var run = new RunFolder(folder.Path)) new Trainer<LabeledText, ClassificationBatch, ClassAnswer>(task, Options with { MaxBatchTokens = maxBatchTokens, Epochs = 1 }, run).Fit(Examples(64), []);
            return [.. RunFolder.ReadLog(folder.Path).Select(record => record.Loss)];
        }
        foreach (var (whole, pieces) in Losses(1 << 20).Zip(Losses(1))) Assert.Equal(whole, pieces, 5e-3);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(26)]
    public void ResumedIsUninterrupted(int stopAfter)
    {
        using var folder = new TemporaryFolder();
        var (train, dev) = (Examples(100), Examples(30, seed: 5));
        void Run(string name, int? stop)
        {
            using var run = new RunFolder(folder.File(name));
            using var task = CreateTask(dropout: 0.1);
            using var cancel = new CancellationTokenSource();
            new Trainer<LabeledText, ClassificationBatch, ClassAnswer>(task, Options, run).Fit(train, dev, new Callback(progress =>
            {
                if (progress.Update == stop) cancel.Cancel();
            }), cancel.Token);
        }
        Run("a", null);
        Assert.Throws<OperationCanceledException>(() => Run("b", stopAfter));
        Run("b", null);
        Assert.Equal(RunFolder.ReadLog(folder.File("a")), RunFolder.ReadLog(folder.File("b")));
    }

    [Fact]
    public void StepsLeaveNoTensorBehind()
    {
        long Live(int updates)
        {
            using var task = CreateTask(dropout: 0.1);
            var counted = 0L;
            DisposeScopeManager.Statistics.Reset();
            new Trainer<LabeledText, ClassificationBatch, ClassAnswer>(task, Options with { Epochs = 1 }).Fit(Examples(updates * Options.BatchSize), [], new Callback(progress =>
            {
                if (progress.Update == updates && progress.EpochDone is null) counted = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            }));
            return counted;
        }
        Live(2);
        Assert.Equal(Live(5), Live(20));
    }

    [Fact]
    public void ARunMayGoOnInAnotherPrecisionAndSaysSo()
    {
        using var folder = new TemporaryFolder();
        var data = folder.Write("data.tsv", "text\tlabel\n" + string.Concat(Examples(60).Select(example => $"{example.Text}\t{example.Labels[0]}\n")));
        var training = new ClassifierTraining { Data = data, Out = folder.File("run"), Size = new(1, 16, 2, 32) { MaxPositionEmbeddings = 32 }, TaskOptions = new() { MaxInputTokens = 24 }, Options = new() { Epochs = 2 } };
        using var cancel = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => training.Run(new Callback(progress =>
        {
            if (progress.Update == 1) cancel.Cancel();
        }), null, cancel.Token));
        Assert.Equal(Precision.Float32, RunCard.Read(training.Out)!.Options.Precision);
        var notices = new List<string>();
        var card = (training with { Resume = true, Options = training.Options with { Precision = Precision.BFloat16 } }).Run(notice: notices.Add);
        if (BFloat16Support.Has(CPU))
        {
            Assert.Equal(Precision.BFloat16, card.Options.Precision);
            Assert.Contains("\"bfloat16\"", File.ReadAllText(folder.File("run", RunCard.FileName)));
            Assert.Contains(notices, notice => notice.Contains("goes on in bfloat16") && notice.Contains("float32"));
        }
        else
        {
            Assert.Equal(Precision.Float32, card.Options.Precision);
            Assert.Contains(notices, notice => notice.Contains("no bfloat16 instructions"));
        }
    }

    [Fact]
    public void ALoadedClassifierAnswersTheSameInEitherPrecision()
    {
        using var folder = new TemporaryFolder();
        var data = folder.Write("data.tsv", "text\tlabel\n" + string.Concat(Examples(60).Select(example => $"{example.Text}\t{example.Labels[0]}\n")));
        new ClassifierTraining { Data = data, Out = folder.File("run"), Size = new(1, 16, 2, 32) { MaxPositionEmbeddings = 32 }, TaskOptions = new() { MaxInputTokens = 24 }, Options = new() { Epochs = 1 } }.Run();
        using var classifier = TextClassifier.Load(folder.File("run"));
        var texts = Examples(20).Select(example => example.Text).ToArray();
        double[] Probabilities() => [.. classifier.Predict(texts).Select(answer => answer.Probability)];
        var exact = Probabilities();
        classifier.UsePrecision(Precision.Auto);
        foreach (var (wide, narrow) in exact.Zip(Probabilities())) Assert.Equal(wide, narrow, 0.01);
        Assert.Equal(Probabilities(), Probabilities());
        classifier.UsePrecision(Precision.Float32);
        Assert.Equal(exact, Probabilities());
    }

    private static void AssertNear(Tensor exact, Tensor rounded)
    {
        var difference = ((exact - rounded).square().mean() / exact.square().mean()).sqrt().item<float>();
        Assert.InRange(difference, 1e-6f, 0.06f);
    }

    private static EncoderModel Encoder(string architecture)
    {
        Initialization.Seed(3);
        var row = Architectures.Find(architecture);
        var model = row.Create(row.CreateConfig(new EncoderSize(2, 16, 4, 32) { MaxPositionEmbeddings = 24, Dropout = 0 }, VocabSize));
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach (var parameter in model.parameters()) parameter.add_(Normal((int)parameter.numel()).view(parameter.shape) * 0.2);
        model.eval();
        return model;
    }

    private static TextClassification CreateTask(double dropout = 0)
    {
        Initialization.Seed(7);
        var tokenizer = new BertTokenizer(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Words]);
        var config = Architectures.Find("bert").CreateConfig(new EncoderSize(1, 16, 2, 32) { MaxPositionEmbeddings = 32, Dropout = dropout }, tokenizer.VocabSize).WithLabels(["heaven", "rest"], false, "mean");
        var task = new TextClassification(Architectures.Find("bert").Create(config), tokenizer, new ClassificationOptions { MaxInputTokens = 32 }, CPU);
        task.UsePrecision(Precision.BFloat16);
        return task;
    }

    // A text is about heaven if it names a heavenly body: learnable without error.
    private static LabeledText[] Examples(int count, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(index =>
        {
            var words = Enumerable.Range(0, random.Next(2, 12)).Select(_ => Words[random.Next(6)]).ToList();
            if (index % 2 == 0) words[random.Next(words.Count)] = Words[random.Next(6, 9)];
            return new LabeledText(string.Join(' ', words), [index % 2 == 0 ? "heaven" : "rest"], index + 2);
        })];
    }

    private static Tensor Ids(long batch, long seq, int seed = 5)
    {
        var random = new Random(seed);
        return tensor([.. Enumerable.Range(0, (int)(batch * seq)).Select(_ => random.NextInt64(1, VocabSize))], [batch, seq]);
    }

    private static Tensor Mask(long seq, params int[] lengths) =>
        tensor([.. lengths.SelectMany(length => Enumerable.Range(0, (int)seq).Select(column => column < length))], [lengths.Length, seq]);

    private static Tensor Normal(int count)
    {
        var random = new Random(count);
        return tensor([.. Enumerable.Range(0, count).Select(_ => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))]);
    }

    private sealed class Callback(Action<TrainProgress> action) : IProgress<TrainProgress>
    {
        public void Report(TrainProgress value) => action(value);
    }
}
