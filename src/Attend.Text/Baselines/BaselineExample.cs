namespace Attend.Text.Baselines;

/// <summary>An example to learn a baseline from.</summary>
/// <param name="Texts">Its text, or both texts of a pair.</param>
/// <param name="Labels">Its labels' indices; exactly one where each example has one label.</param>
public sealed record BaselineExample(IReadOnlyList<string> Texts, IReadOnlyList<int> Labels)
{
    internal static void Check(IReadOnlyList<BaselineExample> examples, int labelCount, bool multiLabel)
    {
        ArgumentNullException.ThrowIfNull(examples);
        ArgumentOutOfRangeException.ThrowIfLessThan(labelCount, multiLabel ? 1 : 2);
        if (examples.Count == 0) throw new ArgumentException("Expected at least one training example, found none.", nameof(examples));
        for (var i = 0; i < examples.Count; i++)
        {
            if (!multiLabel && examples[i].Labels.Count != 1) throw new ArgumentException($"Example {i} has {examples[i].Labels.Count} labels; expected one, or multiLabel.", nameof(examples));
            foreach (var label in examples[i].Labels)
                if (label < 0 || label >= labelCount) throw new ArgumentOutOfRangeException(nameof(examples), label, $"Example {i} has label index {label}; expected one in [0, {labelCount}).");
        }
    }
}
