using System.Text.Json;
using Attend.Checkpoints;

namespace Attend.Tests.EndToEnd;

/// <summary>`attend train pairs`, `evaluate` and `predict`, as a user runs them.</summary>
public sealed class PairsCommandTests
{
    private static readonly string[] Quick = ["--epochs", "6", "--batch-size", "16", "--learning-rate", "3e-3", "--max-input-tokens", "24", "--vocab-size", "200"];

    [Fact]
    public void LabelsOfPairsAreLearntMeasuredAndPredicted()
    {
        using var folder = new TemporaryFolder();
        var (train, dev, run) = (folder.Write("train.tsv", Labels(240, 1)), folder.Write("dev.tsv", Labels(60, 2)), folder.File("run"));
        var trained = AttendProcess.Run(["train", "pairs", "--data", train, "--dev", dev, "--out", run, .. Quick, "--json"]);
        Assert.True(trained.ExitCode == 0, trained.Error);
        Assert.Contains("2 pairs", trained.Error, StringComparison.Ordinal);   // two bear no label
        Assert.Equal(["agree", "deny", "open"], ModelFolder.Open(run).Config.Labels);

        var evaluated = AttendProcess.Run("evaluate", run, "--data", dev, "--slice-by", "source", "--json");
        Assert.True(evaluated.ExitCode == 0, evaluated.Error);
        using var json = JsonDocument.Parse(evaluated.Out);
        Assert.True(json.RootElement.GetProperty("metrics").GetProperty("accuracy").GetDouble() > 0.9, evaluated.Out);
        Assert.Equal(["length in tokens", "source"], json.RootElement.GetProperty("slices").EnumerateArray().Select(slice => slice.GetProperty("by").GetString()));
        var first = JsonDocument.Parse(File.ReadLines(Path.Combine(run, "evaluation", "dev", "predictions.jsonl")).First()).RootElement;
        Assert.NotEqual("", first.GetProperty("text2").GetString());

        var predicted = AttendProcess.Run("predict", run, "--text", "the lamp here", "--text2", "the lamp surely not", "--text", "the lamp here", "--text2", "a lamp surely", "--json");
        using var answers = JsonDocument.Parse(predicted.Out);
        Assert.Equal(["deny", "agree"], answers.RootElement.GetProperty("predictions").EnumerateArray().Select(answer => answer.GetProperty("labels")[0].GetString()));
        var streamed = AttendProcess.RunWith("the lamp here\tthe lamp surely not\nthe lamp here\ta lamp surely\n", "predict", run);
        Assert.Equal(2, streamed.Out.Trim().Split('\n').Length);

        Fails(2, "--text2", "predict", run, "--text", "alone");
        var single = AttendProcess.RunWith("alone\n", "predict", run);
        Assert.Equal(1, single.ExitCode);
        Assert.Contains("standard input:1", single.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void ScoresOfPairsAreLearntMeasuredAndPredicted()
    {
        using var folder = new TemporaryFolder();
        var (train, dev, run) = (folder.Write("train.csv", Scores(240, 1)), folder.Write("dev.csv", Scores(60, 2)), folder.File("run"));
        var trained = AttendProcess.Run(["train", "pairs", "--data", train, "--no-header", "--dev", dev, "--out", run, .. Quick, "--json"]);
        Assert.True(trained.ExitCode == 0, trained.Error);
        using var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "config.json")));
        Assert.Equal("regression", config.RootElement.GetProperty("problem_type").GetString());
        Assert.Single(config.RootElement.GetProperty("id2label").EnumerateObject());

        // The columns are those of the training data: nothing need be said again.
        var evaluated = AttendProcess.Run("evaluate", run, "--data", dev);
        Assert.True(evaluated.ExitCode == 0, evaluated.Error);
        var card = EvaluationCard.Read(Path.Combine(run, "evaluation", "dev"))!;
        Assert.True(card.Metrics["spearman"] > 0.8 && card.Metrics["pearson"] > 0.8, evaluated.Out);
        Assert.InRange(card.Metrics["spearman"], card.Intervals["spearman"].Low, card.Intervals["spearman"].High);
        Assert.Contains(card.Signatures, signature => signature.StartsWith("regression|", StringComparison.Ordinal));
        Assert.NotEmpty(card.Slices);
        Assert.Contains("Largest errors", File.ReadAllText(Path.Combine(run, "evaluation", "dev", "report.html")), StringComparison.Ordinal);

