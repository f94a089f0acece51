using System.Runtime.InteropServices;

namespace Attend.Text.Metrics;

/// <summary>Examples in the order of their scores, highest first.</summary>
internal sealed class Ranking
{
    private const int Positive = 1, LastOfScore = 2;

    // Number of the example, times 4; whether it is positive, and whether the next has another score.
    private readonly int[] _entries;

    public Ranking(List<float> scores, List<bool> arePositive)
    {
        float[] keys = [.. scores];
        _entries = [.. Enumerable.Range(0, keys.Length)];
        Array.Sort(keys, _entries);
        Array.Reverse(keys);
        Array.Reverse(_entries);
        for (var i = 0; i < keys.Length; i++)
        {
            var isLast = i + 1 == keys.Length || keys[i + 1] != keys[i];
            _entries[i] = 4 * _entries[i] + (arePositive[_entries[i]] ? Positive : 0) + (isLast ? LastOfScore : 0);
        }
    }

    /// <summary>
    /// The area is the Mann-Whitney statistic (Hanley and McNeil 1982): the share of positive-negative pairs in the right order, a tie counting half.
    /// Average precision is the sum over falling thresholds of (recall gained) x (precision there), without interpolation.
    /// With weights, an example of weight n stands for n equal ones. Null without a positive or a negative example.
    /// </summary>
    public (double Area, double AveragePrecision)? Figures(int[]? weights)
    {
        double pairs = 0, precision = 0;
        long positives = 0, negatives = 0, newPositives = 0, newNegatives = 0;
        foreach (var entry in _entries)
        {
            var weight = weights is null ? 1 : weights[entry >> 2];
            if ((entry & Positive) != 0) newPositives += weight;
            else newNegatives += weight;
            if ((entry & LastOfScore) == 0) continue;
            if (newPositives > 0)
            {
                // Negatives above count against; those still to come are counted at the end.
                pairs -= newPositives * (negatives + 0.5 * newNegatives);
                precision += (double)newPositives * (positives + newPositives) / (positives + newPositives + negatives + newNegatives);
            }
            positives += newPositives;
            negatives += newNegatives;
            (newPositives, newNegatives) = (0, 0);
        }
        if (positives == 0 || negatives == 0) return null;
        var all = (double)positives * negatives;
        return ((all + pairs) / all, precision / positives);
    }

    /// <summary>Precision and recall at each threshold.</summary>
    public IReadOnlyList<PrecisionRecallPoint> Curve(List<float> scores)
    {
        var points = new List<PrecisionRecallPoint>();
        var all = _entries.Count(entry => (entry & Positive) != 0);
        var positives = 0;
        for (var i = 0; i < _entries.Length; i++)
        {
            if ((_entries[i] & Positive) != 0) positives++;
            if ((_entries[i] & LastOfScore) != 0) points.Add(new PrecisionRecallPoint(CollectionsMarshal.AsSpan(scores)[_entries[i] >> 2], (double)positives / (i + 1), (double)positives / all));
        }
        return points;
    }
}
