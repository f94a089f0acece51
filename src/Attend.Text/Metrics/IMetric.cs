namespace Attend.Text.Metrics;

/// <summary>A measure of how well predictions agree with a gold standard, fed one example at a time.</summary>
/// <typeparam name="TAnswer">What the task answers: a label, a span, a text.</typeparam>
public interface IMetric<in TAnswer>
{
    /// <summary>Name, version and every choice that changes the value, as <c>name|key:value|...|version:attend-x.y.z</c>: figures are comparable only under the same signature.</summary>
    string Signature { get; }

    /// <summary>Counts one example; an answer that is refused with an exception leaves the metric as it was.</summary>
    /// <param name="predicted">What the model said.</param>
    /// <param name="expected">What the gold standard says.</param>
    void Add(TAnswer predicted, TAnswer expected);

    /// <summary>The figures so far, by snake-case name; a figure that cannot be computed from these examples is absent, never NaN.</summary>
    IReadOnlyDictionary<string, double> Result();
}
