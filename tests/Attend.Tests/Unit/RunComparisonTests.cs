using Attend.Checkpoints;
using Attend.Tasks;
using Attend.Text.Data;
using Attend.Text.Metrics;

namespace Attend.Tests.Unit;

public sealed class RunComparisonTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ClassifiersAreComparedByThePairsThatDisagree()
    {
        // 8 both right, 3 only a, 9 only b.
        var (a, b) = (Classifier("a", i => i < 11), Classifier("b", i => i is < 8 or >= 11));
        var comparison = RunComparison.Of([a, b]);
        var pair = Assert.Single(comparison.Pairs);
        var accuracy = pair.Figures["accuracy"];
        Assert.Equal(11 / 20.0, accuracy.First, 12);
        Assert.Equal(17 / 20.0, accuracy.Second, 12);
        Assert.Equal(0.3, accuracy.Difference, 12);
        Assert.Equal(new McNemarTest(3, 9, 0.14599609375, "exact-binomial"), pair.McNemar);
        // Exchanging answers at random is the exact test again.
        Assert.Equal(0.14599609375, accuracy.RandomizationP, 0.012);
        Assert.Equal(Enumerable.Range(13, 9).Select(line => (long)line), pair.Gained.Select(example => example.Line));
        Assert.Equal([10L, 11, 12], pair.Lost.Select(example => example.Line));
        Assert.Equal(new ChangedExample(10, "text 8", "no", "no", "yes", -1), pair.Lost[0]);
        Assert.Equal(("accuracy", "text classification", "a", "b"), (comparison.Primary, comparison.Task, comparison.Runs[0].Name, comparison.Runs[1].Name));
        Assert.Contains("No difference by accuracy", comparison.Verdict(pair));
        Assert.Empty(comparison.Notes);
    }

    [Fact]
    public void ALargeDifferenceIsTold()
    {
        var comparison = RunComparison.Of([Classifier("a", i => i % 3 == 0), Classifier("b", i => i % 10 != 0)]);
        Assert.StartsWith("b is better than a by accuracy", comparison.Verdict(comparison.Pairs[0]));
        Assert.True(comparison.Pairs[0].Figures["log_loss"].RandomizationP < 0.01);
    }

    [Fact]
    public void TaggersAreComparedBySpans()
    {
        // a finds 2 of 4 and nothing else: F1 = 4 / 6. b finds all and one more: F1 = 8 / 9.
        string Tagger(string run, Func<int, LabeledSpan[]> found) => EvaluationFixture.Write(_folder, run, "tagging", new SpanMetrics(), Enumerable.Range(0, 4).Select(i =>
        {
            var (gold, predicted) = (new LabeledSpan[] { new(4, 10, "fruit") }, found(i));
            return (new SpanAnswer(predicted), new SpanAnswer(gold), (object)new { Line = i + 1L, Text = "the cherry", Gold = gold, Predicted = predicted.Select(span => new EntitySpan(span.Start, span.End, span.Label, 0.9)) });
        }));
        LabeledSpan right = new(4, 10, "fruit"), wrong = new(0, 3, "tool");
        var comparison = RunComparison.Of([Tagger("a", i => i < 2 ? [right] : []), Tagger("b", i => i == 0 ? [wrong, right] : [right])]);
        var pair = comparison.Pairs[0];
        Assert.Equal(4 / 6.0, pair.Figures["f1_micro"].First, 12);
        Assert.Equal(8 / 9.0, pair.Figures["f1_micro"].Second, 12);
        Assert.Null(pair.McNemar);
        Assert.Equal([3L, 4], pair.Gained.Select(example => example.Line));
        Assert.Equal(("cherry [fruit]", "the [tool] / cherry [fruit]", "(none)"), (pair.Lost[0].First, pair.Lost[0].Second, pair.Gained[0].First));
    }

    [Fact]
    public void AnswersAreComparedByExactMatchAndF1()
    {
        // "the red house" against "red house": articles do not count. "house" shares one word of two: P 1, R 1/2, F1 2/3.
        string Answerer(string run, params string[] answers) => EvaluationFixture.Write(_folder, run, "question answering", new SquadMetrics(SquadRules.Squad20), answers.Select((answer, i) =>
        {
            string[] gold = i == 2 ? [] : ["red house"];
            return (new QuestionAnswer(answer), new QuestionAnswer(gold), (object)new { Id = $"q{i}", Question = "Which?", Gold = gold, Predicted = answer });
        }));
        var pair = RunComparison.Of([Answerer("a", "house", "", "no"), Answerer("b", "the red house", "house", "")]).Pairs[0];
        Assert.Equal((0.0, 100 * (2 / 3.0)), (pair.Figures["exact_match"].First, Math.Round(pair.Figures["exact_match"].Second, 12)), Near);
        Assert.Equal((100 * (2 / 3.0) / 3, 100 * (1 + 2 / 3.0 + 1) / 3), (pair.Figures["f1"].First, pair.Figures["f1"].Second), Near);
        Assert.Equal((0, 2), (pair.McNemar!.OnlyFirstRight, pair.McNemar.OnlySecondRight));
        Assert.Equal(0.5, pair.McNemar.PValue);
    }

    [Fact]
    public void ScoresAreComparedByCorrelations()
    {
        string Scorer(string run, params double[] scores) => EvaluationFixture.Write(_folder, run, "pair scoring", new RegressionMetrics(), scores.Select((score, i) =>
            (score, i + 1.0, (object)new { Line = i + 2L, Text = $"left {i}", Text2 = $"right {i}", Gold = i + 1.0, Predicted = score })));
        var pair = RunComparison.Of([Scorer("a", 1, 3, 2, 4), Scorer("b", 1, 2, 3, 4)]).Pairs[0];
        Assert.Equal((0.8, 1.0), (pair.Figures["spearman"].First, pair.Figures["spearman"].Second), Near);
        Assert.Equal((0.5, 0.0), (pair.Figures["mse"].First, pair.Figures["mse"].Second), Near);
        Assert.Equal(["left 1\nright 1", "left 2\nright 2"], pair.Gained.Select(example => example.Text));
    }

    [Fact]
    public void VectorsAreComparedByTheOrderOfCosinesOrByRanks()
    {
        string Scored(string run, params double[] cosines) => EvaluationFixture.Write(_folder, run, "text embedding", new EmbeddingMetrics(scored: true), cosines.Select((cosine, i) =>
            (new EmbeddedExample([[1, 0], [(float)cosine, (float)Math.Sqrt(1 - cosine * cosine)]]), new EmbeddedExample([], new EmbeddingExample(["a", "b"], i + 1) { Score = i + 1 }),
                (object)new { Line = i + 2L, Text = $"left {i}", Text2 = $"right {i}", Gold = i + 1.0, Predicted = cosine })));
        var cosines = RunComparison.Of([Scored("a", 0.1, 0.3, 0.2, 0.4), Scored("b", 0.1, 0.2, 0.3, 0.4)]).Pairs[0];
        Assert.Equal((0.8, 1.0), (cosines.Figures["spearman"].First, cosines.Figures["spearman"].Second), Near);
        Assert.DoesNotContain("mse", cosines.Figures.Keys);

        string Ranked(string run, params int[] ranks) => EvaluationFixture.Write(_folder, run, "text embedding", new RetrievalMetrics(), ranks.Select((rank, i) =>
            (new RetrievalAnswer([rank]), new RetrievalAnswer([1]), (object)new { Line = i + 2L, Text = $"query {i}", Ranks = new[] { rank }, Gold = "right", Predicted = rank == 1 ? "right" : "wrong" })));
        var ranks = RunComparison.Of([Ranked("c", 1, 4, 2), Ranked("d", 1, 1, 4)]).Pairs[0];
        Assert.Equal((1.75 / 3, 2.25 / 3), (ranks.Figures["mean_reciprocal_rank"].First, ranks.Figures["mean_reciprocal_rank"].Second), Near);
        Assert.Equal(("query 1", "query 2"), (Assert.Single(ranks.Gained).Text, Assert.Single(ranks.Lost).Text));
    }

    [Fact]
    public void WritersAreComparedByEachOfTheirMetrics()
    {
        string[] gold = ["a man rides a bicycle in the street", "two dogs play in the green grass", "the woman reads a book"];
        string Writer(string run, params string[] texts) => EvaluationFixture.Write(_folder, run, "translation", new MetricSet<TextAnswer>(new BleuMetrics(), new ChrfMetrics()), texts.Select((text, i) =>
            (new TextAnswer(text), new TextAnswer(gold[i]), (object)new { Line = i + 1L, Text = $"source {i}", Gold = new[] { gold[i] }, Predicted = text })));
        var comparison = RunComparison.Of([Writer("a", "a man rides a bicycle", "two dogs play in grass", "the man reads"), Writer("b", gold)]);
        Assert.Equal(["bleu", "chrf"], comparison.Pairs[0].Figures.Keys.Where(name => !name.Contains('_')));
        Assert.Equal(100, comparison.Pairs[0].Figures["bleu"].Second, 9);
        Assert.Equal(3, comparison.Pairs[0].Gained.Count);
        foreach (var run in comparison.Runs)
            Assert.Equal(run.Card.Metrics["chrf"], run.Name == "a" ? comparison.Pairs[0].Figures["chrf"].First : comparison.Pairs[0].Figures["chrf"].Second, 9);
    }

    [Fact]
    public void SettingsThatDifferAreListedAndManyRunsAreWarnedOf()
    {
        string[] runs = [.. new[] { "a", "b", "c" }.Select(run => Classifier(run, i => i % 2 == 0))];
        EvaluationFixture.Card(runs[0], card => card);
        EvaluationFixture.Card(runs[1], card => card with { Options = card.Options with { LearningRate = 0.125 }, Train = card.Train with { Sha256 = EvaluationFixture.Hash } });
        EvaluationFixture.Card(runs[2], card => card with { Options = card.Options with { Seed = 7 } });
        var comparison = RunComparison.Of(runs);
        Assert.Equal(["options.learning_rate", "options.seed", "train.sha256"], comparison.Differences.Select(difference => difference.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["5E-05", "0.125", "5E-05"], comparison.Differences.Single(difference => difference.Name == "options.learning_rate").Values);
        Assert.Contains(comparison.Notes, note => note.StartsWith("b: These are the data that the model was trained on", StringComparison.Ordinal));
        Assert.Contains(comparison.Notes, note => note.Contains("different training data"));
        Assert.Contains(comparison.Notes, note => note.Contains("0.025"));
        Assert.Equal(1, comparison.Pairs[1].Figures["accuracy"].RandomizationP);

        var page = _folder.File("page.html");
        ComparisonPage.Write(comparison, page);
        var html = File.ReadAllText(page);
        foreach (var text in new[] { "a beside b beside c", "options.learning_rate", "McNemar", "c against a", comparison.TestSignature, EvaluationFixture.Hash, "Matthews correlation" }) Assert.Contains(text, html);
    }

    [Fact]
    public void RunsOnOtherDataAreRefused()
    {
        var (a, b) = (Classifier("a", _ => true), EvaluationFixture.Classifier(_folder, "b", [true, true], hash: new string('c', 64), name: "other"));
        Refused([a, b], "different data", "other.tsv (sha256 cccccccccccc...)", "test.tsv (sha256 aaaaaaaaaaaa...)");
        RefusedOn("test", [a, b], "b: was not evaluated on test", "found other");
    }

    [Fact]
    public void OtherRulesTasksAndLabelsAreRefused()
    {
        var a = Classifier("a", _ => true);
        Refused([a, EvaluationFixture.Classifier(_folder, "b", [true, true], labels: ["no", "yes", "maybe"])], "different rules", $"classification is labels:2 in {a}, labels:3 in {_folder.File("b")}");
        Refused([a, EvaluationFixture.Classifier(_folder, "c", [.. Enumerable.Repeat(true, 20)], labels: ["nay", "yea"])], "gold is not the same");
        Refused([a, EvaluationFixture.Write(_folder, "d", "tagging", new SpanMetrics(), [(new SpanAnswer(Array.Empty<LabeledSpan>()), new SpanAnswer(Array.Empty<LabeledSpan>()), new { })])], "different tasks", "tagging");
    }

    [Fact]
    public void RunsThatCannotBeComparedAreTold()
    {
        var a = Classifier("a", _ => true);
        Directory.CreateDirectory(_folder.File("empty"));
        Refused([a, _folder.File("empty")], "was never evaluated", "attend evaluate");
        Refused([a, _folder.File("nothing")], "no such run");
        Assert.Contains("named twice", Assert.Throws<ArgumentException>(() => RunComparison.Of([a, a + "/"])).Message);
        Assert.Contains("two runs", Assert.Throws<ArgumentException>(() => RunComparison.Of([a])).Message);
        var b = Classifier("b", _ => true);
        foreach (var run in new[] { "a", "b" }) EvaluationFixture.Classifier(_folder, run, [true, false], hash: new string('d', 64), name: "dev");
        Assert.Contains("--on: ", Assert.Throws<ArgumentException>(() => RunComparison.Of([a, b])).Message);
        Assert.Equal(2, RunComparison.Of([a, b], "dev").Data.ExampleCount);
        // The folders of evaluations themselves will do.
        Assert.Equal(20, RunComparison.Of([Path.Combine(a, "evaluation", "test"), Path.Combine(b, "evaluation", "test")]).Data.ExampleCount);
    }

    [Fact]
    public void DamagedAnswersAreTold()
    {
        var (a, b) = (Classifier("a", _ => true), Classifier("b", _ => true));
        var answers = Path.Combine(b, "evaluation", "test", "predictions.jsonl");
        var lines = File.ReadAllLines(answers);
        void Damaged(string[] now, params string[] expected)
        {
            File.WriteAllLines(answers, now);
            Refused([a, b], expected);
        }
        Damaged(lines[..^1], "ends after 19 answers");
        Damaged([.. lines[..4], "{", .. lines[5..]], "predictions.jsonl:5", "not JSON");
        Damaged([.. lines[..4], lines[6], .. lines[5..]], "predictions.jsonl:5", "another example", "its line");
        Damaged([.. lines[..4], lines[4].Replace("\"predicted\"", "\"said\""), .. lines[5..]], ":5", "not an answer");
        Damaged([.. lines[..4], lines[4].Replace("[\"no\"]", "[\"nope\"]"), .. lines[5..]], "its gold is not the same");
        Damaged([], "ends after 0 answers");
        // Another answer than the one that was measured.
        File.WriteAllLines(answers, [lines[0].Replace("\"predicted\":[\"no\"]", "\"predicted\":[\"yes\"]"), .. lines[1..]]);
        Assert.Contains("do not give just its figures", Assert.Single(RunComparison.Of([a, b]).Notes));
        File.Delete(answers);
        Refused([a, b], "is missing");
    }

    private static readonly IEqualityComparer<(double, double)> Near = EqualityComparer<(double, double)>.Create((left, right) => Math.Abs(left.Item1 - right.Item1) < 1e-9 && Math.Abs(left.Item2 - right.Item2) < 1e-9, _ => 0);

    private string Classifier(string run, Func<int, bool> isRight) => EvaluationFixture.Classifier(_folder, run, [.. Enumerable.Range(0, 20).Select(isRight)]);

    private static void Refused(string[] runs, params string[] expected) => RefusedOn(null, runs, expected);

    private static void RefusedOn(string? name, string[] runs, params string[] expected)
    {
        var message = Assert.Throws<CheckpointException>(() => RunComparison.Of(runs, name)).Message;
        foreach (var text in expected) Assert.Contains(text, message);
    }
}
