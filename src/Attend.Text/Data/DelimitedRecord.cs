namespace Attend.Text.Data;

/// <summary>One record of a CSV or TSV file, quotes removed.</summary>
/// <param name="Line">The line where it begins, from 1.</param>
/// <param name="Fields">Its fields, at least one.</param>
internal readonly record struct DelimitedRecord(long Line, string[] Fields)
{
    /// <summary>An empty line, which is an empty cell in a table of one column and nothing in a wider one.</summary>
    public bool IsBlank => Fields is [""];
}
