namespace Attend.Text.Metrics;

/// <summary>The labels a metric counts, checked once, and the checks of every answer against them.</summary>
internal sealed class LabelSet
{
    // Halves are rounded to about 3 digits, so that the probabilities of a half-precision model sum to 1 only so closely.
    private const double SumTolerance = 0.01;

    private readonly string[] _names;

    public LabelSet(IReadOnlyList<string> names, int atLeast)
    {
        ArgumentNullException.ThrowIfNull(names);
        _names = [.. names];
        if (_names.Length < atLeast)
            throw new ArgumentException($"Expected at least {atLeast} label(s), found {_names.Length}: pass the names of all labels of the task, in the order of their indices.", nameof(names));
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < _names.Length; i++)
        {
            if (_names[i] is null) throw new ArgumentException($"Label {i} has no name (null).", nameof(names));
            if (!seen.TryAdd(_names[i], i)) throw new ArgumentException($"Labels {seen[_names[i]]} and {i} have the same name \"{_names[i]}\": names must differ.", nameof(names));
        }
    }

    public int Count => _names.Length;

    public IReadOnlyList<string> Names => _names;

    public static string Version { get; } = "attend-" + typeof(LabelSet).Assembly.GetName().Version!.ToString(3);

    public bool HasSameNames(LabelSet other) => _names.AsSpan().SequenceEqual(other._names);

    public void CheckLabel(int label, string parameter)
    {
        if ((uint)label >= (uint)_names.Length)
            throw new ArgumentOutOfRangeException(parameter, label, $"Label index {label} is not in [0, {_names.Length}): the metric was made for {_names.Length} labels.");
    }

    public void CheckLabels(IReadOnlyList<int> labels, string parameter)
    {
        for (var i = 0; i < labels.Count; i++)
        {
            CheckLabel(labels[i], parameter);
            for (var j = 0; j < i; j++)
                if (labels[i] == labels[j]) throw new ArgumentException($"Label {labels[i]} (\"{_names[labels[i]]}\") occurs twice in one answer.", parameter);
        }
    }

    public void CheckScores(ReadOnlySpan<float> scores, string parameter)
    {
        if (scores.Length != _names.Length)
            throw new ArgumentException($"Expected one score for each of the {_names.Length} labels, found {scores.Length}.", parameter);
        for (var i = 0; i < scores.Length; i++)
            if (!float.IsFinite(scores[i])) throw new ArgumentException($"The score of label {i} (\"{_names[i]}\") is {scores[i]}: the model's output is not finite.", parameter);
    }

    public void CheckProbabilities(ReadOnlySpan<float> probabilities, string parameter)
    {
        CheckScores(probabilities, parameter);
        var sum = 0.0;
        for (var i = 0; i < probabilities.Length; i++)
        {
            if (probabilities[i] is < 0 or > 1 + (float)SumTolerance)
                throw new ArgumentException($"The probability of label {i} (\"{_names[i]}\") is {probabilities[i]}, not in [0, 1]: pass probabilities (after softmax), not logits.", parameter);
            sum += probabilities[i];
        }
        if (Math.Abs(sum - 1) > SumTolerance)
            throw new ArgumentException($"The probabilities sum to {sum:0.####}, expected 1: pass the softmax over all labels.", parameter);
    }

    /// <summary>The one label of an answer.</summary>
    public int Single(ClassAnswer answer, string parameter)
    {
        ArgumentNullException.ThrowIfNull(answer, parameter);
        if (answer.Labels.Count != 1)
            throw new ArgumentException($"Expected exactly one label, found {answer.Labels.Count}: use {nameof(MultiLabelMetrics)} where examples have several labels or none.", parameter);
        CheckLabel(answer.Labels[0], parameter);
        return answer.Labels[0];
    }

    /// <summary>Names for a note: all of a few, the first of many.</summary>
    public string List(IReadOnlyList<int> labels)
    {
        const int shown = 5;
        var names = string.Join(", ", labels.Take(shown).Select(label => $"\"{_names[label]}\""));
        return labels.Count <= shown ? names : $"{names} and {labels.Count - shown} more";
    }
}
