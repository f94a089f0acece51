using Attend.Text.Tokenizers.Pipeline.Models;
using Attend.Text.Tokenizers.Pipeline.SentencePiece;
using Attend.Text.Tokenizers.Unicode;

namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>The way from a raw text to its tokens: added tokens, normalizer, pre-tokenizer, model.</summary>
internal sealed class SegmentEncoder
{
    private readonly AddedTokenFinder? _rawPlain, _rawAll, _normalizedPlain, _normalizedAll;
    private readonly NormalizerStep[] _normalizers;
    private readonly PreTokenizer[] _preTokenizers;
    private readonly ByteLevelPreTokenizer? _byteLevel;
    private readonly TokenModel _model;
    private readonly BertEngine? _bert;
    private readonly bool _trimsOffsets;

    /// <summary>Begins a word inside a piece; U+FFFF, no character, for none.</summary>
    private readonly char _wordSign;

    /// <param name="definition">Added tokens have their final ids.</param>
    /// <param name="special">Ids that no text may become by the model.</param>
    /// <param name="trimsOffsets">Offsets of added tokens leave out the white space that they took.</param>
    public SegmentEncoder(TokenizerDefinition definition, IReadOnlySet<int> special, bool trimsOffsets)
    {
        (_trimsOffsets, _wordSign) = (trimsOffsets, definition.WordSign ?? '\uFFFF');
        _normalizers = definition.Normalizer is { } normalizer ? [.. normalizer.Steps] : [];
        _preTokenizers = [.. Flatten(definition.PreTokenizer)];
        if (_preTokenizers is [.., ByteLevelPreTokenizer last] && definition.Model is BpeDefinition { ContinuationPrefix: null or "", EndOfWordSuffix: null or "" } bpe && BpeModel.HasAllBytes(bpe.Vocabulary))
        {
            // The model writes bytes itself; words stay the text they are.
            _byteLevel = last;
            _preTokenizers = _preTokenizers[..^1];
        }
        _model = definition.Model switch
        {
            WordPieceDefinition model => new WordPieceModel(model, special),
            WordLevelDefinition model => new WordLevelModel(model, special),
            BpeDefinition model => new BpeModel(model, special, _byteLevel is not null),
            UnigramDefinition model => new UnigramModel(model, special),
            SentencePieceBpeDefinition model => new SentencePieceBpeModel(model),
            var other => throw new ArgumentException($"no such kind of model: {other.GetType().Name}", nameof(definition)),
        };
        var raw = definition.AddedTokens.Where(token => !token.Normalized).ToArray();
        var normalized = definition.AddedTokens.Where(token => token.Normalized).ToArray();
        string Normalize(AddedToken token) => Normalizer.Apply(_normalizers, token.Content);
        _rawAll = AddedTokenFinder.Create(raw, token => token.Content);
        _rawPlain = AddedTokenFinder.Create(raw.Where(token => !token.Special), token => token.Content);
        _normalizedAll = AddedTokenFinder.Create(normalized, Normalize);
        _normalizedPlain = AddedTokenFinder.Create(normalized.Where(token => !token.Special), Normalize);
        _bert = normalized.Length == 0 ? BertEngine.TryCreate(definition, special) : null;
    }

    private static IEnumerable<PreTokenizer> Flatten(PreTokenizer? preTokenizer)
        => preTokenizer is PreTokenizerSequence sequence ? sequence.Steps.SelectMany(Flatten) : preTokenizer is null ? [] : [preTokenizer];

    /// <summary>Appends the tokens of a text.</summary>
    public void Encode(string text, bool parseSpecialTokens, PipelineScratch scratch)
    {
        text = WellFormed.Of(text);
        var document = scratch.Document;
        document.SetRaw(text);
        Extract(parseSpecialTokens ? _rawAll : _rawPlain, document);
        if (_bert is not null)
        {
            _bert.Encode(text, document.Pieces, scratch, _trimsOffsets);
            return;
        }
        foreach (var step in _normalizers) step.Apply(document);
        Extract(parseSpecialTokens ? _normalizedAll : _normalizedPlain, document);
        foreach (var step in _preTokenizers) step.Apply(document);
        _byteLevel?.Split(document);
        AddTokens(text, document, scratch);
    }

    private static void Extract(AddedTokenFinder? finder, Document document)
    {
        if (finder is null) return;
        var units = document.Text.Units;
        var found = document.FoundTokens;
        var pieces = document.NewPieces();
        foreach (var piece in document.Pieces)
        {
            if (piece.IsToken)
            {
                pieces.Add(piece);
                continue;
            }
            finder.Find(units[piece.Start..piece.End], document.TokenMatches, found);
            var at = piece.Start;
            foreach (var (start, end, token) in found)
            {
                if (piece.Start + start > at) pieces.Add(new TextPiece(at, piece.Start + start, -1));
                pieces.Add(new TextPiece(piece.Start + start, piece.Start + end, token.Id));
                at = piece.Start + end;
            }
            if (at < piece.End) pieces.Add(new TextPiece(at, piece.End, -1));
        }
        document.ReplacePieces();
    }

