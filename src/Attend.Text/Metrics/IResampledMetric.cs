namespace Attend.Text.Metrics;

/// <summary>A metric that says how sure its figures are, by resampling the examples.</summary>
/// <typeparam name="TAnswer">What the task answers.</typeparam>
public interface IResampledMetric<in TAnswer> : IMetric<TAnswer>
{
    /// <summary>The choices that the intervals depend on, besides those of the signature.</summary>
    string IntervalSignature { get; }

    /// <summary>The interval of each figure, under the names of <see cref="IMetric{TAnswer}.Result"/>; nothing without examples.</summary>
    IReadOnlyDictionary<string, BootstrapInterval> Intervals();
}
