using Attend.Models;
using Attend.Text.Data;

namespace Attend.Tests.EndToEnd;

/// <summary>From tagged words to figures beside baselines, and to two runs beside each other.</summary>
public sealed class TaggingEvaluationTests
{
    private static readonly EncoderSize Small = new(1, 32, 2, 64) { MaxPositionEmbeddings = 32, Dropout = 0 };

    [Fact]
    public void TaggersAreMeasuredBesideBaselinesAndCompared()
    {
        using var folder = new TemporaryFolder();
        string[] known = ["Anna", "Tim Cook", "Marie", "Bob Lee"];
        var train = folder.Write("train.conll", string.Join('\n', Enumerable.Range(0, 160).Select(i => Sentence(known[i % 4], i))));
        // Of the 20 persons 5 are new; one gold tag goes on with a span that has not begun.
        var test = folder.Write("test.conll", string.Join('\n', Enumerable.Range(0, 20).Select(i => Sentence(i < 5 ? "Zoe" : known[i % 4], i))) + "\nMarie I-person\nleft O\n");
        var evaluations = new[] { 1, 8 }.Select(epochs =>
        {
            var run = folder.File($"run{epochs}");
            new TaggerTraining { Data = train, Out = run, Size = Small, TaskOptions = new() { MaxInputTokens = 24 }, Options = new() { Epochs = epochs, LearningRate = 5e-3, BatchSize = 16 } }.Run();
            using var tagger = EntityTagger.Load(run);
            return TaggerEvaluation.Run(tagger, test, new TaggedTextOptions(), EvaluationCard.DefaultFolder(run, test)).Card;
        }).ToArray();

        var baselines = evaluations[1].Baselines.ToDictionary(baseline => baseline.Name);
        // 16 of 21 persons are known, and nothing else is taken for one.
        Assert.Equal((1, 16 / 21.0), (baselines["known names"].Metrics["precision_micro"], baselines["known names"].Metrics["recall_micro"]));
        Assert.Equal(0, baselines["nothing"].Metrics["f1_micro"]);
        Assert.True(evaluations[1].Metrics["f1_micro"] > 0.7, $"{evaluations[1].Metrics["f1_micro"]}");
        Assert.Contains("Beside baselines", File.ReadAllText(Path.Combine(folder.File("run8"), "evaluation", "test", "report.html")));

        var comparison = RunComparison.Of([folder.File("run1"), folder.File("run8")]);
        var figure = comparison.Pairs[0].Figures["f1_micro"];
        Assert.Equal(evaluations[0].Metrics["f1_micro"], figure.First, 9);
        Assert.Equal(evaluations[1].Metrics["f1_micro"], figure.Second, 9);
        Assert.Empty(comparison.Notes);
        Assert.Contains(comparison.Differences, difference => difference.Name == "options.epochs");
    }

    private static string Sentence(string person, int number)
    {
        string[] before = ["yesterday", "today", "now"], after = ["left", "came", "sat down"];
        var words = person.Split(' ').Select((word, i) => $"{word} {(i == 0 ? "B" : "I")}-person").Prepend($"{before[number % 3]} O").Concat(after[number / 2 % 3].Split(' ').Select(word => $"{word} O"));
        return string.Concat(words.Select(word => word + "\n"));
    }
}
