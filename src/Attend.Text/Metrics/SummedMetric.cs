namespace Attend.Text.Metrics;

/// <summary>Keeps the sums of an <see cref="ISummedMetric{TAnswer}"/> and nothing else: memory does not grow with the number of examples.</summary>
/// <remarks>Not safe for several threads at once.</remarks>
/// <typeparam name="TAnswer">What the task answers.</typeparam>
public abstract class SummedMetric<TAnswer> : ISummedMetric<TAnswer>
{
    private readonly ExampleTerms _terms = new();
    private double[] _sums = new double[16];
    private int _placeCount;

    private protected SummedMetric()
    {
    }

    /// <inheritdoc/>
    public abstract string Signature { get; }

    /// <summary>The sums so far.</summary>
    private protected ReadOnlySpan<double> Sums => _sums.AsSpan(0, _placeCount);

    /// <inheritdoc/>
    public void Add(TAnswer predicted, TAnswer expected)
    {
        _terms.Clear();
        Measure(predicted, expected, _terms);
        Count(predicted, expected, _terms);
    }

    /// <inheritdoc/>
    public abstract void Measure(TAnswer predicted, TAnswer expected, ExampleTerms terms);

    /// <inheritdoc/>
    public abstract IReadOnlyDictionary<string, double> Figures(ReadOnlySpan<double> sums);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, double> Result() => Figures(Sums);

    /// <summary>Called after an example was counted, for what is more than sums.</summary>
    private protected virtual void OnCounted(TAnswer predicted, TAnswer expected)
    {
    }

    /// <summary>Counts an example by its terms, which <see cref="Measure"/> gave.</summary>
    internal void Count(TAnswer predicted, TAnswer expected, ExampleTerms terms)
    {
        for (var i = 0; i < terms.Count; i++)
        {
            var place = terms.Places[i];
            if (place >= _sums.Length) Array.Resize(ref _sums, Math.Max(2 * _sums.Length, place + 1));
            _placeCount = Math.Max(_placeCount, place + 1);
            _sums[place] += terms.Values[i];
        }
        OnCounted(predicted, expected);
    }

    /// <summary>A sum, 0 where nothing was added yet.</summary>
    private protected static double At(ReadOnlySpan<double> sums, int place) => place < sums.Length ? sums[place] : 0;

    /// <summary>A quotient, 0 where there is nothing to divide by.</summary>
    private protected static double Ratio(double part, double whole) => whole == 0 ? 0 : part / whole;
}
