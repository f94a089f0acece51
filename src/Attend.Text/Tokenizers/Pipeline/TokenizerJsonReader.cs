using Attend.Text.Data;

namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>Reads a tokenizer.json. What it does not know is an error that names it, never skipped.</summary>
internal static class TokenizerJsonReader
{
    // Ids far beyond the number of entries are a fault of the file, not a reason to take gigabytes.
    private const int MostMissingEntries = 1 << 20;

    /// <summary>Reads a file.</summary>
    /// <exception cref="DataFileException">The file cannot be used; the message names the place in it.</exception>
    public static TokenizerDefinition Read(string path) => JsonPart.Read(path, ReadRoot);

    private static TokenizerDefinition ReadRoot(JsonPart root)
    {
        if (root.TextOrNull("version") is { } version and not "1.0") throw root.Fault($"version is '{version}'; only 1.0 is known here");
        return new TokenizerDefinition
        {
            Truncation = root.Find("truncation") is { } truncation ? ReadTruncation(truncation) : null,
            Padding = root.Find("padding") is { } padding ? ReadPadding(padding) : null,
            AddedTokens = root.Find("added_tokens") is { } added ? added.List(ReadAddedToken) : [],
            Normalizer = root.Find("normalizer") is { } normalizer ? ComponentJsonReader.Normalizer(normalizer) : null,
            PreTokenizer = root.Find("pre_tokenizer") is { } preTokenizer ? ComponentJsonReader.PreTokenizer(preTokenizer) : null,
            PostProcessor = root.Find("post_processor") is { } processor ? ComponentJsonReader.PostProcessor(processor) : null,
            Decoder = root.Find("decoder") is { } decoder ? ComponentJsonReader.Decoder(decoder) : null,
            Model = ReadModel(root.Get("model")),
        };
    }

    private static TruncationDefinition ReadTruncation(JsonPart part) => new(
        part.Get("max_length").Count,
        part.Get("strategy").OneOf(("LongestFirst", TruncationStrategy.LongestFirst), ("OnlyFirst", TruncationStrategy.OnlyFirst), ("OnlySecond", TruncationStrategy.OnlySecond)),
        part.Find("stride")?.Count ?? 0,
        part.Find("direction")?.OneOf(("Left", true), ("Right", false)) ?? false);

    private static PaddingOptions ReadPadding(JsonPart part)
    {
        var strategy = part.Get("strategy");
        return new PaddingOptions(part.Get("pad_id").Count, part.Get("pad_token").Text)
        {
            Length = strategy.Find("Fixed") is { } length ? PaddingLength(length) : strategy.OneOf(("BatchLongest", (int?)null)),
            MultipleOf = part.Find("pad_to_multiple_of") is { } multiple && PaddingLength(multiple) is > 0 and var size ? size : null,
            SegmentId = part.Find("pad_type_id")?.Count ?? 0,
            OnLeft = part.Find("direction")?.OneOf(("Left", true), ("Right", false)) ?? false,
        };
    }

    private static int PaddingLength(JsonPart part) => part.Count is <= HostileFiles.LongestPadding and var length ? length : throw part.Expected($"at most {HostileFiles.LongestPadding}");

    private static AddedToken ReadAddedToken(JsonPart part)
    {
        var isSpecial = part.FlagOr("special", false);
        return new AddedToken(part.Get("id").Count, part.Get("content").Text)
        {
            Special = isSpecial,
            SingleWord = part.FlagOr("single_word", false),
            LeftStrip = part.FlagOr("lstrip", false),
            RightStrip = part.FlagOr("rstrip", false),
            Normalized = part.FlagOr("normalized", !isSpecial),
        };
    }

    private static ModelDefinition ReadModel(JsonPart part)
    {
        // Files of early versions do not name the kind.
        var kind = part.TextOrNull("type")
            ?? (part.Find("merges") is not null ? "BPE" : part.Find("unk_id") is not null ? "Unigram" : part.Find("max_input_chars_per_word") is not null ? "WordPiece" : "WordLevel");
        switch (kind)
        {
            case "WordPiece":
                return new WordPieceDefinition(ReadVocabulary(part.Get("vocab")))
                {
                    UnknownToken = part.Get("unk_token").Text,
                    ContinuationPrefix = part.Get("continuing_subword_prefix").Text,
                    MaxWordCodePoints = part.Get("max_input_chars_per_word").Count,
                };
            case "WordLevel":
                return new WordLevelDefinition(ReadVocabulary(part.Get("vocab"))) { UnknownToken = part.Get("unk_token").Text };
            case "BPE":
                return new BpeDefinition(ReadVocabulary(part.Get("vocab")), [.. part.Get("merges").Items().Where(IsMerge).Select(ReadMerge)])
                {
                    UnknownToken = part.TextOrNull("unk_token"),
                    ContinuationPrefix = part.TextOrNull("continuing_subword_prefix"),
                    EndOfWordSuffix = part.TextOrNull("end_of_word_suffix"),
                    FuseUnknown = part.FlagOr("fuse_unk", false),
                    ByteFallback = part.FlagOr("byte_fallback", false),
                    IgnoreMerges = part.FlagOr("ignore_merges", false),
                    Dropout = part.Find("dropout")?.Number,
                };
            case "Unigram":
                return new UnigramDefinition(part.Get("vocab").List(ReadPiece), part.Find("unk_id")?.Count) { ByteFallback = part.FlagOr("byte_fallback", false) };
            default:
                throw part.Get("type").Fault($"a model of kind '{kind}' is not known here; known: BPE, Unigram, WordLevel, WordPiece");
        }
    }

    /// <summary>Entries by id of an object from tokens to ids.</summary>
    public static string?[] ReadVocabulary(JsonPart part)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var last = -1;
        foreach (var (token, value) in part.Properties())
        {
            var id = value.Count;
            if (!ids.TryAdd(token, id)) throw part.Fault($"'{token}' stands there twice, with ids {ids[token]} and {id}; expected distinct tokens");
            last = Math.Max(last, id);
        }
        if (last >= ids.Count + MostMissingEntries) throw part.Fault($"the largest id is {last}, but there are only {ids.Count} tokens; expected ids from 0 without gaps");
        var entries = new string?[last + 1];
        foreach (var (token, id) in ids)
        {
            if (entries[id] is { } other) throw part.Fault($"'{other}' and '{token}' have the same id {id}; expected distinct ids");
            entries[id] = token;
        }
        return entries;
    }

    // Lists copied out of a merges.txt begin with its first line, "#version: 0.2".
    private static bool IsMerge(JsonPart part)
        => part.Kind != System.Text.Json.JsonValueKind.String || !part.Text.StartsWith("#version", StringComparison.Ordinal);

    private static (string Left, string Right) ReadMerge(JsonPart part)
    {
        if (part.Kind == System.Text.Json.JsonValueKind.Array)
        {
            var (left, right) = part.Two();
            return (left.Text, right.Text);
        }
        return SplitMerge(part.Text) ?? throw part.Expected("two tokens with a blank between them");
    }

    /// <summary>A merge written as two tokens with a blank between them, or null.</summary>
    public static (string Left, string Right)? SplitMerge(string line)
    {
        var at = line.IndexOf(' ');
        return at > 0 && at < line.Length - 1 && line.IndexOf(' ', at + 1) < 0 ? (line[..at], line[(at + 1)..]) : null;
    }

    private static (string Piece, double Score) ReadPiece(JsonPart part)
    {
        var (piece, score) = part.Two();
        return (piece.Text, score.Number);
    }
}
