namespace Attend.Text.Data;

/// <summary>Texts of several files, one a line, read as a stream: what vocabularies and language models are trained on.</summary>
public sealed class TextCorpus
{
    private static readonly string[] TableExtensions = [".csv", ".tsv", ".jsonl", ".parquet"];

    private readonly (string Path, long Length)[] _files;

    private TextCorpus(IEnumerable<string> files) => _files = [.. files.Select(file => (file, new FileInfo(file).Length))];

    /// <summary>The files, in the order they are read.</summary>
    public IReadOnlyList<string> Files => [.. _files.Select(file => file.Path)];

    /// <summary>Bytes of all files as they lie on the disk.</summary>
    public long Bytes => _files.Sum(file => file.Length);

    /// <summary>Finds the files; reads none of them yet.</summary>
    /// <param name="patterns">
    /// Names of files, or patterns with * and ? (corpus/*.txt.gz), whose matches are taken in ordinal order. Tables
    /// (.csv, .tsv, .jsonl, .parquet) give their text column, any other file its lines; each may be gzipped (.gz).
    /// </param>
    /// <exception cref="DataFileException">A file is missing or named twice, or a pattern has no match.</exception>
    public static TextCorpus Open(IEnumerable<string> patterns)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        var files = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in patterns.SelectMany(Expand))
        {
            if (!seen.Add(Path.GetFullPath(file))) throw new DataFileException(file, null, "is named twice; its texts would count double. Name it once.");
            DataFile.OpenRaw(file).Dispose();
            files.Add(file);
        }
        return new TextCorpus(files);
    }

    /// <summary>All texts, read while they are enumerated; an empty line is an empty text.</summary>
    /// <param name="bytesRead">Told, now and then, how many bytes of <see cref="Bytes"/> have been read.</param>
    /// <exception cref="DataFileException">While enumerating: a file is not UTF-8, damaged, or has no text column.</exception>
    public IEnumerable<string> Read(Action<long>? bytesRead = null)
    {
        var before = 0L;
        foreach (var (path, length) in _files)
        {
            foreach (var text in TableExtensions.Contains(DataFile.Extension(path)) ? TextInput.Read(path) : Lines(path, before, bytesRead)) yield return text;
            before += length;
            bytesRead?.Invoke(before);
        }
    }

    private static IEnumerable<string> Lines(string path, long before, Action<long>? bytesRead)
    {
        const int LinesBetweenReports = 1024;
        using var raw = DataFile.OpenRaw(path);
        using var reader = new LineReader(new Utf8Stream(DataFile.Unpack(raw, path), path));
        while (reader.Next())
        {
            yield return reader.Text;
            if (reader.Number % LinesBetweenReports == 0) bytesRead?.Invoke(before + raw.Position);
        }
    }

    private static IEnumerable<string> Expand(string pattern)
    {
        ArgumentException.ThrowIfNullOrEmpty(pattern);
        if (File.Exists(pattern) || !IsPattern(pattern)) return [pattern];
        var matches = Matches(pattern).Where(File.Exists).ToArray();
        if (matches.Length == 0) throw new DataFileException(pattern, null, "no file matches this pattern.");
        Array.Sort(matches, StringComparer.Ordinal);
        return matches;
    }

    // One part of the path after another; a part without * and ? need not be listed.
    private static IEnumerable<string> Matches(string pattern)
    {
        var (parent, name) = (Path.GetDirectoryName(pattern), Path.GetFileName(pattern));
        if (parent is null) return [pattern];
        var folders = IsPattern(parent) ? Matches(parent).Where(Directory.Exists) : [parent];
        return folders.SelectMany(folder => !IsPattern(name) ? [Path.Combine(folder, name)]
            : !Directory.Exists(folder.Length == 0 ? "." : folder) ? []
            : Directory.GetFileSystemEntries(folder.Length == 0 ? "." : folder, name).Select(entry => Path.Combine(folder, Path.GetFileName(entry))));
    }

    private static bool IsPattern(string path) => path.AsSpan().ContainsAny('*', '?');
}
