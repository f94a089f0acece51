namespace Attend.Text.Pretraining;

/// <summary>Which tokens of a cache make one input; what is hidden of them is drawn later.</summary>
/// <param name="Ordinal">Number of the input in its epoch, from 0.</param>
/// <param name="FirstStart">First token of the first segment.</param>
/// <param name="FirstLength">Its length in tokens.</param>
/// <param name="SecondStart">First token of the second segment.</param>
/// <param name="SecondLength">Its length in tokens; 0 = there is none.</param>
/// <param name="IsNext">Whether the second segment follows the first in its document.</param>
public readonly record struct PretrainingSpan(long Ordinal, long FirstStart, int FirstLength, long SecondStart, int SecondLength, bool IsNext)
{
    /// <summary>Length of the input in tokens, special tokens included.</summary>
    public int Length => FirstLength + SecondLength + (SecondLength > 0 ? 3 : 2);
}
