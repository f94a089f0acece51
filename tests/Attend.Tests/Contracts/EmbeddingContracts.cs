using Attend.Checkpoints;
using Attend.Tasks;
using Attend.Text.Vectors;
using static TorchSharp.torch;

namespace Attend.Tests.Contracts;

/// <summary>What learning from pairs that belong together promises, besides what every task does.</summary>
public sealed class EmbeddingContracts : EmbeddingContractsBase
{
    protected override bool Scored => false;

    [Fact]
    public void TheSameTextInTwoPairsIsNoWrongAnswer()
    {
        using var scope = NewDisposeScope();
        using var task = Create();
        task.eval();
        double Loss(params (string First, string Second)[] pairs) =>
            task.call(task.Collate([.. pairs.Select((pair, index) => new EmbeddingExample([pair.First, pair.Second], index + 1))])).LossSum!.item<float>();
        // Nothing is left to be told apart.
        Assert.Equal(0, Loss(("red", "sun"), ("red", "moon")), 1e-6);
        Assert.Equal(0, Loss(("red", "sun"), ("blue", "sun")), 1e-6);
        Assert.True(Loss(("red", "sun"), ("blue", "moon")) > 1e-3);
    }

    [Fact]
    public void TheLossIsThatOfItsDefinition()
    {
        using var scope = NewDisposeScope();
        using var task = (TextEmbedding)Create();
        task.eval();
        var examples = Examples(9).Take(6).ToArray();
        Assert.Equal(6, examples.SelectMany(example => example.Texts).Distinct().Count() / 2);
        var output = task.call(task.Collate(examples));
        var vectors = task.Answer(output).Select(answer => answer.Vectors).ToArray();
        double Row(Func<int, int, double> cosine, int right) => Math.Log(Enumerable.Range(0, 6).Sum(other => Math.Exp(20 * cosine(right, other)))) - 20 * cosine(right, right);
        var expected = Enumerable.Range(0, 6).Sum(pair => (Row((a, b) => Cosine.Between(vectors[a][0], vectors[b][1]), pair) + Row((a, b) => Cosine.Between(vectors[b][0], vectors[a][1]), pair)) / 2);
        Assert.Equal(expected, output.LossSum!.item<float>(), 1e-4);
    }

    protected override EmbeddingExample[] Examples(int count, int seed = 1) =>
        [.. PairTexts.Draw(count, seed).Select(pair => new EmbeddingExample([$"{pair.Text} red", $"{pair.Text} blue"], pair.Line))];
}

/// <summary>The same of learning from scores.</summary>
public sealed class ScoredEmbeddingContracts : EmbeddingContractsBase
{
    protected override bool Scored => true;

    protected override EmbeddingExample[] Examples(int count, int seed = 1) => [.. PairTexts.Draw(count, seed).Select(EmbeddingExample.Of)];

    [Fact]
    public void TheLossIsThatOfItsDefinition()
    {
        using var scope = NewDisposeScope();
        using var task = (TextEmbedding)Create();
        task.eval();
        var examples = Examples(7);
        var output = task.call(task.Collate(examples));
        double[] cosines = [.. task.Answer(output).Select(answer => Cosine.Between(answer.Vectors[0], answer.Vectors[1]))];
        var sum = 1.0;
        for (var high = 0; high < 7; high++)
            for (var low = 0; low < 7; low++)
                if (examples[high].Score > examples[low].Score) sum += Math.Exp(20 * (cosines[low] - cosines[high]));
        Assert.Equal(7 * Math.Log(sum), output.LossSum!.item<float>(), 1e-4);
    }
}

/// <summary>What both promise.</summary>
public abstract class EmbeddingContractsBase : TaskContracts<EmbeddingExample, EmbeddingBatch, EmbeddedExample>
{
    protected abstract bool Scored { get; }

    protected override LearningTask<EmbeddingExample, EmbeddingBatch, EmbeddedExample> Create() => Create(new TextEmbeddingOptions());