    private void AddTokens(string raw, Document document, PipelineScratch scratch)
    {
        var (tokens, text, cache) = (scratch.Tokens, document.Text, scratch.Words);
        var units = text.Units;
        var usesCache = !_model.IsCheap;
        foreach (var piece in document.Pieces)
        {
            tokens.Word++;
            if (piece.IsToken)
            {
                var span = text.SpanOf(piece.Start, piece.End);
                tokens.Add(piece.TokenId, _trimsOffsets ? WhiteSpace.Trim(raw, span) : span);
                continue;
            }
            var word = units[piece.Start..piece.End];
            var isKept = usesCache && word.Length <= WordCache.LongestWord;
            var hash = isKept ? WordCache.HashOf(word) : 0;
            if (!isKept || !cache.TryGet(word, hash, out var found))
            {
                scratch.Pieces.Clear();
                _model.Encode(word, scratch.Pieces, scratch.Model);
                found = scratch.Pieces.Span;
                if (isKept) cache.Add(word, hash, found);
            }
            var isFirst = true;
            foreach (ref readonly var part in found)
            {
                if (!isFirst && word[part.From] == _wordSign) tokens.Word++;
                tokens.Add(part.Id, text.SpanOf(piece.Start + part.From, piece.Start + part.To));
                isFirst = false;
            }
        }
    }
}

/// <summary>BERT's own pipeline run by the engine of <see cref="BertTokenizer"/>.</summary>
internal sealed class BertEngine
{
    private readonly BertCharacters _characters;
    private readonly WordPieceVocabulary _vocabulary;
    private readonly int _unknownId, _maxWordCodePoints;

    private BertEngine(BertTokenizerOptions options, string[] entries, int unknownId, IReadOnlySet<int> special)
    {
        _characters = BertCharacters.For(options);
        _vocabulary = new WordPieceVocabulary(entries, id => !special.Contains(id) && id != unknownId && !entries[id].Contains('\0'));
        (_unknownId, _maxWordCodePoints) = (unknownId, options.MaxWordCodePoints);
    }

    /// <summary>The engine, or null where the definition is not exactly BERT's.</summary>
    public static BertEngine? TryCreate(TokenizerDefinition definition, IReadOnlySet<int> special)
    {
        if (definition is not { Normalizer: BertNormalizer { CleanText: true }, PreTokenizer: BertPreTokenizer, Model: WordPieceDefinition { ContinuationPrefix: "##" } model }) return null;
        var unknown = model.Vocabulary.ToList().IndexOf(model.UnknownToken);
        if (unknown < 0 || model.MaxWordCodePoints is < 1 or > BertTokenizer.LongestWordAllowed) return null;
        // An entry that an added token brings is no piece.
        var entries = model.Vocabulary.Select(entry => entry ?? "\0").ToArray();
        return new BertEngine(OptionsOf((BertNormalizer)definition.Normalizer, model), entries, unknown, special);
    }

    public static BertTokenizerOptions OptionsOf(BertNormalizer normalizer, WordPieceDefinition model) => new()
    {
        DoLowerCase = normalizer.Lowercase,
        StripAccents = normalizer.StripAccents,
        TokenizeChineseChars = normalizer.IsolateIdeographs,
        MaxWordCodePoints = model.MaxWordCodePoints,
        UnknownToken = model.UnknownToken,
    };

    public void Encode(string text, List<TextPiece> pieces, PipelineScratch scratch, bool trimsOffsets)
    {
        if (scratch.BertWord.MaxCodePoints != _maxWordCodePoints) scratch.BertWord = new BertWordBuffer(_maxWordCodePoints);
        var tokens = scratch.Tokens;
        foreach (var piece in pieces)
        {
            if (piece.IsToken)
            {
                tokens.Word++;
                var span = new TextSpan(piece.Start, piece.End);
                tokens.Add(piece.TokenId, trimsOffsets ? WhiteSpace.Trim(text, span) : span);
                continue;
            }
            var before = tokens.Count;
            var sink = new WordPieceSink(_vocabulary, tokens, _unknownId);
            BertWords<WordPieceSink>.Scan(_characters, text.AsSpan(piece.Start..piece.End), scratch.BertWord, ref sink);
            if (piece.Start > 0) tokens.Shift(before, piece.Start);
        }
    }
}

/// <summary>White space at the ends of a range.</summary>
internal static class WhiteSpace
{
    public static TextSpan Trim(string text, TextSpan span)
    {
        var (start, end) = span;
        while (start < end && UnicodeProperties.IsWhiteSpace(text[start])) start++;
        while (end > start && UnicodeProperties.IsWhiteSpace(text[end - 1])) end--;
        return new TextSpan(start, end);
    }
}

/// <summary>Text without lone surrogates: each is U+FFFD, as UTF-8 would have it.</summary>
internal static class WellFormed
{
    public static string Of(string text)
    {
        var first = FirstLone(text, 0);
        if (first < 0) return text;
        return string.Create(text.Length, (text, first), static (units, state) =>
        {
            state.text.CopyTo(units);
            for (var at = state.first; at >= 0; at = FirstLone(state.text, at + 1)) units[at] = '\uFFFD';
        });
    }

    private static int FirstLone(string text, int from)
    {
        for (var at = from; ; at += 2)
        {
            var next = text.AsSpan(at).IndexOfAnyInRange('\uD800', '\uDFFF');
            if (next < 0) return -1;
            at += next;
            if (!char.IsHighSurrogate(text[at]) || at + 1 == text.Length || !char.IsLowSurrogate(text[at + 1])) return at;
        }
    }
}
