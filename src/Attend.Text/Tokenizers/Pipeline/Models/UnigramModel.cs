using System.Text;
using Attend.Text.Tokenizers.Unicode;

namespace Attend.Text.Tokenizers.Pipeline.Models;

/// <summary>The most probable way to cut a text under a unigram language model (Kudo 2018, section 3.2), found by Viterbi's algorithm.</summary>
internal sealed class UnigramModel : TokenModel
{
    /// <summary>How much less probable than the rarest piece an unknown character is.</summary>
    private const double UnknownPenalty = 10;

    private readonly CharTrie _trie;
    private readonly double[] _scores;
    private readonly double _unknownScore;
    private readonly int _unknownId;
    private readonly bool _isSinglePrecision;
    private readonly int[] _fallback;

    /// <param name="definition">Pieces and scores.</param>
    /// <param name="unreachable">Ids that no text may become.</param>
    /// <exception cref="ArgumentException">A piece is there twice, or the unknown id is not in the vocabulary.</exception>
    public UnigramModel(UnigramDefinition definition, IReadOnlySet<int> unreachable)
    {
        var ids = IdsOf(definition.Entries);
        if (definition.UnknownId is { } unknown && unknown >= definition.Pieces.Count) throw new ArgumentException($"unk_id is {unknown}, but there are {definition.Pieces.Count} pieces");
        _unknownId = definition.UnknownId ?? -1;
        _isSinglePrecision = definition.IsSinglePrecision;
        _scores = [.. definition.Pieces.Select(piece => piece.Score)];
        _trie = new CharTrie(ids.Where(entry => entry.Key.Length > 0 && !unreachable.Contains(entry.Value) && !definition.Unreachable.Contains(entry.Value)).Select(entry => (HostileFiles.RequireShort(entry.Key), entry.Value)));
        var least = definition.LeastScore ?? (_scores.Length > 0 ? _scores.Min() : 0);
        _unknownScore = Rounded(least - UnknownPenalty);
        _fallback = definition.ByteFallback ? [.. Enumerable.Range(0, 256).Select(value => ids.GetValueOrDefault($"<0x{value:X2}>", -1))] : [];
    }

    private double Rounded(double score) => _isSinglePrecision ? (float)score : score;

    public override void Encode(ReadOnlySpan<char> word, WordPieces pieces, ModelScratch scratch)
    {
        var paths = scratch.PathsFor(word.Length + 1);
        FindPaths(word, paths);
        var before = pieces.Count;
        for (var end = word.Length; end > 0;)
        {
            var (start, id) = (paths[end].Start, paths[end].Id);
            if (id != _unknownId) pieces.Add(id, start, end);
            else AddUnknown(word, start, end, pieces, before);
            end = start;
        }
        pieces.Reverse(before);
    }

    private void FindPaths(ReadOnlySpan<char> word, BestPath[] paths)
    {
        for (var at = 1; at <= word.Length; at++) paths[at].Start = -1;
        paths[0].Score = 0;
        for (int at = 0, next; at < word.Length; at = next)
        {
            next = at + UnicodeCharacters.UnitsOf(UnicodeCharacters.CodePointAt(word, at));
            var (here, hasSingle) = (paths[at].Score, false);
            var node = CharTrie.Root;
            for (var end = at; end < word.Length;)
            {
                node = _trie.Step(node, word[end++]);
                if (node < 0) break;
                if (_trie.ValueAt(node) is not (>= 0 and var id)) continue;
                // SentencePiece, too, compares before it rounds.
                Consider(ref paths[end], _scores[id] + here, at, id);
                hasSingle |= end == next;
            }
            if (hasSingle) continue;
            if (_unknownId < 0) throw NoToken(word[at..next]);
            Consider(ref paths[next], Rounded(_unknownScore + here), at, _unknownId);
        }
    }

    private void Consider(ref BestPath path, double score, int start, int id)
    {
        if (path.Start < 0 || score > path.Score) path = new BestPath { Score = Rounded(score), Start = start, Id = id };
    }

    /// <summary>Pieces come from the end: an unknown one before an unknown one widens it.</summary>
    private void AddUnknown(ReadOnlySpan<char> word, int start, int end, WordPieces pieces, int before)
    {
        if (_fallback.Length > 0 && AddBytes(word, start, end, pieces)) return;
        if (pieces.Count > before && pieces.Last.Id == _unknownId && pieces.Last.From == end) pieces.Last = pieces.Last with { From = start };
        else pieces.Add(_unknownId, start, end);
    }

    private bool AddBytes(ReadOnlySpan<char> word, int start, int end, WordPieces pieces)
    {
        Span<byte> bytes = stackalloc byte[4];
        Rune.DecodeFromUtf16(word[start..end], out var rune, out _);
        var count = rune.EncodeToUtf8(bytes);
        foreach (var value in bytes[..count])
        {
            if (_fallback[value] < 0) return false;
        }
        for (var i = count - 1; i >= 0; i--) pieces.Add(_fallback[bytes[i]], start, end);
        return true;
    }
}
