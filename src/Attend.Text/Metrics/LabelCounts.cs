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

    public LabelScore[] PerLabel()
    {
        var averages = Averages();
        return [.. labels.Names.Select((name, label) =>
        {
            var score = averages.Of(label);
            return new LabelScore(name, score.Precision, score.Recall, score.F1, Gold[label], Predicted[label], Correct[label]);
        })];
    }

    public PrecisionRecallF1 Micro() => Averages().Micro();

    public PrecisionRecallF1 Macro() => Averages().Macro();

    public PrecisionRecallF1 Weighted() => Averages().Weighted();

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

    private LabelAverages Averages() => new([.. Correct.Select(count => (double)count)], [.. Predicted.Select(count => (double)count)], [.. Gold.Select(count => (double)count)]);

    private int[] Where(Func<int, bool> condition) => [.. Enumerable.Range(0, labels.Count).Where(condition)];
}
