namespace Attend.Text.Tokenizers;

/// <summary>Turns raw text into token ids and back, and never loses where in the raw text a token came from.</summary>
/// <remarks>Implementations are immutable and safe to call from several threads at once.</remarks>
public interface ITokenizer
{
    /// <summary>Number of ids; every id lies in [0, VocabSize).</summary>
    int VocabSize { get; }

    /// <summary>Id that fills a batch up to its longest row.</summary>
    int PadId { get; }

    /// <summary>Id that stands for a token the model must not see.</summary>
    int MaskId { get; }

    /// <summary>How many special tokens <see cref="Encode"/> adds to one text (to a pair, where <paramref name="pair"/>).</summary>
    int SpecialTokenCount(bool pair);

    /// <summary>Encodes one text, or a pair, with the special tokens of the model ([CLS] text [SEP] pair [SEP] for BERT).</summary>
    /// <param name="text">Any string: control characters and lone surrogates are legal.</param>
    /// <param name="pair">The second segment, or null.</param>
    /// <param name="maxInputTokens">Longest result, special tokens included; a pair loses tokens from the end of its longer half.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxInputTokens"/> has no room for the special tokens.</exception>
    Encoding Encode(string text, string? pair = null, int maxInputTokens = int.MaxValue);

    /// <summary>Readable text for ids, special tokens left out. Not an inverse where the tokenizer normalises.</summary>
    string Decode(IEnumerable<int> ids);

    /// <summary>The vocabulary entry of an id.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The id is not in the vocabulary.</exception>
    string TokenOf(int id);

    /// <summary>Writes the files that a model folder needs to make this tokenizer again (vocab.txt, tokenizer_config.json ...).</summary>
    void Save(string folder);
}
