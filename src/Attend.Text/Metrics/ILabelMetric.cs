namespace Attend.Text.Metrics;

/// <summary>A metric whose sums hold, for each label, its correct, predicted and gold examples, in three places one after the other.</summary>
internal interface ILabelMetric
{
    /// <summary>The labels, and the first of each one's places.</summary>
    IEnumerable<(string Label, int Place)> LabelPlaces { get; }
}

/// <summary>Where a label's precision, recall and F1 lie over resampled examples; null where fewer than half of the samples define the figure.</summary>
/// <param name="Precision">Over the samples in which the label is predicted.</param>
/// <param name="Recall">Over the samples in which there is a gold example.</param>
/// <param name="F1">Over the samples in which the label is one or the other.</param>
public sealed record LabelIntervals(BootstrapInterval? Precision, BootstrapInterval? Recall, BootstrapInterval? F1);
