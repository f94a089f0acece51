using System.Globalization;
using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace Attend.Text.Data;

/// <summary>Parquet: the top-level fields are the columns; one row group is in memory at a time.</summary>
internal sealed class ParquetSource : ITableSource
{
    private readonly string _path;

    public ParquetSource(string path)
    {
        _path = path;
        using var content = OpenSeekable(path);
        var reader = Guarded(() => ParquetReader.CreateAsync(content, leaveStreamOpen: true).GetAwaiter().GetResult());
        Columns = [.. reader.Schema.Fields.Select(field => field.Name)];
        reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
        if (Columns.Count == 0) throw new DataFileException(path, null, "has no columns.");
    }

    public IReadOnlyList<string> Columns { get; }

    public bool HasNames => true;

    public IEnumerable<TableRow> Rows(IReadOnlyList<int> columns, string[] names)
    {
        using var content = OpenSeekable(_path);
        var reader = Guarded(() => ParquetReader.CreateAsync(content, leaveStreamOpen: true).GetAwaiter().GetResult());
        try
        {
            DataField[] fields = [.. columns.Select((column, i) => Leaf(reader.Schema.Fields[column], names[i]))];
            long line = 0;
            for (var group = 0; group < reader.RowGroupCount; group++)
            {
                Cell[][] cells = [.. fields.Select(field => ReadColumn(reader, group, field))];
                for (var row = 0; row < cells[0].Length; row++)
                    yield return new TableRow(_path, ++line, names, [.. cells.Select(column => column[row])]);
            }
        }
        finally
        {
            reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static Stream OpenSeekable(string path)
    {
        var content = DataFile.OpenContent(path);
        if (content.CanSeek) return content;
        using (content)
        {
            var unpacked = new MemoryStream();
            try
            {
                content.CopyTo(unpacked);
            }
            catch (Exception e) when (DataFile.IsDamage(e))
            {
                throw DataFile.Damaged(path, null, e);
            }
            unpacked.Position = 0;
            return unpacked;
        }
    }

    private DataField Leaf(Field field, string name)
    {
        var leaf = field is ListField { Item: DataField item } ? item : field as DataField;
        return leaf is { MaxRepetitionLevel: <= 1 } && IsReadable(leaf.ClrType)
            ? leaf
            : throw new DataFileException(_path, null, $"column {name} holds {leaf?.ClrType.Name ?? field.SchemaType.ToString()} values; "
                + "expected strings (marked as UTF-8 in the file's schema), numbers, truth values, or lists of these.");
    }

    private static bool IsReadable(Type type) => type == typeof(ReadOnlyMemory<char>) || type == typeof(bool) || type == typeof(decimal)
        || (type.IsPrimitive && type != typeof(char) && type != typeof(nint) && type != typeof(nuint));

    private Cell[] ReadColumn(ParquetReader reader, int group, DataField field) => Guarded(() =>
    {
        using var rowGroup = reader.OpenRowGroupReader(group);
        using var data = rowGroup.ReadRawColumnDataBaseAsync(field).AsTask().GetAwaiter().GetResult();
        return data switch
        {
            RawColumnData<ReadOnlyMemory<char>> column => Cells(column, field, rowGroup.RowCount, text => Cell.Text(text.ToString())),
            RawColumnData<bool> column => Cells(column, field, rowGroup.RowCount, value => Cell.Scalar(value ? "true" : "false")),
            RawColumnData<sbyte> column => Numbers(column, field, rowGroup.RowCount),
            RawColumnData<byte> column => Numbers(column, field, rowGroup.RowCount),
            RawColumnData<short> column => Numbers(column, field, rowGroup.RowCount),
            RawColumnData<ushort> column => Numbers(column, field, rowGroup.RowCount),
            RawColumnData<int> column => Numbers(column, field, rowGroup.RowCount),
            RawColumnData<uint> column => Numbers(column, field, rowGroup.RowCount),
            RawColumnData<long> column => Numbers(column, field, rowGroup.RowCount),
            RawColumnData<ulong> column => Numbers(column, field, rowGroup.RowCount),
            RawColumnData<float> column => Numbers(column, field, rowGroup.RowCount),
            RawColumnData<double> column => Numbers(column, field, rowGroup.RowCount),
            RawColumnData<decimal> column => Numbers(column, field, rowGroup.RowCount),
            _ => throw new InvalidDataException($"column {field.Name} was read as {data.GetType()}"),
        };
    });

    private static Cell[] Numbers<T>(RawColumnData<T> column, DataField field, long rowCount) where T : struct, IFormattable =>
        Cells(column, field, rowCount, value => Cell.Scalar(value.ToString(null, CultureInfo.InvariantCulture)));

    // Dremel levels (Melnik et al. 2010, section 4): repetition 0 begins a row; the highest definition level means that there is a value.
    private static Cell[] Cells<T>(RawColumnData<T> column, DataField field, long rowCount, Func<T, Cell> toCell) where T : struct
    {
        var definitions = field.MaxDefinitionLevel > 0 ? column.DefinitionLevels : [];
        var repetitions = field.MaxRepetitionLevel > 0 ? column.RepetitionLevels : [];
        var values = column.Values;
        var cells = new Cell[rowCount];
        var next = 0;
        if (repetitions.IsEmpty)
        {
            for (var row = 0; row < cells.Length; row++)
                cells[row] = definitions.IsEmpty || definitions[row] == field.MaxDefinitionLevel ? toCell(values[next++]) : Cell.Missing;
            return cells;
        }

        // A list that lies in a group of its own can hold nulls; a bare repeated field cannot.
        var nullItem = field is { IsNullable: true, IsArray: false } ? field.MaxDefinitionLevel - 1 : -1;
        var entry = 0;
        for (var row = 0; row < cells.Length; row++)
        {
            var items = new List<string>();
            var hasNull = false;
            do
            {
                if (definitions[entry] == field.MaxDefinitionLevel) items.Add(toCell(values[next++]).Value);
                else hasNull |= definitions[entry] == nullItem;
            } while (++entry < repetitions.Length && repetitions[entry] > 0);
            cells[row] = hasNull ? Cell.Other("a list with null in it") : Cell.List([.. items]);
        }
        return cells;
    }

    // A damaged file makes Parquet.Net throw whatever its state brings about, a NullReferenceException included; no narrower catch holds.
    private T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new DataFileException(_path, null, $"is no Parquet file, or a damaged one: {e.Message}", e);
        }
    }
}
