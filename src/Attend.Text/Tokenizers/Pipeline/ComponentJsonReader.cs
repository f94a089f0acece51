namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>Reads the parts of a tokenizer.json around the model.</summary>
internal static class ComponentJsonReader
{
    public static Normalizer Normalizer(JsonPart part) => part.Get("type").Text switch
    {
        "Sequence" => new NormalizerSequence(part.Get("normalizers").List(Normalizer)),
        "BertNormalizer" or "Bert" => new BertNormalizer(
            part.FlagOr("clean_text", true), part.FlagOr("handle_chinese_chars", true), part.Find("strip_accents")?.Flag, part.FlagOr("lowercase", true)),
        "NFC" => new UnicodeNormalizer(UnicodeForm.NFC),
        "NFD" => new UnicodeNormalizer(UnicodeForm.NFD),
        "NFKC" => new UnicodeNormalizer(UnicodeForm.NFKC),
        "NFKD" => new UnicodeNormalizer(UnicodeForm.NFKD),
        "Lowercase" => new LowercaseNormalizer(),
        "StripAccents" => new StripAccentsNormalizer(),
        "Strip" => new StripNormalizer(part.FlagOr("strip_left", true), part.FlagOr("strip_right", true)),
        "Replace" => new ReplaceNormalizer(Pattern(part.Get("pattern")), part.Get("content").Text),
        "Prepend" => new PrependNormalizer(part.Get("prepend").Text),
        "Precompiled" => Precompiled(part),
        "Nmt" => new NmtNormalizer(),
        "ByteLevel" => new ByteLevelNormalizer(),
        var kind => throw part.Get("type").Fault($"a normalizer of kind '{kind}' is not known here"),
    };

    public static PreTokenizer PreTokenizer(JsonPart part) => part.Get("type").Text switch
    {
        "Sequence" => new PreTokenizerSequence(part.Get("pretokenizers").List(PreTokenizer)),
        "BertPreTokenizer" => new BertPreTokenizer(),
        "ByteLevel" => new ByteLevelPreTokenizer(part.FlagOr("add_prefix_space", true), part.FlagOr("use_regex", true)) { TrimOffsets = part.FlagOr("trim_offsets", true) },
        "Metaspace" => new MetaspacePreTokenizer(part.Get("replacement").Character, Scheme(part), part.FlagOr("split", true)),
        "Whitespace" => new WhitespacePreTokenizer(),
        "WhitespaceSplit" => new WhitespaceSplitPreTokenizer(),
        "Punctuation" => new PunctuationPreTokenizer(part.Find("behavior") is { } behavior ? Behavior(behavior) : DelimiterBehavior.Isolated),
        "Digits" => new DigitsPreTokenizer(part.FlagOr("individual_digits", false)),
        "CharDelimiterSplit" or "Delimiter" => new CharDelimiterPreTokenizer(part.Get("delimiter").Character),
        "Split" => new SplitPreTokenizer(Pattern(part.Get("pattern")), Behavior(part.Get("behavior")), part.FlagOr("invert", false)),
        "UnicodeScripts" => new UnicodeScriptsPreTokenizer(),
        "FixedLength" => new FixedLengthPreTokenizer(part.Find("length")?.Count is { } length ? length > 0 ? length : throw part.Get("length").Expected("at least 1") : 5),
        var kind => throw part.Get("type").Fault($"a pre-tokenizer of kind '{kind}' is not known here"),
    };

    public static PostProcessor PostProcessor(JsonPart part) => part.Get("type").Text switch
    {
        "Sequence" => new PostProcessorSequence(part.Get("processors").List(PostProcessor)),
        "BertProcessing" => new BertPostProcessor(Token(part.Get("cls")), Token(part.Get("sep"))),
        "RobertaProcessing" => new RobertaPostProcessor(Token(part.Get("cls")), Token(part.Get("sep")), part.FlagOr("trim_offsets", true), part.FlagOr("add_prefix_space", true)),
        "ByteLevel" => new ByteLevelPostProcessor(part.FlagOr("add_prefix_space", true), part.FlagOr("trim_offsets", true), part.FlagOr("use_regex", true)),
        "TemplateProcessing" => Template(part),
        var kind => throw part.Get("type").Fault($"a post-processor of kind '{kind}' is not known here"),
    };

