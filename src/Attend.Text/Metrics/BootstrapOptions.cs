namespace Attend.Text.Metrics;

/// <summary>How intervals and tests resample the examples.</summary>
public sealed record BootstrapOptions
{
    /// <summary>How many samples are drawn; at least 100, and 1,000 or more for a figure that is reported.</summary>
    public int Resamples { get; init; } = 1000;

    /// <summary>The share of the samples that an interval covers, in (0, 1).</summary>
    public double Level { get; init; } = 0.95;

    /// <summary>Another seed draws other samples; the same draws the same on every machine.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Parts of the data with fewer examples are given no intervals: resampling so few says too little.</summary>
    public int LeastSliceExamples { get; init; } = 20;

    internal void Check()
    {
        if (Resamples < 100) throw new ArgumentOutOfRangeException(nameof(Resamples), Resamples, "Fewer than 100 samples give no interval.");
        if (!(Level > 0 && Level < 1)) throw new ArgumentOutOfRangeException(nameof(Level), Level, "The level must lie between 0 and 1, both excluded.");
    }
}

/// <summary>Where a figure lies over the samples.</summary>
/// <param name="Low">The lower bound.</param>
/// <param name="Median">The middle; google-research's ROUGE calls it "mid" and reports it in place of the figure itself.</param>
/// <param name="High">The upper bound.</param>
public sealed record BootstrapInterval(double Low, double Median, double High);
