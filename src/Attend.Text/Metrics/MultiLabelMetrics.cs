namespace Attend.Text.Metrics;

/// <summary>Measures a classification in which each example has any number of labels, none included.</summary>
/// <remarks>
/// Keeps counts only: memory grows with the number of labels, not with the number of examples.
/// Not safe for several threads at once: give each its own and <see cref="Merge"/> them.
/// </remarks>
public sealed class MultiLabelMetrics : IMetric<ClassAnswer>
{
    private readonly LabelSet _labels;
    private readonly LabelCounts _counts;
    private long _exampleCount;
    private long _exactCount;
    private long _emptyCount;
    private double _precisionSum;
    private double _recallSum;
    private double _f1Sum;

    /// <summary>An empty count over these labels.</summary>
    /// <param name="labels">Label names in the order of their indices; at least one, all different.</param>
    /// <exception cref="ArgumentException">No label, or a name that occurs twice.</exception>
    public MultiLabelMetrics(IReadOnlyList<string> labels)
    {
        _labels = new LabelSet(labels, atLeast: 1);
        _counts = new LabelCounts(_labels);
        Signature = $"multi-label|labels:{_labels.Count}|average:micro+macro+weighted+samples|macro-over:gold-or-predicted|accuracy:exact-set|zero-division:0|version:{LabelSet.Version}";
    }

    /// <inheritdoc/>
    public string Signature { get; }

    /// <summary>Counts one example.</summary>
    /// <param name="predicted">The labels the model gave; probabilities are not used.</param>
    /// <param name="expected">The labels of the gold standard.</param>
    /// <exception cref="ArgumentException">A label that occurs twice in one answer.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label index outside the label list.</exception>
    public void Add(ClassAnswer predicted, ClassAnswer expected)
    {
        ArgumentNullException.ThrowIfNull(predicted);
        ArgumentNullException.ThrowIfNull(expected);
        _labels.CheckLabels(predicted.Labels, nameof(predicted));
        _labels.CheckLabels(expected.Labels, nameof(expected));

        var correct = 0;
        foreach (var label in predicted.Labels)
        {
            _counts.Predicted[label]++;
            if (!expected.Labels.Contains(label)) continue;
            _counts.Correct[label]++;
            correct++;
        }
        foreach (var label in expected.Labels) _counts.Gold[label]++;

        _exampleCount++;
        if (correct == predicted.Labels.Count && correct == expected.Labels.Count) _exactCount++;
        if (predicted.Labels.Count == 0 && expected.Labels.Count == 0) _emptyCount++;
        var score = LabelCounts.Score(correct, predicted.Labels.Count, expected.Labels.Count);
        _precisionSum += score.Precision;
        _recallSum += score.Recall;
        _f1Sum += score.F1;
    }

    /// <summary>Adds what another metric has counted, as if its examples had been added here.</summary>
    /// <exception cref="ArgumentException">The other metric has other labels.</exception>
    public void Merge(MultiLabelMetrics other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!_labels.HasSameNames(other._labels)) throw new ArgumentException("Only metrics over the same labels, in the same order, can be merged.", nameof(other));
        _counts.Add(other._counts);
        _exampleCount += other._exampleCount;
        _exactCount += other._exactCount;
        _emptyCount += other._emptyCount;
        _precisionSum += other._precisionSum;
        _recallSum += other._recallSum;
        _f1Sum += other._f1Sum;
    }

    /// <summary>accuracy (exact set), f1_micro, f1_macro, f1_weighted, f1_samples, precision_micro, recall_micro, precision_macro, recall_macro, hamming_loss.</summary>
    public IReadOnlyDictionary<string, double> Result()
    {
        var report = Report();
        return new OrderedDictionary<string, double>
        {
            ["accuracy"] = report.Accuracy,
            ["f1_micro"] = report.Micro.F1,
            ["f1_macro"] = report.Macro.F1,
            ["f1_weighted"] = report.Weighted.F1,
            ["f1_samples"] = report.Samples!.F1,
            ["precision_micro"] = report.Micro.Precision,
            ["recall_micro"] = report.Micro.Recall,
            ["precision_macro"] = report.Macro.Precision,
            ["recall_macro"] = report.Macro.Recall,
            ["hamming_loss"] = report.HammingLoss!.Value,
        };
    }

    /// <summary>All figures with the table per label and the notes; there is no confusion matrix where labels do not exclude each other.</summary>
    public ClassificationReport Report()
    {
        var notes = new List<string>();
        if (_exampleCount == 0) notes.Add("No example was measured: every figure is 0.");
        _counts.AddNotes(notes);
        if (_emptyCount > 0) notes.Add($"Examples without any label that were given none: {_emptyCount}; right for accuracy, but 0 in the samples average.");
        var wrong = _counts.Predicted.Sum() + _counts.Gold.Sum() - 2 * _counts.Correct.Sum();
        return new ClassificationReport
        {
            ExampleCount = _exampleCount,
            Accuracy = LabelCounts.Ratio(_exactCount, _exampleCount),
            Micro = _counts.Micro(),
            Macro = _counts.Macro(),
            Weighted = _counts.Weighted(),
            Samples = _exampleCount == 0 ? new(0, 0, 0) : new(_precisionSum / _exampleCount, _recallSum / _exampleCount, _f1Sum / _exampleCount),
            HammingLoss = LabelCounts.Ratio(wrong, _exampleCount * _labels.Count),
            PerLabel = _counts.PerLabel(),
            ConfusionMatrix = [],
            Signature = Signature,
            Notes = [.. notes],
        };
    }
}
