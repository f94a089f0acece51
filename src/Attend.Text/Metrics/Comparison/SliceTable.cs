namespace Attend.Text.Metrics;

/// <summary>The figures of one part of the examples.</summary>
/// <param name="Name">What its examples have in common, such as a label or "9-16".</param>
/// <param name="ExampleCount">How many examples it has.</param>
/// <param name="Figures">The metric's figures over them.</param>
/// <param name="Intervals">Intervals of the figures, where they were asked for; otherwise empty.</param>
public sealed record Slice(string Name, long ExampleCount, IReadOnlyDictionary<string, double> Figures, IReadOnlyDictionary<string, BootstrapInterval> Intervals);

/// <summary>By what a <see cref="SliceTable{TAnswer}"/> parts the examples.</summary>
public enum SliceKind
{
    /// <summary>A name that each example has, such as its gold label or the value of a column.</summary>
    Name,

    /// <summary>A length: 0, 1, 2, 3-4, 5-8, 9-16 and so on.</summary>
    Length,
}

/// <summary>Measures parts of the examples apart: by length, by label, by the values of any column.</summary>
/// <remarks>Memory grows with the number of parts, not of examples; beyond a limit, further parts are put together.</remarks>
/// <typeparam name="TAnswer">What the task answers.</typeparam>
public sealed class SliceTable<TAnswer>
{
    private const string OtherName = "(other)";

    private readonly Func<IMetric<TAnswer>> _create;
    private readonly int _mostSlices;
    private readonly bool _inLengthOrder;
    private readonly Dictionary<string, (IMetric<TAnswer> Metric, long Count)> _slices = new(StringComparer.Ordinal);

    /// <summary>A table without examples.</summary>
    /// <param name="title">What the examples are parted by, such as "gold label" or "length in words".</param>
    /// <param name="create">Makes an empty metric; one with intervals is an <see cref="IResampledMetric{TAnswer}"/>.</param>
    /// <param name="kind">Whether the parts are names or lengths.</param>
    /// <param name="mostSlices">At most so many names; examples with further names are put together.</param>
    public SliceTable(string title, Func<IMetric<TAnswer>> create, SliceKind kind = SliceKind.Name, int mostSlices = 100)
    {
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(create);
        ArgumentOutOfRangeException.ThrowIfLessThan(mostSlices, 1);
        Title = title;
        _create = create;
        _mostSlices = kind == SliceKind.Length ? int.MaxValue : mostSlices;
        _inLengthOrder = kind == SliceKind.Length;
    }

    /// <summary>What the examples are parted by.</summary>
    public string Title { get; }

    /// <summary>Counts one example of a table by name.</summary>
    /// <param name="name">The example's part; null or empty is a part of its own, "(none)".</param>
    /// <param name="predicted">What the model said.</param>
    /// <param name="expected">What the gold standard says.</param>
    /// <exception cref="InvalidOperationException">The table is one by length.</exception>
    public void Add(string? name, TAnswer predicted, TAnswer expected)
    {
        if (_inLengthOrder) throw new InvalidOperationException($"\"{Title}\" is a table by length: give a length.");
        AddTo(string.IsNullOrEmpty(name) ? "(none)" : name, predicted, expected);
    }

    /// <summary>Counts one example of a table by length.</summary>
    /// <param name="length">The example's length, at least 0.</param>
    /// <param name="predicted">What the model said.</param>
    /// <param name="expected">What the gold standard says.</param>
    /// <exception cref="InvalidOperationException">The table is one by name.</exception>
    public void Add(int length, TAnswer predicted, TAnswer expected)
    {
        if (!_inLengthOrder) throw new InvalidOperationException($"\"{Title}\" is a table by name: give a name.");
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        AddTo(Bucket(length), predicted, expected);
    }

    /// <summary>The parts: by rising length, or the largest first, ties in ordinal order of the names; "(other)" last.</summary>
    public IReadOnlyList<Slice> Slices()
    {
        var named = _slices.Where(slice => slice.Key != OtherName);
        var sorted = _inLengthOrder
            ? named.OrderBy(slice => int.Parse(slice.Key.Split('-')[0]))
            : named.OrderByDescending(slice => slice.Value.Count).ThenBy(slice => slice.Key, StringComparer.Ordinal);
        return [.. sorted.Concat(_slices.Where(slice => slice.Key == OtherName)).Select(slice => new Slice(slice.Key, slice.Value.Count,
            slice.Value.Metric.Result(), slice.Value.Metric is IResampledMetric<TAnswer> resampled ? resampled.Intervals() : new Dictionary<string, BootstrapInterval>()))];
    }

    private static string Bucket(int length)
    {
        if (length <= 2) return $"{length}";
        var high = 4L;
        while (high < length) high *= 2;
        return $"{high / 2 + 1}-{high}";
    }

    private void AddTo(string name, TAnswer predicted, TAnswer expected)
    {
        if (!_slices.ContainsKey(name) && _slices.Count >= _mostSlices) name = OtherName;
        var (metric, count) = _slices.TryGetValue(name, out var slice) ? slice : (_create(), 0);
        metric.Add(predicted, expected);
        _slices[name] = (metric, count + 1);
    }
}
