using System.Text;
using System.Text.Json;
using Attend.Text.Data;
using Attend.Text.Tokenizers.Pipeline;

namespace Attend.Text.Tokenizers;

/// <summary>Why a list of strings is no BERT vocabulary.</summary>
/// <param name="Id">The entry at fault, or null where one is missing.</param>
/// <param name="Problem">What is wrong.</param>
/// <param name="RepeatedId">The earlier entry that it repeats, or null.</param>
internal sealed record BertVocabularyFault(int? Id, string Problem, int? RepeatedId = null)
{
    public static BertVocabularyFault? Find(IReadOnlyList<string> vocabulary, BertTokenizerOptions options, out Dictionary<string, int> ids)
    {
        ids = new Dictionary<string, int>(vocabulary.Count, StringComparer.Ordinal);
        if (vocabulary.Count == 0) return new(null, "the vocabulary is empty; expected one token per entry");
        for (var id = 0; id < vocabulary.Count; id++)
        {
            var entry = vocabulary[id];
            if (string.IsNullOrEmpty(entry)) return new(id, "empty entry; expected a token");
            if (entry.AsSpan().ContainsAny('\n', '\r')) return new(id, "line break in a token, which vocab.txt cannot hold");
            if (!IsWellFormed(entry)) return new(id, "lone surrogate in a token, which UTF-8 cannot hold");
            if (!ids.TryAdd(entry, id)) return new(id, $"'{entry}' repeats entry {ids[entry]}; expected distinct tokens", ids[entry]);
        }
        string[] special = [options.PadToken, options.UnknownToken, options.ClsToken, options.SepToken, options.MaskToken];
        var missing = new List<string>();
        foreach (var token in special)
        {
            if (!ids.ContainsKey(token)) missing.Add(token);
        }
        if (missing.Count > 0)
            return new(null, $"no entry {string.Join(", ", missing)} among {vocabulary.Count}; add it, or name the special tokens of this vocabulary in the options");
        if (special.GroupBy(token => token).FirstOrDefault(group => group.Count() > 1) is { } same)
            return new(null, $"'{same.Key}' is named as more than one special token");
        return null;
    }

    private static bool IsWellFormed(string entry)
    {
        for (var i = 0; i < entry.Length; i++)
        {
            if (!char.IsSurrogate(entry[i])) continue;
            if (!char.IsSurrogatePair(entry, i)) return false;
            i++;
        }
        return true;
    }
}

/// <summary>vocab.txt and tokenizer_config.json of a model folder.</summary>
internal static class BertTokenizerFiles
{
    private const string VocabularyFile = "vocab.txt", ConfigFile = "tokenizer_config.json";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static string[] ReadVocabulary(string folder, BertTokenizerOptions options)
    {
        var path = Path.Combine(folder, VocabularyFile);
        if (!File.Exists(path)) throw new DataFileException(path, null, "no such file; a BERT tokenizer needs its vocabulary, one token per line");
        string[] entries = [.. TextLines.Read(path)];
        if (BertVocabularyFault.Find(entries, options, out _) is { } fault)
        {
            var problem = fault.RepeatedId is { } first ? $"'{entries[first]}' repeats line {first + 1}; expected distinct tokens" : fault.Problem;
            throw new DataFileException(path, fault.Id + 1, problem);
        }
        return entries;
    }

    public static BertTokenizerOptions ReadOptions(string folder) => Override(folder, new BertTokenizerOptions());

