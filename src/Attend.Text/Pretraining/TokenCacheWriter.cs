using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Attend.Text.Data;
using Attend.Text.Tokenizers;

namespace Attend.Text.Pretraining;

/// <summary>What a token cache holds.</summary>
/// <param name="DocumentCount">Number of documents.</param>
/// <param name="SentenceCount">Number of sentences.</param>
/// <param name="TokenCount">Number of tokens, special tokens not counted.</param>
/// <param name="CharacterCount">UTF-16 code units of the text, white space not counted.</param>
public sealed record CorpusCounts(long DocumentCount, long SentenceCount, long TokenCount, long CharacterCount);

/// <summary>Tokenizes a corpus once, sentence by sentence, into a file that <see cref="TokenCache"/> maps into memory.</summary>
/// <remarks>
/// The file: all tokens (2 bytes each, 4 where the vocabulary has more than 32,768 entries; the highest bit says that a token continues
/// a word), the length of each sentence (2 bytes), one record per document, a trailer with the hashes. Memory: 2 bytes per sentence
/// and 40 per document.
/// </remarks>
public static class TokenCacheWriter
{
    /// <summary>Writes the cache of a corpus.</summary>
    /// <param name="target">Where to; written from its start to its end, never read.</param>
    /// <param name="corpus">The text.</param>
    /// <param name="tokenizer">Makes the tokens.</param>
    /// <param name="key">What the cache is made of.</param>
    /// <param name="progress">Told the number of tokens written, every now and then.</param>
    /// <param name="cancel">Stops between lines.</param>
    /// <exception cref="DataFileException">A file cannot be read, or the whole corpus holds no text.</exception>
    public static CorpusCounts Write(Stream target, Corpus corpus, ITokenizer tokenizer, TokenCacheKey key, Action<long>? progress = null, CancellationToken cancel = default)
    {
        var state = new State(target, tokenizer);
        foreach (var line in corpus.Lines())
        {
            cancel.ThrowIfCancellationRequested();
            state.Add(line);
            progress?.Invoke(state.TokenCount);
        }
        if (state.TokenCount == 0) throw new DataFileException(string.Join(", ", corpus.Files.Take(3)), null, "the corpus holds no text; expected one paragraph or sentence a line, an empty line between documents");
        return state.Finish(key);
    }

    private sealed class State(Stream target, ITokenizer tokenizer)
    {
        private readonly bool _isWide = tokenizer.VocabSize > 1 << 15;
        private readonly WordPieces _words = new(tokenizer);
        private readonly List<ushort> _sentences = [];
        private readonly List<CachedDocument> _documents = [];
        private CachedDocument _document;
        private ulong _textHash;
        private long _characters, _allCharacters;
        private byte[] _buffer = new byte[1 << 12];

        public long TokenCount { get; private set; }

        public void Add(CorpusLine line)
        {
            if (line.BeginsDocument)
            {
                EndDocument();
                _document = new CachedDocument(TokenCount, _sentences.Count, 0, 0, line.File, 0);
                (_textHash, _characters) = (0xCBF29CE484222325, 0);
            }
            foreach (var unit in line.Text)
            {
                if (char.IsWhiteSpace(unit)) continue;
                _textHash = (_textHash ^ unit) * 0x100000001B3; // FNV-1a over code units
                _characters++;
            }
            foreach (var sentence in SentenceSplitter.Split(line.Text)) Add(sentence.Of(line.Text));
        }

        private void Add(string sentence)
        {
            var encoding = tokenizer.Encode(sentence);
            var width = _isWide ? sizeof(uint) : sizeof(ushort);
            if (_buffer.Length < encoding.Length * width) _buffer = new byte[encoding.Length * width * 2];
            var narrow = MemoryMarshal.Cast<byte, ushort>(_buffer.AsSpan());
            var wide = MemoryMarshal.Cast<byte, uint>(_buffer.AsSpan());
            var count = 0;
            for (var i = 0; i < encoding.Length; i++)
            {
                if (encoding.SpecialTokensMask[i]) continue;
                var continues = count > 0 && _words.Continues(sentence, encoding, i);
                if (_isWide) wide[count++] = (uint)encoding.Ids[i] | (continues ? 1u << 31 : 0);
                else narrow[count++] = (ushort)(encoding.Ids[i] | (continues ? 1 << 15 : 0));
            }
            if (count == 0) return;
            target.Write(_buffer.AsSpan(0, count * width));
            TokenCount += count;
            for (; count > ushort.MaxValue; count -= ushort.MaxValue) _sentences.Add(ushort.MaxValue);
            _sentences.Add((ushort)count);
        }

        private void EndDocument()
        {
            _allCharacters += _characters;
            // Text of which nothing is left after normalisation makes no document.
            if (TokenCount > _document.FirstToken) _documents.Add(_document with { CharacterCount = _characters, TextHash = _textHash });
        }

        public CorpusCounts Finish(TokenCacheKey key)
        {
            EndDocument();
            target.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_sentences)));
            target.Write(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_documents)));
            var trailer = TokenCacheTrailer.Create(key);
            (trailer.TokenCount, trailer.SentenceCount, trailer.DocumentCount) = (TokenCount, _sentences.Count, _documents.Count);
            trailer.TokenBytes = _isWide ? sizeof(uint) : sizeof(ushort);
            target.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<TokenCacheTrailer>(ref trailer)));
            return new CorpusCounts(_documents.Count, _sentences.Count, TokenCount, _allCharacters);
        }
    }
}

/// <summary>Which tokens continue the word of the token before them.</summary>
internal sealed class WordPieces
{
    private readonly bool[]? _continuations;

    public WordPieces(ITokenizer tokenizer)
    {
        if (tokenizer is not BertTokenizer bert) return;
        _continuations = [.. bert.Vocabulary.Select(entry => entry.Length > WordPieceVocabulary.Continuation.Length && entry.StartsWith(WordPieceVocabulary.Continuation, StringComparison.Ordinal))];
    }

    /// <summary>Whether a token continues a word; where the vocabulary does not say, it does if no gap and only letters or digits lie between.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Continues(string text, Encoding encoding, int token)
    {
        if (_continuations is not null) return _continuations[encoding.Ids[token]];
        var (before, here) = (encoding.Offsets[token - 1], encoding.Offsets[token]);
        return here.Start == before.End && here.Start > 0 && here.Length > 0 && IsPartOfWord(text[here.Start - 1]) && IsPartOfWord(text[here.Start]);
    }

    private static bool IsPartOfWord(char unit) => char.IsLetterOrDigit(unit) && !Ideographs.Contains(unit);
}

/// <summary>Chinese characters: words of their own.</summary>
internal static class Ideographs
{
    public static bool Contains(char unit) => unit is (>= '\u4E00' and <= '\u9FFF') or (>= '\u3400' and <= '\u4DBF') or (>= '\uF900' and <= '\uFAFF');
}