        var output = folder.File("scores.tsv");
        Assert.Equal(0, AttendProcess.Run("predict", run, "--input", dev, "--output", output).ExitCode);
        Assert.Equal(60, File.ReadAllLines(output).Length);
        using var scorer = PairScorer.Load(run);
        Assert.True(scorer.Score("sun star moon", "x").Value > scorer.Score("x y z", "x").Value);
        Assert.Throws<CheckpointException>(() => TextClassifier.Load(run));
    }

    [Theory]
    [InlineData("text\ttext2\nx\ty\n", "cannot tell which column holds the labels")]
    [InlineData("text\ttext2\tlabel\n", "holds no example")]
    [InlineData("text\ttext2\tscore\na\tb\t1.5\nc\td\thigh\n", ".tsv:3: 'high' is no score")]
    [InlineData("text\ttext2\tscore\na\tb\t1.5\nc\td\t1.5\n", "the same score, 1.5")]
    [InlineData("text\ttext2\tlabel\na\tb\tx\nc\td\tx\n", "only one label, 'x'")]
    [InlineData("text\ttext2\tlabel\tscore\na\tb\tx\t1.5\nc\td\ty\t2.5\n", "--target")]
    [InlineData("text\ttext2\tlabel\na\tb\tx\nc\td\n", ".tsv:3")]
    public void UnusablePairsAreTold(string content, string expected)
    {
        using var folder = new TemporaryFolder();
        Fails(1, expected, "train", "pairs", "--data", folder.Write("bad.tsv", content), "--out", folder.File("run"));
        Assert.False(Directory.Exists(folder.File("run")), "nothing may be left behind");
    }

    [Fact]
    public void WrongUsageIsTold()
    {
        using var folder = new TemporaryFolder();
        var data = folder.Write("scored.tsv", "text\ttext2\tscore\na\tb\t1.5\nc\td\t2.5\ne\tf\t1\n");
        Fails(2, "--target label", "train", "pairs", "--data", data, "--out", folder.File("run"), "--label-smoothing", "0.1");
        Fails(2, "3 special tokens", "train", "pairs", "--data", data, "--dev", data, "--out", folder.File("run"), "--max-input-tokens", "4");
        Fails(2, "exclude", "train", "pairs", "--data", data, "--out", folder.File("run"), "--label-column", "score", "--score-column", "score");
    }

    private static void Fails(int exitCode, string expected, params string[] arguments)
    {
        var result = AttendProcess.Run(arguments);
        Assert.True(result.ExitCode == exitCode, result.Error);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    // What is denied is denied in the second text; what is open is so by the first.
    private static string Labels(int rows, int seed)
    {
        var random = new Random(seed);
        string[] around = ["lamp", "door", "boat", "here", "the", "a", "new"];
        string Words(string? with) => string.Join(' ', Enumerable.Range(0, random.Next(2, 6)).Select(_ => around[random.Next(around.Length)]).Append(with).OfType<string>());
        var lines = Enumerable.Range(0, rows).Select(row => (row % 3) switch
        {
            0 => $"{Words(null)}\t{Words("surely")}\tagree\t{row % 2}",
            1 => $"{Words(null)}\t{Words("not")}\tdeny\t{row % 2}",
            _ => $"{Words("perhaps")}\t{Words(random.Next(2) == 0 ? "not" : "surely")}\topen\t{row % 2}",
        });
        return "text\ttext2\tlabel\tsource\n" + string.Join('\n', lines) + "\na\tb\t-\t0\nc\td\t-\t1\n";
    }

    // The score grows with the share of heavenly bodies in the first text.
    private static string Scores(int rows, int seed)
    {
        var random = new Random(seed);
        string[] words = ["sun", "moon", "star", "x", "y", "z"];
        return string.Concat(Enumerable.Range(0, rows).Select(_ =>
        {
            var chosen = Enumerable.Range(0, random.Next(3, 8)).Select(_ => random.Next(words.Length)).ToArray();
            var score = 5.0 * chosen.Count(word => word < 3) / chosen.Length;
            return FormattableString.Invariant($"{string.Join(' ', chosen.Select(word => words[word]))},{words[3 + random.Next(3)]},{score:0.00}\n");
        }));
    }
}
