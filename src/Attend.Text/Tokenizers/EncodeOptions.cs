namespace Attend.Text.Tokenizers;

/// <summary>How texts are encoded.</summary>
public sealed record EncodeOptions
{
    /// <summary>Longest result in tokens, special tokens included.</summary>
    public int MaxInputTokens { get; init; } = int.MaxValue;

    /// <summary>Which text loses tokens when the input is too long.</summary>
    public TruncationStrategy Truncation { get; init; }

    /// <summary>Cut the beginning of a text instead of its end.</summary>
    public bool TruncateLeft { get; init; }

    /// <summary>How many tokens of the text neighbouring windows share; 0 or more.</summary>
    public int Stride { get; init; }

    /// <summary>How results are filled up; null: not at all. Texts encoded one by one, and the windows of a text, are a batch each.</summary>
    public PaddingOptions? Padding { get; init; }

    /// <summary>Add the special tokens of the model.</summary>
    public bool AddSpecialTokens { get; init; } = true;

    /// <summary>Take special tokens written out in a text ("[SEP]") as such. False: they are text like any other, so that no text can pose as more than a text.</summary>
    public bool ParseSpecialTokens { get; init; }
}
