using System.Text;

namespace Attend.Checkpoints;

/// <summary>A checkpoint file is not what its format asks for: cut short, damaged, or another kind of file.</summary>
/// <remarks>A sound file that belongs to another model is a <see cref="CheckpointMismatchException"/>.</remarks>
public sealed class CheckpointException : Exception
{
    /// <summary>Names the file, what is wrong in it, what was expected and what was found.</summary>
    /// <param name="filePath">The file.</param>
    /// <param name="problem">What is wrong, without a full stop.</param>
    /// <param name="expected">What the format asks for, or null where the problem says it.</param>
    /// <param name="found">What the file holds, or null where the problem says it.</param>
    /// <param name="advice">What to do, a whole sentence; null for the usual one (get the file again).</param>
    /// <param name="inner">The cause, or null.</param>
    public CheckpointException(
        string filePath, string problem, string? expected = null, string? found = null, string? advice = null, Exception? inner = null)
        : base(Describe(filePath, problem, expected, found, advice), inner)
    {
        FilePath = filePath;
        Problem = problem;
        Expected = expected;
        Found = found;
    }

    /// <summary>The file that could not be used.</summary>
    public string FilePath { get; }

    /// <summary>What is wrong in the file.</summary>
    public string Problem { get; }

    /// <summary>What the format asks for; null where <see cref="Problem"/> says it.</summary>
    public string? Expected { get; }

    /// <summary>What the file holds; null where <see cref="Problem"/> says it.</summary>
    public string? Found { get; }

    /// <summary>Text from an untrusted file made fit for a message: in quotes, one line, at most 100 characters.</summary>
    internal static string Quote(string text)
    {
        const int Longest = 100;
        var quoted = new StringBuilder("\"");
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, Longest)))
            quoted.Append(char.IsControl(c) || char.IsSurrogate(c) ? '\uFFFD' : c);
        return quoted.Append(text.Length > Longest ? $"...\" ({text.Length} characters)" : "\"").ToString();
    }

    private static string Describe(string filePath, string problem, string? expected, string? found, string? advice)
    {
        var message = new StringBuilder($"{filePath}: {problem}");
        if (expected is not null) message.Append($"; expected {expected}");
        if (found is not null) message.Append(expected is null ? $"; found {found}" : $", found {found}");
        return message.Append(". ").Append(advice ?? "The file is damaged or incomplete: download or export it again.").ToString();
    }
}
