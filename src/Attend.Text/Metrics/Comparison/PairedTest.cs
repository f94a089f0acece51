namespace Attend.Text.Metrics;

/// <summary>How one figure of two systems compares.</summary>
/// <param name="First">The first system's figure.</param>
/// <param name="Second">The second system's figure.</param>
/// <param name="Difference">Second minus first.</param>
/// <param name="Interval">Percentile interval of the difference over the samples.</param>
/// <param name="SecondHigherShare">The share of the samples in which the second system's figure is the higher one (Koehn 2004), ties counting half.</param>
/// <param name="BootstrapP">Two-sided p-value of the paired bootstrap, as sacreBLEU computes it; in (0, 1].</param>
/// <param name="RandomizationP">Two-sided p-value of approximate randomization (Riezler and Maxwell 2005), as sacreBLEU computes it; in (0, 1].</param>
public sealed record PairedFigure(
    double First, double Second, double Difference, BootstrapInterval Interval, double SecondHigherShare, double BootstrapP, double RandomizationP);

/// <summary>How the tests of <see cref="PairedTest{TAnswer}"/> are done.</summary>
public sealed record PairedTestOptions
{
    /// <summary>The bootstrap: drawing as many examples as there are, with replacement, the same for both systems.</summary>
    public BootstrapOptions Bootstrap { get; init; } = new();

    /// <summary>How often approximate randomization exchanges the systems' answers at random; 0 leaves that test out, with a p-value of 1.</summary>
    public int RandomizationTrials { get; init; } = 10_000;
}

/// <summary>Tells whether two systems that answered the same examples differ by more than chance, for any metric that follows from sums.</summary>
/// <remarks>Keeps what each example adds to the sums of either system, a few numbers, as both tests need them all.</remarks>
/// <typeparam name="TAnswer">What the task answers.</typeparam>
public sealed class PairedTest<TAnswer>
{
    private readonly ISummedMetric<TAnswer> _metric;
    private readonly PairedTestOptions _options;
    private readonly ExampleTerms _terms = new();

    // For each example its terms, one after the other: of the first system, and of the second minus those of the first.
    private readonly TermList _first = new();
    private readonly TermList _change = new();
    private int _placeCount;

