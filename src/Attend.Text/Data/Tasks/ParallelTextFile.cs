namespace Attend.Text.Data;

/// <summary>Reads parallel text: from two or more plain files, line by line, or from a <see cref="TableFile"/>.</summary>
/// <remarks>
/// In a table, columns that the options leave open are found by name, in any letter case: source, src, text, input, document, article,
/// question, word, ... and target, tgt, reference, references, translation, summary, output, answer, ... Without a header, the first column is
/// the source and the second the target. A list in a JSON Lines or Parquet file is one text, its pieces with spaces between, as source, and
/// several references as target.
/// </remarks>
public static class ParallelTextFile
{
    private static readonly HashSet<string> SourceNames = new(StringComparer.OrdinalIgnoreCase)
        { "source", "src", "text", "input", "document", "article", "question", "word", "en", "原文" };

    private static readonly HashSet<string> TargetNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "target", "targets", "tgt", "reference", "references", "translation", "summary", "highlights", "output", "answer", "answers", "pronunciation", "phonemes", "译文",
    };

    /// <summary>The texts of one file with columns, in its order, read while they are enumerated.</summary>
    /// <param name="path">A .csv, .tsv, .jsonl or .parquet file, which may be gzipped (.gz).</param>
    /// <param name="options">Where the columns are; null for the defaults.</param>
    /// <exception cref="DataFileException">At once: the file cannot be opened, or its columns are unclear. While enumerating: a row is broken, or
    /// lacks a reference.</exception>
    public static IEnumerable<ParallelText> Read(string path, ParallelTextOptions? options = null)
    {
        options ??= new ParallelTextOptions();
        var table = Open(path, options);
        var source = Choose(table, options.SourceColumn, SourceNames, 0, "texts to start from", "--source-column", isRequired: true)!.Value;
        var target = Choose(table, options.TargetColumn, TargetNames, 1, "references", "--target-column", options.TargetRequired);
        if (source == target) throw table.Error($"the column {Names.Quote(table.Columns[source])} cannot hold both the texts and their references.");
        var columns = target is { } found ? new KeptColumns(table, options.KeepColumns, source, found) : new KeptColumns(table, options.KeepColumns, source);
        return Rows(table, columns, target is not null, options.TargetRequired);
    }

    /// <summary>The texts of plain files of one text a line: line n of each reference file belongs to line n of the source.</summary>
    /// <param name="sourcePath">The texts to start from.</param>
    /// <param name="referencePaths">At least one file of what they should become; all may be gzipped (.gz).</param>
    /// <returns>The texts in order, read while they are enumerated; empty lines are empty texts.</returns>
    /// <exception cref="DataFileException">At once: a file cannot be opened or is not UTF-8, or the files have different numbers of lines.</exception>
    public static IEnumerable<ParallelText> Read(string sourcePath, IReadOnlyList<string> referencePaths)
    {
        ArgumentNullException.ThrowIfNull(referencePaths);
        ArgumentOutOfRangeException.ThrowIfZero(referencePaths.Count);
        var expected = LineCount(sourcePath);
        foreach (var path in referencePaths)
        {
            var found = LineCount(path);
            if (found == expected) continue;
            var (shorter, last, longer) = found < expected ? (path, found, sourcePath) : (sourcePath, expected, path);
            throw new DataFileException(path, Math.Min(found, expected) + 1,
                $"has {found} line(s), but {sourcePath} has {expected}: {shorter} ends after line {last}, and line {last + 1} of {longer} has no partner. "
                + "Line n of one file must belong to line n of the other; look for the first pair that does not.");
        }
        return Lines(sourcePath, referencePaths);
    }

    private static IEnumerable<ParallelText> Lines(string sourcePath, IReadOnlyList<string> referencePaths)
    {
        var references = referencePaths.Select(path => PlainTextFile.Read(path).GetEnumerator()).ToArray();
        try
        {
            var line = 0L;
            foreach (var source in PlainTextFile.Read(sourcePath))
            {
                line++;
                yield return new ParallelText
                {
                    Source = source,
                    References = [.. references.Select((lines, i) => lines.MoveNext() ? lines.Current : throw new DataFileException(referencePaths[i], line, "ends too early: the file was changed while it was read."))],
                    Line = line,
                };
            }
        }
        finally
        {
            foreach (var lines in references) lines.Dispose();
        }
    }

    private static IEnumerable<ParallelText> Rows(TableFile table, KeptColumns columns, bool hasTarget, bool targetRequired)
    {
        foreach (var row in table.Rows(columns.All))
        {
            var references = hasTarget ? row.Values(1) : [];
            if (references.Count == 0 && targetRequired) throw row.Error("has no reference; expected the text that the source should become.");
            var source = row.Values(0);
            if (source.Count == 0) throw row.Error("has no text to start from.");
            yield return new ParallelText { Source = string.Join(' ', source), References = references, Line = row.Line, Kept = columns.Of(row) };
        }
    }

    private static long LineCount(string path)
    {
        var count = 0L;
        foreach (var _ in PlainTextFile.Read(path)) count++;
        return count;
    }

    // Files of this kind come with and without a header; a first row that names both columns is one.
    private static TableFile Open(string path, ParallelTextOptions options)
    {
        if (options.HasHeader is { } stated) return TableFile.Open(path, stated);
        var table = TableFile.Open(path);
        var knowsSource = options.SourceColumn is { } source ? table.Columns.Contains(source) : table.Columns.Any(name => SourceNames.Contains(name.Trim()));
        var knowsTarget = options.TargetColumn is { } target ? table.Columns.Contains(target) : table.Columns.Any(name => TargetNames.Contains(name.Trim()));
        var isHeader = !LabeledColumns.IsDelimited(table) || (knowsSource && (knowsTarget || !options.TargetRequired));
        return isHeader ? table : TableFile.Open(path, hasHeader: false);
    }

    private static int? Choose(TableFile table, string? column, HashSet<string> names, int place, string what, string option, bool isRequired)
    {
        if (column is not null) return table.Find(column);
        if (!table.HasNames)
        {
            if (place < table.Columns.Count) return place;
            return isRequired ? throw table.Error($"has {table.Columns.Count} column(s); expected the {what} in column {place + 1}. Choose another with {option}.") : null;
        }
        int[] found = [.. Enumerable.Range(0, table.Columns.Count).Where(i => names.Contains(table.Columns[i].Trim()))];
        if (found.Length > 1) throw table.Error($"the columns {Names.List([.. found.Select(i => table.Columns[i])])} could all hold the {what}; choose one with {option}.");
        if (found.Length == 1) return found[0];
        return isRequired ? throw table.Error($"cannot tell which column holds the {what}; the columns are {Names.List(table.Columns)}. Choose it with {option}.") : null;
    }
}
