namespace Attend.Text.Data;

/// <summary>A text and what is to be made of it: its translation, its summary, its answer.</summary>
/// <param name="Source">The text, exactly as in the file; may be empty.</param>
/// <param name="Targets">One text, or several that are as good as each other; none where the file has only sources.</param>
/// <param name="Line">The line where it begins (in a Parquet file: the row), from 1.</param>
public sealed record ParallelText(string Source, IReadOnlyList<string> Targets, long Line);
