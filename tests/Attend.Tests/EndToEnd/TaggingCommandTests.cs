using System.Text.Json;
using Attend.Text.Data;

namespace Attend.Tests.EndToEnd;

/// <summary>Spans in texts, through the command line.</summary>
public sealed class TaggingCommandTests(TaggingCommandTests.Fixture run) : IClassFixture<TaggingCommandTests.Fixture>
{
    [Theory]
    [InlineData("Tim Cook visited 北京", 0, 8, 17, 19)]
    [InlineData("  😀 Tim  Cook visited\t北京 today .", 5, 14, 23, 25)]
    public void SpansStandInTheRawText(string text, int personStart, int personEnd, int placeStart, int placeEnd)
    {
        Assert.Equal(0, run.Training.ExitCode);
        using var json = JsonDocument.Parse(AttendProcess.Run("predict", run.Folder, "--text", text, "--json").Out);
        var spans = json.RootElement.GetProperty("predictions")[0].GetProperty("spans").EnumerateArray().ToArray();
        Assert.Equal([(personStart, personEnd, "person"), (placeStart, placeEnd, "a place")], spans.Select(span => (span.GetProperty("start").GetInt32(), span.GetProperty("end").GetInt32(), span.GetProperty("label").GetString()!)));
        Assert.All(spans, span => Assert.InRange(span.GetProperty("score").GetDouble(), 0.5, 1));
        Assert.All(spans, span => Assert.Equal(text[span.GetProperty("start").GetInt32()..span.GetProperty("end").GetInt32()], span.GetProperty("text").GetString()));
    }

    [Fact]
    public void ALongTextIsReadToItsEnd()
    {
        var text = string.Join(" ", Enumerable.Repeat("Tim Cook visited 北京 today .", 100));
        var input = run.Write("long.txt", text + "\n\nnothing here\n");
        Assert.Equal(0, AttendProcess.Run("predict", run.Folder, "--input", input, "--output", run.File("long.jsonl")).ExitCode);
        var lines = File.ReadLines(run.File("long.jsonl")).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal([200, 0, 0], lines.Select(line => line.GetProperty("spans").GetArrayLength()));
        Assert.All(lines[0].GetProperty("spans").EnumerateArray(), span => Assert.Contains(span.GetProperty("text").GetString(), new[] { "Tim Cook", "北京" }));
    }

    [Fact]
    public void TheFiguresAreTheSameInEverySchemeAndFormat()
    {
        var figures = new List<(double, double, double)>();
        foreach (var path in (string[])[.. Enum.GetValues<TagScheme>().Select(scheme => run.Write($"dev-{scheme}.conll", Fixture.Columns(Fixture.DevCount, 2, scheme))), run.Write("dev-spans.jsonl", Fixture.Spans(Fixture.DevCount, 2))])
        {
            var result = AttendProcess.Run("evaluate", run.Folder, "--data", path, "--json");
            Assert.Equal(0, result.ExitCode);
            using var json = JsonDocument.Parse(result.Out);
            var metrics = json.RootElement.GetProperty("metrics");
            figures.Add((metrics.GetProperty("precision_micro").GetDouble(), metrics.GetProperty("recall_micro").GetDouble(), metrics.GetProperty("f1_micro").GetDouble()));
        }
        Assert.Single(figures.Distinct());
        Assert.True(figures[0].Item3 > 0.95, $"{figures[0]}");
    }

    [Fact]
    public void EvaluateWritesFiguresPicturesAndAPage()
    {
        var result = AttendProcess.Run("evaluate", run.Folder, "--data", run.Dev, "--json");
        Assert.Equal(0, result.ExitCode);
        using var json = JsonDocument.Parse(result.Out);
        var folder = json.RootElement.GetProperty("folder").GetString()!;
        using var card = JsonDocument.Parse(File.ReadAllText(Path.Combine(run.Folder, "run.json")));
        var best = card.RootElement.GetProperty("history")[card.RootElement.GetProperty("best_epoch").GetInt32() - 1];
        Assert.Equal(best.GetProperty("dev_metrics").GetProperty("f1_micro").GetDouble(), json.RootElement.GetProperty("metrics").GetProperty("f1_micro").GetDouble(), 12);
        Assert.True(json.RootElement.GetProperty("intervals").GetProperty("f1_micro").GetProperty("high").GetDouble() > 0.9);
        Assert.Equal(Fixture.DevCount, File.ReadLines(Path.Combine(folder, "predictions.jsonl")).Count());
        foreach (var picture in new[] { "confusion_matrix.png", "reliability.png", "curves.png" }) Assert.Equal([0x89, 0x50, 0x4e, 0x47], File.ReadAllBytes(Path.Combine(folder, picture))[..4]);
        var page = File.ReadAllText(Path.Combine(folder, "report.html"));
        Assert.Contains("a place", page);
        Assert.Contains("strict", page);
    }

