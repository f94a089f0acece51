using System.Text.Json;
using Attend.Decoding;
using Attend.Models;
using Attend.Text.Data;

namespace Attend.Tests.EndToEnd;

/// <summary>A task that can be learned to the last token: saying a row of letters backwards.</summary>
public sealed class ReversingTests(ReversingTests.Run run) : IClassFixture<ReversingTests.Run>
{
    /// <summary>The model, trained once for all tests of the class.</summary>
    public sealed class Run : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public Run()
        {
            EngineFixture.Start();
            Train = _folder.Write("train.tsv", Lines(2500, 1));
            Dev = _folder.Write("dev.tsv", Lines(50, 2));
            Test = _folder.Write("test.tsv", Lines(100, 3));
            Card = Training(_folder.File("run")).Run();
            Generator = TextGenerator.Load(_folder.File("run"));
        }

        public string Train { get; }

        public string Dev { get; }

        public string Test { get; }

        public RunCard Card { get; }

        public string Folder => _folder.File("run");

        public string File(string name) => _folder.File(name);

        public string Write(string name, string content) => _folder.Write(name, content);

        public TextGenerator Generator { get; }

        public TextToTextTraining Training(string target) => new()
        {
            Data = Train,
            Dev = Dev,
            Out = target,
            Kind = WritingKind.Answer,
            Size = new Seq2SeqSize(1, 1, 64, 4, 128) { MaxPositionEmbeddings = 32, Dropout = 0 },
            VocabSize = 300,
            TaskOptions = new() { MaxInputTokens = 16, MaxNewTokens = 16, LabelSmoothing = 0 },
            Options = new() { Epochs = 10, LearningRate = 4e-3, BatchTokens = 350, Seed = 4, SecondMomentDecay = 0.98 },
        };

        public void Dispose()
        {
            Generator.Dispose();
            _folder.Dispose();
        }

