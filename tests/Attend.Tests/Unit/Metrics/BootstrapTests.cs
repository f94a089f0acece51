using Attend.Text.Metrics;

namespace Attend.Tests.Unit.Metrics;

public sealed class BootstrapTests
{
    private static readonly string[] Labels = ["no", "yes", "maybe"];

    [Fact]
    public void IntervalOfAShareIsTheNormalOne()
    {
        // 400 answers, 300 of them right: .75 +- 1.96 * sqrt(.75 * .25 / 400).
        var metric = new BootstrapMetric<ClassAnswer>(new ClassificationMetrics(Labels), new BootstrapOptions { Resamples = 4000 });
        for (var i = 0; i < 400; i++) metric.Add(new ClassAnswer(i % 4 == 0 ? 1 : 0), new ClassAnswer(0));
        var interval = metric.Intervals()["accuracy"];
        Assert.Equal(0.75, metric.Result()["accuracy"]);
        Assert.Equal(0.75 - 0.0424, interval.Low, 0.004);
        Assert.Equal(0.75 + 0.0424, interval.High, 0.004);
        Assert.Equal(0.75, interval.Median, 0.003);
    }

    [Fact]
    public void EachExampleIsInEachSamplePoissonTimes()
    {
        var source = new PoissonWeights(7);
        var counts = new double[13];
        var weights = new double[1001];
        for (var example = 0; example < 1000; example++)
        {
            source.Fill(example, weights);
            foreach (var weight in weights) counts[(int)weight]++;
        }
        var probability = Math.Exp(-1);
        for (var k = 0; k < 8; k++)
        {
            // Five standard deviations.
            Assert.Equal(probability, counts[k] / 1001_000, 5 * Math.Sqrt(probability / 1001_000));
            probability /= k + 1;
        }
    }

    [Fact]
    public void WeightsAreTheSameByExampleAndBySample()
    {
        var source = new PoissonWeights(3);
        var (byExample, bySample) = (new double[31], new int[20]);
        for (var sample = 0; sample < 31; sample++)
        {
            source.FillSample(sample, bySample);
            for (var example = 0; example < 20; example++)
            {
                source.Fill(example, byExample);
                Assert.Equal(bySample[example], byExample[sample]);
            }
        }
    }

    [Fact]
    public void SumsGiveTheFiguresOfTheMetricItself()
    {
        var metric = new ClassificationMetrics(Labels);
        var several = new MultiLabelMetrics(Labels);
        var (sums, severalSums) = (new double[200], new double[200]);
        var terms = new ExampleTerms();
        for (var i = 0; i < 60; i++)
        {
            var probabilities = new[] { 0.2f, 0.3f, 0.5f };
            var (predicted, gold) = (new ClassAnswer(i * 7 % 3, i % 2 == 0 ? probabilities : null), new ClassAnswer(i * 5 % 4 % 3));
            Count(metric, predicted, gold, sums);
            Count(several, new ClassAnswer([.. Enumerable.Range(0, i % 3)]), new ClassAnswer([.. Enumerable.Range(0, i % 4)]), severalSums);
        }
        AssertEqual(metric.Result(), metric.Figures(sums));
        AssertEqual(several.Result(), several.Figures(severalSums));

        void Count(ISummedMetric<ClassAnswer> counted, ClassAnswer predicted, ClassAnswer gold, double[] into)
        {
            counted.Add(predicted, gold);
            terms.Clear();
            counted.Measure(predicted, gold, terms);
            for (var i = 0; i < terms.Count; i++) into[terms.Places[i]] += terms.Values[i];
        }
    }

    [Fact]
    public void SameSeedSameIntervals()
    {
        Assert.Equal(Intervals(1), Intervals(1));
        Assert.NotEqual(Intervals(1), Intervals(2));

        static IReadOnlyDictionary<string, BootstrapInterval> Intervals(ulong seed)
        {
            var metric = new BootstrapMetric<SpanAnswer>(new SpanMetrics(), new BootstrapOptions { Seed = seed });
            for (var i = 0; i < 50; i++) metric.Add(new SpanAnswer(["B-A", i % 3 == 0 ? "I-A" : "O"]), new SpanAnswer(["B-A", "O"]));
            return metric.Intervals();
        }
    }

    [Fact]
    public void MetricItselfIsFedToo()
    {
        var spans = new SpanMetrics();
        var metric = new BootstrapMetric<SpanAnswer>(spans);
        metric.Add(new SpanAnswer(["B-A"]), new SpanAnswer(["B-B"]));
        Assert.Equal(1, spans.Report().ExampleCount);
        Assert.Equal(spans.Signature, metric.Signature);
        Assert.Equal($"bootstrap|interval:percentile-95|resamples:1000|weights:poisson|seed:1|version:{LabelSet.Version}", metric.IntervalSignature);
        Assert.Empty(new BootstrapMetric<SpanAnswer>(new SpanMetrics()).Intervals());
    }

    [Fact]
    public void BadOptionsAreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new BootstrapMetric<SpanAnswer>(new SpanMetrics(), new BootstrapOptions { Resamples = 10 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BootstrapMetric<SpanAnswer>(new SpanMetrics(), new BootstrapOptions { Level = 1 }));
    }

    private static void AssertEqual(IReadOnlyDictionary<string, double> expected, IReadOnlyDictionary<string, double> actual)
    {
        Assert.Equal(expected.Keys, actual.Keys);
        foreach (var (name, value) in expected) Assert.Equal(value, actual[name], 12);
    }
}
