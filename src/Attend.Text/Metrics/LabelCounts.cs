namespace Attend.Text.Metrics;

/// <summary>What precision and recall are made from: per label, how often it was right, predicted and gold.</summary>
internal sealed class LabelCounts(LabelSet labels)
{
    public long[] Correct { get; } = new long[labels.Count];

    public long[] Predicted { get; } = new long[labels.Count];

    public long[] Gold { get; } = new long[labels.Count];

    public void Add(LabelCounts other)
    {
        for (var label = 0; label < labels.Count; label++)
        {
            Correct[label] += other.Correct[label];
            Predicted[label] += other.Predicted[label];
            Gold[label] += other.Gold[label];
        }
    }

    public LabelScore[] PerLabel() => [.. Enumerable.Range(0, labels.Count).Select(label =>
    {
        var score = Score(Correct[label], Predicted[label], Gold[label]);
        return new LabelScore(labels.Names[label], score.Precision, score.Recall, score.F1, Gold[label], Predicted[label], Correct[label]);
    })];

    public PrecisionRecallF1 Micro() => Score(Correct.Sum(), Predicted.Sum(), Gold.Sum());

    public PrecisionRecallF1 Macro() => Average(label => Gold[label] + Predicted[label] > 0 ? 1 : 0);

    public PrecisionRecallF1 Weighted() => Average(label => Gold[label]);

    public void AddNotes(List<string> notes)
    {
        var absent = Where(label => Gold[label] == 0 && Predicted[label] == 0);
        var neverPredicted = Where(label => Gold[label] > 0 && Predicted[label] == 0);
        var neverGold = Where(label => Gold[label] == 0 && Predicted[label] > 0);
        if (neverPredicted.Length > 0) notes.Add($"Never predicted, precision set to 0: {labels.List(neverPredicted)}.");
        if (neverGold.Length > 0) notes.Add($"Predicted but without a gold example, recall set to 0: {labels.List(neverGold)}.");
        if (absent.Length > 0) notes.Add($"Neither gold nor predicted, left out of the macro average: {labels.List(absent)}.");
    }

    /// <summary>A quotient of counts, 0 where there is nothing to divide by.</summary>
    public static double Ratio(long part, long whole) => whole == 0 ? 0 : (double)part / whole;

    public static PrecisionRecallF1 Score(long correct, long predicted, long gold) =>
        new(Ratio(correct, predicted), Ratio(correct, gold), Ratio(2 * correct, predicted + gold));

    private PrecisionRecallF1 Average(Func<int, long> weightOf)
    {
        double precision = 0, recall = 0, f1 = 0;
        long total = 0;
        for (var label = 0; label < labels.Count; label++)
        {
            var weight = weightOf(label);
            var score = Score(Correct[label], Predicted[label], Gold[label]);
            precision += weight * score.Precision;
            recall += weight * score.Recall;
            f1 += weight * score.F1;
            total += weight;
        }
        return total == 0 ? new(0, 0, 0) : new(precision / total, recall / total, f1 / total);
    }

    private int[] Where(Func<int, bool> condition) => [.. Enumerable.Range(0, labels.Count).Where(condition)];
}
