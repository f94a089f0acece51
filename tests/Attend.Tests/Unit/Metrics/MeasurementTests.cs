using Attend.Text.Metrics;

namespace Attend.Tests.Unit.Metrics;

public sealed class MeasurementTests
{
    private static readonly string[] Labels = ["no", "yes", "never"];

    [Fact]
    public void PartsAreMeasuredApart()
    {
        var measurement = new Measurement<ClassAnswer>(() => new ClassificationMetrics(Labels), "length in words");
        for (var i = 0; i < 60; i++)
        {
            // English: 30 of 40 right; Chinese: 5 of 20. Lengths 3 and 4 share a part.
            var isEnglish = i < 40;
            var isRight = isEnglish ? i < 30 : i < 45;
            measurement.Add(new ClassAnswer(isRight ? 0 : 1), new ClassAnswer(0), i % 4 + 1, new Dictionary<string, string> { ["language"] = isEnglish ? "en" : "zh", ["source"] = i == 0 ? "" : "web" });
        }
        var slices = measurement.Slices();
        Assert.Equal(["length in words", "language", "source"], slices.Select(group => group.By));
        Assert.Equal(["1 15", "2 15", "3-4 30"], slices[0].Slices.Select(slice => $"{slice.Name} {slice.ExampleCount}"));
        Assert.Equal(["en 0.75", "zh 0.25"], slices[1].Slices.Select(slice => $"{slice.Name} {slice.Figures["accuracy"]}"));
        Assert.Equal(["web 59", "(none) 1"], slices[2].Slices.Select(slice => $"{slice.Name} {slice.ExampleCount}"));
        Assert.Equal(60, measurement.ExampleCount);
        Assert.Equal(35.0 / 60, measurement.Figures().Single(figure => figure.Name == "accuracy").Value, 12);

        // Parts of fewer than 20 examples have no intervals.
        Assert.Empty(slices[0].Slices[0].Intervals);
        Assert.InRange(slices[1].Slices[0].Intervals["accuracy"].Low, 0.55, 0.7);
    }

    [Fact]
    public void LabelsHaveIntervalsOfTheirOwn()
    {
        var measurement = new Measurement<ClassAnswer>(() => new ClassificationMetrics(Labels));
        // Of 200 gold "no" three quarters are found; "yes" is always found, and right in 100 of 150.
        for (var i = 0; i < 300; i++) measurement.Add(new ClassAnswer(i < 150 ? 0 : 1), new ClassAnswer(i < 200 ? 0 : 1));
        var intervals = measurement.LabelIntervals();
        Assert.Equal(["no", "yes"], intervals.Keys);
        var width = 1.96 * Math.Sqrt(0.75 * 0.25 / 200);
        Assert.Equal(0.75 - width, intervals["no"].Recall!.Low, 0.015);
        Assert.Equal(0.75 + width, intervals["no"].Recall!.High, 0.015);
        Assert.Equal(new BootstrapInterval(1, 1, 1), intervals["no"].Precision);
        Assert.InRange(2.0 / 3, intervals["yes"].Precision!.Low, intervals["yes"].Precision!.High);
        Assert.InRange(0.8, intervals["yes"].F1!.Low, intervals["yes"].F1!.High);
    }

    [Fact]
    public void WhatIsNeverPredictedHasNoIntervalOfItsPrecision()
    {
        var measurement = new Measurement<SpanAnswer>(() => new SpanMetrics());
        for (var i = 0; i < 30; i++) measurement.Add(new SpanAnswer(["O"]), new SpanAnswer(["B-x"]));
        var interval = measurement.LabelIntervals()["x"];
        Assert.Null(interval.Precision);
        Assert.Equal(new BootstrapInterval(0, 0, 0), interval.Recall);
    }

    [Fact]
    public void ASetHasTheFiguresAndIntervalsOfItsMetrics()
    {
        string[][] texts = [["the cat sat on the mat", "the cat sat on a mat"], ["a dog", "one dog barks"], ["no", "yes"], ["rain falls on the hills today", "rain falls on the hills"]];
        ISummedMetric<TextAnswer>[] Alone() => [new BleuMetrics(), new ChrfMetrics(), new TextMatchMetrics(), new TerMetrics()];
        var together = new Measurement<TextAnswer>(() => new MetricSet<TextAnswer>(Alone()));
        var expected = new List<MeasuredFigure>();
        foreach (var metric in Alone())
        {
            var alone = new Measurement<TextAnswer>(() => metric);
            foreach (var pair in texts) alone.Add(new TextAnswer(pair[0]), new TextAnswer(pair[1]));
            expected.AddRange(alone.Figures());
        }
        foreach (var pair in texts) together.Add(new TextAnswer(pair[0]), new TextAnswer(pair[1]));
        Assert.Equal(expected, together.Figures());
        Assert.Equal(["bleu", "chrf", "exact_match", "character_error_rate", "word_error_rate", "ter"], expected.Select(figure => figure.Name));
        Assert.All(expected, figure => Assert.NotNull(figure.Interval));

        // Counting without the bootstrap gives the same.
        var plain = new MetricSet<TextAnswer>(Alone());
        foreach (var pair in texts) plain.Add(new TextAnswer(pair[0]), new TextAnswer(pair[1]));
        Assert.Equal(together.Result(), plain.Result());
        Assert.Equal(together.Signature, plain.Signature);
    }

    [Fact]
    public void WeightsOfARankingStandForEqualExamples()
    {
        float[] scores = [0.9f, 0.9f, 0.8f, 0.7f, 0.7f, 0.2f];
        bool[] arePositive = [true, false, true, false, true, false];
        int[] weights = [2, 1, 0, 3, 1, 1];
        var repeated = Enumerable.Range(0, 6).SelectMany(i => Enumerable.Repeat(i, weights[i])).ToArray();
        var weighted = new Ranking([.. scores], [.. arePositive]).Figures(weights);
        var plain = new Ranking([.. repeated.Select(i => scores[i])], [.. repeated.Select(i => arePositive[i])]).Figures(weights: null);
        Assert.Equal(plain!.Value.Area, weighted!.Value.Area, 12);
        Assert.Equal(plain.Value.AveragePrecision, weighted.Value.AveragePrecision, 12);
        Assert.Null(new Ranking([.. scores], [.. arePositive]).Figures([1, 0, 1, 0, 1, 0]));
    }

    [Fact]
    public void IntervalOfARankingIsAboutThatOfHanleyAndMcNeil()
    {
        // Two overlapping groups of 150; the standard error of the area by Hanley and McNeil 1982, equation 2.
        var metric = new RankingMetrics(["no", "yes"]);
        var random = new Attend.Text.Data.DeterministicRandom(3);
        for (var i = 0; i < 300; i++)
        {
            var score = (float)(random.NextDouble() + random.NextDouble() + (i % 2 == 0 ? 0 : 0.4));
            metric.Add(new ClassAnswer(0, [0, score]), new ClassAnswer(i % 2));
        }
        var area = metric.Result()["roc_auc"];
        var (first, second) = (area / (2 - area), 2 * area * area / (1 + area));
        var error = Math.Sqrt((area * (1 - area) + 149 * (first - area * area) + 149 * (second - area * area)) / (150 * 150));
        var interval = metric.Intervals()["roc_auc"];
        Assert.Equal(2 * 1.96 * error, interval.High - interval.Low, 0.25 * 2 * 1.96 * error);
        Assert.InRange(area, interval.Low, interval.High);
        Assert.Equal(["roc_auc", "average_precision"], metric.Figures().Select(figure => figure.Name));
    }
}
