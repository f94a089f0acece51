namespace Attend.Text.Data;

/// <summary>A labelled stretch of a text or of a sequence of words.</summary>
/// <param name="Start">Where it begins, from 0: a UTF-16 code unit of a text, or a word of a sequence.</param>
/// <param name="End">Where it ends: the first place after it.</param>
/// <param name="Label">What it is, such as "person".</param>
public readonly record struct LabeledSpan(int Start, int End, string Label)
{
    /// <summary>Whether the two have a place in common.</summary>
    public bool Overlaps(LabeledSpan other) => Start < other.End && other.Start < End;
}
