namespace Attend.Text.Metrics;

/// <summary>Several metrics of one task, fed together: one metric with the figures of all.</summary>
/// <remarks>Not safe for several threads at once.</remarks>
/// <typeparam name="TAnswer">What the task answers.</typeparam>
public sealed class MetricSet<TAnswer> : ISummedMetric<TAnswer>
{
    private readonly ISummedMetric<TAnswer>[] _metrics;
    private readonly ExampleTerms[] _terms;

    /// <summary>A set of metrics.</summary>
    /// <param name="metrics">At least one; no two have a figure of the same name.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public MetricSet(params IReadOnlyList<ISummedMetric<TAnswer>> metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        if (metrics.Count == 0) throw new ArgumentException("Expected at least one metric, found none.", nameof(metrics));
        _metrics = [.. metrics];
        _terms = [.. metrics.Select(_ => new ExampleTerms())];
    }

    /// <summary>The metrics.</summary>
    public IReadOnlyList<ISummedMetric<TAnswer>> Metrics => _metrics;

    /// <summary>The metrics' signatures, separated by blanks.</summary>
    public string Signature => string.Join(' ', _metrics.Select(metric => metric.Signature));

    /// <inheritdoc/>
    public void Add(TAnswer predicted, TAnswer expected)
    {
        MeasureEach(predicted, expected);
        CountEach(predicted, expected);
    }

    /// <inheritdoc/>
    public void Measure(TAnswer predicted, TAnswer expected, ExampleTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        MeasureEach(predicted, expected);
        // The places of the metrics take turns, so that each may have any number.
        for (var i = 0; i < _metrics.Length; i++)
            for (var term = 0; term < _terms[i].Count; term++) terms.Add(_terms[i].Places[term] * _metrics.Length + i, _terms[i].Values[term]);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, double> Figures(ReadOnlySpan<double> sums)
    {
        var figures = new OrderedDictionary<string, double>();
        for (var i = 0; i < _metrics.Length; i++)
        {
            var own = new double[(sums.Length - i + _metrics.Length - 1) / _metrics.Length];
            for (var place = 0; place < own.Length; place++) own[place] = sums[place * _metrics.Length + i];
            foreach (var (name, value) in _metrics[i].Figures(own)) figures[name] = value;
        }
        return figures;
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, double> Result() => new OrderedDictionary<string, double>(_metrics.SelectMany(metric => metric.Result()));

    /// <summary>Counts the example that was measured last.</summary>
    internal void CountEach(TAnswer predicted, TAnswer expected)
    {
        for (var i = 0; i < _metrics.Length; i++)
        {
            if (_metrics[i] is SummedMetric<TAnswer> summed) summed.Count(predicted, expected, _terms[i]);
            else _metrics[i].Add(predicted, expected);
        }
    }

    private void MeasureEach(TAnswer predicted, TAnswer expected)
    {
        for (var i = 0; i < _metrics.Length; i++)
        {
            _terms[i].Clear();
            _metrics[i].Measure(predicted, expected, _terms[i]);
        }
    }
}
