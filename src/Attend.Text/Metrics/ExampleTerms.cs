namespace Attend.Text.Metrics;

/// <summary>What one example adds to the sums of an <see cref="ISummedMetric{TAnswer}"/>: a few numbers and the places where they go.</summary>
public sealed class ExampleTerms
{
    private int[] _places = new int[16];
    private double[] _values = new double[16];

    /// <summary>How many terms there are.</summary>
    public int Count { get; private set; }

    /// <summary>Where the terms go, from 0; a place may occur several times.</summary>
    public ReadOnlySpan<int> Places => _places.AsSpan(0, Count);

    /// <summary>The terms.</summary>
    public ReadOnlySpan<double> Values => _values.AsSpan(0, Count);

    /// <summary>Forgets all terms.</summary>
    public void Clear() => Count = 0;

    /// <summary>Adds a term; 0 adds nothing.</summary>
    /// <param name="place">Which of the sums, from 0.</param>
    /// <param name="value">The term.</param>
    public void Add(int place, double value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(place);
        if (value == 0) return;
        if (Count == _places.Length)
        {
            Array.Resize(ref _places, 2 * Count);
            Array.Resize(ref _values, 2 * Count);
        }
        _places[Count] = place;
        _values[Count++] = value;
    }
}
