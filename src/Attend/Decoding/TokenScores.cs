using System.Numerics;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Attend.Decoding;

/// <summary>The logits of one step in ordinary memory: rows of hypotheses, columns of tokens.</summary>
/// <remarks>
/// A row's log-probabilities are its logits minus their logarithm of the sum of exponentials, taken once per row: the softmax over
/// rows x vocabulary numbers is never written. A token that is forbidden afterwards keeps the others' probabilities as they are (fairseq).
/// </remarks>
internal sealed unsafe class TokenScores : IDisposable
{
    private readonly Tensor _logits;
    private readonly float* _values;
    private readonly float[] _normalizers;

    /// <summary>Takes the logits over.</summary>
    /// <param name="logits">[row, vocab].</param>
    public TokenScores(Tensor logits)
    {
        _logits = logits.to(ScalarType.Float32).cpu().contiguous();
        (RowCount, VocabSize) = ((int)_logits.shape[0], (int)_logits.shape[1]);
        _values = (float*)Unsafe(_logits);
        _normalizers = new float[RowCount];
    }

    public int RowCount { get; }

    public int VocabSize { get; }

    /// <summary>The logits of a row; may be changed.</summary>
    public Span<float> Row(int row) => new(_values + (long)row * VocabSize, VocabSize);

    /// <summary>Fixes the probabilities of all rows: what is changed later does not change them.</summary>
    public void Normalize() => Parallel.For(0, RowCount, row => _normalizers[row] = LogSumExp(Row(row)));

    /// <summary>Natural logarithm of a token's probability.</summary>
    public double LogProbability(int row, int token) => Row(row)[token] - (double)_normalizers[row];

    /// <summary>The likeliest tokens of every row, likeliest first, ties to the lower id; fewer where others are forbidden.</summary>
    public Candidate[][] Best(int count)
    {
        var best = new Candidate[RowCount][];
        Parallel.For(0, RowCount, row => best[row] = Best(row, count));
        return best;
    }

    public void Dispose() => _logits.Dispose();

    private Candidate[] Best(int row, int count)
    {
        count = Math.Min(count, VocabSize);
        Span<float> values = stackalloc float[count];
        Span<int> tokens = stackalloc int[count];
        var found = TopK(Row(row), values, tokens);
        var candidates = new Candidate[found];
        for (var i = 0; i < found; i++) candidates[i] = new Candidate(row, tokens[i], values[i] - (double)_normalizers[row]);
        return candidates;
    }

    // One pass; a vector of scores none of which beats the worst of the best so far costs one comparison.
    internal static int TopK(ReadOnlySpan<float> scores, Span<float> values, Span<int> tokens)
    {
        var found = 0;
        var limit = float.NegativeInfinity;
        var start = 0;
        for (; start + Vector<float>.Count <= scores.Length; start += Vector<float>.Count)
        {
            if (!Vector.GreaterThanAny(new Vector<float>(scores[start..]), new Vector<float>(limit))) continue;
            Consider(scores.Slice(start, Vector<float>.Count), start, values, tokens);
        }
        Consider(scores[start..], start, values, tokens);
        return found;

        void Consider(ReadOnlySpan<float> part, int offset, Span<float> values, Span<int> tokens)
        {
            for (var i = 0; i < part.Length; i++)
            {
                if (!(part[i] > limit)) continue;
                var place = found < values.Length ? found++ : values.Length - 1;
                while (place > 0 && values[place - 1] < part[i])
                {
                    (values[place], tokens[place]) = (values[place - 1], tokens[place - 1]);
                    place--;
                }
                (values[place], tokens[place]) = (part[i], offset + i);
                if (found == values.Length) limit = values[^1];
            }
        }
    }

    internal static float LogSumExp(ReadOnlySpan<float> row)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(row);
        var rest = row[(vectors.Length * Vector<float>.Count)..];
        var highest = new Vector<float>(float.NegativeInfinity);
        foreach (var vector in vectors) highest = Vector.Max(highest, vector);
        var max = float.NegativeInfinity;
        for (var i = 0; i < Vector<float>.Count; i++) max = Math.Max(max, highest[i]);
        foreach (var value in rest) max = Math.Max(max, value);
        if (!float.IsFinite(max)) return max;

        var sums = Vector<float>.Zero;
        var shift = new Vector<float>(max);
        foreach (var vector in vectors) sums += Vector.Exp(vector - shift);
        double sum = Vector.Sum(sums);
        foreach (var value in rest) sum += Math.Exp(value - max);
        return (float)(max + Math.Log(sum));
    }

    private static nint Unsafe(Tensor tensor)
    {
        fixed (byte* start = tensor.bytes) return (nint)start; // native memory: it does not move
    }
}

/// <summary>A token that may come next.</summary>
/// <param name="Row">The hypothesis it would continue.</param>
/// <param name="Token">Its id.</param>
/// <param name="LogProbability">Natural logarithm of its probability.</param>
internal readonly record struct Candidate(int Row, int Token, double LogProbability);