    /// <summary>Options, but for what tokenizer_config.json says.</summary>
    public static BertTokenizerOptions Override(string folder, BertTokenizerOptions defaults)
    {
        var path = Path.Combine(folder, ConfigFile);
        if (!File.Exists(path)) return defaults;
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new DataFileException(path, null, $"expected a JSON object, found {Describe(document.RootElement)}");
            var config = new ConfigReader(path, document.RootElement);
            config.RefuseOtherTokenizers();
            return new BertTokenizerOptions
            {
                DoLowerCase = config.Flag("do_lower_case") ?? defaults.DoLowerCase,
                StripAccents = config.Flag("strip_accents") ?? defaults.StripAccents,
                TokenizeChineseChars = config.Flag("tokenize_chinese_chars") ?? defaults.TokenizeChineseChars,
                MaxWordCodePoints = config.Count("max_input_chars_per_word") ?? defaults.MaxWordCodePoints,
                PadToken = config.Token("pad_token") ?? defaults.PadToken,
                UnknownToken = config.Token("unk_token") ?? defaults.UnknownToken,
                ClsToken = config.Token("cls_token") ?? defaults.ClsToken,
                SepToken = config.Token("sep_token") ?? defaults.SepToken,
                MaskToken = config.Token("mask_token") ?? defaults.MaskToken,
            };
        }
        catch (JsonException fault)
        {
            throw new DataFileException(path, fault.LineNumber + 1, $"not JSON: {fault.Message}", fault);
        }
        catch (InvalidOperationException fault)
        {
            throw new DataFileException(path, null, $"a string that is no Unicode text: {fault.Message}", fault);
        }
    }

    public static void Write(string folder, BertTokenizer tokenizer)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, VocabularyFile), string.Concat(tokenizer.Vocabulary.Select(entry => entry + "\n")), StrictUtf8);
        var options = tokenizer.Options;
        var config = new Dictionary<string, object?>
        {
            ["tokenizer_class"] = "BertTokenizer",
            ["do_lower_case"] = options.DoLowerCase,
            ["strip_accents"] = options.StripAccents,
            ["tokenize_chinese_chars"] = options.TokenizeChineseChars,
            ["pad_token"] = options.PadToken,
            ["unk_token"] = options.UnknownToken,
            ["cls_token"] = options.ClsToken,
            ["sep_token"] = options.SepToken,
            ["mask_token"] = options.MaskToken,
        };
        if (options.MaxWordCodePoints != new BertTokenizerOptions().MaxWordCodePoints) config["max_input_chars_per_word"] = options.MaxWordCodePoints;
        File.WriteAllText(Path.Combine(folder, ConfigFile), JsonSerializer.Serialize(config, Indented) + "\n", StrictUtf8);
    }

    private static string Describe(JsonElement value) => value.ValueKind is JsonValueKind.Object or JsonValueKind.Array
        ? value.ValueKind == JsonValueKind.Object ? "an object" : "a list"
        : value.GetRawText();

    private readonly struct ConfigReader(string path, JsonElement root)
    {
        public bool? Flag(string key) => Find(key) is not { } value ? null
            : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
            : throw Fault(key, "true, false or null", value);

        public int? Count(string key) => Find(key) is not { } value ? null
            : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var count) && count is >= 1 and <= BertTokenizer.LongestWordAllowed ? count
            : throw Fault(key, $"a whole number in [1, {BertTokenizer.LongestWordAllowed}]", value);

        public string? Token(string key)
        {
            if (Find(key) is not { } value) return null;
            var text = value.ValueKind == JsonValueKind.Object && value.TryGetProperty("content", out var content) ? content : value;
            return text.ValueKind == JsonValueKind.String && text.GetString() is { Length: > 0 } token
                ? token
                : throw Fault(key, "a token: a string, or an object with a string \"content\"", value);
        }

        /// <summary>Settings under which BERT's own rules would silently give other tokens than the model was trained on.</summary>
        public void RefuseOtherTokenizers()
        {
            if (Flag("do_basic_tokenize") == false)
                throw new DataFileException(path, null, "do_basic_tokenize is false; only BERT's basic tokenization followed by WordPiece is known here");
            if (Find("tokenizer_class") is { ValueKind: JsonValueKind.String } name && name.GetString() is "BertJapaneseTokenizer")
                throw new DataFileException(path, null, "tokenizer_class is BertJapaneseTokenizer, which splits words with a Japanese analyser; expected BertTokenizer");
        }

        private JsonElement? Find(string key) => root.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

        private DataFileException Fault(string key, string expected, JsonElement found)
            => new(path, null, $"\"{key}\": expected {expected}, found {Describe(found)}");
    }
}
