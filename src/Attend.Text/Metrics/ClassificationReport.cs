namespace Attend.Text.Metrics;

/// <summary>Precision, recall and their harmonic mean, each in [0, 1].</summary>
/// <param name="Precision">Correct among predicted.</param>
/// <param name="Recall">Correct among gold.</param>
/// <param name="F1">2 · correct / (predicted + gold) for counts; an average of such values for averages.</param>
public sealed record PrecisionRecallF1(double Precision, double Recall, double F1);

/// <summary>How one label fared.</summary>
/// <param name="Label">Its name.</param>
/// <param name="Precision">CorrectCount / PredictedCount, in [0, 1]; 0 where nothing was predicted.</param>
/// <param name="Recall">CorrectCount / Support, in [0, 1]; 0 where there is no gold example.</param>
/// <param name="F1">2 · CorrectCount / (PredictedCount + Support), in [0, 1]; 0 where both are 0.</param>
/// <param name="Support">Examples that have this label in the gold standard.</param>
/// <param name="PredictedCount">Examples that were given this label.</param>
/// <param name="CorrectCount">Examples that were given this label and have it.</param>
public sealed record LabelScore(string Label, double Precision, double Recall, double F1, long Support, long PredictedCount, long CorrectCount)
{
    /// <summary>Where the three figures lie over resampled examples; null where that was not found out.</summary>
    public LabelIntervals? Intervals { get; init; }
}

/// <summary>The answers whose confidence lies in one range.</summary>
/// <param name="Low">Lower bound of the confidence, not included.</param>
/// <param name="High">Upper bound of the confidence, included.</param>
/// <param name="Count">How many answers.</param>
/// <param name="Confidence">Their mean confidence, in [0, 1]; 0 where there are none.</param>
/// <param name="Accuracy">The share of them that is right, in [0, 1]; 0 where there are none.</param>
public sealed record ReliabilityBin(double Low, double High, long Count, double Confidence, double Accuracy);

/// <summary>A mistake that recurs: one label taken for another.</summary>
/// <param name="Gold">The right label.</param>
/// <param name="Predicted">The label given instead.</param>
/// <param name="Count">How often.</param>
/// <param name="ShareOfGold">Count divided by the number of examples of the gold label, in (0, 1].</param>
public sealed record ConfusedPair(string Gold, string Predicted, long Count, double ShareOfGold);

/// <summary>Everything a classification was measured by; plain values that System.Text.Json writes and reads back.</summary>
public sealed record ClassificationReport
{
    /// <summary>Examples measured.</summary>
    public required long ExampleCount { get; init; }

    /// <summary>Share of examples answered exactly right, in [0, 1]; with several labels per example the whole set must agree.</summary>
    public required double Accuracy { get; init; }

    /// <summary>From the counts of all labels together; equals accuracy where each example has one label.</summary>
    public required PrecisionRecallF1 Micro { get; init; }

    /// <summary>Plain mean over the labels that occur in the gold standard or in the predictions.</summary>
    public required PrecisionRecallF1 Macro { get; init; }

    /// <summary>Mean over the labels, weighted by their support.</summary>
    public required PrecisionRecallF1 Weighted { get; init; }

    /// <summary>Mean over the examples of each example's own precision, recall and F1; null where each example has one label.</summary>
    public PrecisionRecallF1? Samples { get; init; }

    /// <summary>Share of single yes/no decisions that are wrong, in [0, 1]; null where each example has one label.</summary>
    public double? HammingLoss { get; init; }

    /// <summary>One row per label, in the order of the label list.</summary>
    public required LabelScore[] PerLabel { get; init; }

    /// <summary>Counts as [gold][predicted]; empty where examples have several labels.</summary>
    public required long[][] ConfusionMatrix { get; init; }

    /// <summary>Matthews correlation in [-1, 1] (multi-class: Gorodkin 2004, R_K); null where examples have several labels.</summary>
    public double? MatthewsCorrelation { get; init; }

    /// <summary>Mean negative natural logarithm of the gold label's probability, at least 0; null without probabilities.</summary>
    public double? LogLoss { get; init; }

    /// <summary>Expected calibration error in [0, 1] (Guo et al. 2017, section 2); null without probabilities.</summary>
    public double? CalibrationError { get; init; }

    /// <summary>Confidence against accuracy, in equal bins of the probability of the predicted label; empty without probabilities.</summary>
    public ReliabilityBin[] ReliabilityBins { get; init; } = [];

    /// <summary>The choices these figures depend on; see <see cref="IMetric{TAnswer}.Signature"/>.</summary>
    public required string Signature { get; init; }

    /// <summary>What a reader must know before trusting a figure, such as a division by zero; whole sentences, empty where nothing is odd.</summary>
    public required string[] Notes { get; init; }

    /// <summary>The most frequent confusions of one label with another, most frequent first, ties in label order.</summary>
    /// <param name="count">At most so many.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    public ConfusedPair[] MostConfusedPairs(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return [.. ConfusionMatrix
            .SelectMany((row, gold) => row.Select((times, predicted) => (Gold: gold, Predicted: predicted, Times: times)))
            .Where(cell => cell.Gold != cell.Predicted && cell.Times > 0)
            .OrderByDescending(cell => cell.Times)
            .Take(count)
            .Select(cell => new ConfusedPair(PerLabel[cell.Gold].Label, PerLabel[cell.Predicted].Label, cell.Times, (double)cell.Times / PerLabel[cell.Gold].Support))];
    }
}
