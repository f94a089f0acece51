namespace Attend.Text.Data;

/// <summary>An answer that the data give to a question.</summary>
/// <param name="Text">The answer, as in the file.</param>
/// <param name="Start">Where it begins in the context, in UTF-16 code units; null where it does not stand at the offset that the file gives.</param>
public sealed record GoldAnswer(string Text, int? Start)
{
    /// <summary>The first code unit after the answer; null where <see cref="Start"/> is.</summary>
    public int? End => Start + Text.Length;
}

/// <summary>A question on a text.</summary>
public sealed record QuestionExample
{
    /// <summary>What identifies the question in its file.</summary>
    public required string Id { get; init; }

    /// <summary>The question, exactly as in the file.</summary>
    public required string Question { get; init; }

    /// <summary>The text that is asked about, exactly as in the file.</summary>
    public required string Context { get; init; }

    /// <summary>The answers, each of them right; none where the text does not answer the question, or the file does not say.</summary>
    public required IReadOnlyList<GoldAnswer> Answers { get; init; }

    /// <summary>The title of the article, or "".</summary>
    public string Title { get; init; } = "";

    /// <summary>The line where the text that is asked about begins in the file, from 1.</summary>
    public required long Line { get; init; }
}
