using Attend.Tasks;
using Attend.Text.Data;
using Attend.Text.Metrics;
using static TorchSharp.torch;

namespace Attend.Tests.Contracts;

/// <summary>What scoring pairs promises: what every task does.</summary>
public sealed class PairScoringContracts : TaskContracts<TextPair, PairScoringBatch, double>
{
    protected override LearningTask<TextPair, PairScoringBatch, double> Create()
    {
        var (encoder, tokenizer) = CreateEncoder(PairTexts.Words, config => config.WithScore("mean"));
        return new PairScoring(encoder, tokenizer, new PairScoringOptions { MaxInputTokens = MaxInputTokens }, CPU);
    }

    protected override TextPair[] Examples(int count, int seed = 1) => PairTexts.Draw(count, seed);

    protected override IReadOnlyList<double[]> Numbers(LearningTask<TextPair, PairScoringBatch, double> task, TaskOutput output) => [.. task.Answer(output).Select(score => new[] { score })];

    [Fact]
    public void FreshScoresBeginAtTheMeanOfTheData()
    {
        using var task = (PairScoring)Create();
        task.Head.CenterScores(300, 20);
        var scores = Inference.Stream(task, Examples(40), task.Answer).Select(entry => entry.Result).ToArray();
        Assert.All(scores, score => Assert.InRange(score, 280, 320));
        Assert.True(scores.Max() - scores.Min() > 0.1);
    }

    [Fact]
    public void TheTextsAreReadInTheirOrderAndCutLongestFirst()
    {
        using var task = (PairScoring)Create();
        double Score(string text, string text2) => Inference.Stream(task, [new TextPair { Text = text, Text2 = text2, Line = 1 }], task.Answer).Single().Result;
        Assert.NotEqual(Score("red", "blue"), Score("blue", "red"));
        // 13 tokens are left for both: the short text stays whole, however long the other is.
        var much = string.Join(' ', Enumerable.Repeat("red", 40));
        Assert.NotEqual(Score(much, "blue"), Score(much, "moon"));
        Assert.NotEqual(Score("blue", much), Score("moon", much));
    }
}

/// <summary>The same of classifying pairs.</summary>
public sealed class PairClassificationContracts : TaskContracts<LabeledText, ClassificationBatch, ClassAnswer>
{
    protected override LearningTask<LabeledText, ClassificationBatch, ClassAnswer> Create()
    {
        var (encoder, tokenizer) = CreateEncoder(PairTexts.Words, config => config.WithLabels(["few", "many"], false, "mean"));
        return new TextClassification(encoder, tokenizer, new ClassificationOptions { MaxInputTokens = MaxInputTokens }, CPU);
    }

    protected override LabeledText[] Examples(int count, int seed = 1) =>
        [.. PairTexts.Draw(count, seed).Select(pair => new LabeledText(pair.Text, [pair.Score > 1 ? "many" : "few"], pair.Line) { Text2 = pair.Text2 })];

    protected override IReadOnlyList<double[]> Numbers(LearningTask<LabeledText, ClassificationBatch, ClassAnswer> task, TaskOutput output) =>
        [.. task.Answer(output).Select(answer => answer.Probabilities!.Select(probability => (double)probability).ToArray())];
}

/// <summary>Pairs of texts over a few words.</summary>
internal static class PairTexts
{
    public static readonly string[] Words = ["red", "green", "blue", "sun", "moon", "star"];

    /// <summary>The score is the share of heavenly bodies in the second text, less the share in the first, plus 1.</summary>
    public static TextPair[] Draw(int count, int seed)
    {
        var random = new Random(seed);
        (string Text, double Share) Text()
        {
            var words = Enumerable.Range(0, random.Next(10) == 0 ? 20 : random.Next(1, 8)).Select(_ => random.Next(Words.Length)).ToArray();
            return (string.Join(' ', words.Select(word => Words[word])), words.Count(word => word >= 3) / (double)words.Length);
        }
        return [.. Enumerable.Range(0, count).Select(index =>
        {
            var (first, second) = (Text(), Text());
            return new TextPair { Text = first.Text, Text2 = second.Text, Score = 1 + second.Share - first.Share, Line = index + 1 };
        })];
    }
}
