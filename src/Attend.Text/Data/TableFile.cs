namespace Attend.Text.Data;

/// <summary>A file of rows with columns: .csv, .tsv, .jsonl or .parquet, each of them also gzipped (.gz). Rows are read one by one.</summary>
/// <remarks>
/// <para>Text is UTF-8, with or without a byte order mark; other bytes are an error. Control characters, NUL included, are text.
/// Empty lines are skipped, except in a table of one column, where they are empty cells.</para>
/// <para>CSV is RFC 4180. A quote in a field which does not begin with one is text; text after a closing quote and a quote that is never
/// closed are errors.</para>
/// <para>TSV in the wild comes with and without quoting, and quotes around a whole text may well belong to it. So quotes are removed where
/// quoting makes a difference: from a field that begins with a quote, whose next undoubled quote is followed by a tab or the line's end, and
/// which is empty or has a tab, a line break or a doubled quote inside. Where every field of the first row (of two or more) is quoted, the
/// writer quotes everything, and quotes are removed around every field. All other quotes are text. A quoted field may go on over several
/// lines, unless its first line alone is as wide as the table and the next line is too: those are rows, and the quote is text. In a table of
/// one column each line is therefore a row. A quote that is never closed is an error where it is not text by this rule.</para>
/// <para>JSON Lines has one object a line; the columns are the keys of the first one. A Parquet file's columns are its top-level fields.</para>
/// </remarks>
public sealed class TableFile
{
    private static readonly string[] Extensions = [".csv", ".tsv", ".jsonl", ".parquet"];
    private readonly ITableSource _source;

    private TableFile(string path, ITableSource source)
    {
        Path = path;
        _source = source;
    }

    /// <summary>The file, as the caller named it.</summary>
    public string Path { get; }

    /// <summary>The names of the columns; "1", "2" and so on in a file without a header.</summary>
    public IReadOnlyList<string> Columns => _source.Columns;

    /// <summary>Whether the columns have names of their own.</summary>
    public bool HasNames => _source.HasNames;

    /// <summary>Finds out the format and the columns; reads no further than the first row.</summary>
    /// <param name="path">The file.</param>
    /// <param name="hasHeader">Whether the first row of a CSV or TSV file names the columns; the other formats always name them.</param>
    /// <exception cref="DataFileException">The file is missing, of an unknown kind, empty, or damaged at its beginning.</exception>
    public static TableFile Open(string path, bool hasHeader = true) => Open(path, hasHeader, otherExtensions: []);

    /// <summary>As the public one; the complaint about an unknown extension also names those that the caller knows besides.</summary>
    internal static TableFile Open(string path, bool hasHeader, IReadOnlyList<string> otherExtensions)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new TableFile(path, DataFile.Extension(path) switch
        {
            ".csv" => new DelimitedSource(path, CsvRecords.Read, hasHeader),
            ".tsv" => new DelimitedSource(path, TsvRecords.Read, hasHeader),
            ".jsonl" => new JsonLinesSource(path),
            ".parquet" => new ParquetSource(path),
            var extension => throw UnknownExtension(path, extension, [.. otherExtensions, .. Extensions]),
        });
    }

    /// <summary>The index of a column, from 0.</summary>
    /// <param name="nameOrNumber">A column's name (in the same letter case, or in another where only one column fits), or its number, from 1.</param>
    /// <exception cref="DataFileException">There is no such column, or several of that name.</exception>
    public int Find(string nameOrNumber)
    {
        foreach (var comparison in new[] { StringComparison.Ordinal, StringComparison.OrdinalIgnoreCase })
        {
            int[] matches = [.. Enumerable.Range(0, Columns.Count).Where(i => Columns[i].Equals(nameOrNumber, comparison))];
            if (matches.Length == 1) return matches[0];
            if (matches.Length > 1)
                throw Error($"{matches.Length} columns are named {Names.Quote(nameOrNumber)}; choose one by its number: {string.Join(" or ", matches.Select(i => i + 1))}.");
        }
        if (int.TryParse(nameOrNumber, out var number) && number >= 1 && number <= Columns.Count) return number - 1;
        throw Error(HasNames
            ? $"there is no column {Names.Quote(nameOrNumber)}; the columns are {Names.List(Columns)}.{Names.Suggestion(nameOrNumber, Columns)}"
            : $"there is no column {Names.Quote(nameOrNumber)}; without a header columns are chosen by number, 1 to {Columns.Count}.");
    }

    /// <summary>The rows, read while they are enumerated; each enumeration reads the file anew.</summary>
    /// <param name="columns">Indices of the wanted columns, at least one, from 0, in the order wanted.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no column of that index, or none is asked for.</exception>
    /// <exception cref="DataFileException">While enumerating: a row is broken.</exception>
    public IEnumerable<TableRow> Rows(params IReadOnlyList<int> columns)
    {
        ArgumentOutOfRangeException.ThrowIfZero(columns.Count);
        foreach (var column in columns)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(column, nameof(columns));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(column, Columns.Count, nameof(columns));
        }
        return _source.Rows(columns, [.. columns.Select(column => HasNames ? Names.Quote(Columns[column]) : Columns[column])]);
    }

    /// <summary>An exception about the columns of this file.</summary>
    internal DataFileException Error(string problem) => new(Path, null, problem);

    private static DataFileException UnknownExtension(string path, string extension, string[] known)
    {
        DataFile.OpenRaw(path).Dispose();   // a name that does not exist is the better complaint
        var problem = extension.Length == 0 ? "has no extension to tell its format" : $"{extension} is not a known format";
        return new DataFileException(path, null,
            $"{problem}; expected {string.Join(", ", known)}, each also with .gz.{Names.Suggestion(extension, known)}");
    }
}
