using System.Text;

namespace Attend.Text.Tokenizers;

/// <summary>The tokenizer of BERT: basic tokenization, then WordPiece, as in google-research/bert's tokenization.py.</summary>
/// <remarks>
/// Characters follow one fixed Unicode version (15.0), so that ids are the same on every machine. Special tokens written out in a
/// text are plain text: no text can become a special token. A token's offsets cover the raw characters it came from, accents that
/// were removed after them included; pieces of one raw character (a Hangul syllable) share its offsets. Immutable and thread-safe.
/// </remarks>
public sealed class BertTokenizer : ITokenizer
{
    internal const int LongestWordAllowed = 10_000;

    private readonly string[] _entries;
    private readonly Dictionary<string, int> _ids;
    private readonly int[] _special;
    private readonly BertCharacters _characters;
    private readonly WordPieceVocabulary _pieces;

    [ThreadStatic]
    private static Scratch? _scratch;

    /// <summary>A tokenizer over a vocabulary in memory.</summary>
    /// <param name="vocabulary">Entries by id; one that continues a word begins with "##".</param>
    /// <param name="options">Null for the defaults, which fit uncased models.</param>
    /// <exception cref="ArgumentException">The vocabulary lacks a special token, or holds an empty, malformed or repeated entry.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="BertTokenizerOptions.MaxWordCodePoints"/> lies outside [1, 10000].</exception>
    public BertTokenizer(IReadOnlyList<string> vocabulary, BertTokenizerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        Options = options ?? new BertTokenizerOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(Options.MaxWordCodePoints, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Options.MaxWordCodePoints, LongestWordAllowed, nameof(options));
        if (BertVocabularyFault.Find(vocabulary, Options, out _ids) is { } fault)
            throw new ArgumentException(fault.Id is { } at ? $"entry {at}: {fault.Problem}" : fault.Problem, nameof(vocabulary));

        _entries = [.. vocabulary];
        PadId = _ids[Options.PadToken];
        UnknownId = _ids[Options.UnknownToken];
        ClsId = _ids[Options.ClsToken];
        SepId = _ids[Options.SepToken];
        MaskId = _ids[Options.MaskToken];
        _special = [PadId, UnknownId, ClsId, SepId, MaskId];
        _characters = BertCharacters.For(Options);
        _pieces = new WordPieceVocabulary(_entries, id => !_special.Contains(id) && !_entries[id].Contains('\0'));
    }

    /// <summary>Reads vocab.txt and, where it is there, tokenizer_config.json of a model folder in Hugging Face's form.</summary>
    /// <param name="folder">The model folder.</param>
    /// <param name="options">Used instead of what tokenizer_config.json says; null to follow that file, or the defaults without it.</param>
    /// <exception cref="Data.DataFileException">A file is missing or malformed; the message names file and line.</exception>
    public static BertTokenizer Load(string folder, BertTokenizerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        options ??= BertTokenizerFiles.ReadOptions(folder);
        return new BertTokenizer(BertTokenizerFiles.ReadVocabulary(folder, options), options);
    }

    /// <summary>How text is cleaned, and what the special tokens are called.</summary>
    public BertTokenizerOptions Options { get; }

    /// <summary>The entries of the vocabulary by id.</summary>
    public IReadOnlyList<string> Vocabulary => _entries;

    /// <inheritdoc/>
    public int VocabSize => _entries.Length;

    /// <inheritdoc/>
    public int PadId { get; }

    /// <summary>Id of a word that no pieces make.</summary>
    public int UnknownId { get; }

    /// <summary>Id of the token in front of every input.</summary>
    public int ClsId { get; }

    /// <summary>Id of the token at the end of each text of an input.</summary>
    public int SepId { get; }

    /// <summary>Id of the token in place of a word to be guessed.</summary>
    public int MaskId { get; }

    /// <inheritdoc/>
    public int SpecialTokenCount(bool pair) => pair ? 3 : 2;

    /// <inheritdoc/>
    public Encoding Encode(string text, string? pair = null, int maxInputTokens = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(text);
        var special = SpecialTokenCount(pair is not null);
        if (maxInputTokens < special)
            throw new ArgumentOutOfRangeException(nameof(maxInputTokens), maxInputTokens, $"expected room for at least the {special} special tokens");

        var scratch = _scratch ?? new Scratch();
        _scratch = null;

        scratch.Clear(Options.MaxWordCodePoints);
        AddTokens(text, scratch);
        var firstCount = scratch.Tokens.Count;
        if (pair is not null) AddTokens(pair, scratch);
        var encoding = Finish(scratch.Tokens, firstCount, pair is not null, maxInputTokens - special);

        if (scratch.IsSmall) _scratch = scratch;
        return encoding;
    }

