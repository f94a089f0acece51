namespace Attend.Text.Tokenizers.Pipeline.Models;

/// <summary>Cuts a word into entries of a vocabulary.</summary>
internal abstract class TokenModel
{
    /// <summary>Appends the pieces of a word, which is not empty and well-formed UTF-16.</summary>
    /// <exception cref="TokenizationException">The word has a character for which the vocabulary has no token.</exception>
    public abstract void Encode(ReadOnlySpan<char> word, WordPieces pieces, ModelScratch scratch);

    /// <summary>True where looking a word up costs less than a cache.</summary>
    public virtual bool IsCheap => false;

    protected static Dictionary<string, int> IdsOf(IReadOnlyList<string?> entries)
    {
        var ids = new Dictionary<string, int>(entries.Count, StringComparer.Ordinal);
        for (var id = 0; id < entries.Count; id++)
        {
            if (entries[id] is { } entry && !ids.TryAdd(entry, id)) throw new ArgumentException($"'{entry}' is entry {ids[entry]} and entry {id} of the vocabulary; expected distinct entries");
        }
        return ids;
    }

    protected static TokenizationException NoToken(ReadOnlySpan<char> word)
        => new($"the vocabulary has no token for '{(word.Length > 40 ? $"{word[..40]}..." : word)}', and no unknown token");
}

/// <summary>A piece of a word: an entry, and the code units of the word that it stands for.</summary>
internal readonly record struct WordPiece(int Id, int From, int To);

/// <summary>The pieces of one word, growing.</summary>
internal sealed class WordPieces
{
    private WordPiece[] _pieces = new WordPiece[64];

    public int Count { get; private set; }

    public int Capacity => _pieces.Length;

    public ReadOnlySpan<WordPiece> Span => _pieces.AsSpan(0, Count);

    public ref WordPiece Last => ref _pieces[Count - 1];

    public void Clear() => Count = 0;

    public void Add(int id, int from, int to)
    {
        if (Count == _pieces.Length) Array.Resize(ref _pieces, Count * 2);
        _pieces[Count++] = new WordPiece(id, from, to);
    }

    /// <summary>Joins the pieces on both sides of an index where both are of one kind and next to each other.</summary>
    public void JoinAt(int index, int id)
    {
        if (index == Count || _pieces[index - 1].Id != id || _pieces[index].Id != id || _pieces[index - 1].To != _pieces[index].From) return;
        _pieces[index] = _pieces[index] with { From = _pieces[index - 1].From };
        _pieces.AsSpan(index..Count).CopyTo(_pieces.AsSpan(index - 1));
        Count--;
    }

    public void Truncate(int count) => Count = count;

    /// <summary>Turns around the pieces from an index on.</summary>
    public void Reverse(int from) => _pieces.AsSpan(from..Count).Reverse();
}

/// <summary>Buffers of models, kept from one word to the next.</summary>
internal sealed class ModelScratch
{
    private const int LargestKept = 1 << 16;

    /// <summary>Symbols of byte-pair encoding.</summary>
    public BpeSymbol[] Symbols { get; private set; } = new BpeSymbol[64];

    public PriorityQueue<int, ulong> Queue { get; } = new();

    public byte[] Bytes { get; private set; } = new byte[256];

    /// <summary>Best path to each position of a unigram model.</summary>
    public BestPath[] Paths { get; private set; } = new BestPath[64];

    /// <summary>Words of texts that come uncut.</summary>
    public WordCache Words => field ??= new WordCache();

    public BpeSymbol[] SymbolsFor(int count)
    {
        if (Symbols.Length < count) Symbols = new BpeSymbol[Math.Max(count, Symbols.Length * 2)];
        return Symbols;
    }

    public byte[] BytesFor(int count)
    {
        if (Bytes.Length < count) Bytes = new byte[Math.Max(count, Bytes.Length * 2)];
        return Bytes;
    }

    public BestPath[] PathsFor(int count)
    {
        if (Paths.Length < count) Paths = new BestPath[Math.Max(count, Paths.Length * 2)];
        return Paths;
    }

    public bool IsSmall => Symbols.Length <= LargestKept && Paths.Length <= LargestKept && Bytes.Length <= LargestKept * 4;
}

/// <summary>A symbol of byte-pair encoding in a list with its neighbours.</summary>
internal struct BpeSymbol
{
    /// <summary>Entry, or a negative number once it has been joined to the symbol before it.</summary>
    public int Id;
    public int Previous, Next;
    public int From, To;

    /// <summary>Rank of the rule that joins it with the next symbol, and what they make.</summary>
    public int Rank, Joined;
}

/// <summary>The best way to cut a text up to some position.</summary>
internal struct BestPath
{
    public double Score;

    /// <summary>Score of the next best way.</summary>
    public double Second;
    public int Start;
    public int Id;
}
