using System.Text.Json;

namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>Files of a model folder that make a tokenizer again.</summary>
internal static class TokenizerFiles
{
    public const string JsonFile = "tokenizer.json", ConfigFile = "tokenizer_config.json", VocabularyFile = "vocab.txt";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes tokenizer.json and tokenizer_config.json; the folder is made where it is missing.</summary>
    public static void Write(string folder, PipelineTokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(folder);
        Directory.CreateDirectory(folder);
        if (tokenizer.Definition.Source is { } source)
        {
            File.WriteAllBytes(Path.Combine(folder, source.Name), source.Bytes);
            WriteConfig(folder, source.Class, tokenizer, source.Settings);
            return;
        }
        File.WriteAllBytes(Path.Combine(folder, JsonFile), TokenizerJsonWriter.ToBytes(tokenizer.Definition));
        WriteConfig(folder, "PreTrainedTokenizerFast", tokenizer, new Dictionary<string, object?>());
    }

    /// <summary>Writes tokenizer_config.json with the names of the special tokens.</summary>
    public static void WriteConfig(string folder, string tokenizerClass, ITokenizer tokenizer, IReadOnlyDictionary<string, object?> more)
    {
        var config = new Dictionary<string, object?>();
        if (tokenizerClass.Length > 0) config["tokenizer_class"] = tokenizerClass;
        var special = tokenizer.SpecialTokens;
        foreach (var (key, id) in new[] { ("bos_token", special.Bos), ("eos_token", special.Eos), ("unk_token", special.Unknown), ("sep_token", special.Sep), ("pad_token", special.Pad), ("cls_token", special.Cls), ("mask_token", special.Mask) })
        {
            if (id is { } token) config[key] = tokenizer.TokenOf(token);
        }
        foreach (var (key, value) in more) config[key] = value;
        File.WriteAllText(Path.Combine(folder, ConfigFile), JsonSerializer.Serialize(config, Indented) + "\n");
    }
}
