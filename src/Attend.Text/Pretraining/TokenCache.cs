using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Attend.Text.Data;

namespace Attend.Text.Pretraining;

/// <summary>A tokenized corpus, mapped into memory: only what is read takes room. Several threads may read at once.</summary>
public sealed unsafe class TokenCache : IDisposable
{
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _tokens;
    private readonly ushort* _sentences;
    private readonly CachedDocument* _documents;
    private readonly TokenCacheTrailer _trailer;

    private TokenCache(MemoryMappedFile map, MemoryMappedViewAccessor view, TokenCacheTrailer trailer)
    {
        (_map, _view, _trailer) = (map, view, trailer);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _tokens = start + view.PointerOffset;
        _sentences = (ushort*)(_tokens + trailer.TokenCount * trailer.TokenBytes);
        _documents = (CachedDocument*)(_sentences + trailer.SentenceCount);
    }

    /// <summary>Opens a cache and checks that it is whole and made of the right text.</summary>
    /// <param name="path">The file.</param>
    /// <param name="key">What it must have been made of; null = anything.</param>
    /// <exception cref="DataFileException">It is no token cache, was cut short, or was made of other data.</exception>
    public static TokenCache Open(string path, TokenCacheKey? key = null)
    {
        using var file = DataFile.OpenRaw(path);
        var trailer = default(TokenCacheTrailer);
        var bytes = MemoryMarshal.AsBytes(new Span<TokenCacheTrailer>(ref trailer));
        if (file.Length < bytes.Length) throw Damaged(path);
        file.Position = file.Length - bytes.Length;
        file.ReadExactly(bytes);
        var expected = (UInt128)trailer.TokenCount * (uint)trailer.TokenBytes + (UInt128)trailer.SentenceCount * sizeof(ushort)
            + (UInt128)trailer.DocumentCount * (uint)sizeof(CachedDocument) + (uint)bytes.Length;
        if (!trailer.IsSound || expected != (UInt128)file.Length) throw Damaged(path);
        if (key is not null && trailer.Key() is var found && found != key)
            throw new DataFileException(path, null, (found.CorpusHash != key.CorpusHash
                ? $"holds the tokens of another corpus ({found.CorpusHash[..12]}..., expected {key.CorpusHash[..12]}...)"
                : $"holds the tokens of another tokenizer ({found.TokenizerHash[..12]}..., expected {key.TokenizerHash[..12]}...)") + ". Delete it; it is made anew.");

        var map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        return new TokenCache(map, map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read), trailer);
    }

    /// <summary>Number of documents.</summary>
    public int DocumentCount => checked((int)_trailer.DocumentCount);

    /// <summary>Number of sentences.</summary>
    public long SentenceCount => _trailer.SentenceCount;

    /// <summary>Number of tokens, special tokens not counted.</summary>
    public long TokenCount => _trailer.TokenCount;

    /// <summary>What the cache was made of.</summary>
    public TokenCacheKey Key => _trailer.Key();

    /// <summary>The documents that are not, or are, held out: a share chosen by the hash of their text, the same in every order of the files.</summary>
    /// <param name="share">Share of the documents, in [0, 1); where it comes to none, the one whose turn is next is held out, unless there is no other.</param>
    public (int[] Train, int[] HeldOut) Split(double share)
    {
        if (!(share is >= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(share), share, "expected a share in [0, 1)");
        var all = Enumerable.Range(0, DocumentCount).ToArray();
        if (share == 0 || all.Length < 2) return (all, []);
        double Draw(int document) => (new DeterministicRandom(_documents[document].TextHash).NextUInt64() >> 11) * (1.0 / (1UL << 53));
        var heldOut = all.Where(document => Draw(document) < share).ToArray();
        if (heldOut.Length == 0) heldOut = [all.MinBy(Draw)];
        var set = heldOut.ToHashSet();
        return ([.. all.Where(document => !set.Contains(document))], heldOut);
    }

    /// <summary>Number of tokens of some documents.</summary>
    public long CountTokens(IEnumerable<int> documents) => documents.Sum(document => EndOf(document).Token - _documents[document].FirstToken);

    /// <summary>UTF-16 code units of the text of some documents, white space excluded.</summary>
    public long CountCharacters(IEnumerable<int> documents) => documents.Sum(document => _documents[document].CharacterCount);

    internal CachedDocument this[int document] => _documents[document];

    /// <summary>Where a document ends.</summary>
    internal (long Token, long Sentence) EndOf(int document) => document + 1 < _trailer.DocumentCount
        ? (_documents[document + 1].FirstToken, _documents[document + 1].FirstSentence)
        : (_trailer.TokenCount, _trailer.SentenceCount);

    /// <summary>Lengths of the sentences of a document, in tokens.</summary>
    internal ReadOnlySpan<ushort> SentencesOf(int document)
    {
        var first = _documents[document].FirstSentence;
        return new(_sentences + first, checked((int)(EndOf(document).Sentence - first)));
    }

    /// <summary>Copies tokens, and whether each continues the word of the one before it.</summary>
    internal void Read(long start, Span<int> ids, Span<bool> continues)
    {
        if (start < 0 || start + ids.Length > TokenCount) throw new ArgumentOutOfRangeException(nameof(start));
        if (_trailer.TokenBytes == sizeof(ushort))
        {
            var tokens = (ushort*)_tokens + start;
            for (var i = 0; i < ids.Length; i++) (ids[i], continues[i]) = (tokens[i] & 0x7FFF, tokens[i] >> 15 != 0);
        }
        else
        {
            var tokens = (uint*)_tokens + start;
            for (var i = 0; i < ids.Length; i++) (ids[i], continues[i]) = ((int)(tokens[i] & 0x7FFFFFFF), tokens[i] >> 31 != 0);
        }
    }

    /// <summary>Unmaps the file.</summary>
    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
    }

    private static DataFileException Damaged(string path) => new(path, null, "is no token cache, or was cut short. Delete it; it is made anew.");
}
