namespace Attend.Text.Data;

/// <summary>CSV and TSV: a header or none, and rows which all have the same number of fields.</summary>
internal sealed class DelimitedSource : ITableSource
{
    private readonly string _path;
    private readonly Func<string, IEnumerable<DelimitedRecord>> _read;
    private readonly long _firstLine;

    public DelimitedSource(string path, Func<string, IEnumerable<DelimitedRecord>> read, bool hasHeader)
    {
        _path = path;
        _read = read;
        HasNames = hasHeader;
        var first = read(path).FirstOrDefault(record => !record.IsBlank);
        if (first.Fields is null) throw new DataFileException(path, null, hasHeader ? "is empty; expected a header and rows." : "is empty; expected rows.");
        _firstLine = first.Line;
        Columns = hasHeader ? first.Fields : [.. Enumerable.Range(1, first.Fields.Length).Select(number => $"{number}")];
    }

    public IReadOnlyList<string> Columns { get; }

    public bool HasNames { get; }

    public IEnumerable<TableRow> Rows(IReadOnlyList<int> columns, string[] names)
    {
        foreach (var record in _read(_path))
        {
            if (HasNames && record.Line <= _firstLine) continue;
            if (record.IsBlank && Columns.Count > 1) continue;
            if (record.Fields.Length != Columns.Count) throw Ragged(record);
            var cells = new Cell[columns.Count];
            for (var i = 0; i < cells.Length; i++) cells[i] = Cell.Text(record.Fields[columns[i]]);
            yield return new TableRow(_path, record.Line, names, cells);
        }
    }

    private DataFileException Ragged(DelimitedRecord record)
    {
        var expected = HasNames ? $"the header has {Columns.Count}: {Names.List(Columns)}" : $"line {_firstLine} has {Columns.Count}";
        return new DataFileException(_path, record.Line,
            $"{record.Fields.Length} field(s), but {expected}. Quote a field that holds the separator or a line break.");
    }
}
