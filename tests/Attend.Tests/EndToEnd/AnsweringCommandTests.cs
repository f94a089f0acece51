using System.Text.Json;

namespace Attend.Tests.EndToEnd;

/// <summary>Questions on texts, through the command line.</summary>
public sealed class AnsweringCommandTests(AnsweringCommandTests.Fixture run) : IClassFixture<AnsweringCommandTests.Fixture>
{
    [Fact]
    public void AnswersArePiecesOfTheRawContextBestFirst()
    {
        Assert.Equal(0, run.Training.ExitCode);
        const string context = "😀 We  SAW\ta  Red house, and once a sun!";
        var (colour, body) = (Predict(context, "which colour"), Predict(context, "which body"));
        Assert.Equal("Red", colour.GetProperty("answer").GetString());
        Assert.Equal("sun", body.GetProperty("answer").GetString());
        var best = colour.GetProperty("best").EnumerateArray().ToArray();
        Assert.Equal(3, best.Length);
        foreach (var answer in best) Assert.Equal(context[answer.GetProperty("start").GetInt32()..answer.GetProperty("end").GetInt32()], answer.GetProperty("text").GetString());
        var probabilities = best.Select(answer => answer.GetProperty("probability").GetDouble()).ToArray();
        Assert.Equal(probabilities.OrderDescending(), probabilities);
        Assert.InRange(probabilities.Sum() + colour.GetProperty("no_answer_probability").GetDouble(), 0.5, 1.0001);
    }

    [Fact]
    public void ThereMayBeNoAnswer()
    {
        var none = Predict("we saw a house and once a sun", "which colour");
        Assert.Equal("", none.GetProperty("answer").GetString());
        Assert.False(none.GetProperty("has_answer").GetBoolean());
        Assert.InRange(none.GetProperty("no_answer_probability").GetDouble(), 0.5, 1);
        Assert.False(Predict("", "which colour").GetProperty("has_answer").GetBoolean());
    }

