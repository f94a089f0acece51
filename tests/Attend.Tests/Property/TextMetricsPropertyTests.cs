using Attend.Text.Metrics;
using CsCheck;

namespace Attend.Tests.Property;

public sealed class TextMetricsPropertyTests
{
    private static readonly string[] Words = ["the", "cat", "sat.", "3,5", "(ok)", "北京", "über", "it's", "-", "😀", "a", "running"];

    private static readonly Gen<string> GenText = Gen.Int[0, Words.Length - 1].Array[0, 12].Select(indices => string.Join(' ', indices.Select(i => Words[i])));

    private static readonly Gen<string> GenLongText = Gen.Int[0, Words.Length - 1].Array[5, 12].Select(indices => string.Join(' ', indices.Select(i => Words[i])));

    [Fact]
    public void ATextIsItsOwnBestTranslation() =>
        GenLongText.Sample(text =>
        {
            foreach (var tokenizer in Enum.GetValues<BleuTokenizer>()) AssertFigure(100, new BleuMetrics(new BleuOptions { Tokenizer = tokenizer, EffectiveOrder = true }), "bleu", text, text);
            AssertFigure(100, new ChrfMetrics(), "chrf", text, text);
            AssertFigure(100, new ChrfMetrics(ChrfOptions.PlusPlus), "chrf++", text, text);
            AssertFigure(0, new TerMetrics(), "ter", text, text);
            AssertFigure(1, new RougeMetrics(new RougeOptions { Tokenizer = RougeTokenizer.Characters }), "rougeLsum", $"{text} cat", $"{text} cat");
            AssertFigure(1, new TextMatchMetrics(), "exact_match", text, text);
            AssertFigure(0, new TextMatchMetrics(), "character_error_rate", text, text);
        });

    [Fact]
    public void FiguresStayInTheirBounds() =>
        Gen.Select(GenText, GenText, GenText).Sample((predicted, first, second) =>
        {
            foreach (var metric in new TextMetric[] { new BleuMetrics(), new ChrfMetrics(), new ChrfMetrics(ChrfOptions.PlusPlus), new RougeMetrics() })
            {
                metric.Add(new TextAnswer(predicted), new TextAnswer([first, second]));
                foreach (var value in metric.Result().Values) Assert.InRange(value, 0, metric is RougeMetrics ? 1 + 1e-12 : 100 + 1e-9);
            }
        });

    [Fact]
    public void RougeF1IsSymmetricAndSwapsPrecisionAndRecall() =>
        Gen.Select(GenText, GenText).Sample((left, right) =>
        {
            var metrics = new RougeMetrics(new RougeOptions { Stemmer = true });
            var (forward, backward) = (metrics.SentenceScores(new TextAnswer(left), new TextAnswer(right)), metrics.SentenceScores(new TextAnswer(right), new TextAnswer(left)));
            foreach (var kind in new[] { "rouge1", "rouge2", "rougeL" })
            {
                Assert.Equal(forward[kind].F1, backward[kind].F1, 12);
                Assert.Equal(forward[kind].Precision, backward[kind].Recall, 12);
            }
        });

    [Fact]
    public void AnotherReferenceNeverHurtsMatches() =>
        Gen.Select(GenText, GenText, GenText).Sample((predicted, first, second) =>
        {
            var (one, two) = (new BleuMetrics(), new BleuMetrics());
            one.Add(new TextAnswer(predicted), new TextAnswer(first));
            two.Add(new TextAnswer(predicted), new TextAnswer([first, second]));
            foreach (var (less, more) in one.Report().Counts.Zip(two.Report().Counts)) Assert.True(less <= more);
            Assert.True(Sentence(new ChrfMetrics(), first) <= Sentence(new ChrfMetrics(), first, second));

            double Sentence(ChrfMetrics metrics, params string[] references) => metrics.SentenceScore(new TextAnswer(predicted), new TextAnswer(references));
        });

