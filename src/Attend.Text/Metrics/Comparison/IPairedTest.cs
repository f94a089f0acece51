namespace Attend.Text.Metrics;

/// <summary>Tells whether two systems that answered the same examples differ by more than chance.</summary>
/// <typeparam name="TAnswer">What the task answers.</typeparam>
public interface IPairedTest<in TAnswer>
{
    /// <summary>The choices that the p-values depend on, besides the metric's own.</summary>
    string Signature { get; }

    /// <summary>Examples so far.</summary>
    int ExampleCount { get; }

    /// <summary>Keeps one example.</summary>
    /// <param name="first">The first system's answer.</param>
    /// <param name="second">The second system's answer.</param>
    /// <param name="expected">The gold standard.</param>
    void Add(TAnswer first, TAnswer second, TAnswer expected);

    /// <summary>The comparison of each figure, under the metric's names; nothing without examples.</summary>
    IReadOnlyDictionary<string, PairedFigure> Result();
}

/// <summary>How one figure of two systems compares.</summary>
/// <param name="First">The first system's figure.</param>
/// <param name="Second">The second system's figure.</param>
/// <param name="Difference">Second minus first.</param>
/// <param name="Interval">Percentile interval of the difference over the samples of the bootstrap.</param>
/// <param name="SecondHigherShare">The share of the samples in which the second system's figure is the higher one (Koehn 2004), ties counting half.</param>
/// <param name="BootstrapP">
/// Two-sided p-value of the paired bootstrap: the share of the samples whose difference lies at least as far from the one seen as that lies from 0
/// (Efron and Tibshirani 1993, section 16.4); in (0, 1]. sacreBLEU counts one side only, which comes to about half of this.
/// </param>
/// <param name="RandomizationP">Two-sided p-value of approximate randomization (Riezler and Maxwell 2005, figure 1): the share of the trials whose difference is at least as large as the one seen; in (0, 1].</param>
public sealed record PairedFigure(
    double First, double Second, double Difference, BootstrapInterval Interval, double SecondHigherShare, double BootstrapP, double RandomizationP);

/// <summary>How paired tests are done.</summary>
public sealed record PairedTestOptions
{
    /// <summary>The bootstrap: drawing as many examples as there are, with replacement, the same for both systems.</summary>
    public BootstrapOptions Bootstrap { get; init; } = new();

    /// <summary>How often approximate randomization exchanges the systems' answers at random; 0 leaves that test out, with a p-value of 1.</summary>
    public int RandomizationTrials { get; init; } = 10_000;

    /// <summary>For a signature: <see cref="IPairedTest{TAnswer}.Signature"/>.</summary>
    internal string Signature => $"paired|bs:{Bootstrap.Resamples}|weights:multinomial|interval:percentile-{100 * Bootstrap.Level:0.##}"
        + $"|ar:{RandomizationTrials}|p:two-sided,bs-shifted,ties-count,(c+1)/(n+1)|seed:{Bootstrap.Seed}|version:{LabelSet.Version}";

    internal void Check()
    {
        Bootstrap.Check();
        ArgumentOutOfRangeException.ThrowIfNegative(RandomizationTrials);
    }

    /// <summary>Each sample has a generator of its own, so that they can be drawn side by side.</summary>
    internal Data.DeterministicRandom Random(int sample) => new(Bootstrap.Seed * 0x2545F4914F6CDD1D + (ulong)sample);
}
