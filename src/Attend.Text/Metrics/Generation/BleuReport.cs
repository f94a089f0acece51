namespace Attend.Text.Metrics;

/// <summary>BLEU and what it is made of.</summary>
/// <param name="Score">BLEU, in [0, 100].</param>
/// <param name="Precisions">The precision of each order after smoothing, in [0, 100].</param>
/// <param name="BrevityPenalty">In [0, 1].</param>
/// <param name="PredictedLength">Words predicted.</param>
/// <param name="ReferenceLength">Words of the references; of several, the one nearest in length.</param>
/// <param name="Counts">For each order, the n-grams that are in a reference too, before smoothing.</param>
/// <param name="Totals">For each order, all n-grams predicted, before smoothing.</param>
/// <param name="Signature">The choices the score depends on.</param>
public sealed record BleuReport(
    double Score, double[] Precisions, double BrevityPenalty, long PredictedLength, long ReferenceLength, long[] Counts, long[] Totals, string Signature);
