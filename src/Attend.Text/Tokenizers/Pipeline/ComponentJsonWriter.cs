using System.Text.Json;

namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>Writes the parts of a tokenizer.json around the model.</summary>
internal static class ComponentJsonWriter
{
    public static void Write(Utf8JsonWriter writer, Normalizer normalizer)
    {
        writer.WriteStartObject();
        switch (normalizer)
        {
            case NormalizerSequence sequence:
                writer.WriteString("type", "Sequence");
                WriteList(writer, "normalizers", sequence.Parts, Write);
                break;
            case BertNormalizer bert:
                writer.WriteString("type", "BertNormalizer");
                writer.WriteBoolean("clean_text", bert.CleanText);
                writer.WriteBoolean("handle_chinese_chars", bert.IsolateIdeographs);
                if (bert.StripAccents is { } strips) writer.WriteBoolean("strip_accents", strips);
                else writer.WriteNull("strip_accents");
                writer.WriteBoolean("lowercase", bert.Lowercase);
                break;
            case UnicodeNormalizer unicode:
                writer.WriteString("type", unicode.Form.ToString());
                break;
            case LowercaseNormalizer:
                writer.WriteString("type", "Lowercase");
                break;
            case StripAccentsNormalizer:
                writer.WriteString("type", "StripAccents");
                break;
            case StripNormalizer strip:
                writer.WriteString("type", "Strip");
                writer.WriteBoolean("strip_left", strip.Left);
                writer.WriteBoolean("strip_right", strip.Right);
                break;
            case ReplaceNormalizer replace:
                writer.WriteString("type", "Replace");
                Write(writer, replace.Pattern);
                writer.WriteString("content", replace.Content);
                break;
            case PrependNormalizer prepend:
                writer.WriteString("type", "Prepend");
                writer.WriteString("prepend", prepend.Prefix);
                break;
            case PrecompiledNormalizer precompiled:
                writer.WriteString("type", "Precompiled");
                writer.WriteBase64String("precompiled_charsmap", precompiled.CharsMap);
                break;
            case NmtNormalizer:
                writer.WriteString("type", "Nmt");
                break;
            case ByteLevelNormalizer:
                writer.WriteString("type", "ByteLevel");
                break;
            default:
                throw new ArgumentException($"no tokenizer.json holds a {normalizer.GetType().Name}", nameof(normalizer));
        }
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, PreTokenizer preTokenizer)
    {
        writer.WriteStartObject();
        switch (preTokenizer)
        {
            case PreTokenizerSequence sequence:
                writer.WriteString("type", "Sequence");
                WriteList(writer, "pretokenizers", sequence.Steps, Write);
                break;
            case BertPreTokenizer:
                writer.WriteString("type", "BertPreTokenizer");
                break;
            case ByteLevelPreTokenizer byteLevel:
                WriteByteLevel(writer, byteLevel.AddPrefixSpace, byteLevel.TrimOffsets, byteLevel.UseRegex);
                break;
            case MetaspacePreTokenizer metaspace:
                WriteMetaspace(writer, metaspace.Replacement, metaspace.Scheme, metaspace.Split);
                break;
            case WhitespacePreTokenizer:
                writer.WriteString("type", "Whitespace");
                break;
            case WhitespaceSplitPreTokenizer:
                writer.WriteString("type", "WhitespaceSplit");
                break;
            case PunctuationPreTokenizer punctuation:
                writer.WriteString("type", "Punctuation");
                writer.WriteString("behavior", punctuation.Behavior.ToString());
                break;
            case DigitsPreTokenizer digits:
                writer.WriteString("type", "Digits");
                writer.WriteBoolean("individual_digits", digits.Individual);
                break;
            case CharDelimiterPreTokenizer delimiter:
                writer.WriteString("type", "CharDelimiterSplit");
                writer.WriteString("delimiter", delimiter.Delimiter);
                break;
            case SplitPreTokenizer split:
                writer.WriteString("type", "Split");
                Write(writer, split.Pattern);
                writer.WriteString("behavior", split.Behavior.ToString());
                writer.WriteBoolean("invert", split.Invert);
                break;
            case UnicodeScriptsPreTokenizer:
                writer.WriteString("type", "UnicodeScripts");
                break;
            case FixedLengthPreTokenizer fixedLength:
                writer.WriteString("type", "FixedLength");
                writer.WriteNumber("length", fixedLength.Length);
                break;
            default:
                throw new ArgumentException($"no tokenizer.json holds a {preTokenizer.GetType().Name}", nameof(preTokenizer));
        }
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, PostProcessor processor)
    {
        writer.WriteStartObject();
        switch (processor)
        {
            case PostProcessorSequence sequence:
                writer.WriteString("type", "Sequence");
                WriteList(writer, "processors", sequence.Steps, Write);
                break;
            case BertPostProcessor bert:
                writer.WriteString("type", "BertProcessing");
                WriteToken(writer, "sep", bert.Sep);
                WriteToken(writer, "cls", bert.Cls);
                break;
            case RobertaPostProcessor roberta:
                writer.WriteString("type", "RobertaProcessing");
                WriteToken(writer, "sep", roberta.Sep);
                WriteToken(writer, "cls", roberta.Cls);
                writer.WriteBoolean("trim_offsets", roberta.TrimOffsets);
                writer.WriteBoolean("add_prefix_space", roberta.AddPrefixSpace);
                break;
            case ByteLevelPostProcessor byteLevel:
                WriteByteLevel(writer, byteLevel.AddPrefixSpace, byteLevel.TrimOffsets, byteLevel.UseRegex);
                break;
            case TemplatePostProcessor template:
                writer.WriteString("type", "TemplateProcessing");
                WriteList(writer, "single", template.Single, Write);
                WriteList(writer, "pair", template.Pair, Write);
                WriteSpecialTokens(writer, template.SpecialTokens);
                break;
            default:
                throw new ArgumentException($"no tokenizer.json holds a {processor.GetType().Name}", nameof(processor));
        }
        writer.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter writer, Decoder decoder)
    {
        writer.WriteStartObject();
        switch (decoder)
        {
            case DecoderSequence sequence:
                writer.WriteString("type", "Sequence");
                WriteList(writer, "decoders", sequence.Steps, Write);
                break;
            case WordPieceDecoder wordPiece:
                writer.WriteString("type", "WordPiece");
                writer.WriteString("prefix", wordPiece.Prefix);
                writer.WriteBoolean("cleanup", wordPiece.CleanUp);
                break;
            case ByteLevelDecoder byteLevel:
                WriteByteLevel(writer, byteLevel.AddPrefixSpace, byteLevel.TrimOffsets, byteLevel.UseRegex);
                break;
            case MetaspaceDecoder metaspace:
                WriteMetaspace(writer, metaspace.Replacement, metaspace.Scheme, metaspace.Split);
                break;
            case BpeDecoder bpe:
                writer.WriteString("type", "BPEDecoder");
                writer.WriteString("suffix", bpe.Suffix);
                break;
            case CtcDecoder ctc:
                writer.WriteString("type", "CTC");
                writer.WriteString("pad_token", ctc.PadToken);
                writer.WriteString("word_delimiter_token", ctc.WordDelimiter);
                writer.WriteBoolean("cleanup", ctc.CleanUp);
                break;
            case ByteFallbackDecoder:
                writer.WriteString("type", "ByteFallback");
                break;
            case FuseDecoder:
                writer.WriteString("type", "Fuse");
                break;
            case StripDecoder strip:
                writer.WriteString("type", "Strip");
                writer.WriteString("content", strip.Content);
                writer.WriteNumber("start", strip.Start);
                writer.WriteNumber("stop", strip.Stop);
                break;
            case ReplaceDecoder replace:
                writer.WriteString("type", "Replace");
                Write(writer, replace.Pattern);
                writer.WriteString("content", replace.Content);
                break;
            default:
                throw new ArgumentException($"no tokenizer.json holds a {decoder.GetType().Name}", nameof(decoder));
        }
        writer.WriteEndObject();
    }

