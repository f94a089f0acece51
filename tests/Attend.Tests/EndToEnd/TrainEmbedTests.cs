using System.Text.Json;
using Attend.Checkpoints;
using Attend.Text.Vectors;

namespace Attend.Tests.EndToEnd;

/// <summary>`attend train embed` and `evaluate`, as a user runs them.</summary>
public sealed class TrainEmbedTests
{
    private static readonly string[] Quick = ["--epochs", "6", "--batch-size", "32", "--learning-rate", "3e-3", "--max-input-tokens", "24", "--vocab-size", "200"];

    [Fact]
    public void PairsThatBelongTogetherAreFound()
    {
        using var folder = new TemporaryFolder();
        var (train, dev, run) = (folder.Write("train.tsv", Pairs(240, 1)), folder.Write("dev.tsv", Pairs(60, 2)), folder.File("run"));
        Succeeds(["train", "embed", "--data", train, "--dev", dev, "--out", run, "--dimensions", "16", "32", .. Quick]);
        Assert.Equal(new SentencePooling(PoolingMode.Mean, true, 24), SentencePooling.Read(run));
        var folderOf = ModelFolder.Open(run);
        Assert.Equal((null, "BertModel"), (folderOf.Head, folderOf.Config.Architectures!.Single()));

        var evaluated = Succeeds("evaluate", run, "--data", dev);
        var card = EvaluationCard.Read(Path.Combine(run, "evaluation", "dev"))!;
        Assert.True(card.Metrics["mean_reciprocal_rank"] > 0.5, evaluated.Out);
        Assert.True(card.Metrics["mean_reciprocal_rank_16_dimensions"] > 0.3, evaluated.Out);
        Assert.InRange(card.Metrics["recall_at_1"], card.Intervals["recall_at_1"].Low, card.Intervals["recall_at_1"].High);
        Assert.Contains("Found latest", File.ReadAllText(Path.Combine(run, "evaluation", "dev", "report.html")), StringComparison.Ordinal);

        // The folder is an embedder like any other.
        using var embedder = TextEmbedder.Load(run, new() { Dimensions = 16 });
        Assert.True(embedder.HasPooling);
        Assert.True(Cosine.Between(embedder.Embed("a red boat here"), embedder.Embed("new boat old is RED")) > Cosine.Between(embedder.Embed("a red boat here"), embedder.Embed("new lamp old is green")));
        Fails(1, "is not a classifier", "predict", run, "--text", "a");
    }

    [Fact]
    public void ScoresAreFollowedAndARunGoesOnWhereItStopped()
    {
        using var folder = new TemporaryFolder();
        var (train, dev, run) = (folder.Write("train.csv", Scores(200, 1)), folder.Write("dev.csv", Scores(60, 2)), folder.File("run"));
        Succeeds(["train", "embed", "--data", train, "--no-header", "--dev", dev, "--out", run, "--max-batch-tokens", "300", .. Quick]);
        var evaluated = Succeeds("evaluate", run, "--data", dev, "--json");
        using var json = JsonDocument.Parse(evaluated.Out);
        Assert.True(json.RootElement.GetProperty("metrics").GetProperty("spearman").GetDouble() > 0.5, evaluated.Out);
        Assert.False(json.RootElement.GetProperty("metrics").TryGetProperty("mse", out _));
        var again = AttendProcess.Run(["train", "embed", "--data", train, "--no-header", "--dev", dev, "--out", run, "--max-batch-tokens", "300", .. Quick, "--resume"]);
        Assert.True(again.ExitCode == 0, again.Error);
    }

    [Theory]
    [InlineData("text\ttext2\tlabel\na\tb\tsame\nc\td\tother\n", 2, "--positive-label")]
    [InlineData("text\ttext2\tscore\na\tb\t1.5\nc\td\tfar\n", 1, ".tsv:3: 'far' is no score")]
    [InlineData("text\ttext2\tscore\na\tb\t1.5\nc\td\t1.5\n", 1, "the same score, 1.5")]
    [InlineData("text\tother\na\tb\n", 1, "--text2-column")]
    [InlineData("text\ttext2\n", 1, "holds no example")]
    public void UnusablePairsAreTold(string content, int exitCode, string expected)
    {
        using var folder = new TemporaryFolder();
        Fails(exitCode, expected, "train", "embed", "--data", folder.Write("bad.tsv", content), "--out", folder.File("run"));
        Assert.False(Directory.Exists(folder.File("run")), "nothing may be left behind");
    }

    private static AttendProcess.Result Succeeds(params string[] arguments)
    {
        var result = AttendProcess.Run(arguments);
        Assert.True(result.ExitCode == 0, result.Error);
        return result;
    }

    private static void Fails(int exitCode, string expected, params string[] arguments)
    {
        var result = AttendProcess.Run(arguments);
        Assert.True(result.ExitCode == exitCode, $"{result.ExitCode} {result.Error}");
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    // The second text has the same colour and thing in other words.
    private static string Pairs(int rows, int seed)
    {
        var random = new Random(seed);
        string[] colours = ["red", "green", "blue", "white", "black", "grey"], things = ["boat", "lamp", "door", "chair"], around = ["a", "the", "here", "new", "old"];
        string Word() => around[random.Next(around.Length)];
        return "text\ttext2\n" + string.Concat(Enumerable.Range(0, rows).Select(_ =>
        {
            var (colour, thing) = (colours[random.Next(6)], things[random.Next(4)]);
            return $"{Word()} {colour} {thing} {Word()}\t{Word()} {thing} {Word()} is {colour}\n";
        }));
    }

    // The score is how many colours both texts have.
    private static string Scores(int rows, int seed)
    {
        var random = new Random(seed);
        string[] colours = ["red", "green", "blue", "white", "black", "grey"];
        return string.Concat(Enumerable.Range(0, rows).Select(_ =>
        {
            string[] first = [.. colours.OrderBy(_ => random.Next()).Take(2)], second = [.. colours.OrderBy(_ => random.Next()).Take(2)];
            return FormattableString.Invariant($"{string.Join(' ', first)},{string.Join(' ', second)},{first.Intersect(second).Count() / 2.0:0.0}\n");
        }));
    }
}
