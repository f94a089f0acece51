namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>Recognises BERT's own tokenizer in a tokenizer.json, so that it is the <see cref="BertTokenizer"/> that vocab.txt would give.</summary>
internal static class BertFromJson
{
    /// <summary>The tokenizer, or null where the definition is anything more or less than BERT's.</summary>
    public static BertTokenizer? TryCreate(TokenizerDefinition definition, SpecialTokenNames names, string folder)
    {
        if (definition is not { Truncation: null, Padding: null, Normalizer: BertNormalizer { CleanText: true } normalizer, PreTokenizer: BertPreTokenizer, Model: WordPieceDefinition { ContinuationPrefix: "##" } model, Decoder: WordPieceDecoder { Prefix: "##", CleanUp: true } or null }) return null;
        if (model.MaxWordCodePoints is < 1 or > BertTokenizer.LongestWordAllowed || model.Vocabulary.Contains(null)) return null;
        string[] vocabulary = [.. model.Vocabulary!];
        var options = BertTokenizerFiles.Override(folder, BertEngine.OptionsOf(normalizer, model) with
        {
            PadToken = names.Pad ?? "[PAD]",
            ClsToken = names.Cls ?? "[CLS]",
            SepToken = names.Sep ?? "[SEP]",
            MaskToken = names.Mask ?? "[MASK]",
        });
        if (options.UnknownToken != (names.Unknown ?? options.UnknownToken) || BertVocabularyFault.Find(vocabulary, options, out var ids) is not null) return null;
        string[] special = [options.PadToken, options.UnknownToken, options.ClsToken, options.SepToken, options.MaskToken];
        var areAllSpecial = definition.AddedTokens.All(token => special.Contains(token.Content) && token is { Special: true, SingleWord: false, LeftStrip: false, RightStrip: false, Normalized: false });
        return areAllSpecial && AddsAsBert(definition.PostProcessor, ids[options.ClsToken], ids[options.SepToken]) ? new BertTokenizer(vocabulary, options) : null;
    }

    private static bool AddsAsBert(PostProcessor? processor, int cls, int sep)
        => processor is BertPostProcessor or TemplatePostProcessor && PostProcessor.ToTemplate(processor).IsSameAs(InputTemplate.Bert(cls, sep));
}
