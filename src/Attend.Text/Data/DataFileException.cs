namespace Attend.Text.Data;

/// <summary>A data file cannot be read as asked: says which file, which line, what is wrong and what to do.</summary>
public sealed class DataFileException : Exception
{
    /// <summary>A problem of one file, and of one line where a line is to blame.</summary>
    /// <param name="path">The file, as the caller named it.</param>
    /// <param name="line">Line (of a Parquet file: row), from 1, or null when the whole file is meant.</param>
    /// <param name="problem">What is wrong, what was expected and what to do; without the place.</param>
    /// <param name="inner">The cause, or null.</param>
    public DataFileException(string path, long? line, string problem, Exception? inner = null)
        : base(line is null ? $"{path}: {problem}" : $"{path}:{line}: {problem}", inner)
    {
        Path = path;
        Line = line;
    }

    /// <summary>The file, as the caller named it.</summary>
    public string Path { get; }

    /// <summary>Line (of a Parquet file: row), from 1, or null when the whole file is meant.</summary>
    public long? Line { get; }
}