    public static Decoder Decoder(JsonPart part) => part.Get("type").Text switch
    {
        "Sequence" => new DecoderSequence(part.Get("decoders").List(Decoder)),
        "WordPiece" => new WordPieceDecoder(part.TextOrNull("prefix") ?? "##", part.FlagOr("cleanup", true)),
        "ByteLevel" => new ByteLevelDecoder
        {
            AddPrefixSpace = part.FlagOr("add_prefix_space", true),
            TrimOffsets = part.FlagOr("trim_offsets", true),
            UseRegex = part.FlagOr("use_regex", true),
        },
        "Metaspace" => new MetaspaceDecoder(part.Get("replacement").Character, Scheme(part)) { Split = part.FlagOr("split", true) },
        "BPEDecoder" => new BpeDecoder(part.TextOrNull("suffix") ?? "</w>"),
        "CTC" => new CtcDecoder(part.TextOrNull("pad_token") ?? "<pad>", part.TextOrNull("word_delimiter_token") ?? "|", part.FlagOr("cleanup", true)),
        "ByteFallback" => new ByteFallbackDecoder(),
        "Fuse" => new FuseDecoder(),
        "Strip" => new StripDecoder(part.Get("content").Character, part.Get("start").Count, part.Get("stop").Count),
        "Replace" => new ReplaceDecoder(Pattern(part.Get("pattern")), part.Get("content").Text),
        var kind => throw part.Get("type").Fault($"a decoder of kind '{kind}' is not known here"),
    };

    private static PrependScheme Scheme(JsonPart part)
    {
        var scheme = part.Find("prepend_scheme")?.OneOf(("always", PrependScheme.Always), ("never", PrependScheme.Never), ("first", PrependScheme.First));
        if (part.Find("add_prefix_space") is not { Flag: false }) return scheme ?? PrependScheme.Always;
        return scheme is null or PrependScheme.Never ? PrependScheme.Never : throw part.Fault("add_prefix_space is false, but prepend_scheme is not \"never\"");
    }

    private static DelimiterBehavior Behavior(JsonPart part) => part.OneOf(
        ("Removed", DelimiterBehavior.Removed), ("Isolated", DelimiterBehavior.Isolated), ("MergedWithPrevious", DelimiterBehavior.MergedWithPrevious),
        ("MergedWithNext", DelimiterBehavior.MergedWithNext), ("Contiguous", DelimiterBehavior.Contiguous));

    private static TextPattern Pattern(JsonPart part)
    {
        if (part.Find("String") is { } text) return new TextPattern(text.Text, isRegex: false);
        var regex = part.Find("Regex") ?? throw part.Expected("an object with \"String\" or \"Regex\"");
        try
        {
            return new TextPattern(regex.Text, isRegex: true);
        }
        catch (ArgumentException fault)
        {
            throw regex.Fault(fault.Message);
        }
    }

    private static PrecompiledNormalizer Precompiled(JsonPart part)
    {
        // Null, as some converters write it, stands for no rules.
        if (part.Find("precompiled_charsmap") is not { } rules) return new PrecompiledNormalizer([]);
        try
        {
            return new PrecompiledNormalizer(Convert.FromBase64String(rules.Text));
        }
        catch (FormatException)
        {
            throw rules.Expected("bytes in Base64");
        }
        catch (ArgumentException fault)
        {
            throw rules.Fault(fault.Message);
        }
    }

    private static NamedToken Token(JsonPart part)
    {
        var (token, id) = part.Two();
        return new NamedToken(token.Text, id.Count);
    }

    private static TemplatePostProcessor Template(JsonPart part)
    {
        var tokens = new Dictionary<string, IReadOnlyList<NamedToken>>(StringComparer.Ordinal);
        foreach (var (key, value) in part.Get("special_tokens").Properties())
        {
            var (ids, names) = (value.Get("ids").List(id => id.Count), value.Get("tokens").List(name => name.Text));
            if (ids.Count != names.Count) throw value.Fault($"{ids.Count} ids, but {names.Count} tokens; expected as many");
            tokens[key] = [.. names.Zip(ids, (name, id) => new NamedToken(name, id))];
        }
        return new TemplatePostProcessor(part.Get("single").List(piece => Piece(piece, tokens)), part.Get("pair").List(piece => Piece(piece, tokens)), tokens);
    }

    private static TemplatePiece Piece(JsonPart part, Dictionary<string, IReadOnlyList<NamedToken>> tokens)
    {
        if (part.Find("Sequence") is { } text)
            return TemplatePiece.Of(text.Get("id").OneOf(("A", 0), ("B", 1)), text.Get("type_id").Count);
        var special = part.Find("SpecialToken") ?? throw part.Expected("an object with \"Sequence\" or \"SpecialToken\"");
        var key = special.Get("id").Text;
        return tokens.ContainsKey(key) ? TemplatePiece.Special(key, special.Get("type_id").Count) : throw special.Fault($"'{key}' is not among the template's special_tokens");
    }
}
