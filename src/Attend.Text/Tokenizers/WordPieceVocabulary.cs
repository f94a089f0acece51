using System.Numerics;
using System.Runtime.InteropServices;

namespace Attend.Text.Tokenizers;

/// <summary>The entries of a WordPiece vocabulary, found by the characters of a word: whole words by hash, pieces by trie.</summary>
/// <remarks>Greedy longest match first: Wu et al., "Google's Neural Machine Translation System", 2016, section 4.1, and google-research/bert.</remarks>
internal sealed class WordPieceVocabulary
{
    /// <summary>In front of a piece that continues a word.</summary>
    public const string Continuation = "##";

    private readonly CharTrie _beginnings, _continuations;

    // Open addressing; at most half of the slots are taken.
    private readonly Slot[] _slots;
    private readonly string[] _entries;

    private struct Slot
    {
        public uint Tag;
        public int IdPlusOne;
    }

    /// <param name="entries">All entries by id.</param>
    /// <param name="isReachable">False for the ids that no text may become, such as those of the special tokens.</param>
    public WordPieceVocabulary(string[] entries, Func<int, bool> isReachable)
    {
        _entries = entries;
        _slots = new Slot[BitOperations.RoundUpToPowerOf2((uint)Math.Max(entries.Length, 1) * 2)];
        var beginnings = new List<(string, int)>();
        var continuations = new List<(string, int)>();
        for (var id = 0; id < entries.Length; id++)
        {
            var entry = entries[id];
            if (!isReachable(id)) continue;
            if (entry.StartsWith(Continuation, StringComparison.Ordinal))
            {
                if (entry.Length > Continuation.Length) continuations.Add((entry[Continuation.Length..], id));
                continue;
            }
            beginnings.Add((entry, id));
            var hash = Hash(entry);
            var slot = hash & (uint)(_slots.Length - 1);
            while (_slots[slot].IdPlusOne != 0) slot = (slot + 1) & (uint)(_slots.Length - 1);
            _slots[slot] = new Slot { Tag = (uint)(hash >> 32), IdPlusOne = id + 1 };
        }
        _beginnings = new CharTrie(beginnings);
        _continuations = new CharTrie(continuations);
    }

    /// <summary>Id of the entry that is exactly this word, or a negative number.</summary>
    public int FindWord(ReadOnlySpan<char> word)
    {
        var hash = Hash(word);
        var slots = _slots;
        for (var at = (uint)hash & (uint)(slots.Length - 1); ; at = (at + 1) & (uint)(slots.Length - 1))
        {
            var slot = slots[at];
            if (slot.IdPlusOne == 0) return -1;
            if (slot.Tag == (uint)(hash >> 32) && word.SequenceEqual(_entries[slot.IdPlusOne - 1])) return slot.IdPlusOne - 1;
        }
    }

    /// <summary>Id and length of the longest entry that a word, from some position, begins with; a negative id where there is none.</summary>
    public int FindPiece(ReadOnlySpan<char> rest, bool continues, out int length)
    {
        length = (continues ? _continuations : _beginnings).LongestPrefix(rest, out var id);
        return id;
    }

    private static ulong Hash(ReadOnlySpan<char> word)
    {
        const int Chunk = sizeof(ulong) / sizeof(char);
        var bytes = MemoryMarshal.AsBytes(word);
        if (word.Length < Chunk)
            return word.IsEmpty ? 0 : Mix(TableSeed.Value ^ word[0] | ((ulong)word[word.Length / 2] << 16) | ((ulong)word[^1] << 32) | ((ulong)word.Length << 48));
        var hash = TableSeed.Value + (ulong)word.Length;
        for (; bytes.Length > sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            hash = Mix(hash ^ MemoryMarshal.Read<ulong>(bytes));
            if (bytes.Length < 2 * sizeof(ulong)) return Mix(hash ^ MemoryMarshal.Read<ulong>(bytes[^sizeof(ulong)..]));
        }
        return Mix(hash ^ MemoryMarshal.Read<ulong>(bytes));
    }

    private static ulong Mix(ulong value)
    {
        var high = Math.BigMul(value ^ 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93, out var low);
        return high ^ low;
    }
}