        private static string Lines(int count, int seed)
        {
            var random = new Random(seed);
            return "source\ttarget\n" + string.Concat(Enumerable.Range(0, count).Select(_ =>
            {
                string[] letters = [.. Enumerable.Range(0, random.Next(2, 6)).Select(_ => ((char)('a' + random.Next(6))).ToString())];
                return $"{string.Join(' ', letters)}\t{string.Join(' ', letters.Reverse())}\n";
            }));
        }
    }

    [Fact]
    public void IsLearnedToTheLastToken()
    {
        var pairs = ParallelTextFile.Read(run.Test).ToArray();
        var answers = run.Generator.Write([.. pairs.Select(pair => pair.Source)]);
        Assert.Equal(pairs.Select(pair => pair.References[0]), answers.Select(answer => answer.Text));
        Assert.Equal(1, run.Card.History[run.Card.BestEpoch - 1].DevMetrics["exact_match"]);
    }

    [Fact]
    public void AnswersStayInTheirPlacesAndEmptySourcesStayEmpty()
    {
        var answers = run.Generator.Write(["a b c", "", "f e d c b", "  ", "d e"], new DecodingOptions { Beams = 3, BestCount = 2, MaxNewTokens = 12 });
        Assert.Equal(["c b a", "", "b c d e f", "", "e d"], answers.Select(answer => answer.Text));
        Assert.Equal(2, answers[0].Best.Count);
        Assert.True(answers[0].Best[0].Score >= answers[0].Best[1].Score);
    }

    [Fact]
    public async Task StreamedPiecesMakeTheAnswer()
    {
        var pieces = new List<string>();
        await foreach (var piece in run.Generator.Stream("a b c d e", cancel: TestContext.Current.CancellationToken)) pieces.Add(piece);
        Assert.Equal("e d c b a", string.Concat(pieces));
        Assert.Equal(5, pieces.Count);
    }

    [Fact]
    public void DemandsAreMetOrRefused()
    {
        Assert.StartsWith("f f", run.Generator.Write("a b c", null, new WritingDemands { Prefix = "f f" }).Text);
        var forced = run.Generator.Write("a b c", new DecodingOptions { Beams = 4, MaxNewTokens = 12 }, new WritingDemands { Constraints = ["f"] });
        Assert.Contains("f", forced.Text);
        Assert.True(forced.Best[0].MeetsConstraints);
        Assert.Contains("cannot write", Assert.Throws<ArgumentException>(() => run.Generator.Write("a b", null, new WritingDemands { Prefix = "" })).Message);
    }

    [Fact]
    public void TheAlignmentRunsBackwards()
    {
        var alignment = run.Generator.Align("b c d e f", "f e d c b");
        Assert.Equal(["b", "c", "d", "e", "f"], alignment.Source);
        Assert.Equal(["f", "e", "d", "c", "b"], alignment.Target);
        for (var row = 0; row < 5; row++)
        {
            var weights = Enumerable.Range(0, 5).Select(column => alignment.Weights[row, column]).ToArray();
            Assert.InRange(weights.Sum(), 0, 1 + 1e-5);
            Assert.All(weights, weight => Assert.True(weight >= 0));
        }
    }

    [Fact]
    public void TooLongSourcesAreCutAndCounted()
    {
        var writing = run.Generator.Write(string.Join(' ', Enumerable.Repeat("a", 40)));
        Assert.True(writing.CutTokenCount > 20);
    }

    [Fact]
    public void FiltersSayWhatTheyLeaveOut()
    {
        using var folder = new TemporaryFolder();
        var data = folder.Write("train.tsv", "source\ttarget\na b\tb a\n\tx\nc d e f a\ta f e d c\n" + string.Join(' ', Enumerable.Repeat("f", 30)) + "\tf\na b c d\t" + string.Join(' ', Enumerable.Repeat("b", 14)) + "\n");
        var notices = new List<string>();
        var training = run.Training(folder.File("run")) with { Data = data, Filter = new PairFilter { DropLong = true, MaxLengthRatio = 2 }, Options = new() { Epochs = 1 } };
        var card = training.Run(notice: notices.Add);
        Assert.Contains(notices, notice => notice.Contains("1 of 5 pairs have an empty side", StringComparison.Ordinal));
        Assert.Contains(notices, notice => notice.Contains("are longer than 16", StringComparison.Ordinal) && notice.StartsWith('1'));
        Assert.Contains(notices, notice => notice.Contains("more than 2 times", StringComparison.Ordinal) && notice.StartsWith('1'));
        Assert.Equal(2, card.Train.ExampleCount);
    }

    [Fact]
    public void LinesComeOutInTheirPlaces()
    {
        var input = run.Write("lines.txt", "a b c\n\nd e\n");
        var result = AttendProcess.Run("translate", run.Folder, "--input", input, "--output", run.File("lines.out.txt"), "--beams", "3");
        Assert.Equal((0, "c b a\n\ne d\n"), (result.ExitCode, File.ReadAllText(run.File("lines.out.txt"))));
        var json = JsonDocument.Parse(AttendProcess.Run("translate", run.Folder, "--text", "a b c", "--n-best", "2", "--alignments", run.File("alignment.png"), "--json").Out).RootElement.GetProperty("texts")[0];
        Assert.Equal("c b a", json.GetProperty("text").GetString());
        Assert.Equal(2, json.GetProperty("best").GetArrayLength());
        Assert.Equal("PNG"u8, File.ReadAllBytes(run.File("alignment.png")).AsSpan(1, 3));
    }

    [Fact]
    public void AnInterruptedFileIsGoneOnWith()
    {
        var (input, output) = (run.Write("job.txt", string.Concat(Enumerable.Repeat("a b c d\n", 5))), run.File("job.out.txt"));
        // Two lines done by somebody else, so that it shows that they are kept, and one cut by a kill.
        File.WriteAllText(output + ".part", "kept\nkept too\nd c");
        var refused = AttendProcess.Run("translate", run.Folder, "--input", input, "--output", output);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("--resume", refused.Error);
        Assert.Equal(0, AttendProcess.Run("translate", run.Folder, "--input", input, "--output", output, "--resume").ExitCode);
        Assert.Equal("kept\nkept too\nd c b a\nd c b a\nd c b a\n", File.ReadAllText(output));
        Assert.False(File.Exists(output + ".part"));
    }

    [Fact]
    public void AnEvaluationSaysEverything()
    {
        var result = AttendProcess.Run("evaluate", run.Folder, "--data", run.Test, "--out", run.File("measured"), "--beams", "2", "--json");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(1, JsonDocument.Parse(result.Out).RootElement.GetProperty("metrics").GetProperty("exact_match").GetDouble());
        Assert.Equal(100, File.ReadLines(run.File("measured/predictions.jsonl")).Count());
        var metrics = File.ReadAllText(run.File("measured/metrics.json"));
        Assert.Contains("text-match|nrefs:1", metrics);
        Assert.Contains("\"beams\": 2", metrics);
        var page = File.ReadAllText(run.File("measured/report.html"));
        Assert.Contains("Worst texts", page);
        Assert.Contains("Exact match", page);
        Assert.Contains("Alignment of line", page);
    }

    [Theory]
    [InlineData(2, "Beams is 0", "translate RUN --text a --beams 0")]
    [InlineData(2, "--sample", "translate RUN --text a --temperature 0.5")]
    [InlineData(2, "exclude each other", "translate RUN --text a --input x.txt")]
    [InlineData(2, "--alignments needs one --text", "translate RUN --text a --text b --alignments a.png")]
    [InlineData(2, "prefix", "translate RUN --text a --max-new-tokens 2 --prefix abcdef")]
    [InlineData(2, ".docx", "translate RUN --input TEST --output answers.docx")]
    [InlineData(1, "no such", "translate missing-run --text a")]
    [InlineData(1, "attend translate", "predict RUN --text a")]
    [InlineData(2, "--source and --target go together", "train generate --source TEST --out FRESH")]
    [InlineData(2, "say where the data are", "train generate --out FRESH")]
    [InlineData(1, "line 4", "train generate --source LONG --target SHORT --out FRESH")]
    [InlineData(1, "holds another run", "train generate --data TEST --out RUN")]
    public void WrongUseIsTold(int exitCode, string told, string line)
    {
        string[] arguments = [.. line.Split(' ').Select(word => word switch
        {
            "RUN" => run.Folder,
            "TEST" => run.Test,
            "FRESH" => run.File("fresh"),
            "LONG" => run.Write("long.txt", "a\nb\nc\nd\n"),
            "SHORT" => run.Write("short.txt", "a\nb\nc\n"),
            _ => word,
        })];
        var result = AttendProcess.Run(arguments);
        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains(told, result.Error);
        Assert.False(Directory.Exists(run.File("fresh")));
    }
}
