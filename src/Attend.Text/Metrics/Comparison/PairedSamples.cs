namespace Attend.Text.Metrics;

/// <summary>The figures of two systems over the same examples.</summary>
internal readonly record struct FigurePair(IReadOnlyDictionary<string, double> First, IReadOnlyDictionary<string, double> Second);

/// <summary>What paired tests make of the figures that their samples have.</summary>
/// <param name="Seen">Over all examples.</param>
/// <param name="Resampled">Over the samples of the bootstrap.</param>
/// <param name="Exchanged">Over the trials of approximate randomization.</param>
internal sealed record PairedSamples(FigurePair Seen, FigurePair[] Resampled, FigurePair[] Exchanged)
{
    // Sums of real numbers in another order differ in their last digits.
    private const double Rounding = 1e-10;

    public IReadOnlyDictionary<string, PairedFigure> Figures(double level)
    {
        var result = new OrderedDictionary<string, PairedFigure>();
        foreach (var (name, first) in Seen.First)
        {
            if (!Seen.Second.TryGetValue(name, out var second)) continue;
            var difference = second - first;
            var least = Math.Abs(difference) - Rounding * (Math.Abs(first) + Math.Abs(second));
            var resampled = Differences(Resampled, name);
            result[name] = new PairedFigure(first, second, difference,
                resampled.Length == 0 ? new(difference, difference, difference) : Bootstrap.Interval([.. resampled], level),
                resampled.Select(each => each > 0 ? 1 : each < 0 ? 0 : 0.5).DefaultIfEmpty(0.5).Average(),
                P(resampled.Select(each => Math.Abs(each - difference)), least),
                P(Differences(Exchanged, name).Select(Math.Abs), least));
        }
        return result;
    }

    // One is added so that p is never 0.
    private static double P(IEnumerable<double> distances, double least)
    {
        int count = 0, reached = 0;
        foreach (var distance in distances)
        {
            count++;
            if (distance >= least) reached++;
        }
        return (reached + 1.0) / (count + 1);
    }

    private static double[] Differences(FigurePair[] samples, string name)
    {
        var differences = new List<double>(samples.Length);
        foreach (var sample in samples)
            if (sample.First.TryGetValue(name, out var first) && sample.Second.TryGetValue(name, out var second)) differences.Add(second - first);
        return [.. differences];
    }
}
