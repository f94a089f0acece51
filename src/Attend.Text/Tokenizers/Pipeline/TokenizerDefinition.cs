namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>What a tokenizer.json says: data alone, which a reader or a trainer makes and an engine runs.</summary>
/// <remarks>The format is that of Hugging Face's tokenizers library, version "1.0".</remarks>
internal sealed record TokenizerDefinition
{
    /// <summary>Cuts words into tokens.</summary>
    public required ModelDefinition Model { get; init; }

    /// <summary>Tokens found in the text before anything else happens, special ones among them; in order of id.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    /// <summary>Changes the text, or null.</summary>
    public Normalizer? Normalizer { get; init; }

    /// <summary>Cuts the text into words, or null: the text is one word.</summary>
    public PreTokenizer? PreTokenizer { get; init; }

    /// <summary>Adds special tokens, or null.</summary>
    public PostProcessor? PostProcessor { get; init; }

    /// <summary>Makes text of tokens, or null: tokens are joined by blanks.</summary>
    public Decoder? Decoder { get; init; }

    /// <summary>A token that begins with this sign begins a word, where there is no pre-tokenizer that cuts words; null for none.</summary>
    public char? WordSign { get; init; }

    /// <summary>The file that no tokenizer.json can express; written again as it was. Null where there is none.</summary>
    public TokenizerSource? Source { get; init; }

    /// <summary>Where the file wants an input to be cut, or null.</summary>
    public TruncationDefinition? Truncation { get; init; }

    /// <summary>How the file wants inputs to be filled up, or null.</summary>
    public PaddingOptions? Padding { get; init; }
}

/// <summary>A file that a tokenizer was made of.</summary>
/// <param name="Name">Its name without folder.</param>
/// <param name="Bytes">Its content.</param>
/// <param name="Class">"tokenizer_class" beside it; empty where there was none.</param>
/// <param name="Settings">Other settings beside it that were followed.</param>
internal sealed record TokenizerSource(string Name, byte[] Bytes, string Class, IReadOnlyDictionary<string, object?> Settings);

/// <summary>A token that the text is searched for.</summary>
/// <param name="Id">Its id; that of the model's vocabulary where it has the token.</param>
/// <param name="Content">What is searched for.</param>
internal sealed record AddedToken(int Id, string Content)
{
    /// <summary>Left out of decoded text; a literal occurrence in a text is plain text unless asked for.</summary>
    public bool Special { get; init; }

    /// <summary>Found only where no word character touches it.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Takes the white space before it.</summary>
    public bool LeftStrip { get; init; }

    /// <summary>Takes the white space behind it.</summary>
    public bool RightStrip { get; init; }

    /// <summary>Searched for in the normalised text, itself normalised.</summary>
    public bool Normalized { get; init; }
}

/// <summary>"truncation" of a tokenizer.json.</summary>
/// <param name="MaxInputTokens">Longest input, special tokens included.</param>
/// <param name="Strategy">What loses tokens.</param>
/// <param name="Stride">Tokens that neighbouring windows share.</param>
/// <param name="FromLeft">True where the beginning is cut, not the end.</param>
internal sealed record TruncationDefinition(int MaxInputTokens, TruncationStrategy Strategy, int Stride, bool FromLeft);
