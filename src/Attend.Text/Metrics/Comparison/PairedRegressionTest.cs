namespace Attend.Text.Metrics;

/// <summary>Tells whether two systems that predicted the same numbers differ by more than chance, by the figures of <see cref="RegressionMetrics"/>.</summary>
/// <remarks>Keeps three numbers per example.</remarks>
public sealed class PairedRegressionTest : IPairedTest<double>
{
    private readonly PairedTestOptions _options;
    private readonly List<double> _first = [];
    private readonly List<double> _second = [];
    private readonly List<double> _expected = [];

    /// <summary>An empty comparison.</summary>
    /// <param name="options">How to test; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public PairedRegressionTest(PairedTestOptions? options = null)
    {
        _options = options ?? new PairedTestOptions();
        _options.Check();
    }

    /// <inheritdoc/>
    public string Signature => _options.Signature;

    /// <inheritdoc/>
    public int ExampleCount => _first.Count;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A number is not finite.</exception>
    public void Add(double first, double second, double expected)
    {
        if (!double.IsFinite(first) || !double.IsFinite(second) || !double.IsFinite(expected)) throw new ArgumentException($"Expected finite numbers, found {first}, {second} and {expected}.", nameof(first));
        _first.Add(first);
        _second.Add(second);
        _expected.Add(expected);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, PairedFigure> Result()
    {
        if (ExampleCount == 0) return new OrderedDictionary<string, PairedFigure>();
        double[] first = [.. _first], second = [.. _second], expected = [.. _expected];
        var (firstColumns, secondColumns) = (new RegressionMetrics.Columns(first, expected), new RegressionMetrics.Columns(second, expected));
        var resampled = new FigurePair[_options.Bootstrap.Resamples];
        Parallel.For(0, resampled.Length, sample =>
        {
            var random = _options.Random(sample);
            var weights = new int[first.Length];
            for (var i = 0; i < weights.Length; i++) weights[random.Next(weights.Length)]++;
            resampled[sample] = new(firstColumns.Figures(weights), secondColumns.Figures(weights));
        });
        var exchanged = new FigurePair[_options.RandomizationTrials];
        Parallel.For(0, exchanged.Length, trial =>
        {
            var random = _options.Random(trial);
            double[] left = [.. first], right = [.. second];
            for (var i = 0; i < left.Length; i += 64)
            {
                var bits = random.NextUInt64();
                for (var example = i; example < Math.Min(i + 64, left.Length); example++, bits >>= 1)
                    if ((bits & 1) == 1) (left[example], right[example]) = (right[example], left[example]);
            }
            exchanged[trial] = new(new RegressionMetrics.Columns(left, expected).Figures(null), new RegressionMetrics.Columns(right, expected).Figures(null));
        });
        return new PairedSamples(new(firstColumns.Figures(null), secondColumns.Figures(null)), resampled, exchanged).Figures(_options.Bootstrap.Level);
    }
}
