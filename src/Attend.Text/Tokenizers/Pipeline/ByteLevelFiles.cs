using Attend.Text.Data;

namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>vocab.json and merges.txt, as GPT-2 and RoBERTa have them.</summary>
internal static class ByteLevelFiles
{
    private static readonly string[] Roberta = ["Roberta", "Bart", "Longformer", "LED", "MVP", "Mvp"];

    /// <summary>Loads the two files; tokenizer_config.json, or config.json, tells GPT-2 and RoBERTa apart.</summary>
    /// <exception cref="DataFileException">A file cannot be used, or the tokenizer is of a kind that these files do not describe.</exception>
    public static ITokenizer Load(string vocabularyFile, string mergesFile, string folder)
    {
        var vocabulary = JsonPart.Read(vocabularyFile, TokenizerJsonReader.ReadVocabulary);
        if (!Models.BpeModel.HasAllBytes(vocabulary))
            throw new DataFileException(vocabularyFile, null, "has not all 256 characters of byte-level BPE, and these files do not say how its text is to be prepared; the folder needs a tokenizer.json");
        var kind = KindOf(folder);
        var isRoberta = Roberta.Any(name => kind.StartsWith(name, StringComparison.OrdinalIgnoreCase));
        var isBert = kind.StartsWith("Deberta", StringComparison.OrdinalIgnoreCase);
        if (!isRoberta && !isBert && kind.Length > 0 && !kind.StartsWith("GPT", StringComparison.OrdinalIgnoreCase))
            throw new DataFileException(folder, null, $"how a {kind} tokenizer prepares text is not known here from vocab.json and merges.txt; the folder needs a tokenizer.json");
        var names = SpecialTokenNames.Read(folder);
        if (isRoberta || isBert) names = WithDefaults(names, isRoberta);
        var addPrefixSpace = AddPrefixSpace(folder);
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var id = 0; id < vocabulary.Length; id++)
        {
            if (vocabulary[id] is { } entry) ids[entry] = id;
        }
        string[] customary = ["<|endoftext|>", "<s>", "</s>", "<pad>", "<unk>", "<mask>", "[CLS]", "[SEP]", "[PAD]", "[UNK]", "[MASK]"];
        string?[] named = [names.Bos, names.Eos, names.Unknown, names.Sep, names.Pad, names.Cls, names.Mask];
        var special = customary.Concat(named).Where(token => token is not null && ids.ContainsKey(token)).Distinct().Order(StringComparer.Ordinal);
        NamedToken Token(string? name) => name is not null && ids.TryGetValue(name, out var id) ? new NamedToken(name, id) : throw new DataFileException(vocabularyFile, null, $"has no '{name}', which a {kind} tokenizer needs");
        var definition = new TokenizerDefinition
        {
            Model = new BpeDefinition(vocabulary, ReadMerges(mergesFile)),
            AddedTokens = [.. special.Select(token => new AddedToken(ids[token!], token!) { Special = true, LeftStrip = isRoberta && token == names.Mask })],
            PreTokenizer = new ByteLevelPreTokenizer(addPrefixSpace, useRegex: true),
            PostProcessor = isRoberta ? new RobertaPostProcessor(Token(names.Cls), Token(names.Sep), trimOffsets: true, addPrefixSpace)
                : isBert ? new BertPostProcessor(Token(names.Cls), Token(names.Sep))
                : new ByteLevelPostProcessor(addPrefixSpace: true, trimOffsets: false, useRegex: true),
            Decoder = new ByteLevelDecoder(),
        };
        return TokenizerFolder.Checked(mergesFile, () => new PipelineTokenizer(definition, names));
    }

    private static SpecialTokenNames WithDefaults(SpecialTokenNames names, bool isRoberta) => isRoberta
        ? names with { Bos = names.Bos ?? "<s>", Eos = names.Eos ?? "</s>", Cls = names.Cls ?? "<s>", Sep = names.Sep ?? "</s>", Unknown = names.Unknown ?? "<unk>", Pad = names.Pad ?? "<pad>", Mask = names.Mask ?? "<mask>" }
        : names with { Cls = names.Cls ?? "[CLS]", Sep = names.Sep ?? "[SEP]", Unknown = names.Unknown ?? "[UNK]", Pad = names.Pad ?? "[PAD]", Mask = names.Mask ?? "[MASK]" };

    private static bool AddPrefixSpace(string folder)
    {
        var file = Path.Combine(folder, TokenizerFiles.ConfigFile);
        return File.Exists(file) && JsonPart.Read(file, root => root.FlagOr("add_prefix_space", false));
    }

    /// <summary>Name of the tokenizer's class, or else of the model's kind; empty where nothing tells.</summary>
    internal static string KindOf(string folder)
    {
        var file = Path.Combine(folder, TokenizerFiles.ConfigFile);
        var kind = File.Exists(file) ? JsonPart.Read(file, root => root.TextOrNull("tokenizer_class")) : null;
        if (kind is not null) return kind;
        file = Path.Combine(folder, "config.json");
        return File.Exists(file) ? JsonPart.Read(file, root => root.TextOrNull("tokenizer_class") ?? root.TextOrNull("model_type")) ?? "" : "";
    }

    private static List<(string Left, string Right)> ReadMerges(string file)
    {
        var merges = new List<(string, string)>();
        var number = 0L;
        foreach (var line in TextLines.Read(file))
        {
            number++;
            // The first line is a version; the last may be empty.
            if (line.StartsWith("#version", StringComparison.Ordinal) || line.Length == 0) continue;
            merges.Add(TokenizerJsonReader.SplitMerge(line) ?? throw new DataFileException(file, number, "expected two tokens with a blank between them"));
        }
        return merges;
    }
}
