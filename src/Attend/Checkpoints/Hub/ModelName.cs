using System.Text.RegularExpressions;

namespace Attend.Checkpoints;

/// <summary>A published model: "owner/name" or "name", and which state of it, as in "owner/name@v1.0".</summary>
/// <param name="Repository">"owner/name", or "name" for the oldest models.</param>
/// <param name="Revision">Branch, tag or commit.</param>
internal sealed partial record ModelName(string Repository, string Revision)
{
    private const string DefaultRevision = "main";

    /// <summary>Whether the revision is a whole commit hash, which never changes its meaning.</summary>
    public bool IsPinned => IsCommit(Revision);

    public override string ToString() => Revision == DefaultRevision ? Repository : $"{Repository}@{Revision}";

    /// <summary>Reads a name, and a revision given beside it.</summary>
    /// <exception cref="ArgumentException">Not the name of a model, or two different revisions.</exception>
    public static ModelName Parse(string text, string? revision = null)
    {
        if (TryParse(text) is not { } name)
            throw new ArgumentException(text.Contains("://", StringComparison.Ordinal)
                ? $"'{text}' is an address, not the name of a model. Give the name alone, such as google-bert/bert-base-uncased; another hub is chosen by --endpoint or HF_ENDPOINT."
                : $"'{text}' is not the name of a model; expected owner/name or owner/name@revision, such as google-bert/bert-base-uncased");
        if (revision is null) return name;
        if (text.Contains('@', StringComparison.Ordinal) && name.Revision != revision) throw new ArgumentException($"two revisions are asked for, '{name.Revision}' and '{revision}'; give one");
        return IsRevision(revision) ? name with { Revision = revision } : throw new ArgumentException($"'{revision}' is not a revision; expected a branch, a tag or a commit hash");
    }

    /// <summary>Reads a name; null where the text cannot be one.</summary>
    public static ModelName? TryParse(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var (repository, revision) = at < 0 ? (text, DefaultRevision) : (text[..at], text[(at + 1)..]);
        return Name().IsMatch(repository) && !repository.Contains("--", StringComparison.Ordinal) && !repository.Contains("..", StringComparison.Ordinal)
            && !repository.EndsWith(".git", StringComparison.Ordinal) && IsRevision(revision)
            ? new ModelName(repository, revision) : null;
    }

    /// <summary>Whether a text is a whole commit hash.</summary>
    public static bool IsCommit(string text) => Commit().IsMatch(text);

    // A revision becomes a file below refs/, so the same rule holds as for file names.
    private static bool IsRevision(string text) => HubPath.Problem(text) is null;

    [GeneratedRegex(@"\A(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?/)?[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?\z")]
    private static partial Regex Name();

    [GeneratedRegex(@"\A[0-9a-f]{40}\z")]
    private static partial Regex Commit();
}