    [Fact]
    public void EditsNeverExceedTheLengths() =>
        Gen.Select(GenText, GenText).Sample((predicted, reference) =>
        {
            var words = UnicodeText.Split(predicted);
            var referenceWords = UnicodeText.Split(reference);
            var numbers = words.Concat(referenceWords).Distinct().Select((word, i) => (word, i)).ToDictionary(pair => pair.word, pair => pair.i);
            var edits = TercomEdits.Count([.. words.Select(word => numbers[word])], [.. referenceWords.Select(word => numbers[word])]);
            Assert.InRange(edits, Math.Abs(words.Count - referenceWords.Count), Math.Max(words.Count, referenceWords.Count));
        });

    [Fact]
    public void OrderOfExamplesDoesNotMatterToSums() =>
        Gen.Select(Gen.Select(GenText, GenText).Array[1, 8], Gen.Int[1, 1000]).Sample((pairs, seed) =>
        {
            var shuffled = pairs.ToArray();
            new Random(seed).Shuffle(shuffled);
            foreach (var create in new Func<TextMetric>[] { () => new BleuMetrics(), () => new ChrfMetrics(), () => new TerMetrics(), () => new TextMatchMetrics() })
            {
                var (one, other) = (create(), create());
                foreach (var (predicted, reference) in pairs) one.Add(new TextAnswer(predicted), new TextAnswer(reference));
                foreach (var (predicted, reference) in shuffled) other.Add(new TextAnswer(predicted), new TextAnswer(reference));
                foreach (var (name, value) in one.Result()) Assert.Equal(value, other.Result()[name], 9);
            }
        });

    [Fact]
    public void SquadF1IsSymmetric() =>
        Gen.Select(GenText, GenText).Sample((left, right) => Assert.Equal(Squad(left, right), Squad(right, left), 12));

    [Fact]
    public void SwappingGoldAndPredictedSwapsPrecisionAndRecallOfSpans() =>
        Gen.Select(GenTags, GenTags).Array[0, 10].Sample(pairs =>
        {
            var (forward, backward) = (new SpanMetrics(), new SpanMetrics());
            foreach (var (left, right) in pairs)
            {
                forward.Add(new SpanAnswer(left), new SpanAnswer(right));
                backward.Add(new SpanAnswer(right), new SpanAnswer(left));
            }
            var (one, other) = (forward.Result(), backward.Result());
            Assert.Equal(one["f1_micro"], other["f1_micro"]);
            Assert.Equal(one["f1_macro"], other["f1_macro"], 12);
            Assert.Equal(one["precision_micro"], other["recall_micro"]);
        });

    [Fact]
    public void IntervalsContainTheirFigure() =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[20, 60]).Sample((right, count) =>
        {
            var metric = new BootstrapMetric<ClassAnswer>(new ClassificationMetrics(["no", "yes"]), new BootstrapOptions { Resamples = 400 });
            for (var i = 0; i < count; i++) metric.Add(new ClassAnswer(i % 10 <= right ? 1 : 0), new ClassAnswer(1));
            var interval = metric.Intervals()["accuracy"];
            Assert.InRange(metric.Result()["accuracy"], interval.Low, interval.High);
            Assert.InRange(interval.Median, interval.Low, interval.High);
        }, iter: 40);

    private static readonly Gen<string[]> GenTags = Gen.Int[0, 4].Select(i => new[] { "O", "B-A", "I-A", "B-B", "I-B" }[i]).Array[5];

    private static double Squad(string predicted, string gold)
    {
        var metrics = new SquadMetrics(SquadRules.Squad11);
        metrics.Add(new QuestionAnswer(predicted), new QuestionAnswer([gold]));
        return metrics.Result()["f1"];
    }

    private static void AssertFigure(double expected, TextMetric metric, string name, string predicted, string reference)
    {
        metric.Add(new TextAnswer(predicted), new TextAnswer(reference));
        Assert.Equal(expected, metric.Result()[name], 9);
    }
}
