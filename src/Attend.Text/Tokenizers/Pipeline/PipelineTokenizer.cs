using Attend.Text.Tokenizers.Pipeline.Models;

namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>Runs a <see cref="TokenizerDefinition"/>. Immutable and thread-safe.</summary>
/// <remarks>
/// Ids are those of Hugging Face's tokenizers library, characters those of one fixed Unicode version (15.0). Offsets are finer where
/// that library's overlap: what a normaliser inserts stands for no text, and marks that it removes belong to the character before.
/// </remarks>
internal sealed class PipelineTokenizer : ITokenizer
{
    private static readonly EncodeOptions Unlimited = new();

    private readonly string?[] _entries;
    private readonly Dictionary<string, int> _ids;
    private readonly HashSet<int> _special;
    private readonly InputTemplate _template;
    private readonly SegmentEncoder _encoder;
    private readonly int _padId;

    private readonly ScratchPool _scratches = new();

    /// <summary>An engine for a definition.</summary>
    /// <param name="definition">What to run.</param>
    /// <param name="names">What files beside it call the special tokens; null where there are none.</param>
    /// <exception cref="ArgumentException">The definition contradicts itself; the message says where.</exception>
    public PipelineTokenizer(TokenizerDefinition definition, SpecialTokenNames? names = null)
    {
        Definition = definition;
        FileOptions = OptionsOf(definition);
        (_entries, _ids) = Vocabulary(definition);
        _special = [.. definition.AddedTokens.Where(token => token.Special).Select(token => IdOf(token.Content)!.Value)];
        _template = PostProcessor.ToTemplate(definition.PostProcessor);
        RequireIds(definition.PostProcessor);
        SpecialTokens = (names ?? new SpecialTokenNames()).ToIds(IdOf, definition, _template);
        _padId = SpecialTokens.Pad ?? SpecialTokens.Eos ?? SpecialTokens.Sep ?? SpecialTokens.Unknown ?? 0;
        _encoder = new SegmentEncoder(definition with { AddedTokens = [.. definition.AddedTokens.Select(token => token with { Id = IdOf(token.Content)!.Value })] }, _special, _template.TrimsOffsets);
    }

    /// <summary>What it runs.</summary>
    public TokenizerDefinition Definition { get; }

    public EncodeOptions FileOptions { get; }

    public int VocabSize => _entries.Length;

    public int PadId => _padId;

    public int MaskId => SpecialTokens.Mask ?? SpecialTokens.Unknown ?? _padId;

    public SpecialTokenIds SpecialTokens { get; }

    public int SpecialTokenCount(bool pair) => _template.SpecialTokenCount(pair);

    private static EncodeOptions OptionsOf(TokenizerDefinition definition)
    {
        var options = new EncodeOptions { Padding = definition.Padding };
        return definition.Truncation is not { } truncation ? options : options with
        {
            MaxInputTokens = truncation.MaxInputTokens,
            Truncation = truncation.Strategy,
            TruncateLeft = truncation.FromLeft,
            Stride = truncation.Stride,
        };
    }

