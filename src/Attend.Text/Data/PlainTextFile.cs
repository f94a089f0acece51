namespace Attend.Text.Data;

/// <summary>Plain text with one text a line; an empty line is an empty text. A line ends at LF or CR LF.</summary>
public static class PlainTextFile
{
    /// <summary>The lines of a UTF-8 file, which may be gzipped (.gz), read while they are enumerated.</summary>
    /// <exception cref="DataFileException">At once: the file cannot be opened. While enumerating: it is not UTF-8, or damaged.</exception>
    public static IEnumerable<string> Read(string path)
    {
        DataFile.OpenRaw(path).Dispose();   // complain now rather than at the first line
        return Lines(() => DataFile.OpenText(path));
    }

    /// <summary>The lines of UTF-8 bytes, such as those of standard input, each as soon as it is complete; can be enumerated once.</summary>
    /// <param name="stream">The bytes; closed after the last line.</param>
    /// <param name="name">What error messages call the stream, for example "standard input".</param>
    /// <exception cref="DataFileException">While enumerating: the bytes are not UTF-8.</exception>
    public static IEnumerable<string> Read(Stream stream, string name) => Lines(() => new Utf8Stream(stream, name));

    /// <summary>The lines of a reader, each as soon as it is complete; can be enumerated once.</summary>
    /// <remarks>The reader has decoded the bytes already: wrong ones can no longer be told. Prefer the stream where there is one.</remarks>
    /// <param name="reader">The text; left open.</param>
    public static IEnumerable<string> Read(TextReader reader)
    {
        var line = new System.Text.StringBuilder();
        var isEnd = false;
        while (!isEnd)
        {
            var next = reader.Read();
            isEnd = next < 0;
            if (isEnd && line.Length == 0) break;
            if (!isEnd && next != '\n')
            {
                line.Append((char)next);
                continue;
            }
            if (!isEnd && line is [.., '\r']) line.Length--;
            yield return line.ToString();
            line.Clear();
        }
    }

    private static IEnumerable<string> Lines(Func<Utf8Stream> open)
    {
        using var reader = new LineReader(open());
        while (reader.Next()) yield return reader.Text;
    }
}
