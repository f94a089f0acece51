using System.Numerics;

namespace Attend.Text.Tokenizers.Training;

/// <summary>How often each word was seen, in bounded memory.</summary>
/// <remarks>
/// Lossy counting (Manku and Motwani, "Approximate Frequency Counts over Data Streams", VLDB 2002): where there are more distinct words
/// than allowed, the rarest are forgotten until at most three quarters remain. A word's count is then too low by at most <see cref="LargestLoss"/>.
/// Words are kept in one array of characters, 24 bytes a word beside it. What is kept depends on the order of the additions alone.
/// </remarks>
internal sealed class WordCounts
{
    private readonly int _most;
    private char[] _characters = new char[1 << 12];
    private Entry[] _entries = new Entry[1 << 8];
    private int[] _slots = new int[1 << 9]; // index into _entries plus one; at most half are taken
    private int _charactersUsed;

    private struct Entry
    {
        public long Count;
        public int Start, Length;
        public uint Hash;
    }

    /// <param name="mostDistinct">Most distinct words kept.</param>
    public WordCounts(int mostDistinct = int.MaxValue) => _most = mostDistinct;

    /// <summary>Distinct words.</summary>
    public int Count { get; private set; }

    /// <summary>By how much any count may be too low; 0 where nothing was forgotten.</summary>
    public long LargestLoss { get; private set; }

    /// <summary>A word, in the order of first addition; indexes change when a word is added to a full table.</summary>
    public ReadOnlySpan<char> Word(int index) => _characters.AsSpan(_entries[index].Start, _entries[index].Length);

    public long CountOf(int index) => _entries[index].Count;

    public void Add(ReadOnlySpan<char> word, long count = 1)
    {
        var hash = Hash(word);
        var slot = Find(word, hash);
        if (_slots[slot] != 0)
        {
            _entries[_slots[slot] - 1].Count += count;
            return;
        }
        if (Count == _most)
        {
            Forget();
            slot = Find(word, hash);
        }
        if (_charactersUsed > Array.MaxLength - word.Length) throw new InvalidOperationException("The distinct words are longer than 2 billion characters together.");
        if (_charactersUsed + word.Length > _characters.Length)
            Array.Resize(ref _characters, (int)Math.Min(Array.MaxLength, Math.Max(_characters.Length * 2L, _charactersUsed + word.Length)));
        if (Count == _entries.Length) Array.Resize(ref _entries, Count * 2);
        word.CopyTo(_characters.AsSpan(_charactersUsed));
        _entries[Count] = new Entry { Count = count, Start = _charactersUsed, Length = word.Length, Hash = hash };
        _charactersUsed += word.Length;
        _slots[slot] = ++Count;
        if (Count * 2L > _slots.Length) Rehash(_slots.Length * 2);
    }

    /// <summary>Adds all words of another table, in its order.</summary>
    public void Add(WordCounts other)
    {
        for (var i = 0; i < other.Count; i++) Add(other.Word(i), other.CountOf(i));
    }

    /// <summary>Indexes of all words, ordered by their characters.</summary>
    public int[] Sorted()
    {
        var order = new int[Count];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        Array.Sort(order, (a, b) => Word(a).SequenceCompareTo(Word(b)));
        return order;
    }

    private int Find(ReadOnlySpan<char> word, uint hash)
    {
        var slots = _slots;
        for (var at = (int)hash & (slots.Length - 1); ; at = (at + 1) & (slots.Length - 1))
        {
            if (slots[at] == 0) return at;
            ref var entry = ref _entries[slots[at] - 1];
            if (entry.Hash == hash && word.SequenceEqual(_characters.AsSpan(entry.Start, entry.Length))) return at;
        }
    }

    private void Forget()
    {
        var least = 0L;
        while (Count > _most / 4 * 3L)
        {
            least = long.MaxValue;
            for (var i = 0; i < Count; i++) least = Math.Min(least, _entries[i].Count);
            var (kept, used) = (0, 0);
            for (var i = 0; i < Count; i++)
            {
                var entry = _entries[i];
                if (entry.Count == least) continue;
                _characters.AsSpan(entry.Start, entry.Length).CopyTo(_characters.AsSpan(used));
                _entries[kept++] = entry with { Start = used };
                used += entry.Length;
            }
            (Count, _charactersUsed) = (kept, used);
        }
        LargestLoss += least;
        Rehash(_slots.Length);
    }

    private void Rehash(int size)
    {
        _slots = new int[size];
        for (var i = 0; i < Count; i++)
        {
            var at = (int)_entries[i].Hash & (size - 1);
            while (_slots[at] != 0) at = (at + 1) & (size - 1);
            _slots[at] = i + 1;
        }
    }

    private static uint Hash(ReadOnlySpan<char> word)
    {
        var hash = (uint)word.Length;
        foreach (var unit in word) hash = BitOperations.RotateLeft(hash ^ unit, 5) * 0x9E3779B1;
        return hash ^ (hash >> 15);
    }
}
