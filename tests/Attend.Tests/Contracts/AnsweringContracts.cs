using Attend.Tasks;
using Attend.Text.Data;
using Attend.Text.Metrics;
using static TorchSharp.torch;

namespace Attend.Tests.Contracts;

/// <summary>What question answering promises, besides what every task does.</summary>
public sealed class AnsweringContracts : TaskContracts<QuestionExample, AnsweringBatch, QuestionAnswer>
{
    private static readonly string[] Colours = ["red", "green", "blue"], Bodies = ["sun", "moon", "star"], Fillers = ["we", "saw", "it", "then", "once", "far"];

    protected override LearningTask<QuestionExample, AnsweringBatch, QuestionAnswer> Create() => Create(SquadRules.Squad20);

    protected override QuestionExample[] Examples(int count, int seed = 1) => Questions(count, seed);

    protected override IReadOnlyList<double[]> Numbers(LearningTask<QuestionExample, AnsweringBatch, QuestionAnswer> task, TaskOutput output) =>
        [.. ((QuestionAnswering)task).Search(output, 3).Select(found => found.Best.SelectMany(answer => new[] { answer.Start, answer.End, answer.Probability }).Append(found.NoAnswerScore).Append(found.NoAnswerProbability).ToArray())];

    protected override QuestionExample[] Learnt(LearningTask<QuestionExample, AnsweringBatch, QuestionAnswer> task, QuestionExample[] examples) => [.. examples.SelectMany(((QuestionAnswering)task).Parts)];

    [Fact]
    public void LongContextsAndQuestionsWithoutAnswerAreAnsweredAsTheirPiecesAreLearnt()
    {
        using var task = Create(SquadRules.Squad20);
        var examples = Questions(150, 1);
        new Training.Trainer<QuestionExample, AnsweringBatch, QuestionAnswer>(task, new() { Epochs = 12, LearningRate = 1e-2, BatchSize = 16 }).Fit([.. examples.SelectMany(task.Parts)], []);
        var metric = new SquadMetrics(SquadRules.Squad20);
        var dev = Questions(100, 99);
        Assert.Contains(dev, question => task.Windows(question).Count > 3 && question.Answers.Count > 0);
        Assert.Contains(dev, question => task.Windows(question).Count > 3 && question.Answers.Count == 0);
        foreach (var (example, found) in Inference.Stream(task, dev, output => task.Search(output, 2)))
        {
            metric.Add(new QuestionAnswer(found.Text), task.Expected(example));
            Assert.All(found.Best, answer => Assert.Equal(example.Context[answer.Start..answer.End], answer.Text));
            Assert.Equal(found.Best.OrderByDescending(answer => answer.Probability), found.Best);
        }
        Assert.Equal(100, metric.Result()["exact_match"]);
    }

    [Fact]
    public void EachWindowPointsToTheAnswerItShowsWholeOrToNone()
    {
        using var task = Create(SquadRules.Squad11);
        var (shown, hidden) = (0, 0);
        foreach (var example in Questions(60, 3))
        {
            var windows = task.Windows(example);
            var batch = task.Collate([example]);
            Assert.Equal(windows.Count, batch.LossCount);
            var piece = Assert.Single(batch.Pieces);
            for (var row = 0; row < windows.Count; row++)
            {
                var window = windows[row];
                var answer = example.Answers.Count > 0 ? example.Answers[0] : null;
                bool Shows(int place) => Enumerable.Range(0, window.Length).Any(token => window.TextIds[token] == 1 && window.Offsets[token].Start <= place && place < window.Offsets[token].End);
                if (answer is not null && Shows(answer.Start!.Value) && Shows(answer.End!.Value - 1))
                {
                    shown++;
                    Assert.Equal(answer.Text, example.Context[window.Offsets[piece.Starts[row]].Start..window.Offsets[piece.Ends[row]].End]);
                }
                else
                {
                    hidden++;
                    Assert.Equal((0, 0), (piece.Starts[row], piece.Ends[row]));
                }
            }
        }
        Assert.True(shown > 20 && hidden > 20);
    }

