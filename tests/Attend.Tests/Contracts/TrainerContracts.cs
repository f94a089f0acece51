using Attend.Models;
using Attend.Tasks;
using Attend.Text.Data;
using Attend.Text.Metrics;
using Attend.Text.Tokenizers;
using Attend.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Attend.Tests.Contracts;

/// <summary>What the trainer promises: the same result however an update is cut, and however often the run is stopped.</summary>
public sealed class TrainerContracts
{
    private static readonly string[] Words = ["red", "green", "blue", "one", "two", "three", "sun", "moon", "star", "tree"];
    private static readonly TrainOptions Options = new() { Epochs = 3, LearningRate = 3e-3, BatchSize = 8, Seed = 11, CheckpointSeconds = 0 };

    public TrainerContracts() => EngineFixture.Start();

    [Fact]
    public void LearnsWhatCanBeLearned()
    {
        using var task = CreateTask();
        var trainer = Trainer(task, Options with { Epochs = 12, LearningRate = 1e-2 });
        trainer.Fit(Examples(200), []);
        Assert.Equal(1, trainer.Evaluate(Examples(50, seed: 99)).Metrics["accuracy"]);
    }

    [Fact]
    public void TheCutIntoPiecesChangesNothing()
    {
        var whole = LossesOf(Options with { MaxBatchTokens = 1 << 20, Epochs = 1 }, dropout: 0);
        var single = LossesOf(Options with { MaxBatchTokens = 1, Epochs = 1 }, dropout: 0);
        Assert.Equal(whole.Length, single.Length);
        // The first loss is before any update; later ones carry the rounding of the updates, which AdamW amplifies.
        Assert.Equal(whole[0], single[0], 1e-6);
        for (var update = 1; update < whole.Length; update++) Assert.Equal(whole[update], single[update], 1e-4);
    }

