using System.Numerics;
using System.Runtime.InteropServices;
using Attend.Runtime;

namespace Attend.Layers;

/// <summary>How a row of hidden states is cut into heads.</summary>
/// <param name="Count">Number of heads.</param>
/// <param name="Size">Width of a head.</param>
/// <param name="Scale">Factor on the scores, 1/√size but in T5.</param>
internal readonly record struct HeadShape(int Count, int Size, float Scale)
{
    public int Width => Count * Size;

    /// <summary>Scores are scaled as usual.</summary>
    /// <param name="heads">How many.</param>
    /// <param name="width">Of all together.</param>
    public static HeadShape Scaled(int heads, int width) => new(heads, width / heads, (float)(1 / Math.Sqrt(width / heads)));
}

/// <summary>Attention of one query to keys and values wherever they lie in memory: a step of a decoder, without gathering them first (float32, CPU).</summary>
/// <remarks>The same value as <see cref="Attention.Attend"/>, to rounding.</remarks>
internal static unsafe class RowAttention
{
    /// <summary>softmax(qKᵀ · scale + bias) V for each head.</summary>
    /// <param name="query">[head · headDim].</param>
    /// <param name="keys">Where the key [head · headDim] of each token begins; its value follows it.</param>
    /// <param name="heads">Number and width.</param>
    /// <param name="bias">Added to the scores, [head, token] with <paramref name="biasStride"/> from head to head; null = nothing is added.</param>
    /// <param name="biasStride">See there.</param>
    /// <param name="attended">Receives [head · headDim].</param>
    public static void Attend(float* query, ReadOnlySpan<nint> keys, HeadShape heads, float* bias, int biasStride, float* attended)
    {
        Span<float> weights = keys.Length <= KeyValueCache.StackTokens ? stackalloc float[keys.Length] : new float[keys.Length];
        for (var head = 0; head < heads.Count; head++)
        {
            var start = head * heads.Size;
            for (var token = 0; token < keys.Length; token++)
            {
                weights[token] = Dot(query + start, (float*)keys[token] + start, heads.Size) * heads.Scale;
                if (bias is not null) weights[token] += bias[head * biasStride + token];
            }
            Softmax(weights);
            Sum(weights, keys, heads.Width + start, new Span<float>(attended + start, heads.Size));
        }
    }

    private static float Dot(float* left, float* right, int count)
    {
        var sums = Vector<float>.Zero;
        var i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count) sums = Vector.FusedMultiplyAdd(Vector.Load(left + i), Vector.Load(right + i), sums);
        var sum = Vector.Sum(sums);
        for (; i < count; i++) sum += left[i] * right[i];
        return sum;
    }

    private static void Softmax(Span<float> scores)
    {
        var highest = float.NegativeInfinity;
        foreach (var score in scores) highest = Math.Max(highest, score);
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(scores);
        foreach (ref var vector in vectors) vector = VectorExp.Of(vector - new Vector<float>(highest));
        for (var i = vectors.Length * Vector<float>.Count; i < scores.Length; i++) scores[i] = MathF.Exp(scores[i] - highest);
        var sum = 0f;
        foreach (var weight in scores) sum += weight;
        foreach (ref var weight in scores) weight /= sum;
    }

    // The mean of the values by their weights.
    private static void Sum(ReadOnlySpan<float> weights, ReadOnlySpan<nint> keys, int offset, Span<float> sums)
    {
        var i = 0;
        for (; i <= sums.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var sum = Vector<float>.Zero;
            for (var token = 0; token < keys.Length; token++) sum = Vector.FusedMultiplyAdd(new Vector<float>(weights[token]), Vector.Load((float*)keys[token] + offset + i), sum);
            sum.CopyTo(sums[i..]);
        }
        for (; i < sums.Length; i++)
        {
            sums[i] = 0;
            for (var token = 0; token < keys.Length; token++) sums[i] += weights[token] * ((float*)keys[token])[offset + i];
        }
    }
}
