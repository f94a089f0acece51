namespace Attend.Text.Metrics;

/// <summary>A figure with what it takes to understand it.</summary>
/// <param name="Name">Its name, as <see cref="IMetric{TAnswer}.Result"/> gives it.</param>
/// <param name="Value">Its value.</param>
/// <param name="Interval">Where it lies over resampled examples; null where that was not found out.</param>
/// <param name="Signature">That of its metric.</param>
public sealed record MeasuredFigure(string Name, double Value, BootstrapInterval? Interval, string Signature);

/// <summary>The examples, parted in one way.</summary>
/// <param name="By">What by: "length in tokens", or the name of a column.</param>
/// <param name="Slices">The parts.</param>
public sealed record SliceGroup(string By, IReadOnlyList<Slice> Slices);

/// <summary>Measures a task's answers the way a report shows them: all figures with their intervals, over all examples and over parts of them.</summary>
/// <remarks>Memory grows with the number of parts and of samples; with the number of examples only where the metric says so.</remarks>
/// <typeparam name="TAnswer">What the task answers.</typeparam>
public sealed class Measurement<TAnswer> : IMetric<TAnswer>
{
    private readonly Func<IResampledMetric<TAnswer>> _create;
    private readonly int _leastSliceExamples;
    private readonly IResampledMetric<TAnswer> _whole;
    private readonly string _lengthTitle;
    private readonly OrderedDictionary<string, SliceTable<TAnswer>> _columns = new(StringComparer.Ordinal);
    private SliceTable<TAnswer>? _lengths;

    /// <summary>A measurement without examples.</summary>
    /// <param name="create">Makes the empty metric; for several metrics it makes a <see cref="MetricSet{TAnswer}"/>.</param>
    /// <param name="lengthTitle">What the lengths are: "length in tokens".</param>
    /// <param name="options">How to resample; null for the defaults.</param>
    public Measurement(Func<ISummedMetric<TAnswer>> create, string lengthTitle = "length", BootstrapOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(create);
        options ??= new BootstrapOptions();
        (_create, _lengthTitle, _leastSliceExamples) = (() => new BootstrapMetric<TAnswer>(create(), options), lengthTitle, options.LeastSliceExamples);
        var metric = create();
        (Metric, _whole) = (metric, new BootstrapMetric<TAnswer>(metric, options));
    }

    /// <summary>A measurement, without examples, by a metric that resamples by itself.</summary>
    /// <param name="create">Makes the empty metric.</param>
    /// <param name="lengthTitle">What the lengths are: "length in tokens".</param>
    public Measurement(Func<IResampledMetric<TAnswer>> create, string lengthTitle = "length")
    {
        ArgumentNullException.ThrowIfNull(create);
        (_create, _lengthTitle, _leastSliceExamples) = (create, lengthTitle, new BootstrapOptions().LeastSliceExamples);
        _whole = create();
        Metric = _whole;
    }

    /// <summary>The metric over all examples.</summary>
    public IMetric<TAnswer> Metric { get; }

    /// <inheritdoc/>
    public string Signature => Metric.Signature;

    /// <summary>The choices that the intervals depend on.</summary>
    public string IntervalSignature => _whole.IntervalSignature;

    /// <summary>Examples so far.</summary>
    public long ExampleCount { get; private set; }

    /// <inheritdoc/>
    public void Add(TAnswer predicted, TAnswer expected) => Add(predicted, expected, length: null);

    /// <summary>Counts one example, also in the parts it belongs to.</summary>
    /// <param name="predicted">What the model said.</param>
    /// <param name="expected">What the gold standard says.</param>
    /// <param name="length">The example's length; null where lengths do not matter.</param>
    /// <param name="columns">Further columns of the example; each parts the examples by its values. Null for none.</param>
    public void Add(TAnswer predicted, TAnswer expected, int? length, IReadOnlyDictionary<string, string>? columns = null)
    {
        _whole.Add(predicted, expected);
        ExampleCount++;
        if (length is { } known) (_lengths ??= new SliceTable<TAnswer>(_lengthTitle, _create, SliceKind.Length)).Add(known, predicted, expected);
        foreach (var (column, value) in columns ?? new Dictionary<string, string>())
        {
            if (!_columns.TryGetValue(column, out var table)) _columns[column] = table = new SliceTable<TAnswer>(column, _create);
            table.Add(value, predicted, expected);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, double> Result() => _whole.Result();

    /// <summary>All figures, each with its interval and the signature of its metric.</summary>
    public IReadOnlyList<MeasuredFigure> Figures()
    {
        var intervals = _whole.Intervals();
        IReadOnlyList<IMetric<TAnswer>> metrics = Metric is MetricSet<TAnswer> set ? set.Metrics : [Metric];
        return [.. metrics.SelectMany(metric => metric.Result().Select(figure => new MeasuredFigure(figure.Key, figure.Value, intervals.GetValueOrDefault(figure.Key), metric.Signature)))];
    }

    /// <summary>Intervals of each label's precision, recall and F1; nothing where the metric has no labels.</summary>
    public IReadOnlyDictionary<string, LabelIntervals> LabelIntervals() => (_whole as BootstrapMetric<TAnswer>)?.LabelIntervals() ?? new Dictionary<string, LabelIntervals>();

    /// <summary>The parts: by length, then by each column.</summary>
    public IReadOnlyList<SliceGroup> Slices()
    {
        var tables = _lengths is null ? _columns.Values : _columns.Values.Prepend(_lengths);
        return [.. tables.Select(table => new SliceGroup(table.Title, [.. table.Slices().Select(slice => slice.ExampleCount < _leastSliceExamples
            ? slice with { Intervals = new Dictionary<string, BootstrapInterval>() }
            : slice)]))];
    }
}