    private static (string?[] Entries, Dictionary<string, int> Ids) Vocabulary(TokenizerDefinition definition)
    {
        var model = definition.Model.Entries;
        var entries = new List<string?>(model);
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < model.Count; id++)
        {
            if (model[id] is { } entry && !ids.TryAdd(entry, id)) throw new ArgumentException($"'{entry}' is entry {ids[entry]} and entry {id} of the vocabulary; expected distinct entries");
        }
        foreach (var token in definition.AddedTokens)
        {
            // The model's own id counts where it has the token.
            if (token.Content.Length == 0 || ids.ContainsKey(token.Content)) continue;
            if (token.Id < entries.Count && entries[token.Id] is { } other) throw new ArgumentException($"the added token '{token.Content}' has id {token.Id}, which is that of '{other}'; expected an id of its own");
            if (token.Id > entries.Count + definition.AddedTokens.Count) throw new ArgumentException($"the added token '{token.Content}' has id {token.Id}, but there are only {entries.Count} tokens before it");
            while (entries.Count <= token.Id) entries.Add(null);
            entries[token.Id] = token.Content;
            ids.Add(token.Content, token.Id);
        }
        if (entries.Count == 0) throw new ArgumentException("the vocabulary is empty");
        if (entries.IndexOf(null) is >= 0 and var gap) throw new ArgumentException($"no token has id {gap}, but ids go to {entries.Count - 1}; expected ids from 0 without gaps");
        return ([.. entries], ids);
    }

    private void RequireIds(PostProcessor? processor)
    {
        var tokens = processor switch
        {
            BertPostProcessor bert => [bert.Cls, bert.Sep],
            RobertaPostProcessor roberta => [roberta.Cls, roberta.Sep],
            TemplatePostProcessor template => template.SpecialTokens.Values.SelectMany(named => named),
            PostProcessorSequence sequence => ((Func<IEnumerable<NamedToken>>)(() =>
            {
                foreach (var step in sequence.Steps) RequireIds(step);
                return [];
            }))(),
            _ => (IEnumerable<NamedToken>)[],
        };
        foreach (var token in tokens)
        {
            if (token.Id >= _entries.Length) throw new ArgumentException($"the post-processor's '{token.Token}' has id {token.Id}; there are only {_entries.Length} tokens");
        }
    }

    public Encoding Encode(string text, string? pair = null, int maxInputTokens = int.MaxValue)
        => Encode(text, pair, maxInputTokens == int.MaxValue ? Unlimited : new EncodeOptions { MaxInputTokens = maxInputTokens });

    public Encoding Encode(string text, string? pair, EncodeOptions options) => Run(text, pair, options, _template.Assemble);

    public IReadOnlyList<Encoding> EncodeWindows(string text, string? pair, EncodeOptions options) => Run(text, pair, options, _template.AssembleWindows);

    private T Run<T>(string text, string? pair, EncodeOptions options, Func<TokenizedTexts, EncodeOptions, T> assemble)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(options);
        var scratch = _scratches.Take();
        var tokens = scratch.Tokens;
        tokens.Clear();
        _encoder.Encode(text, options.ParseSpecialTokens, scratch);
        var texts = new TokenizedTexts(tokens, tokens.Count, text, pair);
        if (pair is not null)
        {
            tokens.Word = -1;
            _encoder.Encode(pair, options.ParseSpecialTokens, scratch);
        }
        var result = assemble(texts, options);
        _scratches.Return(scratch);
        return result;
    }

    public string Decode(IEnumerable<int> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var tokens = new List<string>();
        foreach (var id in ids)
        {
            var token = TokenOf(id);
            if (!_special.Contains(id)) tokens.Add(token);
        }
        return Definition.Decoder is { } decoder ? string.Concat(decoder.Decode(tokens)) : string.Join(' ', tokens);
    }

    public string TokenOf(int id) => (uint)id < (uint)_entries.Length
        ? _entries[id]!
        : throw new ArgumentOutOfRangeException(nameof(id), id, $"Ids of this vocabulary lie in [0, {_entries.Length}).");

    public int? IdOf(string token) => _ids.TryGetValue(token, out var id) ? id : null;

    public void Save(string folder) => TokenizerFiles.Write(folder, this);
}

/// <summary>Buffers of the pipeline, kept from one text to the next.</summary>
internal sealed class PipelineScratch
{
    private const int LargestKept = 1 << 18;

    public TokenList Tokens { get; } = new();

    public Document Document { get; } = new();

    public ModelScratch Model { get; } = new();

    public WordPieces Pieces { get; } = new();

    public WordCache Words { get; } = new();

    public BertWordBuffer BertWord { get; set; } = new(0);

    public bool IsSmall => Tokens.Capacity <= LargestKept && Document.Capacity <= LargestKept && Pieces.Capacity <= LargestKept && Model.IsSmall;
}
