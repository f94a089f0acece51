using System.Text;

namespace Attend.Text.Data;

/// <summary>Reads questions to answer, with or without answers.</summary>
public static class QuestionInput
{
    /// <summary>The questions of a file, in its order, read while they are enumerated.</summary>
    /// <param name="path">A .json file in the format of SQuAD, or a .csv, .tsv, .jsonl or .parquet file with the columns question and context; each may be gzipped (.gz).</param>
    /// <exception cref="DataFileException">At once: the file cannot be opened, or has no such columns. While enumerating: a row is broken.</exception>
    public static IEnumerable<QuestionExample> Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (DataFile.Extension(path) == ".json") return SquadFile.Open(path, new SquadOptions { AnswersRequired = false }).Read();
        var table = TextPairFile.Open(path, new TextPairOptions { TextColumn = "question", Text2Column = "context", Target = PairTarget.None });
        return table.Read().Select((pair, index) => new QuestionExample { Id = $"{index + 1}", Question = pair.Text, Context = pair.Text2, Answers = [], Line = pair.Line });
    }

    /// <summary>A whole text file, as it is.</summary>
    /// <param name="path">The file, UTF-8, which may be gzipped (.gz).</param>
    /// <exception cref="DataFileException">The file cannot be read, or is not UTF-8.</exception>
    public static string ReadContext(string path)
    {
        using var stream = DataFile.OpenText(path);
        using var bytes = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int read; (read = stream.Read(buffer, 0, buffer.Length)) > 0;) bytes.Write(buffer, 0, read);
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}
