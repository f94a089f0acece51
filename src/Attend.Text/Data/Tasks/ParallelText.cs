namespace Attend.Text.Data;

/// <summary>A text and what it should be turned into: a sentence and its translation, an article and its summary.</summary>
public sealed record ParallelText
{
    /// <summary>The text to start from, exactly as in the file; may be empty.</summary>
    public required string Source { get; init; }

    /// <summary>What it should become; several where there are several references, none where the file has none.</summary>
    public required IReadOnlyList<string> References { get; init; }

    /// <summary>The line where it begins (in a Parquet file: the row), from 1.</summary>
    public required long Line { get; init; }

    /// <summary>Other columns that were asked for, by name.</summary>
    public IReadOnlyDictionary<string, string> Kept { get; init; } = KeptColumns.None;
}

/// <summary>Where in a table the texts are.</summary>
public sealed record ParallelTextOptions
{
    /// <summary>Whether the first row of a CSV or TSV file names the columns; null takes it for a header where it has known names.</summary>
    public bool? HasHeader { get; init; }

    /// <summary>Name, or number from 1, of the column with the texts to start from; null finds it by <see cref="ParallelTextFile"/>'s rule.</summary>
    public string? SourceColumn { get; init; }

    /// <summary>Name, or number from 1, of the column with the references; null finds it.</summary>
    public string? TargetColumn { get; init; }

    /// <summary>Whether each text must have a reference; where false, a file may also lack the column.</summary>
    public bool TargetRequired { get; init; } = true;

    /// <summary>Columns to keep beside the others.</summary>
    public IReadOnlyList<string> KeepColumns { get; init; } = [];
}
