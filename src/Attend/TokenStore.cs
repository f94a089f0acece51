using Attend.Checkpoints;
using Attend.Text.Data;
using Attend.Text.Pretraining;
using Attend.Text.Tokenizers;

namespace Attend;

/// <summary>The folder where tokenized corpora are kept from one run to the next.</summary>
internal static class TokenStore
{
    /// <summary>The tokens of a corpus, made now where they are not there yet.</summary>
    /// <param name="folder">Null = the user's cache folder.</param>
    /// <param name="corpus">The text.</param>
    /// <param name="tokenizer">Makes the tokens.</param>
    /// <param name="notice">Told when a corpus is tokenized.</param>
    /// <exception cref="DataFileException">The text cannot be read, or the file in the folder is damaged.</exception>
    /// <exception cref="IOException">The disk is full or fails; nothing is left of the cache.</exception>
    public static TokenCache Open(string? folder, Corpus corpus, ITokenizer tokenizer, Action<string> notice)
    {
        folder ??= DefaultFolder();
        var key = TokenCacheKey.Of(corpus, tokenizer);
        var path = Path.Combine(folder, key.FileName);
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(folder);
            AtomicFile.Write(path, stream =>
            {
                var counts = TokenCacheWriter.Write(stream, corpus, tokenizer, key);
                notice($"tokenized {corpus.Files.Count} file(s): {counts.DocumentCount:N0} documents, {counts.SentenceCount:N0} sentences, {counts.TokenCount:N0} tokens, {(double)counts.CharacterCount / counts.TokenCount:0.00} characters a token; kept in {path}");
            });
        }
        return TokenCache.Open(path, key);
    }

    private static string DefaultFolder()
    {
        var caches = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } given ? given
            : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return Path.Combine(caches, "attend", "tokens");
    }
}
