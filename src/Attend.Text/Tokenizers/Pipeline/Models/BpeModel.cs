using System.Text;
using Attend.Text.Tokenizers.Unicode;

namespace Attend.Text.Tokenizers.Pipeline.Models;

/// <summary>Byte-pair encoding (Sennrich et al. 2016, section 3.2), in time n log n for a word of n characters.</summary>
internal sealed class BpeModel : TokenModel
{
    private const int NoRule = int.MaxValue;

    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _ids;
    private readonly IReadOnlySet<int> _unreachable;
    private readonly MergeTable _merges;
    private readonly string _prefix, _suffix;
    private readonly bool _fusesUnknown, _ignoresMerges;
    private readonly int _unknownId;

    /// <summary>Entries "&lt;0x00&gt;" ... of the bytes; empty without byte fallback, negative where one is missing.</summary>
    private readonly int[] _fallback;

    /// <summary>In byte mode: entries of the bytes' characters.</summary>
    private readonly int[] _byteIds;

    /// <param name="definition">Vocabulary and rules.</param>
    /// <param name="unreachable">Ids that no text may become.</param>
    /// <param name="writesBytes">Words are text, whose UTF-8 bytes are the characters; otherwise words are made of the vocabulary's characters.</param>
    /// <exception cref="ArgumentException">A rule names what the vocabulary has not, or the unknown token is not in it.</exception>
    public BpeModel(BpeDefinition definition, IReadOnlySet<int> unreachable, bool writesBytes)
    {
        var ids = IdsOf(definition.Vocabulary);
        _ids = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _unreachable = unreachable;
        _prefix = HostileFiles.RequireShortAffix("continuing_subword_prefix", definition.ContinuationPrefix);
        _suffix = HostileFiles.RequireShortAffix("end_of_word_suffix", definition.EndOfWordSuffix);
        (_fusesUnknown, _ignoresMerges) = (definition.FuseUnknown, definition.IgnoreMerges);
        _unknownId = definition.UnknownToken is not { } unknown ? -1
            : ids.TryGetValue(unknown, out var unknownId) ? unknownId : throw new ArgumentException($"the unknown token '{unknown}' is not in the vocabulary");
        _fallback = definition.ByteFallback ? [.. Enumerable.Range(0, 256).Select(value => ids.GetValueOrDefault($"<0x{value:X2}>", -1))] : [];
        _byteIds = writesBytes ? [.. Enumerable.Range(0, 256).Select(value => ids[ByteCharacters.Of((byte)value).ToString()])] : [];
        _merges = new MergeTable(definition.Merges.Count);
        for (var rank = 0; rank < definition.Merges.Count; rank++)
        {
            var (left, right) = definition.Merges[rank];
            int Find(string entry) => ids.TryGetValue(entry, out var id) ? id : throw new ArgumentException($"merge {rank + 1}, '{left} {right}': '{entry}' is not in the vocabulary");
            if (right.Length < _prefix.Length) throw new ArgumentException($"merge {rank + 1}, '{left} {right}': '{right}' is shorter than the prefix '{_prefix}'");
            var joined = Find(left + right[_prefix.Length..]);
            if (!unreachable.Contains(joined)) _merges.Set(Find(left), Find(right), rank, joined);
        }
    }

    /// <summary>True where a vocabulary has all 256 characters that stand for bytes.</summary>
    public static bool HasAllBytes(IReadOnlyList<string?> vocabulary)
    {
        var single = vocabulary.Where(entry => entry is { Length: 1 }).Select(entry => entry![0]).ToHashSet();
        return Enumerable.Range(0, 256).All(value => single.Contains(ByteCharacters.Of((byte)value)));
    }

    public override void Encode(ReadOnlySpan<char> word, WordPieces pieces, ModelScratch scratch)
    {
        if (_ignoresMerges && _byteIds.Length == 0 && _ids.TryGetValue(word, out var whole) && !_unreachable.Contains(whole))
        {
            pieces.Add(whole, 0, word.Length);
            return;
        }
        var count = _byteIds.Length > 0 ? AddBytes(word, scratch) : AddCharacters(word, scratch);
        if (_ignoresMerges && _byteIds.Length > 0 && FindWhole(scratch.Bytes.AsSpan(0, count)) is >= 0 and var id)
        {
            pieces.Add(id, 0, word.Length);
            return;
        }
        Join(scratch.Symbols, count, scratch.Queue);
        var symbols = scratch.Symbols;
        for (var at = count > 0 ? 0 : -1; at >= 0; at = symbols[at].Next) pieces.Add(symbols[at].Id, symbols[at].From, symbols[at].To);
    }

