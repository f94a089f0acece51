using Attend.Tasks;
using Attend.Text.Data;
using Attend.Text.Metrics;
using static TorchSharp.torch;

namespace Attend.Tests.Contracts;

/// <summary>What tagging promises, besides what every task does.</summary>
public sealed class TaggingContracts : TaskContracts<TaggedText, TaggingBatch, SpanAnswer>
{
    private static readonly string[] Words = ["red", "green", "blue", "sun", "moon", "star", "##light", "##s"];

    protected override LearningTask<TaggedText, TaggingBatch, SpanAnswer> Create()
    {
        var (encoder, tokenizer) = CreateEncoder(Words, config => config.WithTokenLabels(TagDecoder.TagsOf(["heaven"], TagScheme.Bioes)));
        return new TokenTagging(encoder, tokenizer, new TaggingOptions { MaxInputTokens = MaxInputTokens, Stride = 6 }, CPU);
    }

    protected override TaggedText[] Examples(int count, int seed = 1) => Texts(count, seed);

    protected override IReadOnlyList<double[]> Numbers(LearningTask<TaggedText, TaggingBatch, SpanAnswer> task, TaskOutput output) =>
        [.. ((TokenTagging)task).Spans(output).Select(spans => spans.SelectMany(span => new[] { span.Start, span.End, span.Score }).ToArray())];

    protected override TaggedText[] Learnt(LearningTask<TaggedText, TaggingBatch, SpanAnswer> task, TaggedText[] examples) => [.. examples.SelectMany(((TokenTagging)task).Parts)];

    [Fact]
    public void ALongTextIsTaggedAsItsSentencesAreLearnt()
    {
        using var task = (TokenTagging)Create();
        var examples = Texts(100, 1);
        new Training.Trainer<TaggedText, TaggingBatch, SpanAnswer>(task, new() { Epochs = 10, LearningRate = 1e-2, BatchSize = 16 }).Fit([.. examples.SelectMany(task.Parts)], []);
        var metric = new SpanMetrics();
        var dev = Texts(30, 99);
        Assert.Contains(dev, text => text.Text.Length > 300);
        foreach (var (example, spans) in Inference.Stream(task, dev, task.Spans))
        {
            metric.Add(TokenTagging.AnswerOf(example, [.. spans.Select(span => new LabeledSpan(span.Start, span.End, span.Label))]), task.Expected(example));
            Assert.All(spans, span => Assert.InRange(span.Score, 0, 1));
        }
        Assert.Equal(1, metric.Result()["f1_micro"]);
    }

    [Fact]
    public void ATextOfManyWindowsIsComputedInPieces()
    {
        using var scope = NewDisposeScope();
        using var task = (TokenTagging)Create();
        task.eval();
        var text = new TaggedText { Text = string.Join(' ', Enumerable.Repeat("red suns green starlight", 1500)), Spans = [], Line = 1 };
        var batch = task.Collate([Texts(1, 1)[0], text, Texts(1, 2)[0]]);
        Assert.True(batch.Pieces.Count > 2);
        Assert.All(batch.Pieces, piece => Assert.InRange((long)piece.Tokens.ExampleCount * piece.Tokens.SeqLength, 1, 8192));
        using var inference = inference_mode();
        var together = Numbers(task, task.call(batch));
        Assert.Equal(together[1], Numbers(task, task.call(task.Collate([text])))[0], new Near());
    }

    [Fact]
    public void EmptyTextsHaveNoSpans()
    {
        using var task = (TokenTagging)Create();
        TaggedText[] texts = [.. new[] { "", " ", "\u200b" }.Select(text => new TaggedText { Text = text, Spans = [], Line = 1 })];
        Assert.All(Inference.Stream(task, texts, task.Spans), entry => Assert.Empty(entry.Result));
        Assert.Empty(texts.SelectMany(task.Parts));
    }

    // Heavenly bodies, with the colours before them, are spans: learnable without error. Some texts are longer than a window.
    private static TaggedText[] Texts(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(index =>
        {
            var (text, spans) = (new System.Text.StringBuilder(), new List<LabeledSpan>());
            var length = random.Next(10) == 0 ? random.Next(40, 80) : random.Next(1, 12);
            for (var word = 0; word < length; word++)
            {
                if (text.Length > 0) text.Append(' ');
                var start = text.Length;
                var isHeaven = random.Next(3) == 0;
                text.Append(isHeaven ? Words[random.Next(3, 6)] + (random.Next(2) == 0 ? "s" : "light") : Words[random.Next(3)]);
                if (isHeaven) spans.Add(new LabeledSpan(start, text.Length, "heaven"));
            }
            return new TaggedText { Text = text.ToString(), Spans = spans, Line = index + 1 };
        })];
    }

    private sealed class Near : IEqualityComparer<double>
    {
        public bool Equals(double x, double y) => Math.Abs(x - y) < 1e-5;

        public int GetHashCode(double value) => 0;
    }
}
