namespace Attend.Text.Tokenizers;

/// <summary>A text that a tokenizer cannot encode, through a fault of the tokenizer's own definition.</summary>
public sealed class TokenizationException : Exception
{
    /// <summary>Says what the definition lacks, and which text showed it.</summary>
    public TokenizationException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
