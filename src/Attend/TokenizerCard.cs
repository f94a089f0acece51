using Attend.Text.Data;

namespace Attend;

/// <summary>A file of a tokenizer.</summary>
/// <param name="Name">Its name in the run's folder.</param>
/// <param name="Sha256">Of its bytes, in hexadecimal.</param>
public sealed record TokenizerFile(string Name, string Sha256);

/// <summary>What texts were cut into tokens with.</summary>
/// <param name="VocabularySize">Tokens it knows.</param>
/// <param name="Files">The files that define it.</param>
public sealed record TokenizerCard(int VocabularySize, IReadOnlyList<TokenizerFile> Files)
{
    private static readonly string[] Names = ["tokenizer.json", "vocab.txt", "vocab.json", "merges.txt", "encoder.json", "vocab.bpe", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"];

    /// <summary>The tokenizer of a folder.</summary>
    internal static TokenizerCard Of(string folder, int vocabularySize) => new(vocabularySize, [.. Names
        .Concat(Directory.EnumerateFiles(folder, "*.model").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal))
        .Where(name => File.Exists(Path.Combine(folder, name)))
        .Select(name => new TokenizerFile(name, DatasetHash.Of(Path.Combine(folder, name))))]);
}
