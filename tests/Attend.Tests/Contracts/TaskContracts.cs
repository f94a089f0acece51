using Attend.Models;
using Attend.Tasks;
using Attend.Text.Tokenizers;
using Attend.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Attend.Tests.Contracts;

/// <summary>What every task promises: answers that do not depend on company, updates that do not depend on the cut, memory that does not grow.</summary>
public abstract class TaskContracts<TExample, TBatch, TAnswer> where TBatch : Batch
{
    protected const int MaxInputTokens = 16;

    protected TaskContracts() => EngineFixture.Start();

    /// <summary>A task over a small encoder, without dropout, the same each time.</summary>
    protected abstract LearningTask<TExample, TBatch, TAnswer> Create();

    /// <summary>Examples of very different lengths, some longer than the model can hold.</summary>
    protected abstract TExample[] Examples(int count, int seed = 1);

    /// <summary>Everything that is answered about each example of a batch, as numbers.</summary>
    protected abstract IReadOnlyList<double[]> Numbers(LearningTask<TExample, TBatch, TAnswer> task, TaskOutput output);

    /// <summary>What is learnt from: the examples, or parts of them.</summary>
    protected virtual TExample[] Learnt(LearningTask<TExample, TBatch, TAnswer> task, TExample[] examples) => examples;

    /// <summary>What gradients are compared in: 1, or their size, where a loss makes them large and float32 rounds accordingly.</summary>
    protected virtual double GradientUnit(double largest) => 1;

    [Fact]
    public void AnswersAreTheSameAloneAndInAnyBatch()
    {
        using var task = Create();
        var examples = Examples(40);
        double[][] Answers(int maxBatchTokens)
        {
            var answers = new double[examples.Length][];
            foreach (var (_, indices, output) in Inference.Run(task, examples, maxBatchTokens))
            {
                var batch = Numbers(task, output);
                Assert.Equal(indices.Length, batch.Count);
                for (var i = 0; i < indices.Length; i++) answers[indices[i]] = batch[i];
            }
            return answers;
        }
        var alone = Answers(1);
        Assert.Contains(alone, answer => answer.Length > 0);
        foreach (var budget in new[] { 50, 200, 1 << 20 })
            foreach (var (left, right) in alone.Zip(Answers(budget)))
            {
                Assert.Equal(left.Length, right.Length);
                for (var i = 0; i < left.Length; i++) Assert.Equal(left[i], right[i], 1e-5);
            }
    }

    [Fact]
    public void OneUpdateOf32IsEightOf4()
    {
        using var scope = NewDisposeScope();
        using var task = Create();
        task.eval();
        var examples = Learnt(task, Examples(32))[..32];
        Tensor[] Gradients(int pieceSize)
        {
            foreach (var parameter in task.parameters()) parameter.grad = null;
            var pieces = examples.Chunk(pieceSize).Select(task.Collate).ToArray();
            task.Prepare(pieces, 1);
            foreach (var piece in pieces) (task.call(piece).LossSum! / pieces.Sum(each => each.LossCount)).backward();
            return [.. task.parameters().Select(parameter => parameter.grad?.clone() ?? zeros(1))];
        }
        var whole = Gradients(32);
        var largest = whole.Max(gradient => gradient.abs().max().item<float>());
        Assert.True(largest > 1e-4);
        foreach (var (left, right) in whole.Zip(Gradients(4))) Assert.InRange((left - right).abs().max().item<float>() / GradientUnit(largest), 0, 1e-6);
    }

    [Fact]
    public void BatchesLeaveNoTensorBehind()
    {
        using var task = Create();
        long Live(int count)
        {
            DisposeScopeManager.Statistics.Reset();
            foreach (var (_, _, output) in Inference.Run(task, Examples(count), 64)) Numbers(task, output);
            return DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        }
        Live(5);
        Assert.Equal(Live(5), Live(80));
    }

    [Fact]
    public void AStreamIsReadNoFurtherThanItIsAnswered()
    {
        using var task = Create();
        var taken = 0;
        IEnumerable<TExample> Endless()
        {
            for (var block = 1; ; block++)
                foreach (var example in Examples(500, block))
                {
                    taken++;
                    yield return example;
                }
        }
        var answered = Inference.Stream(task, Endless(), output => Numbers(task, output)).Take(1100).Count();
        Assert.Equal(1100, answered);
        Assert.InRange(taken, 1100, 2048);
    }

    [Fact]
    public void LearnsAndLeavesNothingBehind()
    {
        using var task = Create();
        var examples = Learnt(task, Examples(64));
        var live = new List<long>();
        DisposeScopeManager.Statistics.Reset();
        var losses = new List<double>();
        new Trainer<TExample, TBatch, TAnswer>(task, new TrainOptions { Epochs = 8, LearningRate = 1e-2, BatchSize = 16, WarmupFraction = 0 }).Fit(examples, [], new Callback(progress =>
        {
            if (progress.EpochDone is { } epoch) losses.Add(epoch.TrainLoss);
            else if (progress.Phase == "training") live.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        }));
        Assert.True(losses[^1] < 0.9 * losses[0], $"the loss went from {losses[0]} to {losses[^1]}");
        Assert.Equal(live[4], live[^1]);
    }

    /// <summary>A small encoder of BERT's kind over a vocabulary of words.</summary>
    protected static (EncoderModel Encoder, BertTokenizer Tokenizer) CreateEncoder(IEnumerable<string> words, Func<ModelConfig, ModelConfig> configure)
    {
        Initialization.Seed(7);
        var tokenizer = new BertTokenizer(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. words]);
        var row = Architectures.Find("bert");
        var config = configure(row.CreateConfig(new EncoderSize(1, 16, 2, 32) { MaxPositionEmbeddings = MaxInputTokens, Dropout = 0 }, tokenizer.VocabSize));
        return (row.Create(config), tokenizer);
    }

    private sealed class Callback(Action<TrainProgress> action) : IProgress<TrainProgress>
    {
        public void Report(TrainProgress value) => action(value);
    }
}