    [Theory]
    [InlineData("x.conll", "Tim\tB-person\nCook\tI-person\nleft O\n", "x.conll:3", "use the same separator")]
    [InlineData("x.conll", "Tim B-a place\nleft O\n", "x.conll:1", "'place' is no tag")]
    [InlineData("x.conll", "Tim\tB-person\nCook\tperson\n", "x.conll:2", "is no tag")]
    [InlineData("x.conll", "Tim\tO\n", "x.conll", "nothing to learn")]
    [InlineData("x.jsonl", "{\"text\": \"Tim\", \"spans\": [{\"start\": 0, \"end\": 4, \"label\": \"person\"}]}\n", "x.jsonl:1", "outside")]
    [InlineData("x.jsonl", "{\"text\": \"a😀\", \"spans\": [{\"start\": 0, \"end\": 2, \"label\": \"person\"}]}\n", "x.jsonl:1", "cuts a character")]
    [InlineData("x.jsonl", "{\"text\": \"Tim Cook\", \"spans\": [{\"start\": 0, \"end\": 5, \"label\": \"person\"}, {\"start\": 4, \"end\": 8, \"label\": \"person\"}]}\n", "x.jsonl:1", "overlap")]
    public void BadFilesAreToldAndLeaveNothingBehind(string name, string content, string place, string problem)
    {
        var result = AttendProcess.Run("train", "tag", "--data", run.Write(name, content), "--out", run.File("bad"));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(place, result.Error, StringComparison.Ordinal);
        Assert.Contains(problem, result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(run.File("bad")));
    }

    [Fact]
    public void OrphansAndUnknownLabelsAreTold()
    {
        var orphans = run.Write("orphans.conll", "Tim\tB-person\nCook\tE-person\nsaw\tO\nLondon\tE-a place\n\n" + Fixture.Columns(20, 3, TagScheme.Bmes));
        var result = AttendProcess.Run("evaluate", run.Folder, "--data", orphans, "--json");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("1 gold tags go on with a span that has not begun", File.ReadAllText(Path.Combine(run.Folder, "evaluation", "orphans", "metrics.json")));
        var unknown = AttendProcess.Run("evaluate", run.Folder, "--data", run.Write("unknown.conll", "Tim\tB-person\n\nfour\tB-number\n"));
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("unknown.conll:3: label 'number'", unknown.Error, StringComparison.Ordinal);
    }

    /// <summary>A model of persons and places, trained once.</summary>
    public sealed class Fixture : IDisposable
    {
        public const int DevCount = 60;

        private readonly TemporaryFolder _folder = new();

        public Fixture()
        {
            Dev = Write("dev.conll", Columns(DevCount, 2, TagScheme.Bmes));
            Folder = File("run");
            Training = AttendProcess.Run("train", "tag", "--data", Write("train.conll", Columns(300, 1, TagScheme.Bmes)), "--dev", Dev, "--out", Folder, "--epochs", "8", "--batch-size", "16", "--learning-rate", "3e-3", "--max-input-tokens", "32", "--json");
        }

        internal AttendProcess.Result Training { get; }

        public string Dev { get; }

        public string Folder { get; }

        public string File(string name) => _folder.File(name);

        public string Write(string name, string content) => _folder.Write(name, content);

        public void Dispose() => _folder.Dispose();

        public static string Columns(int count, int seed, TagScheme scheme) => string.Concat(Sentences(count, seed).Select(sentence =>
            string.Concat(sentence.Words.Zip(SpanTags.FromSpans(sentence.Spans, sentence.Words.Count, scheme), (word, tag) => $"{word}\t{tag}\n")) + "\n"));

        public static string Spans(int count, int seed) => string.Concat(Sentences(count, seed).Select(sentence =>
        {
            int StartOf(int word) => sentence.Words.Take(word).Sum(each => each.Length + 1);
            return JsonSerializer.Serialize(new
            {
                text = string.Join(' ', sentence.Words),
                spans = sentence.Spans.Select(span => new { start = StartOf(span.Start), end = StartOf(span.End) - 1, label = span.Label }),
            }) + "\n";
        }));

        // Persons of one or two names and places of one or two words, side by side at times.
        private static IEnumerable<(List<string> Words, List<LabeledSpan> Spans)> Sentences(int count, int seed)
        {
            var random = new Random(seed);
            string[] first = ["Tim", "Ada", "Max", "Eva"], last = ["Cook", "Smith", "Wong"], places = ["London", "Oslo", "北京", "New York", "上海"], around = ["visited", "saw", "today", "and", "then", ".", "the", "old"];
            for (var index = 0; index < count; index++)
            {
                var (words, spans) = (new List<string>(), new List<LabeledSpan>());
                for (var part = random.Next(2, 8); part > 0; part--)
                {
                    var kind = random.Next(4);
                    string[] added = kind switch
                    {
                        0 => random.Next(2) == 0 ? [first[random.Next(4)]] : [first[random.Next(4)], last[random.Next(3)]],
                        1 => places[random.Next(5)].Split(' '),
                        _ => [around[random.Next(8)]],
                    };
                    if (added[0] is "北京" or "上海") added = [added[0][..1], added[0][1..]];
                    if (kind < 2) spans.Add(new LabeledSpan(words.Count, words.Count + added.Length, kind == 0 ? "person" : "a place"));
                    words.AddRange(added);
                }
                yield return (words, spans);
            }
        }
    }
}
