using Attend.Text.Data;
using Attend.Text.Tokenizers.Pipeline;

namespace Attend.Text.Tokenizers;

/// <summary>Loads whatever tokenizer a model folder has.</summary>
public static class TokenizerFolder
{
    /// <summary>Loads the tokenizer of a model folder, or a tokenizer's file.</summary>
    /// <param name="path">
    /// A folder with, in this order of preference, tokenizer.json; vocab.txt (BERT); vocab.json and merges.txt, or encoder.json and
    /// vocab.bpe (byte-level BPE); a SentencePiece .model. Or a tokenizer.json or .model file itself.
    /// </param>
    /// <remarks>tokenizer_config.json and special_tokens_map.json beside it name the special tokens.</remarks>
    /// <exception cref="DataFileException">There is no tokenizer, or its files cannot be used; the message names file and place.</exception>
    public static ITokenizer Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (File.Exists(path))
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            return path.EndsWith(".model", StringComparison.OrdinalIgnoreCase) ? SentencePieceFiles.Load(path, folder) : LoadJson(path, folder);
        }
        if (!Directory.Exists(path)) throw new DataFileException(path, null, "no such folder or file; name a model folder");
        if (Find(path, TokenizerFiles.JsonFile) is { } json) return LoadJson(json, path);
        if (Find(path, TokenizerFiles.VocabularyFile) is not null) return BertTokenizer.Load(path);
        if (Find(path, "vocab.json", "encoder.json") is { } vocabulary && Find(path, "merges.txt", "vocab.bpe") is { } merges) return ByteLevelFiles.Load(vocabulary, merges, path);
        var models = Directory.GetFiles(path, "*.model").Order(StringComparer.Ordinal).ToArray();
        return models switch
        {
            [var only] => SentencePieceFiles.Load(only, path),
            [] => throw new DataFileException(path, null, "has no tokenizer; expected tokenizer.json, vocab.txt, vocab.json with merges.txt, or a SentencePiece .model"),
            _ => throw new DataFileException(path, null, $"has several SentencePiece models: {string.Join(", ", models.Select(Path.GetFileName))}; name the file itself"),
        };
    }

    /// <summary>Adds tokenizer.json to a folder that has BERT's vocab.txt alone, for programs that read nothing else.</summary>
    /// <param name="folder">A model folder.</param>
    /// <returns>Whether the file was written.</returns>
    public static bool AddJson(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (Find(folder, TokenizerFiles.JsonFile) is not null || Find(folder, TokenizerFiles.VocabularyFile) is null) return false;
        File.WriteAllBytes(Path.Combine(folder, TokenizerFiles.JsonFile), TokenizerJsonWriter.ToBytes(Training.TrainedDefinitions.WordPiece(BertTokenizer.Load(folder))));
        return true;
    }

    private static string? Find(string folder, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (File.Exists(Path.Combine(folder, name))) return Path.Combine(folder, name);
        }
        return null;
    }

    private static ITokenizer LoadJson(string file, string folder)
    {
        var definition = TokenizerJsonReader.Read(file);
        var names = SpecialTokenNames.Read(folder);
        return Checked(file, () => (ITokenizer?)BertFromJson.TryCreate(definition, names, folder) ?? new PipelineTokenizer(definition, names));
    }

    /// <summary>What a definition's contradictions are called at their file.</summary>
    internal static T Checked<T>(string file, Func<T> make)
    {
        try
        {
            return make();
        }
        catch (Exception fault) when (fault is ArgumentException or TokenizationException)
        {
            throw new DataFileException(file, null, fault.Message, fault);
        }
    }
}
