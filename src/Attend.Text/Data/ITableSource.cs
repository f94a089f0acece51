namespace Attend.Text.Data;

/// <summary>A format of <see cref="TableFile"/>.</summary>
internal interface ITableSource
{
    /// <summary>Names of the columns, at least one.</summary>
    IReadOnlyList<string> Columns { get; }

    /// <summary>Whether the file itself names them.</summary>
    bool HasNames { get; }

    /// <summary>The rows, lazily, with the wanted columns.</summary>
    /// <param name="columns">Indices of the wanted columns.</param>
    /// <param name="names">The wanted columns as error messages call them.</param>
    IEnumerable<TableRow> Rows(IReadOnlyList<int> columns, string[] names);
}
