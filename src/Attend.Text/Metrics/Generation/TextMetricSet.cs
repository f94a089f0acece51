namespace Attend.Text.Metrics;

/// <summary>Several metrics on written texts, fed together.</summary>
/// <param name="metrics">Whose figures have different names.</param>
public sealed class TextMetricSet(IReadOnlyList<TextMetric> metrics) : IMetric<TextAnswer>
{
    /// <summary>The metrics.</summary>
    public IReadOnlyList<TextMetric> Metrics => metrics;

    /// <summary>The metrics' signatures, separated by blanks.</summary>
    public string Signature => string.Join(' ', metrics.Select(metric => metric.Signature));

    /// <inheritdoc/>
    public void Add(TextAnswer predicted, TextAnswer expected)
    {
        foreach (var metric in metrics) metric.Add(predicted, expected);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, double> Result()
    {
        var figures = new OrderedDictionary<string, double>();
        foreach (var (name, value) in metrics.SelectMany(metric => metric.Result())) figures[name] = value;
        return figures;
    }
}
