using Attend.Text.Metrics;

namespace Attend.Text.Baselines;

/// <summary>The baseline that does not read: always the most frequent label (set of labels), with the labels' frequencies as probabilities.</summary>
public sealed class MajorityClass
{
    private readonly ClassAnswer _answer;

    private MajorityClass(ClassAnswer answer) => _answer = answer;

    /// <summary>Learns how frequent the labels are.</summary>
    /// <param name="examples">At least one; their texts are not read.</param>
    /// <param name="labelCount">How many labels there are.</param>
    /// <param name="multiLabel">Whether an example has any number of labels instead of exactly one.</param>
    /// <exception cref="ArgumentException">There is no example, or one has not exactly one label.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label index is outside of its range.</exception>
    public static MajorityClass Train(IReadOnlyList<BaselineExample> examples, int labelCount, bool multiLabel = false)
    {
        BaselineExample.Check(examples, labelCount, multiLabel);
        var counts = new long[labelCount];
        var sets = new Dictionary<string, (int[] Labels, long Count)>(StringComparer.Ordinal);
        foreach (var example in examples)
        {
            foreach (var label in example.Labels) counts[label]++;
            int[] labels = [.. example.Labels.Order()];
            var key = string.Join(' ', labels);
            sets[key] = (labels, sets.GetValueOrDefault(key).Count + 1);
        }
        // Of equally frequent ones the one with the first labels.
        var most = sets.Values.Max(set => set.Count);
        var answer = sets.Values.Where(set => set.Count == most).MinBy(set => set.Labels, Comparer<int[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right)));
        return new MajorityClass(new ClassAnswer(answer.Labels, [.. counts.Select(count => (float)count / examples.Count)]));
    }

    /// <summary>The answer to every text.</summary>
    public ClassAnswer Predict() => _answer;
}
