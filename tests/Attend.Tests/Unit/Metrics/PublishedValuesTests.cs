using System.Text.RegularExpressions;
using Attend.Text.Data;
using Attend.Text.Metrics;

namespace Attend.Tests.Unit.Metrics;

/// <summary>Values that others have published for their own texts, which are read from checkouts of their repositories.</summary>
public sealed partial class PublishedValuesTests
{
    // github.com/mjpost/sacrebleu, test/test_bleu.py
    [Fact]
    public void BleuOfSacreBleusThreeSentences()
    {
        var source = File.ReadAllText(Repository.Checkout("sacrebleu", "test", "test_bleu.py"));
        string[] references = Strings(Block(source, "_refs")), predicted = Strings(Block(source, "_hyps"));
        Assert.Equal((6, 3), (references.Length, predicted.Length));
        double Bleu(BleuOptions options)
        {
            var metrics = new BleuMetrics(options);
            for (var i = 0; i < 3; i++) metrics.Add(new TextAnswer(predicted[i]), new TextAnswer([references[i], references[i + 3]]));
            return metrics.Report().Score;
        }
        Assert.Equal(48.530827, Bleu(new()), 6);
        Assert.Equal(49.1919566, Bleu(new() { Tokenizer = BleuTokenizer.None }), 7);
        Assert.Equal(43.91623493, Bleu(new() { Tokenizer = BleuTokenizer.International }), 8);
        Assert.Equal([77.65, 60.50, 53.93, 48.53, 46.14, 43.28], Enumerable.Range(1, 6).Select(order => Math.Round(Bleu(new() { MaxOrder = order }), 2)));
    }

    // test/test_sentence_bleu.py
    [Theory]
    [InlineData(BleuSmoothing.Exponential, 8.493)]
    [InlineData(BleuSmoothing.Floor, 4.51688)]
    [InlineData(BleuSmoothing.AddK, 14.882)]
    [InlineData(BleuSmoothing.None, 0)]
    public void BleuOfSacreBleusSentence(BleuSmoothing smoothing, double expected)
    {
        var source = File.ReadAllText(Repository.Checkout("sacrebleu", "test", "test_sentence_bleu.py"));
        string Text(string name) => Regex.Match(source, $"^{name} = \"(.*)\"", RegexOptions.Multiline).Groups[1].Value;
        var metrics = new BleuMetrics(new() { Smoothing = smoothing, EffectiveOrder = true });
        metrics.Add(new TextAnswer(Text("SYS")), new TextAnswer(Text("REF")));
        Assert.Equal(expected, metrics.Result()["bleu"], 1e-3);
    }

    // test/test_chrf.py, whose sentences are in Czech; there with epsilon smoothing
    [Fact]
    public void ChrfOfSacreBleusSentences()
    {
        var texts = Strings(Block(File.ReadAllText(Repository.Checkout("sacrebleu", "test", "test_chrf.py")), "test_sentence_level_chrf"));
        double[] expected = [39.14078509, 31.22557079, 57.15704367];
        Assert.Equal(6, texts.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            var metrics = new ChrfMetrics(new() { EpsilonSmoothing = true });
            metrics.Add(new TextAnswer(texts[2 * i]), new TextAnswer(texts[2 * i + 1]));
            Assert.Equal(expected[i], metrics.Result()["chrf"], 4);
        }
    }

    // github.com/chakki-works/seqeval, tests/data: the sample of conlleval, of which 371 of 539 spans are among the 459 gold ones
    [Fact]
    public void SpansOfSeqevalsGroundTruth()
    {
        var (lenient, strict) = (new SpanMetrics(), new SpanMetrics(TagScheme.Iob2));
        foreach (var sentence in Sentences(File.ReadAllLines(Repository.Checkout("seqeval", "tests", "data", "ground_truth.txt"))))
        {
            var (gold, predicted) = (new SpanAnswer([.. sentence.Select(columns => columns[^2])]), new SpanAnswer([.. sentence.Select(columns => columns[^1])]));
            lenient.Add(predicted, gold);
            strict.Add(predicted, gold);
        }
        var report = lenient.Report();
        Assert.Equal((84.08, 68.83, 80.83, 74.35), (Percent(report.TokenAccuracy!.Value), Percent(report.Micro.Precision), Percent(report.Micro.Recall), Percent(report.Micro.F1)));
        Assert.Equal((371, 539, 459), (report.PerLabel.Sum(label => label.CorrectCount), report.PerLabel.Sum(label => label.PredictedCount), report.PerLabel.Sum(label => label.Support)));
        Assert.Equal(70.46, Percent(strict.Result()["f1_micro"]));
    }

    // github.com/leondz/emerging_entities_17, submissions: what the shared task of 2017 published
    [Theory]
    [InlineData("arcada", 39.98)]
    [InlineData("drexel_cci", 26.30)]
    [InlineData("flytxt", 38.35)]
    [InlineData("mic-cis.txt", 37.06)]
    [InlineData("sjtu_adapt.txt", 40.42)]
    [InlineData("spinningbytes.txt", 40.78, 41.31)]
    [InlineData("uh_ritual", 41.86)]
    public void SpansOfTheSubmissionsToWnut17(string submission, double expected, double? expectedStrict = null)
    {
        var gold = Tags(Repository.Checkout("emerging_entities_17", "emerging.test.annotated"));
        var predicted = Tags(Repository.Checkout("emerging_entities_17", "submissions", submission));
        var length = Math.Min(gold.Count, predicted.Count);
        Assert.InRange(length, 24670, 24690);
        var (lenient, strict) = (new SpanMetrics(), new SpanMetrics(TagScheme.Iob2));
        foreach (var metrics in new[] { lenient, strict }) metrics.Add(new SpanAnswer([.. predicted.Take(length)]), new SpanAnswer([.. gold.Take(length)]));
        Assert.Equal(expected, Percent(lenient.Result()["f1_micro"]));
        if (expectedStrict is { } value) Assert.Equal(value, Percent(strict.Result()["f1_micro"]));
    }

    private static double Percent(double share) => Math.Round(100 * share, 2);

    // Line for line; where a sentence ends no span goes on.
    private static List<string> Tags(string path) => [.. File.ReadLines(path).Select(line => line.Split(['\t', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 1 } columns ? columns[^1] : "O")];

    private static IEnumerable<string[][]> Sentences(IEnumerable<string> lines)
    {
        var sentence = new List<string[]>();
        foreach (var line in lines.Append(""))
        {
            if (line.Trim().Length > 0) sentence.Add(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            else if (sentence.Count > 0)
            {
                yield return [.. sentence];
                sentence.Clear();
            }
        }
    }

    // The lines of a list of Python, up to the bracket that ends it.
    private static string Block(string source, string name) => Regex.Match(source, $@"^{name} = \[.*?^\]", RegexOptions.Multiline | RegexOptions.Singleline).Value;

    private static string[] Strings(string source) => [.. PythonString().Matches(source).Select(match => match.Groups[1].Success ? match.Groups[1].Value : match.Groups[2].Value)];

    [GeneratedRegex("\"([^\"\n]*)\"|'([^'\n]*)'")]
    private static partial Regex PythonString();
}
