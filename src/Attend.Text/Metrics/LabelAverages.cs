namespace Attend.Text.Metrics;

/// <summary>Precision, recall and F1 over labels, from how often each was right, predicted and gold.</summary>
internal sealed class LabelAverages(double[] correct, double[] predicted, double[] gold)
{
    public PrecisionRecallF1 Micro() => Score(correct.Sum(), predicted.Sum(), gold.Sum());

    /// <summary>Over the labels that are gold or predicted.</summary>
    public PrecisionRecallF1 Macro() => Average(label => gold[label] + predicted[label] > 0 ? 1 : 0);

    public PrecisionRecallF1 Weighted() => Average(label => gold[label]);

    /// <summary>One label's own figures.</summary>
    public PrecisionRecallF1 Of(int label) => Score(correct[label], predicted[label], gold[label]);

    public static PrecisionRecallF1 Score(double correct, double predicted, double gold) =>
        new(Ratio(correct, predicted), Ratio(correct, gold), Ratio(2 * correct, predicted + gold));

    private PrecisionRecallF1 Average(Func<int, double> weightOf)
    {
        double precision = 0, recall = 0, f1 = 0, total = 0;
        for (var label = 0; label < correct.Length; label++)
        {
            var weight = weightOf(label);
            var score = Of(label);
            precision += weight * score.Precision;
            recall += weight * score.Recall;
            f1 += weight * score.F1;
            total += weight;
        }
        return total == 0 ? new(0, 0, 0) : new(precision / total, recall / total, f1 / total);
    }

    private static double Ratio(double part, double whole) => whole == 0 ? 0 : part / whole;
}
