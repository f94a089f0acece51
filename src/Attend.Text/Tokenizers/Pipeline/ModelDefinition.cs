namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>A vocabulary and how words are cut into its entries.</summary>
internal abstract record ModelDefinition
{
    /// <summary>Entries by id; null where an added token has the id. Non-null entries are distinct.</summary>
    public abstract IReadOnlyList<string?> Entries { get; }
}

/// <summary>Greedy longest match first (Wu et al. 2016, section 4.1).</summary>
internal sealed record WordPieceDefinition(IReadOnlyList<string?> Vocabulary) : ModelDefinition
{
    public override IReadOnlyList<string?> Entries => Vocabulary;

    public string UnknownToken { get; init; } = "[UNK]";

    /// <summary>In front of an entry that continues a word.</summary>
    public string ContinuationPrefix { get; init; } = "##";

    /// <summary>A word of more code points is unknown as a whole.</summary>
    public int MaxWordCodePoints { get; init; } = 100;
}

/// <summary>A word is an entry, or unknown.</summary>
internal sealed record WordLevelDefinition(IReadOnlyList<string?> Vocabulary) : ModelDefinition
{
    public override IReadOnlyList<string?> Entries => Vocabulary;

    public string UnknownToken { get; init; } = "<unk>";
}

/// <summary>Byte-pair encoding (Sennrich et al. 2016): neighbours are joined, those of the first rule first.</summary>
/// <param name="Vocabulary">Entries by id.</param>
/// <param name="Merges">Pairs of entries, most important first; both and what they make are entries.</param>
internal sealed record BpeDefinition(IReadOnlyList<string?> Vocabulary, IReadOnlyList<(string Left, string Right)> Merges) : ModelDefinition
{
    public override IReadOnlyList<string?> Entries => Vocabulary;

    /// <summary>For a character without entry; null: such a character vanishes.</summary>
    public string? UnknownToken { get; init; }

    /// <summary>In front of every character but a word's first, or null.</summary>
    public string? ContinuationPrefix { get; init; }

    /// <summary>Behind a word's last character, or null.</summary>
    public string? EndOfWordSuffix { get; init; }

    /// <summary>Neighbouring unknown characters are one token.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>A character without entry becomes its UTF-8 bytes, as entries "&lt;0x00&gt;" ... "&lt;0xFF&gt;".</summary>
    public bool ByteFallback { get; init; }

    /// <summary>A word that is an entry is that token, whatever the merges say.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>Share of merges that training leaves out (Provilkov et al. 2020); kept for the file, not applied.</summary>
    public double? Dropout { get; init; }
}

/// <summary>The most probable way to cut a text under a unigram language model (Kudo 2018).</summary>
/// <param name="Pieces">Entries by id with their log probabilities.</param>
/// <param name="UnknownId">Entry for what no piece makes.</param>
internal sealed record UnigramDefinition(IReadOnlyList<(string Piece, double Score)> Pieces, int? UnknownId) : ModelDefinition
{
    private string[]? _entries;

    public override IReadOnlyList<string?> Entries => _entries ??= [.. Pieces.Select(piece => piece.Piece)];

    /// <summary>What no piece makes becomes its UTF-8 bytes.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>Sums of scores are kept in single precision, as SentencePiece does; a tokenizer.json means double.</summary>
    public bool IsSinglePrecision { get; init; }

    /// <summary>Begins a word where a text comes uncut; null: each text is one word.</summary>
    public char? WordSign { get; init; }

    /// <summary>Ids that no text may become, besides those of special tokens.</summary>
    public IReadOnlySet<int> Unreachable { get; init; } = new HashSet<int>();

    /// <summary>Score below which unknown characters lie; null: the least of all pieces.</summary>
    public double? LeastScore { get; init; }
}
