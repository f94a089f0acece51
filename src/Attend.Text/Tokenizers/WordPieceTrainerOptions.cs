namespace Attend.Text.Tokenizers;

/// <summary>What <see cref="WordPieceTrainer"/> makes.</summary>
public sealed record WordPieceTrainerOptions
{
    /// <summary>Most entries of the vocabulary, special tokens included; there are fewer when the texts have no more frequent pairs.</summary>
    public int VocabSize { get; init; } = 8192;

    /// <summary>A pair of pieces seen less often than this is not joined; at least 1.</summary>
    public int MinFrequency { get; init; } = 2;

    /// <summary>Most distinct characters; the rarest beyond are left out and words with them become unknown. About 6,000 suits Chinese.</summary>
    public int LimitAlphabet { get; init; } = 6000;

    /// <summary>
    /// Share of the ideographs of the texts to keep, in [0, 1]: the rare rest becomes unknown instead of taking the room of pieces. Of all
    /// other characters, of which there are few, a tenth of that rest is given up.
    /// </summary>
    public double CharacterCoverage { get; init; } = 0.9995;

    /// <summary>Most distinct words counted at once, about 50 bytes each; beyond, the rarest are forgotten, again and again.</summary>
    public int MaxDistinctWords { get; init; } = 10_000_000;

    /// <summary>Lower-case the texts.</summary>
    public bool DoLowerCase { get; init; } = true;

    /// <summary>Remove accents; null follows <see cref="DoLowerCase"/>.</summary>
    public bool? StripAccents { get; init; }

    /// <summary>Make every CJK ideograph a word of its own.</summary>
    public bool TokenizeChineseChars { get; init; } = true;
}
