using System.Text.Json;
using Attend.Models;
using Attend.Tasks;
using Attend.Tests.Unit.Pretraining;
using Attend.Text.Metrics;
using Attend.Text.Pretraining;
using Attend.Text.Tokenizers;
using Attend.Training;
using static TorchSharp.torch;

namespace Attend.Tests.Contracts;

/// <summary>What pre-training promises: the paper's loss at the start, learning, and the same run however it is cut or interrupted.</summary>
public sealed class PretrainingContracts : IDisposable
{
    private const int WordCount = 12;
    private static readonly TrainOptions Options = new() { Steps = 24, LearningRate = 3e-3, BatchSize = 8, Seed = 11, CheckpointSeconds = 0, Evaluations = 3, BatchGrowth = 3, SecondMomentDecay = 0.98 };
    private readonly TemporaryFolder _folder = new();
    private readonly BertTokenizer _tokenizer = new(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", .. Enumerable.Range(0, WordCount).Select(word => $"w{word}")]);
    private readonly TokenCache _cache;

    // In each document two words take turns: hidden words, and segments from elsewhere, can be told.
    public PretrainingContracts()
    {
        EngineFixture.Start();
        var random = new Random(2);
        string Sentence(int document) => string.Join(' ', Enumerable.Range(0, random.Next(4, 9)).Select(place => $"w{document % 6 * 2 + place % 2}")) + ".";
        _cache = CorpusTests.Make(_folder, string.Join("\n\n", Enumerable.Range(0, 30).Select(document => string.Join('\n', Enumerable.Range(0, 12).Select(_ => Sentence(document))))), _tokenizer);
    }

    public void Dispose()
    {
        _cache.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void ALossAtTheStartIsThatOfAUniformGuess()
    {
        using var task = CreateTask();
        var metrics = new Trainer<PretrainingExample, PretrainingBatch, PretrainingAnswer>(task, Options).Evaluate([.. Examples(0)]).Metrics;
        Assert.InRange(metrics["mlm_loss"] / Math.Log(_tokenizer.VocabSize), 0.98, 1.02);
        Assert.InRange(metrics["nsp_loss"] / Math.Log(2), 0.9, 1.1);
    }

    [Fact]
    public void OnlyHiddenPlacesAreScoredAndTheyScoreAsInTheWhole()
    {
        using var scope = NewDisposeScope();
        using var task = CreateTask();
        task.eval();
        var batch = task.Collate([.. Examples(0).Take(5)]);
        var output = (PretrainingOutput)task.call(batch);
        Assert.Equal([batch.Positions.Length, _tokenizer.VocabSize], output.Logits.shape);
        var hidden = task.Encoder.call(batch.Tokens.ToInput(CPU)).Hidden;
        var all = ((MaskedLanguageHead)task.Heads[0]).call(hidden, task.Encoder.WordEmbeddings).reshape(-1, _tokenizer.VocabSize);
        Assert.InRange((all.index_select(0, tensor(batch.Positions)) - output.Logits).abs().max().item<float>(), 0, 1e-5);
        Assert.Equal(output.LossSum!.item<float>() / batch.Targets.Length,
            output.TokenLosses.mean().item<float>() + output.NextLosses!.mean().item<float>() * 0.15 * 29 * batch.ExampleCount / batch.Targets.Length, 1e-4);
    }

    [Fact]
    public void HiddenWordsAndTheOrderOfSegmentsAreLearned()
    {
        using var task = CreateTask();
        var trainer = new Trainer<PretrainingExample, PretrainingBatch, PretrainingAnswer>(task, Options with { Steps = 300, LearningRate = 5e-3, BatchGrowth = 1, BatchSize = 16 });
        trainer.Fit(Source(task), []);
        var metrics = trainer.Evaluate([.. Examples(77)]).Metrics;
        // Chance is 1/18, the commonest token 1/7, and a coin for pairs.
        Assert.InRange(metrics["mlm_accuracy"], 0.4, 1);
        Assert.InRange(metrics["nsp_accuracy"], 0.65, 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(13)]
    public void ResumedInTheMiddleOfAnEpochIsUninterrupted(int stopAfter)
    {
        var uninterrupted = Run("a", Options, null);
        Assert.True(uninterrupted.Epoch > 0, "the run must go over several epochs");
        Assert.Throws<OperationCanceledException>(() => Run("b", Options, stopAfter));
        var resumed = Run("b", Options, null);
        Assert.Equal(Log("a"), Log("b"));
        Assert.Equal(JsonSerializer.Serialize(uninterrupted.History.Select(stretch => stretch.DevMetrics)), JsonSerializer.Serialize(resumed.History.Select(stretch => stretch.DevMetrics)));
        Assert.Equal(3, resumed.History.Count);
        Assert.Equal(uninterrupted.TokenCount, resumed.TokenCount);
    }

    [Fact]
    public void TheCutIntoPiecesChangesNothing()
    {
        Run("whole", Options with { MaxBatchTokens = 1 << 20, Steps = 4 }, null, dropout: 0);
        Run("pieces", Options with { MaxBatchTokens = 64, Steps = 4 }, null, dropout: 0);
        var (whole, pieces) = (RunFolder.ReadLog(_folder.File("whole")), RunFolder.ReadLog(_folder.File("pieces")));
        Assert.Equal(whole[0].Loss, pieces[0].Loss, 1e-5);
        foreach (var (left, right) in whole.Zip(pieces))
        {
            Assert.Equal(left.Loss, right.Loss, 1e-3);
            Assert.Equal(left.Figures!["mlm_accuracy"], right.Figures!["mlm_accuracy"], 0.02);
        }
    }

    [Fact]
    public void ABudgetOfTokensOrMinutesEndsTheRun()
    {
        Assert.InRange(Run("tokens", Options with { Steps = null, Tokens = 2000 }, null).TokenCount, 2000, 3200);
        var timed = Run("minutes", Options with { Steps = null, Minutes = 0.02 }, null);
        Assert.True(timed.Finished);
        Assert.InRange(timed.Seconds, 1.2, 60);
        Assert.InRange(RunFolder.ReadLog(_folder.File("minutes"))[^1].LearningRate, 0, 3e-3);
    }

    [Fact]
    public void AnAverageOfTheLastEvaluationsIsKeptIfItIsBetter()
    {
        var state = Run("average", Options with { AverageLast = 2, Schedule = ScheduleKind.Constant, LearningRate = 2e-2 }, null);
        Assert.Equal(2, Directory.GetFiles(_folder.File("average", "average")).Length);
        var last = state.History[^1].DevMetrics;
        if (last.ContainsKey("averaged")) Assert.Equal(state.BestMetric, last["mlm_log_likelihood"]);
        Assert.Equal(3, state.History.Count);
    }

    private TrainState Run(string name, TrainOptions options, int? stop, double dropout = 0.1)
    {
        using var run = new RunFolder(_folder.File(name));
        using var task = CreateTask(dropout);
        using var cancel = new CancellationTokenSource();
        var trainer = new Trainer<PretrainingExample, PretrainingBatch, PretrainingAnswer>(task, options, run);
        return trainer.Fit(Source(task, options), [.. Examples(99).Take(20)], new Callback(progress =>
        {
            if (progress.Update == stop) cancel.Cancel();
        }), cancel.Token);
    }

    private string[] Log(string name) => [.. RunFolder.ReadLog(_folder.File(name)).Select(record => JsonSerializer.Serialize(record))];

    // Blocks so small that an epoch has several.
    private PretrainingSource Source(PretrainingTask task, TrainOptions? options = null) => new(task, Data(11), options ?? Options, blockSize: 30);

    private PretrainingData Data(ulong seed) => new(_cache, _cache.Split(0).Train, _tokenizer, Inputs with { Seed = seed });

    private IEnumerable<PretrainingExample> Examples(ulong seed)
    {
        var data = Data(seed);
        return data.Spans(0).Select(span => data.Create(span, 0));
    }

    private static PretrainingOptions Inputs => new() { MaxInputTokens = 32 };

    private PretrainingTask CreateTask(double dropout = 0)
    {
        Initialization.Seed(7);
        var config = Architectures.Find("bert").CreateConfig(new EncoderSize(2, 32, 2, 64) { MaxPositionEmbeddings = 32, Dropout = dropout }, _tokenizer.VocabSize);
        return new PretrainingTask(Architectures.Find("bert").Create(config), _tokenizer.PadId, Inputs, CPU);
    }

    private sealed class Callback(Action<TrainProgress> action) : IProgress<TrainProgress>
    {
        public void Report(TrainProgress value) => action(value);
    }
}
