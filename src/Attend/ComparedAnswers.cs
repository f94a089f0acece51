using System.Text.Json;
using System.Text.RegularExpressions;
using Attend.Text.Data;
using Attend.Text.Metrics;

namespace Attend;

/// <summary>How the answers of a task stand in predictions.jsonl, and what tells good from bad ones.</summary>
/// <param name="Gold">The gold standard of a line.</param>
/// <param name="Predicted">The model's answer of a line.</param>
/// <param name="Tests">The tests of one pair of runs, empty: one for each metric.</param>
/// <param name="Quality">How good one answer is; only differences count.</param>
/// <param name="IsRightOrWrong">Whether an answer is either right, with the quality 1, or wrong.</param>
/// <param name="Primary">The name of the figure that is the mean of the qualities, or comes nearest to it.</param>
internal sealed record AnswerForm<TAnswer>(
    Func<JsonElement, TAnswer> Gold, Func<JsonElement, TAnswer> Predicted, Func<IReadOnlyList<IPairedTest<TAnswer>>> Tests, Func<TAnswer, TAnswer, double> Quality, bool IsRightOrWrong, string Primary);

/// <summary>Compares runs, answer by answer.</summary>
internal abstract class ComparedAnswers
{
    private const int ManyExamples = 20_000;
    private const int FewerTrials = 1000;

    /// <summary>Takes one example: a line of each run's predictions.</summary>
    public abstract void Add(JsonElement[] lines);

    /// <summary>Each run but the first beside the first.</summary>
    public abstract IReadOnlyList<RunPair> Pairs(IReadOnlyList<string> names);

    /// <summary>The choices that the p-values depend on.</summary>
    public abstract string TestSignature { get; }

    /// <summary>The name of the figure that decides.</summary>
    public abstract string Primary { get; }

    /// <summary>A comparison of the task that the signatures are of.</summary>
    /// <param name="card">An evaluation; those of the other runs have the same signatures.</param>
    /// <param name="first">The first line of each run's predictions.</param>
    /// <exception cref="NotSupportedException">There are no answers of single examples behind such figures, or this version measures by other rules.</exception>
    public static ComparedAnswers Of(EvaluationCard card, JsonElement[] first)
    {
        var options = new PairedTestOptions { RandomizationTrials = card.Data.ExampleCount > ManyExamples ? FewerTrials : new PairedTestOptions().RandomizationTrials };
        bool Has(string name) => card.Signatures.Any(signature => signature.Split('|')[0] == name);
        if (Has("classification") || Has("multi-label")) return new Comparer<ClassAnswer>(Classes(card, first, options, Has("multi-label")), first.Length);
        if (Has("spans")) return new Comparer<SpanAnswer>(Summed(card, options, "f1_micro", 1, isRightOrWrong: false, line => Spans(line.GetProperty("gold")), line => Spans(line.GetProperty("predicted")), new SpanMetrics()), first.Length);
        if (Has("squad"))
        {
            return new Comparer<QuestionAnswer>(Summed(card, options, "exact_match", 100, isRightOrWrong: true,
                line => new QuestionAnswer(Strings(line.GetProperty("gold"))), line => new QuestionAnswer(line.GetProperty("predicted").GetString()!), [.. Enum.GetValues<SquadRules>().Select(rules => new SquadMetrics(rules))]), first.Length);
        }
        if (Has("regression"))
        {
            return new Comparer<double>(new AnswerForm<double>(line => line.GetProperty("gold").GetDouble(), line => line.GetProperty("predicted").GetDouble(),
                () => [new PairedRegressionTest(options)], (predicted, gold) => -Math.Abs(predicted - gold), IsRightOrWrong: false, "spearman"), first.Length);
        }
        if (Has("cosine-regression"))
        {
            // Cosines and scores have different units: only their order is compared, over all pairs.
            return new Comparer<double>(new AnswerForm<double>(line => line.GetProperty("gold").GetDouble(), line => line.GetProperty("predicted").GetDouble(),
                () => [new CosineTest(options)], (_, _) => 0, IsRightOrWrong: false, "spearman"), first.Length);
        }
        if (Has("retrieval"))
        {
            RetrievalAnswer Ranks(JsonElement line) => new([.. line.GetProperty("ranks").EnumerateArray().Select(rank => rank.GetInt32())]);
            return new Comparer<RetrievalAnswer>(Summed(card, options, "mean_reciprocal_rank", 1, isRightOrWrong: false,
                line => new RetrievalAnswer([.. Enumerable.Range(1, line.GetProperty("ranks").GetArrayLength())]), Ranks, new RetrievalMetrics()), first.Length);
        }
        var (primary, scale) = Has("BLEU") ? ("chrf", 100) : Has("ROUGE") ? ("rougeL", 1) : ("exact_match", 1);
        return new Comparer<TextAnswer>(Summed(card, options, primary, scale, primary == "exact_match",
            line => new TextAnswer(Strings(line.GetProperty("gold"))), line => new TextAnswer(line.GetProperty("predicted").GetString()!), [.. WritingMetrics.All()]) with
        { Primary = Has("BLEU") ? "bleu" : primary }, first.Length);
    }

