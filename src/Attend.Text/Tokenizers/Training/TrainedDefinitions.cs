using Attend.Text.Tokenizers.Pipeline;

namespace Attend.Text.Tokenizers.Training;

/// <summary>The whole of tokenizer.json around a trained vocabulary.</summary>
internal static class TrainedDefinitions
{
    private static readonly string BlankSign = WordSplitters.BlankSign.ToString();

    /// <summary>BERT's cleaning and words around WordPiece.</summary>
    public static TokenizerDefinition WordPiece(BertTokenizer tokenizer)
    {
        var options = tokenizer.Options;
        var (cls, sep) = (new NamedToken(options.ClsToken, tokenizer.ClsId), new NamedToken(options.SepToken, tokenizer.SepId));
        return new TokenizerDefinition
        {
            Model = new WordPieceDefinition([.. tokenizer.Vocabulary]) { UnknownToken = options.UnknownToken, MaxWordCodePoints = options.MaxWordCodePoints },
            AddedTokens =
            [
                .. new[] { options.PadToken, options.UnknownToken, options.ClsToken, options.SepToken, options.MaskToken }
                    .Select(token => new AddedToken(tokenizer.IdOf(token)!.Value, token) { Special = true }).OrderBy(token => token.Id),
            ],
            Normalizer = new BertNormalizer(cleanText: true, options.TokenizeChineseChars, options.StripAccents, options.DoLowerCase),
            PreTokenizer = new BertPreTokenizer(),
            PostProcessor = Template([cls], [sep], [], secondSegment: 1),
            Decoder = new WordPieceDecoder(WordPieceVocabulary.Continuation, cleanUp: true),
        };
    }

    /// <summary>SentencePiece's blanks around byte-pair encoding; bytes where a character has no entry.</summary>
    public static TokenizerDefinition Bpe(BpeDefinition model) => Framed(model) with
    {
        PreTokenizer = new MetaspacePreTokenizer(BlankSign, PrependScheme.Always, split: true),
        Decoder = new DecoderSequence([new ReplaceDecoder(new TextPattern(BlankSign, isRegex: false), " "), new ByteFallbackDecoder(), new FuseDecoder(), new StripDecoder(" ", 1, 0)]),
    };

    /// <summary>GPT-2's words around byte-pair encoding.</summary>
    public static TokenizerDefinition ByteBpe(BpeDefinition model) => Framed(model) with
    {
        PreTokenizer = new ByteLevelPreTokenizer(addPrefixSpace: false, useRegex: true),
        PostProcessor = new RobertaPostProcessor(Begin, End, trimOffsets: true, addPrefixSpace: false),
        Decoder = new ByteLevelDecoder(),
    };

    /// <summary>SentencePiece's blanks around a unigram model.</summary>
    public static TokenizerDefinition Unigram(UnigramDefinition model) => Framed(model) with
    {
        PreTokenizer = new MetaspacePreTokenizer(BlankSign, PrependScheme.Always, split: true),
        Decoder = model.ByteFallback
            ? new DecoderSequence([new ReplaceDecoder(new TextPattern(BlankSign, isRegex: false), " "), new ByteFallbackDecoder(), new FuseDecoder(), new StripDecoder(" ", 1, 0)])
            : new MetaspaceDecoder(BlankSign, PrependScheme.Always),
    };

    /// <summary>What the special tokens are for.</summary>
    public static SpecialTokenNames Names { get; } = new()
    {
        Bos = SpecialTokens.Begin,
        Eos = SpecialTokens.End,
        Cls = SpecialTokens.Begin,
        Sep = SpecialTokens.End,
        Pad = SpecialTokens.Pad,
        Unknown = SpecialTokens.Unknown,
        Mask = SpecialTokens.Mask,
    };

    private static NamedToken Begin => new(SpecialTokens.Begin, Array.IndexOf(SpecialTokens.All, SpecialTokens.Begin));

    private static NamedToken End => new(SpecialTokens.End, Array.IndexOf(SpecialTokens.All, SpecialTokens.End));

    private static TokenizerDefinition Framed(ModelDefinition model) => new()
    {
        Model = model,
        AddedTokens = [.. SpecialTokens.All.Select((token, id) => new AddedToken(id, token) { Special = true, LeftStrip = token == SpecialTokens.Mask })],
        PostProcessor = Template([Begin], [End], [End], secondSegment: 0),
    };

    /// <summary>Begin A end, and begin A end between B end.</summary>
    private static TemplatePostProcessor Template(NamedToken[] begin, NamedToken[] end, NamedToken[] between, int secondSegment)
    {
        static IEnumerable<TemplatePiece> Special(NamedToken[] tokens, int segment) => tokens.Select(token => TemplatePiece.Special(token.Token, segment));
        TemplatePiece[] single = [.. Special(begin, 0), TemplatePiece.Of(0, 0), .. Special(end, 0)];
        return new TemplatePostProcessor(
            single,
            [.. single, .. Special(between, 0), TemplatePiece.Of(1, secondSegment), .. Special(end, secondSegment)],
            begin.Concat(end).Concat(between).DistinctBy(token => token.Token).ToDictionary(token => token.Token, IReadOnlyList<NamedToken> (token) => [token]));
    }
}