    protected override IReadOnlyList<double[]> Numbers(LearningTask<EmbeddingExample, EmbeddingBatch, EmbeddedExample> task, TaskOutput output) =>
        [.. task.Answer(output).Select(answer => answer.Vectors.SelectMany(vector => vector).Select(number => (double)number).ToArray())];

    // Cosines are multiplied by 20 in the loss.
    protected override double GradientUnit(double largest) => Math.Max(1, largest);

    [Fact]
    public void AnUpdateInPiecesIsTheUpdateWithDropoutToo()
    {
        using var scope = NewDisposeScope();
        using var task = Create(new TextEmbeddingOptions { TokenDropout = 0.5, NestedDimensions = [4, 8] });
        task.train();
        var examples = Examples(16);
        var pieces = examples.Chunk(4).Select(task.Collate).ToArray();
        task.Prepare(pieces, 5);
        var gradients = new List<Tensor>();
        var losses = pieces.Select(piece =>
        {
            var loss = task.call(piece).LossSum!;
            loss.backward();
            return loss.item<float>();
        }).ToArray();
        // The first piece has the whole loss; what was hidden in the first pass was hidden in the second.
        Assert.True(losses[0] > 0);
        Assert.All(losses[1..], loss => Assert.Equal(0, loss));
        gradients.AddRange(task.parameters().Select(parameter => parameter.grad?.clone() ?? zeros(1)));
        foreach (var parameter in task.parameters()) parameter.grad = null;
        task.Prepare(pieces, 5);
        foreach (var piece in pieces) task.call(piece).LossSum!.backward();
        foreach (var (left, right) in gradients.Zip(task.parameters())) Assert.Equal(0, (left - (right.grad ?? zeros(1))).abs().max().item<float>());
    }

    [Theory]
    [InlineData(PoolingMode.First)]
    [InlineData(PoolingMode.Max)]
    public void OtherPoolingsDoNotSeePaddingEither(PoolingMode mode)
    {
        using var task = Create(new TextEmbeddingOptions { Pooling = new(mode, true, null) });
        var examples = Examples(30);
        var alone = examples.Select(example => Inference.Stream(task, [example], task.Answer).Single().Result.Vectors[1]).ToArray();
        var together = Inference.Stream(task, examples, task.Answer).Select(entry => entry.Result.Vectors[1]).ToArray();
        foreach (var (left, right) in alone.Zip(together))
            for (var i = 0; i < left.Length; i++) Assert.Equal(left[i], right[i], 1e-5);
    }

    [Fact]
    public void FewerDimensionsAreTheFirstOnesScaledAnew()
    {
        using var whole = Create(new TextEmbeddingOptions());
        using var part = Create(new TextEmbeddingOptions { Dimensions = 5 });
        var example = Examples(1)[0];
        var vector = Inference.Stream(whole, [example], whole.Answer).Single().Result.Vectors[0];
        var cut = Inference.Stream(part, [example], part.Answer).Single().Result.Vectors[0];
        Assert.Equal(5, cut.Length);
        Assert.Equal(1, cut.Sum(number => number * number), 1e-5);
        Assert.Equal(1, Cosine.Between(vector.AsSpan(0, 5), cut), 1e-6);
    }

    [Fact]
    public void DimensionsThatTheModelDoesNotHaveAreRefused()
    {
        Assert.Contains("17 dimensions", Assert.Throws<ArgumentException>(() => Create(new TextEmbeddingOptions { Dimensions = 17 })).Message, StringComparison.Ordinal);
        Assert.Contains("0 dimensions", Assert.Throws<ArgumentException>(() => Create(new TextEmbeddingOptions { NestedDimensions = [0] })).Message, StringComparison.Ordinal);
    }

    private TextEmbedding Create(TextEmbeddingOptions options)
    {
        var (encoder, tokenizer) = CreateEncoder(PairTexts.Words, config => config);
        return new TextEmbedding(encoder, tokenizer, options with { MaxInputTokens = MaxInputTokens, Scored = Scored }, CPU);
    }
}