    private static void WriteList<T>(Utf8JsonWriter writer, string name, IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        writer.WriteStartArray(name);
        foreach (var item in items) write(writer, item);
        writer.WriteEndArray();
    }

    private static void WriteByteLevel(Utf8JsonWriter writer, bool addPrefixSpace, bool trimOffsets, bool useRegex)
    {
        writer.WriteString("type", "ByteLevel");
        writer.WriteBoolean("add_prefix_space", addPrefixSpace);
        writer.WriteBoolean("trim_offsets", trimOffsets);
        writer.WriteBoolean("use_regex", useRegex);
    }

    private static void WriteMetaspace(Utf8JsonWriter writer, string replacement, PrependScheme scheme, bool split)
    {
        writer.WriteString("type", "Metaspace");
        writer.WriteString("replacement", replacement);
        writer.WriteString("prepend_scheme", scheme switch { PrependScheme.Always => "always", PrependScheme.Never => "never", _ => "first" });
        writer.WriteBoolean("split", split);
    }

    private static void Write(Utf8JsonWriter writer, TextPattern pattern)
    {
        writer.WriteStartObject("pattern");
        writer.WriteString(pattern.IsRegex ? "Regex" : "String", pattern.Value);
        writer.WriteEndObject();
    }

    private static void WriteToken(Utf8JsonWriter writer, string name, NamedToken token)
    {
        writer.WriteStartArray(name);
        writer.WriteStringValue(token.Token);
        writer.WriteNumberValue(token.Id);
        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, TemplatePiece piece)
    {
        writer.WriteStartObject();
        writer.WriteStartObject(piece.SpecialToken is null ? "Sequence" : "SpecialToken");
        writer.WriteString("id", piece.SpecialToken ?? (piece.Text == 0 ? "A" : "B"));
        writer.WriteNumber("type_id", piece.SegmentId);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteSpecialTokens(Utf8JsonWriter writer, IReadOnlyDictionary<string, IReadOnlyList<NamedToken>> tokens)
    {
        writer.WriteStartObject("special_tokens");
        foreach (var (key, named) in tokens.OrderBy(token => token.Key, StringComparer.Ordinal))
        {
            writer.WriteStartObject(key);
            writer.WriteString("id", key);
            writer.WriteStartArray("ids");
            foreach (var token in named) writer.WriteNumberValue(token.Id);
            writer.WriteEndArray();
            writer.WriteStartArray("tokens");
            foreach (var token in named) writer.WriteStringValue(token.Token);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }
}