    private static AnswerForm<ClassAnswer> Classes(EvaluationCard card, JsonElement[] first, PairedTestOptions options, bool isMultiLabel)
    {
        string[][] labels = [.. first.Select(line => line.GetProperty("probabilities").EnumerateObject().Select(label => label.Name).ToArray())];
        foreach (var other in labels.Skip(1))
        {
            string[] only = [.. labels[0].Except(other)], others = [.. other.Except(labels[0])];
            if (only.Length + others.Length > 0) throw new NotSupportedException($"they know different labels: only the one {List(only)}, only the other {List(others)}");
        }
        var index = labels[0].Select((label, i) => (label, i)).ToDictionary(entry => entry.label, entry => entry.i);
        ClassAnswer Predicted(JsonElement line)
        {
            var probabilities = new float[index.Count];
            foreach (var label in line.GetProperty("probabilities").EnumerateObject()) probabilities[index[label.Name]] = label.Value.GetSingle();
            return new ClassAnswer(Labels(line.GetProperty("predicted")), probabilities);
        }
        int[] Labels(JsonElement names) => [.. Strings(names).Select(name => index[name])];
        return Summed(card, options, "accuracy", 1, isRightOrWrong: true, line => new ClassAnswer(Labels(line.GetProperty("gold"))), Predicted,
            isMultiLabel ? new MultiLabelMetrics(labels[0]) : new ClassificationMetrics(labels[0]));

        static string List(string[] names) => names.Length == 0 ? "none" : string.Join(", ", names.Take(10).Select(name => $"'{name}'")) + (names.Length > 10 ? " ..." : "");
    }

    // Of the metrics those by which the runs were measured.
    private static AnswerForm<TAnswer> Summed<TAnswer>(
        EvaluationCard card, PairedTestOptions options, string primary, double scale, bool isRightOrWrong, Func<JsonElement, TAnswer> gold, Func<JsonElement, TAnswer> predicted, params ISummedMetric<TAnswer>[] candidates)
    {
        var known = card.Signatures.Select(WithoutReferences).ToHashSet();
        ISummedMetric<TAnswer>[] metrics = [.. candidates.Where(metric => known.Contains(WithoutReferences(metric.Signature))).DistinctBy(metric => metric.Signature)];
        if (metrics.Length == 0) throw new NotSupportedException($"they were measured by rules that this version does not have: {string.Join(" ", card.Signatures)}");
        var terms = new ExampleTerms();
        double Quality(TAnswer answer, TAnswer right)
        {
            foreach (var metric in metrics)
            {
                terms.Clear();
                metric.Measure(answer, right, terms);
                var sums = new double[terms.Count == 0 ? 0 : terms.Places.ToArray().Max() + 1];
                for (var i = 0; i < terms.Count; i++) sums[terms.Places[i]] += terms.Values[i];
                if (metric.Figures(sums).TryGetValue(primary, out var quality)) return quality / scale;
            }
            return 0;
        }
        return new AnswerForm<TAnswer>(gold, predicted, () => [.. metrics.Select(metric => new PairedTest<TAnswer>(metric, options))], Quality, isRightOrWrong, primary);
    }

