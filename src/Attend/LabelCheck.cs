using Attend.Text.Data;

namespace Attend;

/// <summary>Labels that a model does not know are told before anything is computed.</summary>
internal static class LabelCheck
{
    /// <summary>Throws at the first label that is not among the known ones.</summary>
    public static void Known(string path, IEnumerable<LabeledText> examples, IReadOnlyList<string> labels, string where)
    {
        var known = labels.ToHashSet();
        foreach (var example in examples)
            foreach (var label in example.Labels)
                if (!known.Contains(label))
                    throw new DataFileException(path, example.Line, $"label '{label}' never occurs in {where}; known labels: {Abridged(labels)}");
    }

    private static string Abridged(IReadOnlyList<string> labels) => labels.Count <= 20 ? string.Join(", ", labels) : $"{string.Join(", ", labels.Take(20))} and {labels.Count - 20} more";
}
