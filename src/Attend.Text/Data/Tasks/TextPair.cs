namespace Attend.Text.Data;

/// <summary>Two texts and what they are to each other.</summary>
public sealed record TextPair
{
    /// <summary>The first text, such as a premise, exactly as in the file.</summary>
    public required string Text { get; init; }

    /// <summary>The second text, such as a hypothesis, exactly as in the file.</summary>
    public required string Text2 { get; init; }

    /// <summary>The label, without white space around it; null where the file gives none or a score was asked for.</summary>
    public string? Label { get; init; }

    /// <summary>The score, finite; null where the file gives none or a label was asked for.</summary>
    public double? Score { get; init; }

    /// <summary>The line where the pair begins (in a Parquet file: the row), from 1.</summary>
    public required long Line { get; init; }

    /// <summary>Other columns that were asked for, by name.</summary>
    public IReadOnlyDictionary<string, string> Kept { get; init; } = KeptColumns.None;
}

/// <summary>What the third column of a file of pairs holds.</summary>
public enum PairTarget
{
    /// <summary>A label: the pairs are classified.</summary>
    Label,

    /// <summary>A number: the pairs are scored.</summary>
    Score,

    /// <summary>Nothing, or nothing of interest.</summary>
    None,
}

/// <summary>Where in a table the pairs are.</summary>
public sealed record TextPairOptions
{
    /// <summary>Whether the first row of a CSV or TSV file names the columns.</summary>
    public bool HasHeader { get; init; } = true;

    /// <summary>Name, or number from 1, of the column with the first texts; null finds it by <see cref="TextPairFile"/>'s rule.</summary>
    public string? TextColumn { get; init; }

    /// <summary>Name, or number from 1, of the column with the second texts; null finds it.</summary>
    public string? Text2Column { get; init; }

    /// <summary>Name, or number from 1, of the column with labels or scores; null finds it.</summary>
    public string? TargetColumn { get; init; }

    /// <summary>What that column holds.</summary>
    public PairTarget Target { get; init; } = PairTarget.Label;

    /// <summary>A label that says that there is none, such as "-" in SNLI and OCNLI, where the annotators disagreed; such pairs are left out and counted.</summary>
    public string? NoLabel { get; init; } = "-";

    /// <summary>Columns to keep beside the others.</summary>
    public IReadOnlyList<string> KeepColumns { get; init; } = [];
}
