namespace Attend.Text.Metrics;

/// <summary>Counts how often answers are right, by how sure they were: 15 equal ranges of confidence (Guo et al. 2017, section 2).</summary>
public sealed class ReliabilityCounts
{
    internal const int BinCount = 15;

    private readonly long[] _counts = new long[BinCount];
    private readonly long[] _right = new long[BinCount];
    private readonly double[] _confidence = new double[BinCount];

    /// <summary>Answers counted.</summary>
    public long Count => _counts.Sum();

    /// <summary>Counts one answer.</summary>
    /// <param name="confidence">How sure it was, in [0, 1].</param>
    /// <param name="isRight">Whether it was right.</param>
    public void Add(float confidence, bool isRight)
    {
        var bin = Bin(confidence);
        _counts[bin]++;
        _confidence[bin] += confidence;
        if (isRight) _right[bin]++;
    }

    /// <summary>Adds what others have counted.</summary>
    public void Merge(ReliabilityCounts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        for (var bin = 0; bin < BinCount; bin++)
        {
            _counts[bin] += other._counts[bin];
            _right[bin] += other._right[bin];
            _confidence[bin] += other._confidence[bin];
        }
    }

    /// <summary>The ranges of confidence, lowest first; empty where nothing was counted.</summary>
    public ReliabilityBin[] Bins() => Count == 0 ? [] : [.. Enumerable.Range(0, BinCount).Select(bin => new ReliabilityBin(
        (double)bin / BinCount, (bin + 1.0) / BinCount, _counts[bin],
        _counts[bin] == 0 ? 0 : _confidence[bin] / _counts[bin], LabelCounts.Ratio(_right[bin], _counts[bin])))];

    /// <summary>Expected calibration error, in [0, 1]: mean distance of confidence from accuracy; 0 where nothing was counted.</summary>
    public double CalibrationError() => Count == 0 ? 0 : Enumerable.Range(0, BinCount).Sum(bin => Math.Abs(_right[bin] - _confidence[bin])) / Count;

    // Bin m holds confidences in ((m - 1)/15, m/15]. In float, or 0.2f would lie above 3/15.
    internal static int Bin(float confidence) => Math.Clamp((int)MathF.Ceiling(confidence * BinCount) - 1, 0, BinCount - 1);
}
