using Attend.Text.Data;

namespace Attend;

/// <summary>Labels that a model does not know are told before anything is computed.</summary>
internal static class LabelCheck
{
    /// <summary>Throws at the first label that is not among the known ones.</summary>
    public static void Known(string path, IEnumerable<LabeledText> examples, IReadOnlyList<string> labels, string where) =>
        Known(path, examples.Select(example => (example.Line, (IEnumerable<string>)example.Labels)), labels, where);

    /// <summary>Throws at the first label that is not among the known ones.</summary>
    /// <param name="path">The data file.</param>
    /// <param name="examples">Line of each example, and its labels.</param>
    /// <param name="labels">The known ones.</param>
    /// <param name="where">Where they come from.</param>
    public static void Known(string path, IEnumerable<(long Line, IEnumerable<string> Labels)> examples, IReadOnlyList<string> labels, string where)
    {
        var known = labels.ToHashSet();
        foreach (var (line, given) in examples)
            foreach (var label in given)
                if (!known.Contains(label))
                    throw new DataFileException(path, line, $"label '{label}' never occurs in {where}; known labels: {Abridged(labels)}");
    }

    private static string Abridged(IReadOnlyList<string> labels) => labels.Count <= 20 ? string.Join(", ", labels) : $"{string.Join(", ", labels.Take(20))} and {labels.Count - 20} more";
}
