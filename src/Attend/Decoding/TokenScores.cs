using System.Numerics;
using System.Runtime.InteropServices;
using Attend.Runtime;
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
        _values = (float*)RowLoop.Address(_logits);
        _normalizers = new float[RowCount];
    }

    public int RowCount { get; }

    public int VocabSize { get; }

    /// <summary>The logits of a row; may be changed.</summary>
    public Span<float> Row(int row) => new(_values + (long)row * VocabSize, VocabSize);

    /// <summary>Applies the rules to every row and finds its likeliest tokens, while the row is at hand.</summary>
    /// <param name="rules">What changes the scores.</param>
    /// <param name="hypotheses">One to a row.</param>
    /// <param name="count">How many tokens of each row are wanted.</param>
    /// <returns>For each row, likeliest first, ties to the lower id; fewer where others are forbidden.</returns>
    public Candidate[][] Best(LogitRules rules, IReadOnlyList<Branch> hypotheses, int count)
    {
        var best = new Candidate[RowCount][];
        RowLoop.Run(RowCount, 10L * VocabSize, row =>
        {
            rules.Apply(this, row, hypotheses[row]);
            best[row] = Best(row, count);
        });
        return best;
    }

    /// <summary>Fixes the probabilities of a row: what is changed later does not change them.</summary>
    public void Normalize(int row) => _normalizers[row] = LogSumExp(Row(row));

    /// <summary>Natural logarithm of a token's probability.</summary>
    public double LogProbability(int row, int token) => Row(row)[token] - (double)_normalizers[row];

    public void Dispose() => _logits.Dispose();

    private Candidate[] Best(int row, int count)
    {
        if (count == 0) return [];
        count = Math.Min(count, VocabSize);
        Span<float> values = stackalloc float[count];
        Span<int> tokens = stackalloc int[count];
        var found = TopK(Row(row), values, tokens);
        var candidates = new Candidate[found];
        for (var i = 0; i < found; i++) candidates[i] = new Candidate(row, tokens[i], values[i] - (double)_normalizers[row]);
        return candidates;
    }

    // One pass; scores none of which beats the worst of the best so far cost one comparison for as many as two vectors hold.
    internal static int TopK(ReadOnlySpan<float> scores, Span<float> values, Span<int> tokens)
    {
        var found = 0;
        var limit = float.NegativeInfinity;
        var (step, start) = (2 * Vector<float>.Count, 0);
        for (; start + step <= scores.Length; start += step)
        {
            var part = scores.Slice(start, step);
            if (Vector.GreaterThanAny(Vector.Max(new Vector<float>(part), new Vector<float>(part[Vector<float>.Count..])), new Vector<float>(limit))) Consider(part, start, values, tokens);
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
        foreach (var vector in vectors) sums += VectorExp.Of(vector - shift);
        double sum = Vector.Sum(sums);
        foreach (var value in rest) sum += Math.Exp(value - max);
        return (float)(max + Math.Log(sum));
    }
}

/// <summary>A token that may come next.</summary>
/// <param name="Row">The hypothesis it would continue.</param>
/// <param name="Token">Its id.</param>
/// <param name="LogProbability">Natural logarithm of its probability.</param>
internal readonly record struct Candidate(int Row, int Token, double LogProbability);
