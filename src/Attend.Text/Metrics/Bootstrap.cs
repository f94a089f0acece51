namespace Attend.Text.Metrics;

/// <summary>Percentile intervals (Efron 1979; Efron and Tibshirani 1993, section 13.3).</summary>
internal static class Bootstrap
{
    public static string Signature(BootstrapOptions options) =>
        $"bootstrap|interval:percentile-{100 * options.Level:0.##}|resamples:{options.Resamples}|weights:poisson|seed:{options.Seed}|version:{LabelSet.Version}";

    /// <summary>Intervals of a metric that has all examples at hand and can weigh them.</summary>
    public static IReadOnlyDictionary<string, BootstrapInterval> Intervals(
        int exampleCount, Func<int[], IReadOnlyDictionary<string, double>> figuresOf, IReadOnlyDictionary<string, double> figures, BootstrapOptions options)
    {
        options.Check();
        var source = new PoissonWeights(options.Seed);
        var samples = new IReadOnlyDictionary<string, double>?[options.Resamples];
        Parallel.For(0, samples.Length, () => new int[exampleCount], (sample, _, weights) =>
        {
            source.FillSample(sample, weights);
            samples[sample] = weights.AsSpan().ContainsAnyExcept(0) ? figuresOf(weights) : null;
            return weights;
        }, _ => { });
        return Intervals(figures.Keys, samples, options);
    }

    /// <summary>Intervals of named figures over samples; a sample that is null, or lacks a figure, says nothing about it.</summary>
    public static IReadOnlyDictionary<string, BootstrapInterval> Intervals(
        IEnumerable<string> names, IReadOnlyList<IReadOnlyDictionary<string, double>?> samples, BootstrapOptions options)
    {
        var intervals = new OrderedDictionary<string, BootstrapInterval>();
        foreach (var name in names)
        {
            var values = new List<double>(samples.Count);
            foreach (var sample in samples)
                if (sample is not null && sample.TryGetValue(name, out var value)) values.Add(value);
            if (values.Count > 0) intervals[name] = Interval([.. values], options.Level);
        }
        return intervals;
    }

    public static BootstrapInterval Interval(double[] values, double level)
    {
        Array.Sort(values);
        return new BootstrapInterval(Quantile(values, (1 - level) / 2), Quantile(values, 0.5), Quantile(values, (1 + level) / 2));
    }

    // Linear between the two nearest (Hyndman and Fan 1996, definition 7), as numpy's default.
    private static double Quantile(double[] sorted, double share)
    {
        var place = share * (sorted.Length - 1);
        var below = (int)place;
        if (below + 1 >= sorted.Length) return sorted[^1];
        return sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]);
    }
}
