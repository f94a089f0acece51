namespace Attend.Text.Data;

/// <summary>Reads texts to predict on, labelled or not.</summary>
public static class TextInput
{
    /// <summary>The texts of a file, in its order, read while they are enumerated.</summary>
    /// <param name="path">A .txt file with one text a line, or a .csv, .tsv, .jsonl or .parquet file; each may be gzipped (.gz).</param>
    /// <param name="options">Which column holds the texts and whether there is a header; labels are not looked at. Null for the defaults.</param>
    /// <exception cref="DataFileException">At once: the file cannot be opened, or it is unclear where the texts are. While enumerating: a row
    /// is broken.</exception>
    public static IEnumerable<string> Read(string path, LabeledTextOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new LabeledTextOptions();
        if (DataFile.Extension(path) == ".txt") return PlainTextFile.Read(path);
        var table = TableFile.Open(path, options.HasHeader, [".txt"]);
        return table.Rows(LabeledColumns.ChooseText(table, options)).Select(row => row.Text(0));
    }
}
