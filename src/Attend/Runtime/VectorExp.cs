using System.Numerics;
using System.Runtime.CompilerServices;

namespace Attend.Runtime;

/// <summary>eˣ of several float32 numbers at a time, to 2 units in the last place; the runtime's own goes through float64.</summary>
internal static class VectorExp
{
    private const float Lowest = -86.9f, Highest = 88.3f;

    // Adding it leaves a whole number in the lowest bits of the mantissa.
    private const float Shifter = 12_582_912;

    /// <summary>eˣ; 1.8e-38 below -86.9, where fewer digits begin; the value at 88.3 above it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Of(Vector<float> x)
    {
        // eˣ = 2ⁿ eʳ with |r| <= ln 2 / 2; ln 2 in two parts keeps r exact (Cody and Waite 1980); eʳ by its minimax polynomial (Cephes, expf).
        x = Vector.Min(Vector.Max(x, new Vector<float>(Lowest)), new Vector<float>(Highest));
        var shifted = Vector.FusedMultiplyAdd(x, new Vector<float>(1.44269504f), new Vector<float>(Shifter));
        var n = shifted - new Vector<float>(Shifter);
        var r = Vector.FusedMultiplyAdd(n, new Vector<float>(-0.693359375f), x);
        r = Vector.FusedMultiplyAdd(n, new Vector<float>(2.12194440e-4f), r);
        var p = Vector.FusedMultiplyAdd(new Vector<float>(1.9875691500e-4f), r, new Vector<float>(1.3981999507e-3f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(8.3334519073e-3f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(4.1665795894e-2f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(1.6666665459e-1f));
        p = Vector.FusedMultiplyAdd(p, r, new Vector<float>(5.0000001201e-1f));
        p = Vector.FusedMultiplyAdd(p, r * r, r + Vector<float>.One);
        // The exponent's bits begin at 23.
        return Vector.AsVectorSingle(Vector.AsVectorInt32(p) + Vector.ShiftLeft(Vector.AsVectorInt32(shifted), 23));
    }
}