    private void AddTokens(string text, Scratch scratch)
    {
        var sink = new WordPieceSink(_pieces, scratch.Tokens, UnknownId);
        BertWords<WordPieceSink>.Scan(_characters, text, scratch.Word, ref sink);
    }

    private Encoding Finish(TokenList tokens, int firstCount, bool hasPair, int room)
    {
        var (first, second) = Truncate(firstCount, tokens.Count - firstCount, room);
        var length = first + second + SpecialTokenCount(hasPair);
        var (ids, spans, segments, special) = (new int[length], new TextSpan[length], new int[length], new bool[length]);

        tokens.CopyTo(0, first, ids.AsSpan(1), spans.AsSpan(1));
        tokens.CopyTo(firstCount, second, ids.AsSpan(first + 2), spans.AsSpan(first + 2));
        segments.AsSpan(first + 2).Fill(1);
        (ids[0], ids[first + 1]) = (ClsId, SepId);
        special[0] = special[first + 1] = true;
        if (hasPair) (ids[^1], special[^1]) = (SepId, true);
        return new Encoding
        {
            Ids = ids,
            SegmentIds = segments,
            Offsets = spans,
            SpecialTokensMask = special,
            TruncatedTokenCount = tokens.Count - first - second,
        };
    }

    /// <summary>What is left of two halves when tokens are taken, one by one, from the longer, and from the second of two equal ones.</summary>
    private static (int First, int Second) Truncate(int first, int second, int room)
    {
        if (room - first >= second) return (first, second);
        if (second <= room / 2) return (room - second, second);
        if (first <= room - (room / 2)) return (first, room - first);
        return (room - (room / 2), room / 2);
    }

    /// <summary>Readable text for ids: pieces joined to words, words by blanks, no blank before . , ! ? and English contractions.</summary>
    /// <remarks>All five special tokens are left out, the unknown one and the mask too. White space and what normalisation removed are lost.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">An id is not in the vocabulary.</exception>
    public string Decode(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var text = new StringBuilder();
        foreach (var id in ids)
        {
            var token = TokenOf(id);
            if (_special.Contains(id)) continue;
            if (token.Length > WordPieceVocabulary.Continuation.Length && token.StartsWith(WordPieceVocabulary.Continuation, StringComparison.Ordinal))
            {
                text.Append(token, WordPieceVocabulary.Continuation.Length, token.Length - WordPieceVocabulary.Continuation.Length);
                continue;
            }
            if (text.Length > 0) text.Append(' ');
            text.Append(token);
        }
        return text.Replace(" .", ".").Replace(" ?", "?").Replace(" !", "!").Replace(" ,", ",").Replace(" ' ", "'")
            .Replace(" n't", "n't").Replace(" 'm", "'m").Replace(" 's", "'s").Replace(" 've", "'ve").Replace(" 're", "'re").ToString();
    }

    /// <inheritdoc/>
    public string TokenOf(int id)
    {
        if ((uint)id >= (uint)_entries.Length)
            throw new ArgumentOutOfRangeException(nameof(id), id, $"Ids of this vocabulary lie in [0, {_entries.Length}).");
        return _entries[id];
    }

    /// <summary>The id of a vocabulary entry ("##" in front where it continues a word), or null.</summary>
    public int? IdOf(string token) => _ids.TryGetValue(token, out var id) ? id : null;

    /// <summary>Writes vocab.txt and tokenizer_config.json in Hugging Face's form; the folder is made where it is missing.</summary>
    public void Save(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        BertTokenizerFiles.Write(folder, this);
    }

    /// <summary>What encoding needs besides its result, kept per thread from one text to the next.</summary>
    private sealed class Scratch
    {
        private const int MostTokensKept = 1 << 14;

        public TokenList Tokens { get; } = new();

        public BertWordBuffer Word { get; private set; } = new(0);

        public bool IsSmall => Tokens.Capacity <= MostTokensKept;

        public void Clear(int maxWordCodePoints)
        {
            Tokens.Count = 0;
            if (Word.MaxCodePoints != maxWordCodePoints) Word = new BertWordBuffer(maxWordCodePoints);
        }
    }
}
