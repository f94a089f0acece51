namespace Attend.Text.Baselines;

/// <summary>What the bag-of-words baseline looks at, and how it learns.</summary>
public sealed record BagOfWordsOptions
{
    /// <summary>Whether neighbouring words (neighbouring Chinese characters) count too, besides single ones.</summary>
    public bool Bigrams { get; init; } = true;

    /// <summary>Words that occur in fewer training examples are not looked at.</summary>
    public int MinCount { get; init; } = 2;

    /// <summary>
    /// The inverse strength C of the regularisation: the sum of the losses and |weights|² / 2C is minimised. Null chooses among 0.3, 1, 3, 10, 30
    /// and 100 the one that is right most often on a tenth of the training examples, which is held out for that.
    /// </summary>
    public double? InverseRegularization { get; init; }

    /// <summary>How much may be computed: examples × words of each × labels, at least 1,000 examples. Where there are more, evenly spaced ones are learned from.</summary>
    public double MostProducts { get; init; } = 20_000_000;

    /// <summary>Another seed holds out another tenth.</summary>
    public ulong Seed { get; init; } = 17;
}
