using System.Text;
using Attend.Text.Tokenizers.Pipeline.Models;
using Attend.Text.Tokenizers.Unicode;

namespace Attend.Text.Tokenizers.Pipeline.SentencePiece;

/// <summary>Byte-pair encoding by the scores of pieces instead of rules, as SentencePiece does it.</summary>
internal sealed record SentencePieceBpeDefinition(SentencePieceModel Model) : ModelDefinition
{
    private string[]? _entries;

    public override IReadOnlyList<string?> Entries => _entries ??= [.. Model.Pieces.Select(piece => piece.Text)];
}

/// <summary>Joins neighbours that make a piece, that of the best score first, of equal ones the leftmost (google/sentencepiece, bpe_model.cc).</summary>
internal sealed class SentencePieceBpeModel : TokenModel
{
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _ids;
    private readonly IReadOnlyList<Piece> _pieces;
    private readonly CharTrie _userDefined;
    private readonly int _unknownId, _longestPiece;
    private readonly int[] _fallback;
    private readonly bool _hasUnused;

    public SentencePieceBpeModel(SentencePieceBpeDefinition definition)
    {
        var model = definition.Model;
        _pieces = model.Pieces;
        var ids = IdsOf(definition.Entries);
        _fallback = model.ByteFallback ? [.. Enumerable.Range(0, 256).Select(value => ids[$"<0x{value:X2}>"])] : [];
        foreach (var (text, id) in ids.ToArray())
        {
            if (_pieces[id].Kind is not (PieceKind.Normal or PieceKind.UserDefined or PieceKind.Unused)) ids.Remove(text);
        }
        _ids = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _longestPiece = ids.Keys.DefaultIfEmpty("").Max(text => HostileFiles.RequireShort(text).Length);
        _userDefined = new CharTrie(ids.Where(entry => _pieces[entry.Value].Kind == PieceKind.UserDefined).Select(entry => (entry.Key, entry.Value)));
        _hasUnused = _pieces.Any(piece => piece.Kind == PieceKind.Unused);
        _unknownId = model.UnknownId;
    }

    public override void Encode(ReadOnlySpan<char> word, WordPieces pieces, ModelScratch scratch)
    {
        var symbols = scratch.SymbolsFor(word.Length);
        var (count, queue) = (0, scratch.Queue);
        for (int at = 0, next; at < word.Length; at = next)
        {
            // A user-defined symbol is never joined with others.
            var length = _userDefined.LongestPrefix(word[at..], out _);
            next = at + (length > 0 ? length : UnicodeCharacters.UnitsOf(UnicodeCharacters.CodePointAt(word, at)));
            symbols[count] = new BpeSymbol { Id = length > 0 ? 1 : 0, Previous = count - 1, Next = next < word.Length ? count + 1 : -1, From = at, To = next };
            count++;
        }
        queue.Clear();
        var splits = _hasUnused ? new Dictionary<int, int>() : null;
        for (var at = 0; at < count; at++) Consider(word, symbols, at, queue, splits);
        while (queue.TryDequeue(out var at, out var priority))
        {
            ref var left = ref symbols[at];
            if (left.To < 0 || left.Joined < 0 || PriorityOf(left.Joined, at) != priority) continue;
            ref var right = ref symbols[left.Next];
            (left.To, left.Next) = (right.To, right.Next);
            right.To = -1;
            if (left.Next >= 0) symbols[left.Next].Previous = at;
            if (left.Previous >= 0) Consider(word, symbols, left.Previous, queue, splits);
            Consider(word, symbols, at, queue, splits);
        }
        for (var at = 0; at >= 0; at = symbols[at].Next) AddPiece(word, symbols[at].From, symbols[at].To, splits, pieces);
    }

    private void Consider(ReadOnlySpan<char> word, BpeSymbol[] symbols, int at, PriorityQueue<int, ulong> queue, Dictionary<int, int>? splits)
    {
        ref var symbol = ref symbols[at];
        symbol.Joined = -1;
        if (symbol.Next < 0 || symbol.Id == 1 || symbols[symbol.Next].Id == 1) return;
        var end = symbols[symbol.Next].To;
        if (end - symbol.From > _longestPiece || !_ids.TryGetValue(word[symbol.From..end], out var id)) return;
        symbol.Joined = id;
        if (splits is not null && _pieces[id].Kind == PieceKind.Unused) splits[id] = symbol.To - symbol.From;
        queue.Enqueue(at, PriorityOf(id, at));
    }

    /// <summary>Smaller for a better score, then for a place further left.</summary>
    private ulong PriorityOf(int id, int at)
    {
        var bits = BitConverter.SingleToUInt32Bits(_pieces[id].Score);
        var rising = (bits & 0x80000000) != 0 ? ~bits : bits | 0x80000000;
        return ((ulong)~rising << 32) | (uint)at;
    }

    private void AddPiece(ReadOnlySpan<char> word, int from, int to, Dictionary<int, int>? splits, WordPieces pieces)
    {
        if (_ids.TryGetValue(word[from..to], out var id))
        {
            // An unused piece is taken apart again into the two that it was joined of.
            if (splits is not null && _pieces[id].Kind == PieceKind.Unused && splits.TryGetValue(id, out var length))
            {
                AddPiece(word, from, from + length, splits, pieces);
                AddPiece(word, from + length, to, splits, pieces);
            }
            else
                pieces.Add(id, from, to);
            return;
        }
        if (_fallback.Length > 0)
        {
            Span<byte> bytes = stackalloc byte[4];
            Rune.DecodeFromUtf16(word[from..to], out var rune, out _);
            foreach (var value in bytes[..rune.EncodeToUtf8(bytes)]) pieces.Add(_fallback[value], from, to);
        }
        else if (pieces.Count > 0 && pieces.Last.Id == _unknownId && pieces.Last.To == from) pieces.Last = pieces.Last with { To = to };
        else pieces.Add(_unknownId, from, to);
    }
}
