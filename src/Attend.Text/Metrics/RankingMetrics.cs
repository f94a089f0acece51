namespace Attend.Text.Metrics;

/// <summary>Measures how well scores rank examples, whatever the threshold: area under the ROC curve and average precision.</summary>
/// <remarks>
/// Both figures need every score by definition. Two labels: 4 bytes are kept per example (the score of label 1, the positive one).
/// Otherwise each label is ranked against the rest: 4 bytes are kept per example and label.
/// A label without a positive, or without a negative, example has no such figure: it is left out, with a note, instead of counting as 0.
/// </remarks>
public sealed class RankingMetrics : IMetric<ClassAnswer>
{
    private readonly LabelSet _labels;
    private readonly bool _multiLabel;
    private readonly int[] _ranked;
    private readonly List<float>[] _positives;
    private readonly List<float>[] _negatives;

    /// <summary>An empty ranking over these labels.</summary>
    /// <param name="labels">Label names in the order of their indices; at least two where each example has one label, all different.</param>
    /// <param name="multiLabel">Whether an example has any number of labels instead of exactly one.</param>
    /// <exception cref="ArgumentException">Too few labels, or a name that occurs twice.</exception>
    public RankingMetrics(IReadOnlyList<string> labels, bool multiLabel = false)
    {
        _labels = new LabelSet(labels, atLeast: multiLabel ? 1 : 2);
        _multiLabel = multiLabel;
        var binary = !multiLabel && _labels.Count == 2;
        _ranked = binary ? [1] : [.. Enumerable.Range(0, _labels.Count)];
        _positives = [.. _ranked.Select(_ => new List<float>())];
        _negatives = [.. _ranked.Select(_ => new List<float>())];
        Signature = $"ranking|labels:{_labels.Count}|average:{(binary ? "binary,positive-1" : "macro,one-vs-rest")}|ties:averaged-rank|ap:step|undefined:left-out|version:{LabelSet.Version}";
    }

    /// <inheritdoc/>
    public string Signature { get; }

    /// <summary>Keeps the scores of one example.</summary>
    /// <param name="predicted">An answer with <see cref="ClassAnswer.Probabilities"/>; any finite scores will do, as only their order counts.</param>
    /// <param name="expected">The gold label or labels.</param>
    /// <exception cref="ArgumentException">Scores missing, not finite or not one per label; not one gold label where each example has one.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label index outside the label list.</exception>
    public void Add(ClassAnswer predicted, ClassAnswer expected)
    {
        ArgumentNullException.ThrowIfNull(predicted);
        ArgumentNullException.ThrowIfNull(expected);
        if (predicted.Probabilities is not { } scores) throw new ArgumentException("The answer has no probabilities, and without them there is no ranking.", nameof(predicted));
        _labels.CheckScores(scores, nameof(predicted));
        if (_multiLabel) _labels.CheckLabels(expected.Labels, nameof(expected));
        else _labels.Single(expected, nameof(expected));
        for (var i = 0; i < _ranked.Length; i++)
            (expected.Labels.Contains(_ranked[i]) ? _positives : _negatives)[i].Add(scores[_ranked[i]]);
    }

    /// <summary>roc_auc and average_precision, each in [0, 1]; absent where no label has both positive and negative examples.</summary>
    public IReadOnlyDictionary<string, double> Result()
    {
        double areaSum = 0, precisionSum = 0;
        var defined = 0;
        for (var i = 0; i < _ranked.Length; i++)
        {
            if (!IsDefined(i)) continue;
            var (area, precision) = Rank(_positives[i], _negatives[i]);
            areaSum += area;
            precisionSum += precision;
            defined++;
        }
        var result = new OrderedDictionary<string, double>();
        if (defined == 0) return result;
        result["roc_auc"] = areaSum / defined;
        result["average_precision"] = precisionSum / defined;
        return result;
    }

    /// <summary>Precision against recall of one label over falling thresholds, one point per distinct score; empty where it cannot be ranked.</summary>
    /// <param name="label">Label index; with two labels, only 1, the positive one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The label is not ranked.</exception>
    public IReadOnlyList<PrecisionRecallPoint> PrecisionRecallCurve(int label)
    {
        var index = Array.IndexOf(_ranked, label);
        if (index < 0) throw new ArgumentOutOfRangeException(nameof(label), label, $"The ranked labels are {string.Join(", ", _ranked)}.");
        var points = new List<PrecisionRecallPoint>();
        if (!IsDefined(index)) return points;
        float[] positive = [.. _positives[index]], negative = [.. _negatives[index]];
        Array.Sort(positive, Descending);
        Array.Sort(negative, Descending);
        for (int positives = 0, negatives = 0; positives < positive.Length || negatives < negative.Length;)
        {
            var threshold = Math.Max(positives < positive.Length ? positive[positives] : float.NegativeInfinity, negatives < negative.Length ? negative[negatives] : float.NegativeInfinity);
            while (positives < positive.Length && positive[positives] == threshold) positives++;
            while (negatives < negative.Length && negative[negatives] == threshold) negatives++;
            points.Add(new PrecisionRecallPoint(threshold, (double)positives / (positives + negatives), (double)positives / positive.Length));
        }
        return points;
    }

    /// <summary>Which labels could not be ranked, in whole sentences; empty where all could.</summary>
    public string[] Notes()
    {
        var undefined = _ranked.Where((_, i) => !IsDefined(i)).ToArray();
        return undefined.Length == 0 ? [] : [$"Without both positive and negative examples, left out of ROC-AUC and average precision: {_labels.List(undefined)}."];
    }

    private bool IsDefined(int index) => _positives[index].Count > 0 && _negatives[index].Count > 0;

    /// <summary>
    /// The area is the Mann-Whitney statistic (Hanley and McNeil 1982): the share of positive-negative pairs in the right order, a tie counting half.
    /// Average precision is the sum over falling thresholds of (recall gained) x (precision there), without interpolation.
    /// </summary>
    private static (double Area, double AveragePrecision) Rank(List<float> positives, List<float> negatives)
    {
        float[] positive = [.. positives], negative = [.. negatives];
        Array.Sort(positive, Descending);
        Array.Sort(negative, Descending);
        double pairs = 0, averagePrecision = 0;
        int positiveSeen = 0, negativeSeen = 0;
        while (positiveSeen < positive.Length)
        {
            var threshold = positive[positiveSeen];
            while (negativeSeen < negative.Length && negative[negativeSeen] > threshold) negativeSeen++;
            var above = negativeSeen;
            while (negativeSeen < negative.Length && negative[negativeSeen] == threshold) negativeSeen++;
            var before = positiveSeen;
            while (positiveSeen < positive.Length && positive[positiveSeen] == threshold) positiveSeen++;

            double gained = positiveSeen - before;
            pairs += gained * (negative.Length - negativeSeen + 0.5 * (negativeSeen - above));
            averagePrecision += gained / positive.Length * positiveSeen / (positiveSeen + negativeSeen);
        }
        return (pairs / ((double)positive.Length * negative.Length), averagePrecision);
    }

    private static int Descending(float left, float right) => right.CompareTo(left);
}

/// <summary>What a threshold gives.</summary>
/// <param name="Threshold">Examples with this score or a higher one get the label.</param>
/// <param name="Precision">The share of them that has it, in [0, 1].</param>
/// <param name="Recall">The share of all that have it, in [0, 1].</param>
public sealed record PrecisionRecallPoint(double Threshold, double Precision, double Recall);