    private int FindWhole(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 512) return -1;
        Span<char> characters = stackalloc char[bytes.Length];
        for (var i = 0; i < bytes.Length; i++) characters[i] = ByteCharacters.Of(bytes[i]);
        return _ids.TryGetValue(characters, out var id) && !_unreachable.Contains(id) ? id : -1;
    }

    private int AddBytes(ReadOnlySpan<char> word, ModelScratch scratch)
    {
        var bytes = scratch.BytesFor(word.Length * 3);
        var symbols = scratch.SymbolsFor(word.Length * 3);
        var count = 0;
        for (var at = 0; at < word.Length;)
        {
            var (first, units) = (count, 1);
            if (word[at] < 0x80) bytes[count++] = (byte)word[at];
            else
            {
                Rune.DecodeFromUtf16(word[at..], out var rune, out units);
                count += rune.EncodeToUtf8(bytes.AsSpan(count));
            }
            for (var symbol = first; symbol < count; symbol++) Set(ref symbols[symbol], symbol, _byteIds[bytes[symbol]], at, at + units);
            at += units;
        }
        return End(symbols, count);
    }

    private int AddCharacters(ReadOnlySpan<char> word, ModelScratch scratch)
    {
        // With byte fallback a character may become as many symbols as it has bytes, of it and of prefix and suffix.
        var most = _fallback.Length > 0 ? (word.Length * 3) + (word.Length * _prefix.Length * 3) + (_suffix.Length * 3) : word.Length;
        var symbols = scratch.SymbolsFor(most);
        var count = 0;
        Span<char> buffer = stackalloc char[128];
        var decorated = _prefix.Length + _suffix.Length + 2 <= buffer.Length ? buffer : new char[_prefix.Length + _suffix.Length + 2];
        for (int at = 0, next; at < word.Length; at = next)
        {
            next = at + UnicodeCharacters.UnitsOf(UnicodeCharacters.CodePointAt(word, at));
            var entry = Decorate(word, at, next, decorated);
            if (_ids.TryGetValue(entry, out var id)) Set(ref symbols[count], count++, id, at, next);
            else if (_fallback.Length > 0 && AddFallback(entry, at, next, symbols, ref count)) continue;
            else if (_unknownId < 0) continue;
            else if (_fusesUnknown && count > 0 && symbols[count - 1].Id == _unknownId && symbols[count - 1].To == at) symbols[count - 1].To = next;
            else Set(ref symbols[count], count++, _unknownId, at, next);
        }
        return End(symbols, count);
    }

    private ReadOnlySpan<char> Decorate(ReadOnlySpan<char> word, int at, int next, Span<char> into)
    {
        var hasPrefix = at > 0 && _prefix.Length > 0;
        var hasSuffix = next == word.Length && _suffix.Length > 0;
        if (!hasPrefix && !hasSuffix) return word[at..next];
        var length = 0;
        if (hasPrefix)
        {
            _prefix.CopyTo(into);
            length = _prefix.Length;
        }
        word[at..next].CopyTo(into[length..]);
        length += next - at;
        if (hasSuffix)
        {
            _suffix.CopyTo(into[length..]);
            length += _suffix.Length;
        }
        return into[..length];
    }

    private bool AddFallback(ReadOnlySpan<char> entry, int at, int next, BpeSymbol[] symbols, ref int count)
    {
        var before = count;
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in entry.EnumerateRunes())
        {
            foreach (var value in bytes[..rune.EncodeToUtf8(bytes)])
            {
                if (_fallback[value] < 0)
                {
                    count = before;
                    return false;
                }
                Set(ref symbols[count], count++, _fallback[value], at, next);
            }
        }
        return true;
    }

    private static void Set(ref BpeSymbol symbol, int index, int id, int from, int to)
        => symbol = new BpeSymbol { Id = id, Previous = index - 1, Next = index + 1, From = from, To = to };

    private static int End(BpeSymbol[] symbols, int count)
    {
        if (count > 0) symbols[count - 1].Next = -1;
        return count;
    }

    /// <summary>Applies the rules, the most important first, of equal ones the leftmost.</summary>
    private void Join(BpeSymbol[] symbols, int count, PriorityQueue<int, ulong> queue)
    {
        queue.Clear();
        for (var at = 0; at < count; at++) Consider(symbols, at, queue);
        while (queue.TryDequeue(out var at, out var priority))
        {
            ref var left = ref symbols[at];
            // Outdated where the symbol is gone or has another neighbour now.
            if (left.Id < 0 || left.Rank != (int)(priority >> 32)) continue;
            ref var right = ref symbols[left.Next];
            left.Id = left.Joined;
            left.To = right.To;
            left.Next = right.Next;
            right.Id = -1;
            if (left.Next >= 0) symbols[left.Next].Previous = at;
            Consider(symbols, at, queue);
            if (left.Previous >= 0) Consider(symbols, left.Previous, queue);
        }
    }

    private void Consider(BpeSymbol[] symbols, int at, PriorityQueue<int, ulong> queue)
    {
        ref var symbol = ref symbols[at];
        symbol.Rank = NoRule;
        if (symbol.Next < 0 || !_merges.TryGet(symbol.Id, symbols[symbol.Next].Id, out var rank, out var joined)) return;
        (symbol.Rank, symbol.Joined) = (rank, joined);
        queue.Enqueue(at, ((ulong)rank << 32) | (uint)at);
    }
}

/// <summary>Rules of byte-pair encoding by the pair that they join: open addressing.</summary>
internal sealed class MergeTable
{
    private readonly Entry[] _entries;

    private struct Entry
    {
        public int Left, Right;

        /// <summary>0: free.</summary>
        public int RankPlusOne;
        public int Joined;
    }

    public MergeTable(int count) => _entries = new Entry[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(count, 4) * 2)];

    /// <summary>Sets a rule; of two for the same pair the later counts.</summary>
    public void Set(int left, int right, int rank, int joined)
    {
        var at = Find(left, right);
        _entries[at] = new Entry { Left = left, Right = right, RankPlusOne = rank + 1, Joined = joined };
    }

    public bool TryGet(int left, int right, out int rank, out int joined)
    {
        ref readonly var entry = ref _entries[Find(left, right)];
        (rank, joined) = (entry.RankPlusOne - 1, entry.Joined);
        return entry.RankPlusOne != 0;
    }

    private uint Find(int left, int right)
    {
        var entries = _entries;
        var mask = (uint)(entries.Length - 1);
        var key = (((ulong)(uint)left << 32) | (uint)right) ^ TableSeed.Value;
        var high = Math.BigMul(key, 0x9E3779B97F4A7C15, out ulong low);
        for (var at = (uint)(high ^ low) & mask; ; at = (at + 1) & mask)
        {
            ref readonly var entry = ref entries[at];
            if (entry.RankPlusOne == 0 || (entry.Left == left && entry.Right == right)) return at;
        }
    }
}