    [Fact]
    public void GradientsOfPiecesAddUpToTheGradientOfTheWhole()
    {
        using var scope = NewDisposeScope();
        using var task = CreateTask();
        task.eval();
        var examples = Examples(32);
        Tensor[] Gradients(int pieceSize)
        {
            foreach (var parameter in task.parameters()) parameter.grad = null;
            foreach (var piece in examples.Chunk(pieceSize)) (task.call(task.Collate(piece)).LossSum! / examples.Length).backward();
            return [.. task.parameters().Select(parameter => parameter.grad!.clone())];
        }
        foreach (var (whole, pieces) in Gradients(32).Zip(Gradients(4))) Assert.InRange((whole - pieces).abs().max().item<float>(), 0, 1e-6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(13)]
    [InlineData(26)]
    public void ResumedIsUninterrupted(int stopAfter)
    {
        using var folder = new TemporaryFolder();
        var (train, dev) = (Examples(100), Examples(30, seed: 5));
        TrainState Run(string name, int? stop)
        {
            using var run = new RunFolder(folder.File(name));
            using var task = CreateTask(dropout: 0.1);
            using var cancel = new CancellationTokenSource();
            var trainer = Trainer(task, Options, run);
            return trainer.Fit(train, dev, new Callback(progress =>
            {
                if (progress.Update == stop) cancel.Cancel();
            }), cancel.Token);
        }
        var uninterrupted = Run("a", null);
        Assert.Throws<OperationCanceledException>(() => Run("b", stopAfter));
        var resumed = Run("b", null);
        Assert.Equal(RunFolder.ReadLog(folder.File("a")), RunFolder.ReadLog(folder.File("b")));
        Assert.Equal(uninterrupted.History.Select(epoch => (epoch.TrainLoss, epoch.DevLoss)), resumed.History.Select(epoch => (epoch.TrainLoss, epoch.DevLoss)));
        Assert.Single(Directory.GetDirectories(folder.File("b", "checkpoint")));
    }

    [Fact]
    public void ALogLineCutByAKillIsForgotten()
    {
        using var folder = new TemporaryFolder();
        folder.Write("log.jsonl", """{"update":1,"epoch":1,"loss":0.5,"learning_rate":0.1,"gradient_norm":2}""" + "\n{\"update\":2,\"ep");
        Assert.Equal([new UpdateRecord(1, 1, 0.5, 0.1, 2)], RunFolder.ReadLog(folder.Path));
    }

    [Fact]
    public void TheLogOfARunKilledBeforeItsFirstCheckpointBeginsAnew()
    {
        using var folder = new TemporaryFolder();
        folder.Write("log.jsonl", """{"update":1,"epoch":1,"loss":0.5,"learning_rate":0.1,"gradient_norm":2}""" + "\n");
        using var task = CreateTask();
        using (var run = new RunFolder(folder.Path)) Trainer(task, Options with { Epochs = 1 }, run).Fit(Examples(20), []);
        Assert.Equal([1, 2, 3], RunFolder.ReadLog(folder.Path).Select(record => record.Update));
    }

    [Fact]
    public void TwoProcessesCannotWriteToOneRun()
    {
        using var folder = new TemporaryFolder();
        using var first = new RunFolder(folder.File("run"));
        Assert.Throws<IOException>(() => new RunFolder(folder.File("run")));
    }

    [Fact]
    public void ANonFiniteLossStopsBeforeTheUpdateAndNamesTheExamples()
    {
        using var task = CreateTask();
        using (no_grad()) task.parameters().Last().fill_(float.NaN);
        var before = task.parameters().First().sum().item<float>();
        var fault = Assert.Throws<NonFiniteLossException>(() => Trainer(task, Options).Fit(Examples(20), []));
        Assert.Contains("line ", fault.Message);
        Assert.Contains("update 1", fault.Message);
        Assert.Equal(before, task.parameters().First().sum().item<float>());
    }

    [Fact]
    public void AModelWithoutTrainableParametersIsRefused()
    {
        using var task = CreateTask();
        foreach (var parameter in task.parameters()) parameter.requires_grad = false;
        Assert.Throws<InvalidOperationException>(() => Trainer(task, Options).Fit(Examples(20), []));
    }

    [Fact]
    public void StepsLeaveNoTensorBehind()
    {
        long Live(int updates)
        {
            using var task = CreateTask(dropout: 0.1);
            var counted = 0L;
            DisposeScopeManager.Statistics.Reset();
            Trainer(task, Options with { Epochs = 1 }).Fit(Examples(updates * Options.BatchSize), [], new Callback(progress =>
            {
                if (progress.Update == updates && progress.EpochDone is null) counted = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            }));
            return counted;
        }
        Live(3);
        Assert.Equal(Live(5), Live(20));
    }

    [Fact]
    public void EarlyStoppingKeepsTheBestEpoch()
    {
        using var task = CreateTask();
        var saves = 0;
        var trainer = new Trainer<LabeledText, ClassificationBatch, ClassAnswer>(task, Options with { Epochs = 40, Patience = 2, LearningRate = 1e-2 }, saveBest: () => saves++);
        var state = trainer.Fit(Examples(200), Examples(40, seed: 3));
        Assert.True(state.Finished);
        Assert.Equal(state.BestEpoch + 2, state.History.Count);
        Assert.InRange(saves, 1, state.BestEpoch);
        Assert.Equal(state.BestMetric, state.History.Max(epoch => epoch.DevMetrics["accuracy"]));
    }

    [Fact]
    public void AnswersAreTheSameAloneAndInABatch()
    {
        using var scope = NewDisposeScope();
        using var task = CreateTask();
        var examples = Examples(40);
        float[][] Probabilities(int maxBatchTokens)
        {
            var rows = new float[examples.Length][];
            foreach (var (_, indices, output) in Inference.Run(task, examples, maxBatchTokens))
            {
                var answers = task.Answer(output);
                for (var i = 0; i < indices.Length; i++) rows[indices[i]] = answers[i].Probabilities!;
            }
            return rows;
        }
        foreach (var (alone, together) in Probabilities(1).Zip(Probabilities(1 << 20)))
            foreach (var (left, right) in alone.Zip(together)) Assert.Equal(left, right, 1e-5f);
    }

    private static double[] LossesOf(TrainOptions options, double dropout)
    {
        using var folder = new TemporaryFolder();
        using var task = CreateTask(dropout);
        using (var run = new RunFolder(folder.Path)) Trainer(task, options, run).Fit(Examples(64), []);
        return [.. RunFolder.ReadLog(folder.Path).Select(record => record.Loss)];
    }

    private static Trainer<LabeledText, ClassificationBatch, ClassAnswer> Trainer(TextClassification task, TrainOptions options, RunFolder? run = null) => new(task, options, run);

    private static TextClassification CreateTask(double dropout = 0)
    {
        Initialization.Seed(7);
        var tokenizer = new BertTokenizer(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Words]);
        var config = Architectures.Find("bert").CreateConfig(new EncoderSize(1, 16, 2, 32) { MaxPositionEmbeddings = 32, Dropout = dropout }, tokenizer.VocabSize).WithLabels(["heaven", "rest"], false, "mean");
        return new TextClassification(Architectures.Find("bert").Create(config), tokenizer, new ClassificationOptions { MaxInputTokens = 32 }, CPU);
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

    private sealed class Callback(Action<TrainProgress> action) : IProgress<TrainProgress>
    {
        public void Report(TrainProgress value) => action(value);
    }
}