    /// <summary>An empty comparison.</summary>
    /// <param name="metric">The metric; it is asked, but counts nothing.</param>
    /// <param name="options">How to test; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public PairedTest(ISummedMetric<TAnswer> metric, PairedTestOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(metric);
        _options = options ?? new PairedTestOptions();
        _options.Bootstrap.Check();
        ArgumentOutOfRangeException.ThrowIfNegative(_options.RandomizationTrials);
        _metric = metric;
    }

    /// <summary>The choices that the p-values depend on, besides the metric's own.</summary>
    public string Signature => $"paired|bs:{_options.Bootstrap.Resamples}|weights:multinomial|interval:percentile-{100 * _options.Bootstrap.Level:0.##}"
        + $"|ar:{_options.RandomizationTrials}|p:two-sided,(c+1)/(n+1)|seed:{_options.Bootstrap.Seed}|version:{LabelSet.Version}";

    /// <summary>Examples so far.</summary>
    public int ExampleCount => _first.Count;

    /// <summary>Keeps one example.</summary>
    /// <param name="first">The first system's answer.</param>
    /// <param name="second">The second system's answer.</param>
    /// <param name="expected">The gold standard.</param>
    public void Add(TAnswer first, TAnswer second, TAnswer expected)
    {
        var sums = new SortedDictionary<int, (double First, double Second)>();
        Take(first, (before, value) => (before.First + value, before.Second));
        Take(second, (before, value) => (before.First, before.Second + value));
        _first.Add(sums.Select(entry => (entry.Key, entry.Value.First)));
        _change.Add(sums.Select(entry => (entry.Key, entry.Value.Second - entry.Value.First)));
        if (sums.Count > 0) _placeCount = Math.Max(_placeCount, sums.Keys.Last() + 1);

        void Take(TAnswer answer, Func<(double First, double Second), double, (double, double)> add)
        {
            _terms.Clear();
            _metric.Measure(answer, expected, _terms);
            for (var i = 0; i < _terms.Count; i++) sums[_terms.Places[i]] = add(sums.GetValueOrDefault(_terms.Places[i]), _terms.Values[i]);
        }
    }

    /// <summary>The comparison of each figure, under the metric's names; nothing without examples.</summary>
    public IReadOnlyDictionary<string, PairedFigure> Result()
    {
        var result = new OrderedDictionary<string, PairedFigure>();
        if (ExampleCount == 0) return result;
        var first = _first.Sum(_placeCount);
        var change = _change.Sum(_placeCount);
        var (firstFigures, secondFigures) = (_metric.Figures(first), _metric.Figures(Plus(first, change)));
        var bootstrap = Sample(_options.Bootstrap.Resamples, Resampled);
        var randomized = Sample(_options.RandomizationTrials, random => Exchanged(random, first, change));
        foreach (var (name, figure) in firstFigures)
        {
            if (!secondFigures.TryGetValue(name, out var other)) continue;
            var differences = Differences(bootstrap, name);
            var exchanged = Differences(randomized, name);
            var mean = differences.Select(Math.Abs).DefaultIfEmpty().Average();
            var distance = Math.Abs(other - figure);
            result[name] = new PairedFigure(figure, other, other - figure,
                differences.Length == 0 ? new(0, 0, 0) : Bootstrap.Interval([.. differences], _options.Bootstrap.Level),
                differences.Select(difference => difference > 0 ? 1 : difference < 0 ? 0 : 0.5).DefaultIfEmpty(0.5).Average(),
                P(differences.Select(difference => Math.Abs(difference) - mean), distance),
                P(exchanged.Select(Math.Abs), distance));
        }
        return result;
    }

    private readonly record struct Pair(IReadOnlyDictionary<string, double> First, IReadOnlyDictionary<string, double> Second);

    // As multeval and sacreBLEU: one is added so that p is never 0; a difference that is only reached does not count.
    private static double P(IEnumerable<double> values, double distance)
    {
        int count = 0, above = 0;
        foreach (var value in values)
        {
            count++;
            if (value > distance) above++;
        }
        return (above + 1.0) / (count + 1);
    }

    private static double[] Differences(Pair[] samples, string name)
    {
        var differences = new List<double>(samples.Length);
        foreach (var sample in samples)
            if (sample.First.TryGetValue(name, out var first) && sample.Second.TryGetValue(name, out var second)) differences.Add(second - first);
        return [.. differences];
    }

    // Each sample has a generator of its own, so that they can be drawn side by side.
    private Pair[] Sample(int count, Func<Data.DeterministicRandom, (double[] First, double[] Second)> draw)
    {
        var sums = new (double[] First, double[] Second)[count];
        Parallel.For(0, count, sample => sums[sample] = draw(new Data.DeterministicRandom(_options.Bootstrap.Seed * 0x2545F4914F6CDD1D + (ulong)sample)));
        return [.. sums.Select(pair => new Pair(_metric.Figures(pair.First), _metric.Figures(pair.Second)))];
    }

    private (double[] First, double[] Second) Resampled(Data.DeterministicRandom random)
    {
        double[] first = new double[_placeCount], second = new double[_placeCount];
        for (var i = 0; i < ExampleCount; i++)
        {
            var example = random.Next(ExampleCount);
            _first.AddTo(first, example);
            _change.AddTo(second, example);
        }
        return (first, Plus(first, second));
    }

    private (double[] First, double[] Second) Exchanged(Data.DeterministicRandom random, double[] first, double[] change)
    {
        var moved = new double[_placeCount];
        for (var i = 0; i < ExampleCount; i += 64)
        {
            var bits = random.NextUInt64();
            for (var example = i; example < Math.Min(i + 64, ExampleCount); example++, bits >>= 1)
                if ((bits & 1) == 1) _change.AddTo(moved, example);
        }
        // What moves to the first system leaves the second.
        return (Plus(first, moved), [.. first.Zip(change, (a, b) => a + b).Zip(moved, (a, b) => a - b)]);
    }

    private static double[] Plus(double[] left, double[] right)
    {
        var sum = new double[left.Length];
        for (var i = 0; i < sum.Length; i++) sum[i] = left[i] + right[i];
        return sum;
    }

    /// <summary>The terms of many examples in two arrays.</summary>
    private sealed class TermList
    {
        private readonly List<int> _ends = [];
        private readonly List<int> _places = [];
        private readonly List<double> _values = [];

        public int Count => _ends.Count;

        public void Add(IEnumerable<(int Place, double Value)> terms)
        {
            foreach (var (place, value) in terms)
            {
                if (value == 0) continue;
                _places.Add(place);
                _values.Add(value);
            }
            _ends.Add(_places.Count);
        }

        public void AddTo(double[] sums, int example)
        {
            for (var i = example == 0 ? 0 : _ends[example - 1]; i < _ends[example]; i++) sums[_places[i]] += _values[i];
        }

        public double[] Sum(int placeCount)
        {
            var sums = new double[placeCount];
            for (var i = 0; i < _places.Count; i++) sums[_places[i]] += _values[i];
            return sums;
        }
    }
}
