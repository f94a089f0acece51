namespace Attend.Text.Tokenizers;

/// <summary>Which text of an input loses tokens when the input is too long.</summary>
public enum TruncationStrategy
{
    /// <summary>The longer text is cut to the length of the shorter, then both; an odd token is left to the one that was longer, of equal ones to the second.</summary>
    LongestFirst,

    /// <summary>Only the first text is cut.</summary>
    OnlyFirst,

    /// <summary>Only the second text is cut, as question answering needs.</summary>
    OnlySecond,
}
