namespace Attend.Text.Tokenizers;

/// <summary>Turns raw text into token ids and back, and never loses where in the raw text a token came from.</summary>
/// <remarks>Implementations are immutable and safe to call from several threads at once.</remarks>
public interface ITokenizer
{
    /// <summary>Number of ids; every id lies in [0, VocabSize).</summary>
    int VocabSize { get; }

    /// <summary>Id that fills a batch up to its longest row; where there is none of its own, another special token's, for filling is masked.</summary>
    int PadId { get; }

    /// <summary>Id that stands for a token the model must not see; the unknown token's where there is none of its own.</summary>
    int MaskId { get; }

    /// <summary>Ids of the special tokens; null where the tokenizer has none of a kind.</summary>
    SpecialTokenIds SpecialTokens { get; }

    /// <summary>How the tokenizer's own file wants inputs cut and filled: a tokenizer.json may say so.</summary>
    /// <remarks>Nothing is cut or filled unless options, these or others, say so.</remarks>
    EncodeOptions FileOptions { get; }

    /// <summary>How many special tokens <see cref="Encode(string, string?, EncodeOptions)"/> adds to one text (to a pair, where <paramref name="pair"/>).</summary>
    int SpecialTokenCount(bool pair);

    /// <summary>Encodes one text, or a pair, with the special tokens of the model ([CLS] text [SEP] pair [SEP] for BERT).</summary>
    /// <param name="text">Any string: control characters and lone surrogates are legal.</param>
    /// <param name="pair">The second segment, or null.</param>
    /// <param name="maxInputTokens">Longest result, special tokens included; a pair loses tokens as <see cref="TruncationStrategy.LongestFirst"/> says.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxInputTokens"/> has no room for the special tokens.</exception>
    Encoding Encode(string text, string? pair = null, int maxInputTokens = int.MaxValue);

    /// <summary>Encodes one text, or a pair, as options say.</summary>
    /// <param name="text">Any string: control characters and lone surrogates are legal.</param>
    /// <param name="pair">The second text, or null.</param>
    /// <param name="options">Length limit, truncation and more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length limit has no room for the special tokens, or for a text that is not to be cut.</exception>
    /// <exception cref="ArgumentException">The second text is to be cut, but there is none.</exception>
    Encoding Encode(string text, string? pair, EncodeOptions options);

    /// <summary>Encodes all of a long text, or pair, in overlapping windows of at most <see cref="EncodeOptions.MaxInputTokens"/>.</summary>
    /// <param name="text">The first text.</param>
    /// <param name="pair">The second text, or null.</param>
    /// <param name="options">The truncation says which text the windows slide over (the other is whole in each), the stride how many tokens neighbours share.</param>
    /// <returns>At least one window; each knows its offsets into the raw texts.</returns>
    /// <exception cref="ArgumentOutOfRangeException">No window could hold more tokens than the stride.</exception>
    /// <exception cref="ArgumentException">A pair that is too long with the truncation LongestFirst, or OnlySecond without a second text.</exception>
    IReadOnlyList<Encoding> EncodeWindows(string text, string? pair, EncodeOptions options);

    /// <summary>Readable text for ids, special tokens left out. Not an inverse where the tokenizer normalises.</summary>
    string Decode(IEnumerable<int> ids);

    /// <summary>The vocabulary entry of an id.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is not in the vocabulary.</exception>
    string TokenOf(int id);

    /// <summary>The id of a vocabulary entry or added token, or null.</summary>
    int? IdOf(string token);

    /// <summary>Writes the files that a model folder needs to make this tokenizer again (vocab.txt, tokenizer_config.json ...).</summary>
    void Save(string folder);
}
