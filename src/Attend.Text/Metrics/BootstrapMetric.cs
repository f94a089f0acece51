using System.Numerics;

namespace Attend.Text.Metrics;

/// <summary>Measures by another metric and keeps, beside its sums, those of many samples of the examples, to say how sure the figures are.</summary>
/// <remarks>
/// Memory grows with the number of samples, not with the number of examples. Each example is in each sample Poisson(1) times, which is what
/// drawing with replacement comes to; the samples depend on the seed and the examples' order only.
/// </remarks>
/// <typeparam name="TAnswer">What the task answers.</typeparam>
public sealed class BootstrapMetric<TAnswer> : IResampledMetric<TAnswer>
{
    private readonly ISummedMetric<TAnswer> _metric;
    private readonly BootstrapOptions _options;
    private readonly PoissonWeights _source;
    private readonly double[] _weights;
    private readonly double[] _totals;
    private readonly List<double[]?> _sums = [];
    private readonly ExampleTerms _terms = new();
    private long _exampleCount;

    /// <summary>Empty samples.</summary>
    /// <param name="metric">The metric, empty; examples are added here, not there.</param>
    /// <param name="options">How to resample; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public BootstrapMetric(ISummedMetric<TAnswer> metric, BootstrapOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(metric);
        _options = options ?? new BootstrapOptions();
        _options.Check();
        _metric = metric;
        _source = new PoissonWeights(_options.Seed);
        _weights = new double[_options.Resamples];
        _totals = new double[_options.Resamples];
    }

    /// <summary>The signature of the metric itself: the figures do not depend on the samples.</summary>
    public string Signature => _metric.Signature;

    /// <inheritdoc/>
    public string IntervalSignature => Bootstrap.Signature(_options);

    /// <inheritdoc/>
    public void Add(TAnswer predicted, TAnswer expected)
    {
        _terms.Clear();
        _metric.Measure(predicted, expected, _terms);
        if (_metric is SummedMetric<TAnswer> summed) summed.Count(predicted, expected, _terms);
        else if (_metric is MetricSet<TAnswer> set) set.CountEach(predicted, expected);
        else _metric.Add(predicted, expected);

        _source.Fill(_exampleCount++, _weights);
        AddTo(_totals, 1);
        for (var i = 0; i < _terms.Count; i++)
        {
            var place = _terms.Places[i];
            while (place >= _sums.Count) _sums.Add(null);
            AddTo(_sums[place] ??= new double[_weights.Length], _terms.Values[i]);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, double> Result() => _metric.Result();

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, BootstrapInterval> Intervals()
    {
        var samples = new IReadOnlyDictionary<string, double>?[_weights.Length];
        var sums = new double[_sums.Count];
        for (var sample = 0; sample < samples.Length; sample++)
        {
            if (_totals[sample] == 0) continue;
            for (var place = 0; place < sums.Length; place++) sums[place] = _sums[place]?[sample] ?? 0;
            samples[sample] = _metric.Figures(sums);
        }
        return Bootstrap.Intervals(Result().Keys, samples, _options);
    }

    /// <summary>Intervals of each label's precision, recall and F1, for the labels that occur; nothing where the metric has no labels.</summary>
    public IReadOnlyDictionary<string, LabelIntervals> LabelIntervals()
    {
        var intervals = new OrderedDictionary<string, LabelIntervals>();
        if (_metric is not ILabelMetric labels) return intervals;
        foreach (var (label, place) in labels.LabelPlaces)
        {
            var (correct, predicted, gold) = (Sums(place), Sums(place + 1), Sums(place + 2));
            if (predicted is null && gold is null) continue;
            intervals[label] = new(Of((right, given, _) => right / given), Of((right, _, all) => right / all), Of((right, given, all) => 2 * right / (given + all)));

            BootstrapInterval? Of(Func<double, double, double, double> figure)
            {
                var values = new List<double>(_weights.Length);
                for (var sample = 0; sample < _weights.Length; sample++)
                    if (figure(correct?[sample] ?? 0, predicted?[sample] ?? 0, gold?[sample] ?? 0) is var value && double.IsFinite(value)) values.Add(value);
                return 2 * values.Count < _weights.Length ? null : Bootstrap.Interval([.. values], _options.Level);
            }
        }
        return intervals;

        double[]? Sums(int place) => place < _sums.Count ? _sums[place] : null;
    }

    private void AddTo(double[] sums, double term)
    {
        var i = 0;
        for (; i <= sums.Length - Vector<double>.Count; i += Vector<double>.Count)
            (new Vector<double>(sums, i) + term * new Vector<double>(_weights, i)).CopyTo(sums, i);
        for (; i < sums.Length; i++) sums[i] += term * _weights[i];
    }
}
