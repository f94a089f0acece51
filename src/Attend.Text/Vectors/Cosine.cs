using System.Numerics;

namespace Attend.Text.Vectors;

/// <summary>Cosines of vectors, added up in double precision with the processor's vector instructions.</summary>
public static class Cosine
{
    /// <summary>The cosine of the angle between two vectors; 0 where one of them is 0.</summary>
    /// <exception cref="ArgumentException">They have different numbers of dimensions.</exception>
    public static double Between(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        if (left.Length != right.Length) throw new ArgumentException($"The vectors have {left.Length} and {right.Length} dimensions; expected the same number.", nameof(right));
        return Of(Unit(left), right);
    }

    /// <summary>The vector scaled to length 1; 0 stays 0.</summary>
    public static double[] Unit(ReadOnlySpan<float> vector)
    {
        var length = Math.Sqrt(Products(vector));
        var unit = new double[vector.Length];
        if (length > 0)
            for (var i = 0; i < unit.Length; i++) unit[i] = vector[i] / length;
        return unit;
    }

    /// <summary>The cosine between a vector of length 1 and any other of as many dimensions.</summary>
    public static double Of(ReadOnlySpan<double> unit, ReadOnlySpan<float> vector)
    {
        var length = Math.Sqrt(Products(vector));
        return length == 0 ? 0 : Math.Clamp(Products(unit, vector) / length, -1, 1);
    }

    /// <summary>The cosines between one vector and others of length 1.</summary>
    /// <param name="units">Vectors of length 1, see <see cref="Unit"/>.</param>
    /// <param name="vector">As many dimensions as they have.</param>
    /// <param name="cosines">Receives one number for each.</param>
    public static void Of(IReadOnlyList<double[]> units, ReadOnlySpan<float> vector, Span<double> cosines)
    {
        var length = Math.Sqrt(Products(vector));
        for (var i = 0; i < units.Count; i++) cosines[i] = length == 0 ? 0 : Math.Clamp(Products(units[i], vector) / length, -1, 1);
    }

    private static double Products(ReadOnlySpan<float> vector)
    {
        var (low, high) = (Vector<double>.Zero, Vector<double>.Zero);
        var i = 0;
        for (; i <= vector.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(vector[i..]), out var first, out var second);
            low = Vector.FusedMultiplyAdd(first, first, low);
            high = Vector.FusedMultiplyAdd(second, second, high);
        }
        var sum = Vector.Sum(low + high);
        for (; i < vector.Length; i++) sum += (double)vector[i] * vector[i];
        return sum;
    }

    private static double Products(ReadOnlySpan<double> left, ReadOnlySpan<float> right)
    {
        var (low, high) = (Vector<double>.Zero, Vector<double>.Zero);
        var i = 0;
        for (; i <= right.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(right[i..]), out var first, out var second);
            low = Vector.FusedMultiplyAdd(new Vector<double>(left[i..]), first, low);
            high = Vector.FusedMultiplyAdd(new Vector<double>(left[(i + Vector<double>.Count)..]), second, high);
        }
        var sum = Vector.Sum(low + high);
        for (; i < right.Length; i++) sum += left[i] * right[i];
        return sum;
    }
}
