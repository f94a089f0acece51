namespace Attend.Text.Metrics;

/// <summary>Everything a tagging was measured by; plain values that System.Text.Json writes and reads back.</summary>
public sealed record SpanReport
{
    /// <summary>Examples (sentences) measured.</summary>
    public required long ExampleCount { get; init; }

    /// <summary>Share of words with the right tag, in [0, 1]; null where answers were spans.</summary>
    public double? TokenAccuracy { get; init; }

    /// <summary>From the counts of all labels together.</summary>
    public required PrecisionRecallF1 Micro { get; init; }

    /// <summary>Plain mean over the labels that occur in the gold standard or in the predictions.</summary>
    public required PrecisionRecallF1 Macro { get; init; }

    /// <summary>Mean over the labels, weighted by their number of gold spans.</summary>
    public required PrecisionRecallF1 Weighted { get; init; }

    /// <summary>One row per label that occurs, in ordinal order.</summary>
    public required LabelScore[] PerLabel { get; init; }

    /// <summary>The labels, and last "(none)": the names of the rows and columns of <see cref="ConfusionMatrix"/>.</summary>
    public required string[] ConfusionLabels { get; init; }

    /// <summary>Spans as [gold][predicted] where both have the same boundaries; in the last column those missed, in the last row those made up.</summary>
    public required long[][] ConfusionMatrix { get; init; }

    /// <summary>Missed gold spans that overlap a predicted one of the same label: only the boundary was wrong.</summary>
    public required long BoundaryErrorCount { get; init; }

    /// <summary>Scores of the predicted spans against the share of them that is exactly right; empty where no scores were given.</summary>
    public ReliabilityBin[] ReliabilityBins { get; init; } = [];

    /// <summary>The choices these figures depend on; see <see cref="IMetric{TAnswer}.Signature"/>.</summary>
    public required string Signature { get; init; }

    /// <summary>What a reader must know before trusting a figure; whole sentences, empty where nothing is odd.</summary>
    public required string[] Notes { get; init; }
}
