namespace Attend.Decoding;

/// <summary>The search for one source's texts. Holds a fixed number of rows until it is done.</summary>
internal abstract class Search
{
    /// <summary>The hypotheses under way.</summary>
    public abstract IReadOnlyList<Branch> Rows { get; }

    /// <summary>Whether nothing more is to be written.</summary>
    public abstract bool IsDone { get; }

    /// <summary>How many of the likeliest tokens of each row <see cref="Advance"/> wants to see.</summary>
    public abstract int CandidateCount { get; }

    /// <summary>Chooses the next tokens.</summary>
    /// <param name="scores">All rows of the batch.</param>
    /// <param name="firstRow">Where this search's rows begin among them.</param>
    /// <param name="best">The likeliest tokens of each of this search's rows.</param>
    /// <param name="parents">Receives, for each row, which of this search's rows it continues.</param>
    public abstract void Advance(TokenScores scores, int firstRow, ReadOnlySpan<Candidate[]> best, Span<int> parents);

    /// <summary>The texts, best first.</summary>
    public abstract IReadOnlyList<Hypothesis> Results();
}