    [Fact]
    public void QuestionsWhoseAnswersDoNotStandWhereTheyShouldAreNotLearntFrom()
    {
        using var task = Create(SquadRules.Squad11);
        var example = Questions(1, 1)[0] with { Answers = [new GoldAnswer("elsewhere", null)] };
        Assert.Empty(task.Parts(example));
        Assert.Single(task.Parts(example with { Context = "we saw red", Answers = [new GoldAnswer("elsewhere", null), new GoldAnswer("red", 7)] }));
    }

    [Fact]
    public void ALongQuestionIsCutAndAContextOfManyWindowsIsComputedInPieces()
    {
        using var scope = NewDisposeScope();
        using var task = Create(SquadRules.Squad11);
        task.eval();
        var example = new QuestionExample { Id = "long", Question = string.Join(' ', Enumerable.Repeat("which colour", 20)), Context = string.Join(' ', Enumerable.Repeat("we saw starlight", 1500)), Answers = [], Line = 1 };
        Assert.True(task.IsQuestionCut(example));
        Assert.False(task.IsQuestionCut(example with { Question = "which" }));
        var batch = task.Collate([Questions(1, 1)[0], example, Questions(1, 2)[0]]);
        Assert.True(batch.Pieces.Count > 2);
        Assert.All(batch.Pieces, piece => Assert.InRange((long)piece.Tokens.ExampleCount * piece.Tokens.SeqLength, 1, 8192));
        using var inference = inference_mode();
        var (together, alone) = (Numbers(task, task.call(batch))[1], Numbers(task, task.call(task.Collate([example])))[0]);
        Assert.Equal(together.Length, alone.Length);
        for (var i = 0; i < alone.Length; i++) Assert.Equal(alone[i], together[i], 1e-5);
    }

    [Theory]
    [InlineData(17, null, null, "can hold 16 tokens")]
    [InlineData(16, 9, null, "Stride is 9")]
    [InlineData(16, null, 0, "MaxQuestionTokens is 0")]
    public void WindowsThatCannotBeAreRefused(int maxInputTokens, int? stride, int? maxQuestionTokens, string problem)
    {
        var (encoder, tokenizer) = CreateEncoder(Colours, config => config);
        Assert.Contains(problem, Assert.Throws<ArgumentException>(() => new QuestionAnswering(encoder, tokenizer, new() { MaxInputTokens = maxInputTokens, Stride = stride, MaxQuestionTokens = maxQuestionTokens }, CPU)).Message, StringComparison.Ordinal);
    }

    private static QuestionAnswering Create(SquadRules rules)
    {
        var (encoder, tokenizer) = CreateEncoder(["which", "colour", "body", .. Colours, .. Bodies, .. Fillers, "##light", "##s"], config => config);
        return new QuestionAnswering(encoder, tokenizer, new AnsweringOptions { MaxInputTokens = MaxInputTokens, Stride = 4, MaxAnswerTokens = 10, Rules = rules }, CPU);
    }

    // "which colour" or "which body" of a text that names at most one of each: learnable without error. Some texts are longer than a window.
    private static QuestionExample[] Questions(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(index =>
        {
            var words = Enumerable.Range(0, random.Next(6) == 0 ? random.Next(20, 60) : random.Next(1, 8)).Select(_ => Fillers[random.Next(Fillers.Length)]).ToList();
            var colour = Colours[random.Next(3)];
            var body = Bodies[random.Next(3)] + new[] { "", "s", "light" }[random.Next(3)];
            var (hasColour, hasBody, asksColour) = (random.Next(4) > 0, random.Next(4) > 0, random.Next(2) == 0);
            if (hasColour) words.Insert(random.Next(words.Count + 1), colour);
            if (hasBody) words.Insert(random.Next(words.Count + 1), body);
            var context = string.Join(' ', words);
            var answer = asksColour ? colour : body;
            return new QuestionExample
            {
                Id = $"{index}",
                Question = asksColour ? "which colour" : "which body",
                Context = context,
                Answers = (asksColour ? hasColour : hasBody) ? [new GoldAnswer(answer, context.IndexOf(answer, StringComparison.Ordinal))] : [],
                Line = index + 1,
            };
        })];
    }
}
