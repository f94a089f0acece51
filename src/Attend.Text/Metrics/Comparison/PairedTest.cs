namespace Attend.Text.Metrics;

/// <summary>Tells whether two systems that answered the same examples differ by more than chance, for any metric that follows from sums.</summary>
/// <remarks>Keeps what each example adds to the sums of either system, a few numbers, as both tests need them all.</remarks>
/// <typeparam name="TAnswer">What the task answers.</typeparam>
public sealed class PairedTest<TAnswer> : IPairedTest<TAnswer>
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
        _options.Check();
        _metric = metric;
    }

    /// <inheritdoc/>
    public string Signature => _options.Signature;

    /// <inheritdoc/>
    public int ExampleCount => _first.Count;

    /// <inheritdoc/>
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

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, PairedFigure> Result()
    {
        if (ExampleCount == 0) return new OrderedDictionary<string, PairedFigure>();
        var first = _first.Sum(_placeCount);
        var change = _change.Sum(_placeCount);
        var seen = new FigurePair(_metric.Figures(first), _metric.Figures(Plus(first, change)));
        return new PairedSamples(seen, Sample(_options.Bootstrap.Resamples, Resampled), Sample(_options.RandomizationTrials, random => Exchanged(random, first, change)))
            .Figures(_options.Bootstrap.Level);
    }

    private FigurePair[] Sample(int count, Func<Data.DeterministicRandom, (double[] First, double[] Second)> draw)
    {
        var sums = new (double[] First, double[] Second)[count];
        Parallel.For(0, count, sample => sums[sample] = draw(_options.Random(sample)));
        return [.. sums.Select(pair => new FigurePair(_metric.Figures(pair.First), _metric.Figures(pair.Second)))];
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
