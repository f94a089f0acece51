namespace Attend.Text.Data;

/// <summary>How a file of questions is read.</summary>
public sealed record SquadOptions
{
    /// <summary>
    /// Whether questions may have no answer, as in SQuAD 2.0; null asks the file: its version begins with 2 or v2, or a question says is_impossible.
    /// </summary>
    public bool? MayBeUnanswerable { get; init; }

    /// <summary>Whether the file gives answers; where false, questions to predict on are read, whose answers are not looked at.</summary>
    public bool AnswersRequired { get; init; } = true;
}
