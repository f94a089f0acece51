namespace Attend.Text.Data;

/// <summary>How a column file is read.</summary>
public sealed record ConllOptions
{
    /// <summary>Which column holds the words, from 1.</summary>
    public int WordColumn { get; init; } = 1;

    /// <summary>Which column holds the tags, from 1; null for the last one.</summary>
    public int? TagColumn { get; init; }

    /// <summary>The scheme of the tags; null finds it by their prefixes.</summary>
    public TagScheme? Scheme { get; init; }
}
