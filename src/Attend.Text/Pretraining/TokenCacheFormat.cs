using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Attend.Text.Tokenizers;

namespace Attend.Text.Pretraining;

/// <summary>The end of a token cache: what it holds and for what it was made. A file without it was not written to its end.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal unsafe struct TokenCacheTrailer
{
    public const int HashBytes = 32;

    // "attendtk", and the version of the format.
    private const ulong CurrentMark = 0x6B74646E65747461;
    private const int CurrentVersion = 1;

    public fixed byte CorpusHash[HashBytes];
    public fixed byte TokenizerHash[HashBytes];
    public long TokenCount;
    public long SentenceCount;
    public long DocumentCount;
    public int TokenBytes;
    public int Version;
    public ulong Mark;

    public readonly bool IsSound => Mark == CurrentMark && Version == CurrentVersion && TokenBytes is sizeof(ushort) or sizeof(uint)
        && TokenCount >= 0 && SentenceCount >= 0 && DocumentCount >= 0;

    public static TokenCacheTrailer Create(TokenCacheKey key)
    {
        var trailer = new TokenCacheTrailer { Mark = CurrentMark, Version = CurrentVersion };
        Convert.FromHexString(key.CorpusHash).CopyTo(new Span<byte>(trailer.CorpusHash, HashBytes));
        Convert.FromHexString(key.TokenizerHash).CopyTo(new Span<byte>(trailer.TokenizerHash, HashBytes));
        return trailer;
    }

    public TokenCacheKey Key()
    {
        fixed (byte* corpus = CorpusHash, tokenizer = TokenizerHash)
            return new TokenCacheKey(Convert.ToHexStringLower(new ReadOnlySpan<byte>(corpus, HashBytes)), Convert.ToHexStringLower(new ReadOnlySpan<byte>(tokenizer, HashBytes)));
    }
}

/// <summary>A document in a token cache; it ends where the next one begins.</summary>
/// <param name="FirstToken">Its first token.</param>
/// <param name="FirstSentence">Its first sentence.</param>
/// <param name="CharacterCount">UTF-16 code units of its text, white space excluded.</param>
/// <param name="TextHash">Depends on its text alone.</param>
/// <param name="File">Index of its file.</param>
/// <param name="Reserved">0.</param>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal readonly record struct CachedDocument(long FirstToken, long FirstSentence, long CharacterCount, ulong TextHash, int File, int Reserved);

/// <summary>What a token cache was made of: another corpus or another tokenizer needs another cache.</summary>
/// <param name="CorpusHash">See <see cref="Corpus.ComputeHash"/>.</param>
/// <param name="TokenizerHash">SHA-256 of the tokenizer's files, in hexadecimal.</param>
public sealed record TokenCacheKey(string CorpusHash, string TokenizerHash)
{
    /// <summary>A file name that only this key has.</summary>
    public string FileName => $"{CorpusHash[..16]}-{TokenizerHash[..16]}.tokens";

    /// <summary>The key of a corpus under a tokenizer.</summary>
    public static TokenCacheKey Of(Corpus corpus, ITokenizer tokenizer) => new(corpus.ComputeHash(), HashOf(tokenizer));

    /// <summary>SHA-256 over the names and bytes of the files that make the tokenizer, in hexadecimal.</summary>
    public static string HashOf(ITokenizer tokenizer)
    {
        var folder = Directory.CreateTempSubdirectory("attend-tokenizer-");
        try
        {
            tokenizer.Save(folder.FullName);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var file in Directory.EnumerateFiles(folder.FullName).Order(StringComparer.Ordinal))
            {
                hash.AppendData(System.Text.Encoding.UTF8.GetBytes(Path.GetFileName(file)));
                hash.AppendData(SHA256.HashData(File.ReadAllBytes(file)));
            }
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
