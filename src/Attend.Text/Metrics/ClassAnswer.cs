namespace Attend.Text.Metrics;

/// <summary>The answer to one classification example: a label, or a set of labels, and how probable each label was.</summary>
public sealed class ClassAnswer
{
    /// <summary>An answer of exactly one label.</summary>
    /// <param name="label">Label index.</param>
    /// <param name="probabilities">One probability per label of the task, in [0, 1]; null where the answer has none, as a gold answer.</param>
    public ClassAnswer(int label, float[]? probabilities = null) : this([label], probabilities)
    {
    }

    /// <summary>An answer of any number of labels, none included.</summary>
    /// <param name="labels">Label indices, each at most once, in any order.</param>
    /// <param name="probabilities">One probability per label of the task, in [0, 1]; null where the answer has none, as a gold answer.</param>
    public ClassAnswer(IReadOnlyList<int> labels, float[]? probabilities = null)
    {
        ArgumentNullException.ThrowIfNull(labels);
        Labels = labels;
        Probabilities = probabilities;
    }

    /// <summary>The labels of the answer, as indices.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>One probability per label of the task, in [0, 1], or null.</summary>
    public float[]? Probabilities { get; }
}
