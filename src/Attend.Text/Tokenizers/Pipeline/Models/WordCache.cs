using System.Runtime.InteropServices;

namespace Attend.Text.Tokenizers.Pipeline.Models;

/// <summary>The pieces of words met before, in bounded memory: when it is full it begins anew. For one thread.</summary>
internal sealed class WordCache
{
    /// <summary>Longer words are not kept.</summary>
    public const int LongestWord = 48;

    private const int SlotCount = 1 << 16, MostWords = SlotCount / 2, MostUnits = 1 << 19, MostPieces = 1 << 18;

    private readonly Slot[] _slots = new Slot[SlotCount];
    private char[] _units = new char[1 << 12];
    private WordPiece[] _pieces = new WordPiece[1 << 11];
    private int _wordCount, _unitCount, _pieceCount;

    private struct Slot
    {
        /// <summary>0: free.</summary>
        public uint Hash;
        public int Units, Pieces;
        public ushort UnitCount, PieceCount;
    }

    public static uint HashOf(ReadOnlySpan<char> word)
    {
        var bytes = MemoryMarshal.AsBytes(word);
        var hash = TableSeed.Value + (ulong)word.Length;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..]) hash = Mix(hash ^ MemoryMarshal.Read<ulong>(bytes));
        var rest = 0UL;
        foreach (var unit in MemoryMarshal.Cast<byte, char>(bytes)) rest = (rest << 16) | unit;
        hash = Mix(hash ^ rest);
        return (uint)(hash >> 32) | 1;
    }

    private static ulong Mix(ulong value)
    {
        var high = Math.BigMul(value ^ 0xA0761D6478BD642F, 0xE7037ED1A0B428DB, out ulong low);
        return high ^ low;
    }

    /// <summary>Finds the pieces of a word.</summary>
    public bool TryGet(ReadOnlySpan<char> word, uint hash, out ReadOnlySpan<WordPiece> pieces)
    {
        for (var at = hash & (SlotCount - 1); ; at = (at + 1) & (SlotCount - 1))
        {
            ref readonly var slot = ref _slots[at];
            if (slot.Hash == 0)
            {
                pieces = default;
                return false;
            }
            if (slot.Hash != hash || slot.UnitCount != word.Length || !word.SequenceEqual(_units.AsSpan(slot.Units, slot.UnitCount))) continue;
            pieces = _pieces.AsSpan(slot.Pieces, slot.PieceCount);
            return true;
        }
    }

    /// <summary>Keeps the pieces of a word that is not there yet.</summary>
    /// <param name="word">The word.</param>
    /// <param name="hash">Its hash.</param>
    /// <param name="pieces">Its pieces.</param>
    /// <param name="shift">Added to the places of the pieces.</param>
    public void Add(ReadOnlySpan<char> word, uint hash, ReadOnlySpan<WordPiece> pieces, int shift = 0)
    {
        if (_wordCount == MostWords || _unitCount + word.Length > MostUnits || _pieceCount + pieces.Length > MostPieces)
        {
            Array.Clear(_slots);
            _wordCount = _unitCount = _pieceCount = 0;
        }
        if (_unitCount + word.Length > _units.Length) Array.Resize(ref _units, Math.Min(_units.Length * 2, MostUnits));
        if (_pieceCount + pieces.Length > _pieces.Length) Array.Resize(ref _pieces, Math.Min(_pieces.Length * 2, MostPieces));
        var at = hash & (SlotCount - 1);
        while (_slots[at].Hash != 0) at = (at + 1) & (SlotCount - 1);
        word.CopyTo(_units.AsSpan(_unitCount));
        pieces.CopyTo(_pieces.AsSpan(_pieceCount));
        if (shift != 0)
        {
            foreach (ref var piece in _pieces.AsSpan(_pieceCount, pieces.Length)) piece = piece with { From = piece.From + shift, To = piece.To + shift };
        }
        _slots[at] = new Slot { Hash = hash, Units = _unitCount, Pieces = _pieceCount, UnitCount = (ushort)word.Length, PieceCount = (ushort)pieces.Length };
        _wordCount++;
        _unitCount += word.Length;
        _pieceCount += pieces.Length;
    }
}
