namespace Attend.Text.Metrics;

/// <summary>A metric whose figures follow from sums over the examples, so that resampling needs no second look at them.</summary>
/// <typeparam name="TAnswer">What the task answers.</typeparam>
public interface ISummedMetric<in TAnswer> : IMetric<TAnswer>
{
    /// <summary>What one example adds to the sums; counts nothing.</summary>
    /// <param name="predicted">What the model said.</param>
    /// <param name="expected">What the gold standard says.</param>
    /// <param name="terms">Receives the terms; empty before.</param>
    void Measure(TAnswer predicted, TAnswer expected, ExampleTerms terms);

    /// <summary>The figures that sums give, under the names of <see cref="IMetric{TAnswer}.Result"/>.</summary>
    /// <param name="sums">One number per place that <see cref="Measure"/> has used; places beyond the end are 0.</param>
    IReadOnlyDictionary<string, double> Figures(ReadOnlySpan<double> sums);
}