    // The number of references is known only once they have been seen.
    private static string WithoutReferences(string signature) => Regex.Replace(signature, @"\|nrefs:[^|]*", "");

    private static string[] Strings(JsonElement array) => [.. array.EnumerateArray().Select(each => each.GetString()!)];

    private static SpanAnswer Spans(JsonElement array) => new([.. array.EnumerateArray().Select(span =>
        new LabeledSpan(span.GetProperty("start").GetInt32(), span.GetProperty("end").GetInt32(), span.GetProperty("label").GetString()!))]);

    private sealed class CosineTest(PairedTestOptions options) : IPairedTest<double>
    {
        private readonly PairedRegressionTest _test = new(options);

        public string Signature => _test.Signature;

        public int ExampleCount => _test.ExampleCount;

        public void Add(double first, double second, double expected) => _test.Add(first, second, expected);

        public IReadOnlyDictionary<string, PairedFigure> Result() => new OrderedDictionary<string, PairedFigure>(_test.Result().Where(figure => figure.Key != "mse"));
    }

    private sealed class Comparer<TAnswer> : ComparedAnswers
    {
        private readonly AnswerForm<TAnswer> _form;
        private readonly Versus[] _pairs;

        public Comparer(AnswerForm<TAnswer> form, int runCount)
        {
            _form = form;
            _pairs = [.. Enumerable.Range(0, runCount - 1).Select(_ => new Versus(form.Tests()))];
        }

        public override string TestSignature => _pairs[0].Tests[0].Signature;

        public override string Primary => _form.Primary;

        public override void Add(JsonElement[] lines)
        {
            var gold = _form.Gold(lines[0]);
            var first = _form.Predicted(lines[0]);
            var firstQuality = _form.Quality(first, gold);
            for (var i = 0; i < _pairs.Length; i++)
            {
                var second = _form.Predicted(lines[i + 1]);
                foreach (var test in _pairs[i].Tests) test.Add(first, second, gold);
                _pairs[i].Judge(lines[0], lines[i + 1], firstQuality, _form.Quality(second, gold), _form.IsRightOrWrong);
            }
        }

        public override IReadOnlyList<RunPair> Pairs(IReadOnlyList<string> names) => [.. _pairs.Select((pair, i) => new RunPair(names[0], names[i + 1],
            new OrderedDictionary<string, PairedFigure>(pair.Tests.SelectMany(test => test.Result())),
            _form.IsRightOrWrong ? McNemarTest.Of(pair.OnlyFirst, pair.OnlySecond) : null, pair.Gained.Sorted(), pair.Lost.Sorted()))];

        private sealed class Versus(IReadOnlyList<IPairedTest<TAnswer>> tests)
        {
            private const int Kept = 20;

            public IReadOnlyList<IPairedTest<TAnswer>> Tests { get; } = tests;

            public long OnlyFirst { get; private set; }

            public long OnlySecond { get; private set; }

            public Foremost<ChangedExample> Gained { get; } = new(Kept);

            public Foremost<ChangedExample> Lost { get; } = new(Kept);

            public void Judge(JsonElement first, JsonElement second, double firstQuality, double secondQuality, bool isRightOrWrong)
            {
                if (isRightOrWrong)
                {
                    if (firstQuality == 1 && secondQuality != 1) OnlyFirst++;
                    if (firstQuality != 1 && secondQuality == 1) OnlySecond++;
                }
                var gain = secondQuality - firstQuality;
                if (gain > 0) Gained.Add(gain, () => ChangedExample.Of(first, second, gain));
                if (gain < 0) Lost.Add(-gain, () => ChangedExample.Of(first, second, gain));
            }
        }
    }
}
