namespace Attend.Text.Metrics;

/// <summary>Where the right texts of a query came.</summary>
/// <param name="Ranks">The rank of each, from 1, rising.</param>
public sealed record RetrievalAnswer(IReadOnlyList<int> Ranks);

/// <summary>How early what is looked for is found: recall at 1, 5 and 10, the mean reciprocal rank and nDCG at 10 (Järvelin and Kekäläinen 2002, binary relevance).</summary>
public sealed class RetrievalMetrics : SummedMetric<RetrievalAnswer>
{
    private static readonly int[] Cuts = [1, 5, 10];

    /// <inheritdoc/>
    public override string Signature { get; } = $"retrieval|recall:share-of-right-texts|rank:from-1,ties-count-against|mrr:first-right-text,no-cutoff|ndcg:binary,log2|mean:over-queries|version:{LabelSet.Version}";

    /// <inheritdoc/>
    public override void Measure(RetrievalAnswer predicted, RetrievalAnswer expected, ExampleTerms terms)
    {
        ArgumentNullException.ThrowIfNull(predicted);
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(terms);
        if (expected.Ranks.Count == 0 || predicted.Ranks.Count > expected.Ranks.Count) throw new ArgumentException($"{predicted.Ranks.Count} right texts were found, and there are {expected.Ranks.Count}; expected at least one, and no more than there are.", nameof(predicted));
        terms.Add(0, 1);
        terms.Add(1, predicted.Ranks.Count == 0 ? 0 : 1.0 / predicted.Ranks.Min());
        terms.Add(2, Gain(predicted) / Gain(expected));
        for (var i = 0; i < Cuts.Length; i++) terms.Add(3 + i, (double)predicted.Ranks.Count(rank => rank <= Cuts[i]) / expected.Ranks.Count);
    }

    /// <summary>recall_at_1, recall_at_5, recall_at_10, mean_reciprocal_rank and ndcg_at_10, each in [0, 1]; nothing without queries.</summary>
    public override IReadOnlyDictionary<string, double> Figures(ReadOnlySpan<double> sums)
    {
        var figures = new OrderedDictionary<string, double>();
        if (At(sums, 0) is var count && count == 0) return figures;
        for (var i = 0; i < Cuts.Length; i++) figures[$"recall_at_{Cuts[i]}"] = At(sums, 3 + i) / count;
        figures["mean_reciprocal_rank"] = At(sums, 1) / count;
        figures["ndcg_at_10"] = At(sums, 2) / count;
        return figures;
    }

    private static double Gain(RetrievalAnswer answer) => answer.Ranks.Where(rank => rank <= 10).Sum(rank => 1 / Math.Log2(rank + 1));
}
