namespace Attend.Text.Tokenizers;

/// <summary>A half-open range of UTF-16 code units in a raw text.</summary>
/// <param name="Start">First code unit.</param>
/// <param name="End">One past the last code unit.</param>
public readonly record struct TextSpan(int Start, int End)
{
    /// <summary>Length in UTF-16 code units.</summary>
    public int Length => End - Start;

    /// <summary>The piece of the raw text this span covers.</summary>
    public string Of(string text) => text[Start..End];
}

/// <summary>One encoded text or pair. All arrays have one entry per token.</summary>
public sealed class Encoding
{
    /// <summary>Token ids.</summary>
    public required int[] Ids { get; init; }

    /// <summary>0 for the first text and its special tokens, 1 for the second.</summary>
    public required int[] SegmentIds { get; init; }

    /// <summary>Where each token stands in its own raw text (text or pair, see <see cref="SegmentIds"/>); empty (0, 0) for special tokens.</summary>
    public required TextSpan[] Offsets { get; init; }

    /// <summary>True where the token was added by the tokenizer and stands for no text.</summary>
    public required bool[] SpecialTokensMask { get; init; }

    /// <summary>How many tokens were cut to respect the length limit; 0 when the text fits.</summary>
    public int TruncatedTokenCount { get; init; }

    /// <summary>Number of tokens.</summary>
    public int Length => Ids.Length;
}
