namespace Attend.Text.Data;

/// <summary>Reads labelled texts from any <see cref="TableFile"/>.</summary>
/// <remarks>
/// Columns that the options leave open are found by name (text, sentence, review, ... and label, category, intent, ..., in any letter case).
/// In a table of two columns the one that is left over is taken. Without a header, the first of two columns is the text. Where that decides
/// nothing, and where several names fit, the error lists the columns: a guess could train on the wrong column, or take the first example for
/// a header.
/// </remarks>
public static class LabeledTextFile
{
    /// <summary>The texts and labels of a file, in its order, read while they are enumerated.</summary>
    /// <param name="path">A .csv, .tsv, .jsonl or .parquet file, which may be gzipped (.gz).</param>
    /// <param name="options">Where texts and labels are; null for the defaults.</param>
    /// <exception cref="DataFileException">At once: the file cannot be opened, or its columns are unclear. While enumerating: a row is broken, or
    /// lacks a label.</exception>
    /// <exception cref="ArgumentException">The label separator is empty.</exception>
    public static IEnumerable<LabeledText> Read(string path, LabeledTextOptions? options = null)
    {
        options ??= new LabeledTextOptions();
        if (options.LabelSeparator is "") throw new ArgumentException("The label separator is empty; expected null or some characters, such as |.", nameof(options));
        var table = TableFile.Open(path, options.HasHeader);
        var (text, label) = LabeledColumns.Choose(table, options);
        return Rows(table, new KeptColumns(table, options.KeepColumns, label is { } column ? [text, column] : [text]), hasLabels: label is not null, options);
    }

    private static IEnumerable<LabeledText> Rows(TableFile table, KeptColumns columns, bool hasLabels, LabeledTextOptions options)
    {
        foreach (var row in table.Rows(columns.All))
            yield return new LabeledText(row.Text(0), hasLabels ? Labels(row, row.Values(1), options) : [], row.Line) { Kept = columns.Of(row) };
    }

    private static string[] Labels(TableRow row, IReadOnlyList<string> values, LabeledTextOptions options)
    {
        // One blank cell is no label; a blank between others is a mistake.
        if (values.All(string.IsNullOrWhiteSpace) && values.Count <= 1)
            return options.LabelsRequired ? throw row.Error("the label is empty; expected the name of a class.") : [];
        var labels = new List<string>();
        foreach (var value in values)
        {
            foreach (var piece in options.LabelSeparator is { } separator ? value.Split(separator) : [value])
            {
                var label = piece.Trim();
                if (label.Length == 0) throw row.Error($"one of the labels is empty in {Names.Quote(string.Join(options.LabelSeparator ?? ", ", values))}.");
                if (!labels.Contains(label)) labels.Add(label);
            }
        }
        return [.. labels];
    }
}
