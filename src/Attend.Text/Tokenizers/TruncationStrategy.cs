namespace Attend.Text.Tokenizers;

/// <summary>Which text of an input loses tokens when the input is too long.</summary>
public enum TruncationStrategy
{
    /// <summary>Tokens are taken, one by one, from the longer text, and from the second of two equal ones.</summary>
    LongestFirst,

    /// <summary>Only the first text is cut.</summary>
    OnlyFirst,

    /// <summary>Only the second text is cut, as question answering needs.</summary>
    OnlySecond,
}
