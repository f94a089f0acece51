namespace Attend.Text.Metrics;

/// <summary>Measures a classification in which each example has exactly one label.</summary>
/// <remarks>
/// Keeps counts only: memory grows with the square of the number of labels, not with the number of examples.
/// Not safe for several threads at once: give each its own and <see cref="Merge"/> them.
/// </remarks>
public sealed class ClassificationMetrics : ISummedMetric<ClassAnswer>, ILabelMetric
{
    private const int BinCount = ReliabilityCounts.BinCount;

    // The distance from 1 to the next float; float.Epsilon is something else.
    private const double ClipDistance = 1.1920928955078125e-07;

    // A confusion matrix of 2 GB.
    private const int MostLabels = 16_384;

    // Places of the sums for resampling: these, the bins, then for each label its correct, predicted and gold examples.
    private const int Examples = 0, LogLosses = 1, WithProbabilities = 2, FirstBin = 3, FirstLabel = FirstBin + BinCount;

    private readonly LabelSet _labels;
    private readonly long[] _matrix;
    private readonly ReliabilityCounts _reliability = new();
    private double _logLossSum;
    private long _exampleCount;

    /// <summary>An empty count over these labels.</summary>
    /// <param name="labels">Label names in the order of their indices; at least 2, at most 16,384, all different.</param>
    /// <exception cref="ArgumentException">Too few or too many labels, or a name that occurs twice.</exception>
    public ClassificationMetrics(IReadOnlyList<string> labels)
    {
        _labels = new LabelSet(labels, atLeast: 2);
        if (_labels.Count > MostLabels) throw new ArgumentException($"Expected at most {MostLabels} labels, found {_labels.Count}: the confusion matrix has one cell for each pair of them.", nameof(labels));
        _matrix = new long[_labels.Count * _labels.Count];
        Signature = $"classification|labels:{_labels.Count}|average:micro+macro+weighted|macro-over:gold-or-predicted|zero-division:0|mcc:gorodkin-rk"
            + $"|logloss:ln,clip-{ClipDistance:0.##e-00}|ece:predicted-label,{BinCount}-equal-bins|version:{LabelSet.Version}";
    }

    /// <inheritdoc/>
    public string Signature { get; }

    IEnumerable<(string Label, int Place)> ILabelMetric.LabelPlaces => _labels.Names.Select((label, i) => (label, FirstLabel + 3 * i));

    /// <summary>Counts one example.</summary>
    /// <param name="predicted">One label; its probabilities, where present, must sum to 1 and feed log loss and calibration error.</param>
    /// <param name="expected">One label.</param>
    /// <exception cref="ArgumentException">Not exactly one label, or probabilities that are not a distribution over the labels.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label index outside the label list.</exception>
    public void Add(ClassAnswer predicted, ClassAnswer expected)
    {
        var predictedLabel = _labels.Single(predicted, nameof(predicted));
        var expectedLabel = _labels.Single(expected, nameof(expected));
        if (predicted.Probabilities is { } probabilities) _labels.CheckProbabilities(probabilities, nameof(predicted));
        Count(predictedLabel, expectedLabel, predicted.Probabilities);
    }

    /// <summary>Counts one example without making an object for it.</summary>
    /// <param name="predicted">Label index the model gave.</param>
    /// <param name="expected">Label index of the gold standard.</param>
    /// <param name="probabilities">One probability per label, summing to 1, or empty for none.</param>
    /// <exception cref="ArgumentException">Probabilities that are not a distribution over the labels.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label index outside the label list.</exception>
    public void Add(int predicted, int expected, ReadOnlySpan<float> probabilities = default)
    {
        _labels.CheckLabel(predicted, nameof(predicted));
        _labels.CheckLabel(expected, nameof(expected));
        if (!probabilities.IsEmpty) _labels.CheckProbabilities(probabilities, nameof(probabilities));
        Count(predicted, expected, probabilities);
    }