    [Fact]
    public void QuestionsOfAFileAreAnsweredInItsOrder()
    {
        var input = run.Write("new.jsonl", """
            {"question": "which body", "context": "once we saw a moon"}
            {"question": "which colour", "context": "once we saw a moon"}
            {"question": "which colour", "context": "green, far"}
            """);
        Assert.Equal(0, AttendProcess.Run("predict", run.Folder, "--input", input, "--output", run.File("answers.jsonl")).ExitCode);
        Assert.Equal(["moon", "", "green"], File.ReadLines(run.File("answers.jsonl")).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("answer").GetString()));
        Assert.Equal(0, AttendProcess.Run("predict", run.Folder, "--input", run.Dev, "--output", run.File("answers.tsv")).ExitCode);
        Assert.Equal(Fixture.DevCount, File.ReadLines(run.File("answers.tsv")).Count());
    }

    [Fact]
    public void EvaluateWritesFiguresTheOfficialFileAndAPage()
    {
        var result = AttendProcess.Run("evaluate", run.Folder, "--data", run.Dev, "--json");
        Assert.Equal(0, result.ExitCode);
        using var json = JsonDocument.Parse(result.Out);
        var metrics = json.RootElement.GetProperty("metrics");
        Assert.True(metrics.GetProperty("exact_match").GetDouble() > 90, result.Out);
        foreach (var figure in new[] { "f1", "has_answer_f1", "no_answer_accuracy" })
        {
            Assert.InRange(metrics.GetProperty(figure).GetDouble(), 50, 100);
            Assert.True(Interval("low") <= metrics.GetProperty(figure).GetDouble() && metrics.GetProperty(figure).GetDouble() <= Interval("high"));
            double Interval(string end) => json.RootElement.GetProperty("intervals").GetProperty(figure).GetProperty(end).GetDouble();
        }
        Assert.Contains("squad|rules:2.0", json.RootElement.GetProperty("signatures").ToString());
        Assert.True(json.RootElement.GetProperty("threshold").GetProperty("f1").GetProperty("value").GetDouble() >= metrics.GetProperty("f1").GetDouble());
        var folder = json.RootElement.GetProperty("folder").GetString()!;
        // The best epoch was chosen by this very figure on this very file.
        using var card = JsonDocument.Parse(File.ReadAllText(Path.Combine(run.Folder, "run.json")));
        var best = card.RootElement.GetProperty("history")[card.RootElement.GetProperty("best_epoch").GetInt32() - 1];
        Assert.Equal(best.GetProperty("dev_metrics").GetProperty("f1").GetDouble(), metrics.GetProperty("f1").GetDouble(), 12);
        using var official = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "answers.json")));
        var lines = File.ReadLines(Path.Combine(folder, "predictions.jsonl")).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(Fixture.DevCount, lines.Length);
        foreach (var line in lines) Assert.Equal(line.GetProperty("predicted").GetString(), official.RootElement.GetProperty(line.GetProperty("id").GetString()!).GetString());
        var page = File.ReadAllText(Path.Combine(folder, "report.html"));
        Assert.Contains("length of the context", page);
        foreach (var picture in new[] { "reliability.png", "curves.png" }) Assert.Equal([0x89, 0x50, 0x4e, 0x47], File.ReadAllBytes(Path.Combine(folder, picture))[..4]);
        Assert.DoesNotContain("http://", page.Replace("http://www.w3.org/", "", StringComparison.Ordinal));
    }

    [Fact]
    public void AnswersThatDoNotStandAtTheirOffsetAreToldAndCountedInEvaluation()
    {
        // The first context holds no word: its prediction is empty and counts 0.
        var data = run.Write("odd.json", """
            {"version": "1.1", "data": [{"paragraphs": [
              {"context": " ", "qas": [{"id": "a", "question": "which colour", "answers": [{"text": "red", "answer_start": 0}]}]},
              {"context": "we saw red", "qas": [{"id": "b", "question": "which colour", "answers": [{"text": "red", "answer_start": 3}]}]}]}]}
            """);
        var result = AttendProcess.Run("evaluate", run.Folder, "--data", data, "--json");
        Assert.Equal(0, result.ExitCode);
        using var json = JsonDocument.Parse(result.Out);
        Assert.Equal(50, json.RootElement.GetProperty("metrics").GetProperty("exact_match").GetDouble());
        Assert.Contains("2 of 2 gold answers do not stand", json.RootElement.GetProperty("notes").ToString());
        Fails(1, "no answer that stands where it says", "train", "answer", "--data", data, "--dev", run.Dev, "--out", run.File("odd"), "--rules", "squad20");
        Assert.False(Directory.Exists(run.File("odd")));
    }

    [Theory]
    [InlineData("""{"version": "1.1", "data": [{"paragraphs": [{"context": "x", "qas": [{"id": "a", "question": "?", "answers": []}]}]}]}""", "bad.json:1", "'a' has no answer, and this is a file of SQuAD 1.1")]
    [InlineData("""{"data": [{"paragraphs": [{"context": "x", "qas": [{"id": "a", "question": "?", "answers": [{"text": "x", "answer_start": 0}]}]},""" + "\n" + """{"context": "x", "qas": [{"id": "a", "question": "?", "answers": [{"text": "x", "answer_start": 0}]}]}]}]}""", "bad.json:2", "the id 'a' belongs to two questions")]
    [InlineData("question,context\na,b\n", "bad.json:1", "not sound JSON")]
    public void BadFilesAreToldAndLeaveNothingBehind(string content, string place, string problem)
    {
        var data = run.Write("bad.json", content);
        Fails(1, place, "train", "answer", "--data", data, "--out", run.File("bad"));
        Fails(1, problem, "train", "answer", "--data", data, "--out", run.File("bad"));
        Fails(1, problem, "evaluate", run.Folder, "--data", data);
        Assert.False(Directory.Exists(run.File("bad")));
    }

    [Fact]
    public void WrongUsageIsTold()
    {
        Fails(2, "--question", "predict", run.Folder, "--text", "x");
        Fails(2, "--context", "predict", run.Folder, "--question", "x");
        Fails(2, "--input excludes", "predict", run.Folder, "--input", run.Dev, "--question", "x");
        Fails(2, "--top is 0", "predict", run.Folder, "--question", "x", "--context", "y", "--top", "0");
        Fails(2, "--slice-by", "evaluate", run.Folder, "--data", run.Dev, "--slice-by", "title");
        Fails(1, "none.txt", "predict", run.Folder, "--question", "x", "--context-file", run.File("none.txt"));
        Fails(2, "Stride is 500", "train", "answer", "--data", run.Dev, "--out", run.File("strides"), "--stride", "500", "--overwrite");
    }

    private JsonElement Predict(string context, string question)
    {
        using var json = JsonDocument.Parse(AttendProcess.Run("predict", run.Folder, "--question", question, "--context", context, "--top", "3", "--json").Out);
        return json.RootElement.GetProperty("predictions")[0].Clone();
    }

    private static void Fails(int exitCode, string expected, params string[] arguments)
    {
        var result = AttendProcess.Run(arguments);
        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    /// <summary>A model of colours and heavenly bodies, trained once.</summary>
    public sealed class Fixture : IDisposable
    {
        public const int DevCount = 60;

        private readonly TemporaryFolder _folder = new();

        public Fixture()
        {
            Dev = Write("dev.json", Squad(DevCount, 2));
            Folder = File("run");
            Training = AttendProcess.Run("train", "answer", "--data", Write("train.json", Squad(400, 1)), "--dev", Dev, "--out", Folder, "--epochs", "14", "--batch-size", "16", "--learning-rate", "3e-3", "--max-input-tokens", "32", "--dropout", "0", "--json");
        }

        internal AttendProcess.Result Training { get; }

        public string Dev { get; }

        public string Folder { get; }

        public string File(string name) => _folder.File(name);

        public string Write(string name, string content) => _folder.Write(name, content);

        public void Dispose() => _folder.Dispose();

        // At most one colour and one heavenly body in each text: what is asked for is found by its kind.
        private static string Squad(int count, int seed)
        {
            var random = new Random(seed);
            string[] colours = ["red", "green", "blue"], bodies = ["sun", "moon", "star"], fillers = ["we", "saw", "it", "a", "once", "far", "house", "and", ",", "!"];
            var paragraphs = Enumerable.Range(0, count).Select(index =>
            {
                var words = Enumerable.Range(0, random.Next(1, index % 10 == 0 ? 60 : 8)).Select(_ => fillers[random.Next(fillers.Length)]).ToList();
                var (asked, other) = random.Next(2) == 0 ? (colours, bodies) : (bodies, colours);
                var answer = random.Next(4) == 0 ? null : asked[random.Next(3)];
                if (answer is not null) words.Insert(random.Next(words.Count + 1), answer);
                words.Insert(random.Next(words.Count + 1), other[random.Next(3)]);
                var context = string.Join(' ', words);
                object[] answers = answer is null ? [] : [new { text = answer, answer_start = context.IndexOf(answer, StringComparison.Ordinal) }];
                return new { context, qas = new[] { new { id = $"q{index}", question = asked == colours ? "which colour" : "which body", is_impossible = answer is null, answers } } };
            });
            return JsonSerializer.Serialize(new { version = "v2.0", data = new[] { new { title = "Sky", paragraphs } } });
        }
    }
}
