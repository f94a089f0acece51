namespace Attend.Text.Data;

/// <summary>What a cell of a table holds.</summary>
internal enum CellKind
{
    /// <summary>Nothing: JSON null, a key that is not there, a Parquet null.</summary>
    Missing,

    /// <summary>A string.</summary>
    Text,

    /// <summary>A number or a truth value, written as in the file.</summary>
    Scalar,

    /// <summary>Several strings, numbers or truth values.</summary>
    List,

    /// <summary>Something else, which <see cref="Cell.Value"/> names.</summary>
    Other,
}

/// <summary>A cell of a table.</summary>
internal readonly record struct Cell(CellKind Kind, string Value, string[]? Values = null)
{
    public static Cell Missing { get; } = new(CellKind.Missing, "nothing");
    public static Cell Text(string text) => new(CellKind.Text, text);
    public static Cell Scalar(string text) => new(CellKind.Scalar, text);
    public static Cell List(string[] values) => new(CellKind.List, "a list", values);
    public static Cell Other(string description) => new(CellKind.Other, description);
}

/// <summary>One row of a <see cref="TableFile"/>, with the columns that were asked for, in the order asked for.</summary>
public sealed class TableRow
{
    private readonly string _path;
    private readonly string[] _columns;
    private readonly Cell[] _cells;

    internal TableRow(string path, long line, string[] columns, Cell[] cells)
    {
        _path = path;
        Line = line;
        _columns = columns;
        _cells = cells;
    }

    /// <summary>The line where the row begins (in a Parquet file: the row), from 1.</summary>
    public long Line { get; }

    /// <summary>The string in a cell.</summary>
    /// <param name="index">Which of the columns asked for, from 0.</param>
    /// <exception cref="DataFileException">The cell holds no string (in a JSON Lines or Parquet file).</exception>
    public string Text(int index) => _cells[index] switch
    {
        { Kind: CellKind.Text } cell => cell.Value,
        var cell => throw Error($"column {_columns[index]} holds {cell.Value}; expected a string."),
    };

    /// <summary>What a cell holds as strings: one for a string, number or truth value, any number for a list, none where there is nothing.</summary>
    /// <remarks>A number is written as in the file, a truth value as "true" or "false".</remarks>
    /// <param name="index">Which of the columns asked for, from 0.</param>
    /// <exception cref="DataFileException">The cell holds something else, for example a JSON object.</exception>
    public IReadOnlyList<string> Values(int index) => _cells[index] switch
    {
        { Kind: CellKind.Text or CellKind.Scalar } cell => [cell.Value],
        { Kind: CellKind.List } cell => cell.Values!,
        { Kind: CellKind.Missing } => [],
        var cell => throw Error($"column {_columns[index]} holds {cell.Value}; expected a string, a number, true, false or a list of these."),
    };

    /// <summary>An exception that names this row as the place of a problem.</summary>
    /// <param name="problem">What is wrong, what was expected and what to do.</param>
    public DataFileException Error(string problem) => new(_path, Line, problem);
}
