namespace Attend.Text.Metrics;

/// <summary>Measures a classification in which each example has any number of labels, none included.</summary>
/// <remarks>
/// Keeps counts only: memory grows with the number of labels, not with the number of examples.
/// Not safe for several threads at once: give each its own and <see cref="Merge"/> them.
/// </remarks>
public sealed class MultiLabelMetrics : ISummedMetric<ClassAnswer>, ILabelMetric
{
    // Places of the sums for resampling: these, then for each label its correct, predicted and gold examples.
    private const int Examples = 0, Exact = 1, Precisions = 2, Recalls = 3, F1s = 4, FirstLabel = 5;

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

    IEnumerable<(string Label, int Place)> ILabelMetric.LabelPlaces => _labels.Names.Select((label, i) => (label, FirstLabel + 3 * i));

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
        var score = LabelAverages.Score(correct, predicted.Labels.Count, expected.Labels.Count);
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
    public IReadOnlyDictionary<string, double> Result() => Figures(_counts, _exampleCount, [_exactCount, _precisionSum, _recallSum, _f1Sum]);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A label that occurs twice in one answer.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label index outside the label list.</exception>
    public void Measure(ClassAnswer predicted, ClassAnswer expected, ExampleTerms terms)
    {
        ArgumentNullException.ThrowIfNull(predicted);
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(terms);
        _labels.CheckLabels(predicted.Labels, nameof(predicted));
        _labels.CheckLabels(expected.Labels, nameof(expected));
        var correct = 0;
        foreach (var label in predicted.Labels)
        {
            terms.Add(FirstLabel + 3 * label + 1, 1);
            if (!expected.Labels.Contains(label)) continue;
            terms.Add(FirstLabel + 3 * label, 1);
            correct++;
        }
        foreach (var label in expected.Labels) terms.Add(FirstLabel + 3 * label + 2, 1);
        var score = LabelAverages.Score(correct, predicted.Labels.Count, expected.Labels.Count);
        terms.Add(Examples, 1);
        if (correct == predicted.Labels.Count && correct == expected.Labels.Count) terms.Add(Exact, 1);
        terms.Add(Precisions, score.Precision);
        terms.Add(Recalls, score.Recall);
        terms.Add(F1s, score.F1);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, double> Figures(ReadOnlySpan<double> sums)
    {
        var all = new double[FirstLabel + 3 * _labels.Count];
        sums[..Math.Min(sums.Length, all.Length)].CopyTo(all);
        var counts = new LabelCounts(_labels);
        for (var label = 0; label < _labels.Count; label++)
        {
            counts.Correct[label] = (long)all[FirstLabel + 3 * label];
            counts.Predicted[label] = (long)all[FirstLabel + 3 * label + 1];
            counts.Gold[label] = (long)all[FirstLabel + 3 * label + 2];
        }
        return Figures(counts, (long)all[Examples], all.AsSpan(Exact, 4));
    }

    private OrderedDictionary<string, double> Figures(LabelCounts counts, long exampleCount, ReadOnlySpan<double> exactPrecisionRecallF1)
    {
        var (micro, macro, weighted) = (counts.Micro(), counts.Macro(), counts.Weighted());
        var examples = Math.Max(exampleCount, 1);
        return new OrderedDictionary<string, double>
        {
            ["accuracy"] = exactPrecisionRecallF1[0] / examples,
            ["f1_micro"] = micro.F1,
            ["f1_macro"] = macro.F1,
            ["f1_weighted"] = weighted.F1,
            ["f1_samples"] = exactPrecisionRecallF1[3] / examples,
            ["precision_micro"] = micro.Precision,
            ["recall_micro"] = micro.Recall,
            ["precision_macro"] = macro.Precision,
            ["recall_macro"] = macro.Recall,
            ["hamming_loss"] = LabelCounts.Ratio(WrongDecisions(counts), exampleCount * _labels.Count),
        };
    }

    private static long WrongDecisions(LabelCounts counts) => counts.Predicted.Sum() + counts.Gold.Sum() - 2 * counts.Correct.Sum();

    /// <summary>All figures with the table per label and the notes; there is no confusion matrix where labels do not exclude each other.</summary>
    public ClassificationReport Report()
    {
        var notes = new List<string>();
        if (_exampleCount == 0) notes.Add("No example was measured: every figure is 0.");
        _counts.AddNotes(notes);
        if (_emptyCount > 0) notes.Add($"Examples without any label that were given none: {_emptyCount}; right for accuracy, but 0 in the samples average.");
        return new ClassificationReport
        {
            ExampleCount = _exampleCount,
            Accuracy = LabelCounts.Ratio(_exactCount, _exampleCount),
            Micro = _counts.Micro(),
            Macro = _counts.Macro(),
            Weighted = _counts.Weighted(),
            Samples = _exampleCount == 0 ? new(0, 0, 0) : new(_precisionSum / _exampleCount, _recallSum / _exampleCount, _f1Sum / _exampleCount),
            HammingLoss = LabelCounts.Ratio(WrongDecisions(_counts), _exampleCount * _labels.Count),
            PerLabel = _counts.PerLabel(),
            ConfusionMatrix = [],
            Signature = Signature,
            Notes = [.. notes],
        };
    }
}
