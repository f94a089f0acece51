namespace Attend.Text.Data;

/// <summary>A text and its classes.</summary>
/// <param name="Text">The text, exactly as in the file; may be empty.</param>
/// <param name="Labels">Its labels, without white space around them, none twice, none empty; one in a single-label task.</param>
/// <param name="Line">The line where it begins (in a Parquet file: the row), from 1.</param>
public sealed record LabeledText(string Text, IReadOnlyList<string> Labels, long Line)
{
    /// <summary>The second text, where the classes are those of a pair; null where there is only one.</summary>
    public string? Text2 { get; init; }

    /// <summary>Other columns that were asked for, by name, such as a source to slice the figures by.</summary>
    public IReadOnlyDictionary<string, string> Kept { get; init; } = KeptColumns.None;
}
