using System.Runtime.InteropServices;
using System.Text;
using Attend.Text.Tokenizers.Pipeline;

namespace Attend.Text.Tokenizers;

/// <summary>The tokenizer of BERT: basic tokenization, then WordPiece, as in google-research/bert's tokenization.py.</summary>
/// <remarks>
/// Characters follow one fixed Unicode version (15.0), so that ids are the same on every machine. Special tokens written out in a
/// text are plain text unless <see cref="EncodeOptions.ParseSpecialTokens"/> asks for more. A token's offsets cover the raw characters it came from, accents that
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
    private readonly InputTemplate _template;
    private readonly AddedTokenFinder _specialFinder;

    private static readonly EncodeOptions Unlimited = new();

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
        SpecialTokens = new SpecialTokenIds { Pad = PadId, Unknown = UnknownId, Cls = ClsId, Sep = SepId, Bos = ClsId, Eos = SepId, Mask = MaskId };
        _template = InputTemplate.Bert(ClsId, SepId);
        _specialFinder = AddedTokenFinder.Create(_special.Select(id => new AddedToken(id, _entries[id]) { Special = true }), token => token.Content)!;
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
    public EncodeOptions FileOptions => Unlimited;

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
    public SpecialTokenIds SpecialTokens { get; }

    /// <inheritdoc/>
    public int SpecialTokenCount(bool pair) => _template.SpecialTokenCount(pair);

    /// <inheritdoc/>
    public Encoding Encode(string text, string? pair = null, int maxInputTokens = int.MaxValue)
        => Encode(text, pair, maxInputTokens == int.MaxValue ? Unlimited : new EncodeOptions { MaxInputTokens = maxInputTokens });

    /// <inheritdoc/>
    public Encoding Encode(string text, string? pair, EncodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var scratch = Tokenize(text, pair, options, out var texts);
        var encoding = _template.Assemble(texts, options);
        if (scratch.IsSmall) _scratch = scratch;
        return encoding;
    }

    /// <inheritdoc/>
    public IReadOnlyList<Encoding> EncodeWindows(string text, string? pair, EncodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var scratch = Tokenize(text, pair, options, out var texts);
        var windows = _template.AssembleWindows(texts, options);
        if (scratch.IsSmall) _scratch = scratch;
        return windows;
    }

    /// <summary>Appends the ids of one text, and nothing else: no offsets, no cutting, no allocation but what the list needs to grow.</summary>
    /// <param name="text">Any string.</param>
    /// <param name="ids">Where to append.</param>
    /// <param name="addSpecialTokens">Put [CLS] in front and [SEP] behind.</param>
    public void EncodeIds(string text, List<int> ids, bool addSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(ids);
        var scratch = Tokenize(text, null, Unlimited, out var texts);
        if (addSpecialTokens) ids.Add(ClsId);
        var at = ids.Count;
        CollectionsMarshal.SetCount(ids, at + texts.Tokens.Count);
        texts.Tokens.Ids.CopyTo(CollectionsMarshal.AsSpan(ids)[at..]);
        if (addSpecialTokens) ids.Add(SepId);
        if (scratch.IsSmall) _scratch = scratch;
    }

    private Scratch Tokenize(string text, string? pair, EncodeOptions options, out TokenizedTexts texts)
    {
        ArgumentNullException.ThrowIfNull(text);
        var scratch = _scratch ?? new Scratch();
        _scratch = null;

        scratch.Clear(Options.MaxWordCodePoints);
        AddTokens(text, scratch, options.ParseSpecialTokens);
        texts = new TokenizedTexts(scratch.Tokens, scratch.Tokens.Count, text, pair);
        if (pair is null) return scratch;
        scratch.Tokens.Word = -1;
        AddTokens(pair, scratch, options.ParseSpecialTokens);
        return scratch;
    }

    private void AddTokens(string text, Scratch scratch, bool parseSpecialTokens)
    {
        var from = 0;
        if (parseSpecialTokens)
        {
            _specialFinder.Find(text, scratch.Matches, scratch.Found);
            foreach (var (start, end, token) in scratch.Found)
            {
                AddWords(text.AsSpan(from..start), from, scratch);
                scratch.Tokens.Word++;
                scratch.Tokens.Add(token.Id, new TextSpan(start, end));
                from = end;
            }
        }
        AddWords(text.AsSpan(from), from, scratch);
    }

    private void AddWords(ReadOnlySpan<char> text, int shift, Scratch scratch)
    {
        var before = scratch.Tokens.Count;
        var sink = new WordPieceSink(_pieces, scratch.Tokens, UnknownId);
        BertWords<WordPieceSink>.Scan(_characters, text, scratch.Word, ref sink);
        if (shift > 0) scratch.Tokens.Shift(before, shift);
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

    /// <inheritdoc/>
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

        public List<(int Start, int End, int Index)> Matches { get; } = [];

        public List<(int Start, int End, AddedToken Token)> Found { get; } = [];

        public bool IsSmall => Tokens.Capacity <= MostTokensKept;

        public void Clear(int maxWordCodePoints)
        {
            Tokens.Clear();
            if (Word.MaxCodePoints != maxWordCodePoints) Word = new BertWordBuffer(maxWordCodePoints);
        }
    }
}
