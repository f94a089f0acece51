using System.Security.Cryptography;
using Attend.Text.Data;

namespace Attend.Text.Pretraining;

/// <summary>One line of a corpus that is not empty: a paragraph or a sentence.</summary>
/// <param name="Text">The line without its end.</param>
/// <param name="BeginsDocument">Whether it is the first line of its document.</param>
/// <param name="File">Index of its file in <see cref="Corpus.Files"/>.</param>
/// <param name="Line">Number of the line in that file, from 1.</param>
public readonly record struct CorpusLine(string Text, bool BeginsDocument, int File, long Line);

/// <summary>Raw text to pre-train on: UTF-8 files, plain or gzipped; one paragraph or sentence a line, an empty line between documents.</summary>
/// <remarks>A file begins a document, whether or not it has empty lines, so a file without line breaks is one document. Everything is streamed.</remarks>
public sealed class Corpus
{
    private Corpus(IReadOnlyList<string> files) => Files = files;

    /// <summary>The files, in the order they are read: that of the patterns, and by name (ordinal) within one.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Finds the files of a corpus.</summary>
    /// <param name="patterns">Paths; `*` and `?` stand for any characters of a name, `**` for any folders. A file named twice is read once.</param>
    /// <exception cref="DataFileException">A pattern finds no file, or a file cannot be opened.</exception>
    public static Corpus Open(IReadOnlyList<string> patterns)
    {
        if (patterns.Count == 0) throw new ArgumentException("no text files were named", nameof(patterns));
        var files = patterns.SelectMany(FilePatterns.Find).DistinctBy(Path.GetFullPath).ToArray();
        foreach (var file in files) DataFile.OpenRaw(file).Dispose();
        return new Corpus(files);
    }

    /// <summary>SHA-256 over the sizes and bytes of all files, in order: 64 lower-case hexadecimal digits. Names do not count.</summary>
    /// <exception cref="DataFileException">A file cannot be opened.</exception>
    public string ComputeHash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        foreach (var file in Files)
        {
            using var stream = DataFile.OpenRaw(file);
            hash.AppendData(BitConverter.GetBytes(stream.Length));
            for (int read; (read = stream.Read(buffer)) > 0;) hash.AppendData(buffer, 0, read);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The lines of all files that are not empty, read while they are enumerated.</summary>
    /// <exception cref="DataFileException">While enumerating: a file is not UTF-8 text, or damaged; the message names file and line.</exception>
    public IEnumerable<CorpusLine> Lines()
    {
        for (var file = 0; file < Files.Count; file++)
        {
            var begins = true;
            using var reader = new LineReader(DataFile.OpenText(Files[file]));
            while (reader.Next())
            {
                if (reader.Bytes.Span.Contains((byte)0))
                    throw new DataFileException(Files[file], reader.Number, "holds NUL bytes: this is no text file. Leave it out of --text.");
                var text = reader.Text;
                if (string.IsNullOrWhiteSpace(text))
                {
                    begins = true;
                    continue;
                }
                yield return new CorpusLine(text, begins, file, reader.Number);
                begins = false;
            }
        }
    }
}

/// <summary>Paths with `*`, `?` and `**`.</summary>
internal static class FilePatterns
{
    public static IReadOnlyList<string> Find(string pattern)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(pattern);
        if (pattern.AsSpan().IndexOfAny('*', '?') < 0 || File.Exists(pattern)) return [pattern];
        var parts = pattern.Split('/', Path.DirectorySeparatorChar);
        var fixedCount = Array.FindIndex(parts, part => part.AsSpan().IndexOfAny('*', '?') >= 0);
        var root = fixedCount == 0 ? "." : string.Join('/', parts[..fixedCount]) is var head && head.Length == 0 ? "/" : head;
        if (!Directory.Exists(root)) throw new DataFileException(pattern, null, $"no such folder: {root}");
        var found = Match(root, parts[fixedCount..]).Distinct().Order(StringComparer.Ordinal).Select(path => fixedCount == 0 ? path[2..] : path).ToArray();
        return found.Length > 0 ? found : throw new DataFileException(pattern, null, "no file has such a name. In a shell, put the pattern in quotes so that Attend sees it.");
    }

    private static IEnumerable<string> Match(string folder, string[] parts)
    {
        var options = new EnumerationOptions { MatchCasing = MatchCasing.CaseSensitive, AttributesToSkip = 0 };
        string Join(string name) => folder.EndsWith('/') ? folder + name : $"{folder}/{name}";
        if (parts.Length == 1)
            return parts[0] == "**" ? Match(folder, ["**", "*"]) : Directory.EnumerateFiles(folder, parts[0], options).Select(path => Join(Path.GetFileName(path)));
        if (parts[0] == "**")
            return Match(folder, parts[1..]).Concat(Directory.EnumerateDirectories(folder, "*", options).SelectMany(path => Match(Join(Path.GetFileName(path)), parts)));
        return Directory.EnumerateDirectories(folder, parts[0], options).SelectMany(path => Match(Join(Path.GetFileName(path)), parts[1..]));
    }
}
