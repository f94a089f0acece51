namespace Attend.Text.Metrics;

/// <summary>Measures how well scores rank examples, whatever the threshold: area under the ROC curve and average precision.</summary>
/// <remarks>
/// Both figures need every score by definition. Two labels: 5 bytes are kept per example (the score of label 1, the positive one).
/// Otherwise each label is ranked against the rest: 5 bytes are kept per example and label.
/// A label without a positive, or without a negative, example has no such figure: it is left out, with a note, instead of counting as 0.
/// </remarks>
public sealed class RankingMetrics : IMetric<ClassAnswer>
{
    private readonly LabelSet _labels;
    private readonly bool _multiLabel;
    private readonly int[] _ranked;
    private readonly List<float>[] _scores;
    private readonly List<bool>[] _arePositive;

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
        _scores = [.. _ranked.Select(_ => new List<float>())];
        _arePositive = [.. _ranked.Select(_ => new List<bool>())];
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
        {
            _scores[i].Add(scores[_ranked[i]]);
            _arePositive[i].Add(expected.Labels.Contains(_ranked[i]));
        }
    }

    /// <summary>roc_auc and average_precision, each in [0, 1]; absent where no label has both positive and negative examples.</summary>
    public IReadOnlyDictionary<string, double> Result() => Figures(Rankings(), weights: null);

    /// <summary>Intervals by resampling the examples; see <see cref="BootstrapOptions"/>.</summary>
    /// <param name="options">How; null for the defaults.</param>
    /// <returns>Under the names of <see cref="Result"/>.</returns>
    public IReadOnlyDictionary<string, BootstrapInterval> Intervals(BootstrapOptions? options = null)
    {
        var rankings = Rankings();
        return Bootstrap.Intervals(_scores[0].Count, weights => Figures(rankings, weights), Figures(rankings, weights: null), options ?? new BootstrapOptions());
    }

    /// <summary>Both figures with their intervals.</summary>
    /// <param name="options">How to resample; null for the defaults.</param>
    public IReadOnlyList<MeasuredFigure> Figures(BootstrapOptions? options = null)
    {
        var intervals = Intervals(options);
        return [.. Result().Select(figure => new MeasuredFigure(figure.Key, figure.Value, intervals.GetValueOrDefault(figure.Key), Signature))];
    }

    /// <summary>Indices of the labels that are ranked: all, or of two the positive one.</summary>
    public IReadOnlyList<int> RankedLabels => _ranked;

    /// <summary>Precision against recall of one label over falling thresholds, one point per distinct score; empty where it cannot be ranked.</summary>
    /// <param name="label">Label index; with two labels, only 1, the positive one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The label is not ranked.</exception>
    public IReadOnlyList<PrecisionRecallPoint> PrecisionRecallCurve(int label)
    {
        var index = Array.IndexOf(_ranked, label);
        if (index < 0) throw new ArgumentOutOfRangeException(nameof(label), label, $"The ranked labels are {string.Join(", ", _ranked)}.");
        return IsDefined(index) ? RankingOf(index).Curve(_scores[index]) : [];
    }

    /// <summary>The average precision of one label, in [0, 1]; null where it cannot be ranked.</summary>
    /// <param name="label">Label index; with two labels, only 1, the positive one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The label is not ranked.</exception>
    public double? AveragePrecision(int label)
    {
        var index = Array.IndexOf(_ranked, label);
        if (index < 0) throw new ArgumentOutOfRangeException(nameof(label), label, $"The ranked labels are {string.Join(", ", _ranked)}.");
        return IsDefined(index) ? RankingOf(index).Figures(weights: null)?.AveragePrecision : null;
    }

    /// <summary>Which labels could not be ranked, in whole sentences; empty where all could.</summary>
    public string[] Notes()
    {
        var undefined = _ranked.Where((_, i) => !IsDefined(i)).ToArray();
        return undefined.Length == 0 ? [] : [$"Without both positive and negative examples, left out of ROC-AUC and average precision: {_labels.List(undefined)}."];
    }

    private bool IsDefined(int index) => _arePositive[index].Contains(true) && _arePositive[index].Contains(false);

    private Ranking RankingOf(int index) => new(_scores[index], _arePositive[index]);

    private Ranking[] Rankings() => [.. Enumerable.Range(0, _ranked.Length).Where(IsDefined).Select(RankingOf)];

    private static OrderedDictionary<string, double> Figures(Ranking[] rankings, int[]? weights)
    {
        double areaSum = 0, precisionSum = 0;
        var defined = 0;
        foreach (var ranking in rankings)
        {
            if (ranking.Figures(weights) is not { } figures) continue;
            areaSum += figures.Area;
            precisionSum += figures.AveragePrecision;
            defined++;
        }
        return defined == 0 ? [] : new OrderedDictionary<string, double> { ["roc_auc"] = areaSum / defined, ["average_precision"] = precisionSum / defined };
    }
}

/// <summary>What a threshold gives.</summary>
/// <param name="Threshold">Examples with this score or a higher one get the label.</param>
/// <param name="Precision">The share of them that has it, in [0, 1].</param>
/// <param name="Recall">The share of all that have it, in [0, 1].</param>
public sealed record PrecisionRecallPoint(double Threshold, double Precision, double Recall);
