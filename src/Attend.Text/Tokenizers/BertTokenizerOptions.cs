namespace Attend.Text.Tokenizers;

/// <summary>How a <see cref="BertTokenizer"/> cleans text and what its special tokens are called.</summary>
public sealed record BertTokenizerOptions
{
    /// <summary>Lower-case the text, as uncased models expect.</summary>
    public bool DoLowerCase { get; init; } = true;

    /// <summary>Remove accents (canonical decomposition without nonspacing marks); null follows <see cref="DoLowerCase"/>.</summary>
    public bool? StripAccents { get; init; }

    /// <summary>Make every CJK ideograph a word of its own.</summary>
    public bool TokenizeChineseChars { get; init; } = true;

    /// <summary>A word of more code points than this becomes one unknown token; at least 1.</summary>
    /// <remarks>100 is what every published BERT tokenizer.json says; the original code of google-research/bert has 200.</remarks>
    public int MaxWordCodePoints { get; init; } = 100;

    /// <summary>Token that fills a batch up to its longest row.</summary>
    public string PadToken { get; init; } = "[PAD]";

    /// <summary>Token for a word that no pieces make.</summary>
    public string UnknownToken { get; init; } = "[UNK]";

    /// <summary>Token in front of every input, whose output stands for the whole of it.</summary>
    public string ClsToken { get; init; } = "[CLS]";

    /// <summary>Token at the end of each text of an input.</summary>
    public string SepToken { get; init; } = "[SEP]";

    /// <summary>Token in place of a word to be guessed.</summary>
    public string MaskToken { get; init; } = "[MASK]";

    internal bool StripsAccents => StripAccents ?? DoLowerCase;
}
