using System.Text;

namespace Attend.Checkpoints;

/// <summary>A tensor that a checkpoint and a model both have, in different shapes.</summary>
/// <param name="Key">Its name in the checkpoint.</param>
/// <param name="ExpectedShape">The model's shape.</param>
/// <param name="FoundShape">The checkpoint's shape.</param>
public sealed record MisshapenKey(string Key, long[] ExpectedShape, long[] FoundShape)
{
    /// <summary>For example <c>classifier.weight: expected [2, 768], found [3, 768]</c>.</summary>
    public override string ToString() => $"{Key}: expected [{string.Join(", ", ExpectedShape)}], found [{string.Join(", ", FoundShape)}]";
}

/// <summary>A sound checkpoint does not fit the model it was to be loaded into; names every key at fault, not only the first.</summary>
public sealed class CheckpointMismatchException : Exception
{
    /// <summary>Collects all that does not fit; at least one of the three lists is not empty.</summary>
    /// <param name="filePath">The checkpoint file or folder.</param>
    /// <param name="missing">Keys the model needs and the checkpoint lacks.</param>
    /// <param name="extra">Keys the checkpoint has and the model does not know.</param>
    /// <param name="misshapen">Keys of different shapes.</param>
    public CheckpointMismatchException(
        string filePath, IReadOnlyList<string> missing, IReadOnlyList<string> extra, IReadOnlyList<MisshapenKey> misshapen)
        : base(Describe(filePath, missing, extra, misshapen))
    {
        FilePath = filePath;
        Missing = missing;
        Extra = extra;
        Misshapen = misshapen;
    }

    /// <summary>The checkpoint file or folder.</summary>
    public string FilePath { get; }

    /// <summary>Keys the model needs and the checkpoint lacks.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>Keys the checkpoint has and the model does not know.</summary>
    public IReadOnlyList<string> Extra { get; }

    /// <summary>Keys that both have, in different shapes.</summary>
    public IReadOnlyList<MisshapenKey> Misshapen { get; }

    private static string Describe(
        string filePath, IReadOnlyList<string> missing, IReadOnlyList<string> extra, IReadOnlyList<MisshapenKey> misshapen)
    {
        var message = new StringBuilder(
            $"{filePath} does not fit the model: {missing.Count} missing, {extra.Count} extra, {misshapen.Count} misshapen. " +
            "Check that the model's configuration (kind, sizes, number of labels) is the one the checkpoint was made with.");
        List("Missing (the model needs them, the checkpoint lacks them)", missing);
        List("Extra (the checkpoint has them, the model does not know them)", extra);
        List("Misshapen", [.. misshapen.Select(key => key.ToString())]);
        return message.ToString();

        void List(string title, IReadOnlyList<string> lines)
        {
            if (lines.Count == 0) return;
            message.Append('\n').Append(title).Append(':');
            foreach (var line in lines) message.Append("\n  ").Append(line);
        }
    }
}