    /// <summary>Adds what another metric has counted, as if its examples had been added here.</summary>
    /// <exception cref="ArgumentException">The other metric has other labels.</exception>
    public void Merge(ClassificationMetrics other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!_labels.HasSameNames(other._labels)) throw new ArgumentException("Only metrics over the same labels, in the same order, can be merged.", nameof(other));
        for (var cell = 0; cell < _matrix.Length; cell++) _matrix[cell] += other._matrix[cell];
        _reliability.Merge(other._reliability);
        _logLossSum += other._logLossSum;
        _exampleCount += other._exampleCount;
    }

    /// <summary>
    /// accuracy, f1_macro, f1_weighted, f1_micro, precision_macro, recall_macro, precision_weighted, recall_weighted, matthews_correlation;
    /// log_loss and calibration_error where probabilities were given.
    /// </summary>
    public IReadOnlyDictionary<string, double> Result()
    {
        var counts = Counts(_matrix.Chunk(_labels.Count).ToArray());
        var withProbabilities = _reliability.Count;
        return Figures(counts, _exampleCount, withProbabilities == 0 ? null : (_logLossSum / withProbabilities, _reliability.CalibrationError()));
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Not exactly one label, or probabilities that are not a distribution over the labels.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label index outside the label list.</exception>
    public void Measure(ClassAnswer predicted, ClassAnswer expected, ExampleTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        var predictedLabel = _labels.Single(predicted, nameof(predicted));
        var expectedLabel = _labels.Single(expected, nameof(expected));
        if (predicted.Probabilities is { } given) _labels.CheckProbabilities(given, nameof(predicted));
        terms.Add(Examples, 1);
        if (predictedLabel == expectedLabel) terms.Add(FirstLabel + 3 * predictedLabel, 1);
        terms.Add(FirstLabel + 3 * predictedLabel + 1, 1);
        terms.Add(FirstLabel + 3 * expectedLabel + 2, 1);
        if (predicted.Probabilities is not { } probabilities) return;
        terms.Add(WithProbabilities, 1);
        terms.Add(LogLosses, LogLoss(probabilities[expectedLabel]));
        terms.Add(FirstBin + ReliabilityCounts.Bin(probabilities[predictedLabel]), (predictedLabel == expectedLabel ? 1.0 : 0) - probabilities[predictedLabel]);
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
        var withProbabilities = all[WithProbabilities];
        var calibrationError = all.AsSpan(FirstBin, BinCount).ToArray().Sum(Math.Abs) / withProbabilities;
        return Figures(counts, (long)all[Examples], withProbabilities == 0 ? null : (all[LogLosses] / withProbabilities, calibrationError));
    }

    /// <summary>All figures with the table per label, the confusion matrix and the notes.</summary>
    public ClassificationReport Report()
    {
        var matrix = _matrix.Chunk(_labels.Count).ToArray();
        var counts = Counts(matrix);
        var notes = new List<string>();
        if (_exampleCount == 0) notes.Add("No example was measured: every figure is 0.");
        counts.AddNotes(notes);
        var withProbabilities = _reliability.Count;
        if (withProbabilities > 0 && withProbabilities < _exampleCount)
            notes.Add($"Only {withProbabilities} of {_exampleCount} examples came with probabilities: log loss and calibration error are over those.");
        return new ClassificationReport
        {
            ExampleCount = _exampleCount,
            Accuracy = LabelCounts.Ratio(counts.Correct.Sum(), _exampleCount),
            Micro = counts.Micro(),
            Macro = counts.Macro(),
            Weighted = counts.Weighted(),
            PerLabel = counts.PerLabel(),
            ConfusionMatrix = matrix,
            MatthewsCorrelation = MatthewsCorrelation(counts, _exampleCount, notes),
            LogLoss = withProbabilities == 0 ? null : _logLossSum / withProbabilities,
            CalibrationError = withProbabilities == 0 ? null : _reliability.CalibrationError(),
            ReliabilityBins = _reliability.Bins(),
            Signature = Signature,
            Notes = [.. notes],
        };
    }

    private void Count(int predicted, int expected, ReadOnlySpan<float> probabilities)
    {
        _matrix[expected * _labels.Count + predicted]++;
        _exampleCount++;
        if (probabilities.IsEmpty) return;

        _logLossSum += LogLoss(probabilities[expected]);
        _reliability.Add(probabilities[predicted], predicted == expected);
    }

    private static double LogLoss(float probability) => -Math.Log(Math.Clamp(probability, ClipDistance, 1 - ClipDistance));

    private LabelCounts Counts(long[][] matrix)
    {
        var counts = new LabelCounts(_labels);
        for (var gold = 0; gold < matrix.Length; gold++)
        {
            counts.Correct[gold] = matrix[gold][gold];
            counts.Gold[gold] = matrix[gold].Sum();
            for (var predicted = 0; predicted < matrix.Length; predicted++) counts.Predicted[predicted] += matrix[gold][predicted];
        }
        return counts;
    }

    private OrderedDictionary<string, double> Figures(LabelCounts counts, long exampleCount, (double LogLoss, double CalibrationError)? probabilistic)
    {
        var (micro, macro, weighted) = (counts.Micro(), counts.Macro(), counts.Weighted());
        var figures = new OrderedDictionary<string, double>
        {
            ["accuracy"] = LabelCounts.Ratio(counts.Correct.Sum(), exampleCount),
            ["f1_macro"] = macro.F1,
            ["f1_weighted"] = weighted.F1,
            ["f1_micro"] = micro.F1,
            ["precision_macro"] = macro.Precision,
            ["recall_macro"] = macro.Recall,
            ["precision_weighted"] = weighted.Precision,
            ["recall_weighted"] = weighted.Recall,
            ["matthews_correlation"] = MatthewsCorrelation(counts, exampleCount, notes: []),
        };
        if (probabilistic is not { } given) return figures;
        figures["log_loss"] = given.LogLoss;
        figures["calibration_error"] = given.CalibrationError;
        return figures;
    }

    /// <summary>Gorodkin 2004, "Comparing two K-category assignments by a K-category correlation coefficient", equation 8.</summary>
    private double MatthewsCorrelation(LabelCounts counts, long exampleCount, List<string> notes)
    {
        // Whole numbers: in floating point the differences of large squares would lose digits.
        Int128 total = exampleCount, agreement = total * counts.Correct.Sum(), predictedSpread = total * total, goldSpread = total * total;
        for (var label = 0; label < _labels.Count; label++)
        {
            agreement -= (Int128)counts.Gold[label] * counts.Predicted[label];
            predictedSpread -= (Int128)counts.Predicted[label] * counts.Predicted[label];
            goldSpread -= (Int128)counts.Gold[label] * counts.Gold[label];
        }
        if (predictedSpread != 0 && goldSpread != 0) return (double)agreement / Math.Sqrt((double)predictedSpread * (double)goldSpread);

        if (total > 0) notes.Add($"All {(goldSpread == 0 ? "gold" : "predicted")} labels are the same, Matthews correlation set to 0.");
        return 0;
    }
}
