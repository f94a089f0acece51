using System.Text;
using Attend.Text.Tokenizers.Unicode;

namespace Attend.Text.Tokenizers.Pipeline.Models;

/// <summary>The most probable way to cut a text under a unigram language model (Kudo 2018, section 3.2), found by Viterbi's algorithm.</summary>
internal sealed class UnigramModel : TokenModel
{
    /// <summary>How much less probable than the rarest piece an unknown character is.</summary>
    private const double UnknownPenalty = 10;

    // A word of 48 characters has as many sums, each of which is rounded by at most 2^-11 while scores stay below 8192; so twice, for two
    // cuts, and twice, for the two places where the word stands.
    private const double MostBefore = 4096, MostAfter = 8192, ClearMargin = 0.1;

    private readonly CharTrie _trie;
    private readonly double[] _scores;
    private readonly double _unknownScore;
    private readonly int _unknownId;
    private readonly bool _isSinglePrecision;
    private readonly int[] _fallback;

    /// <summary>No piece goes on behind it, so that the best cut of a text is made of the best cuts of what it begins; U+FFFF for none.</summary>
    private readonly char _wordSign;

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
        _wordSign = definition.WordSign is { } sign && !definition.Entries.Any(entry => entry!.LastIndexOf(sign) > 0) ? sign : '\uFFFF';
        _fallback = definition.ByteFallback ? [.. Enumerable.Range(0, 256).Select(value => ids.GetValueOrDefault($"<0x{value:X2}>", -1))] : [];
    }

    private double Rounded(double score) => _isSinglePrecision ? (float)score : score;

    public override void Encode(ReadOnlySpan<char> word, WordPieces pieces, ModelScratch scratch)
    {
        var score = 0.0;
        for (int start = 0, end; start < word.Length; start = end)
        {
            var next = _wordSign == '\uFFFF' ? -1 : word[(start + 1)..].IndexOf(_wordSign);
            end = next < 0 ? word.Length : start + 1 + next;
            if (start == 0 && end == word.Length) Cut(word, 0, end, pieces, scratch, ref score);
            else AddWord(word, start, end, pieces, scratch, ref score);
        }
    }

    /// <summary>Adds a word from the cache where that is what <see cref="Cut"/> would find.</summary>
    private void AddWord(ReadOnlySpan<char> text, int start, int end, WordPieces pieces, ModelScratch scratch, ref double score)
    {
        var word = text[start..end];
        if (word.Length > WordCache.LongestWord || Math.Abs(score) > MostBefore)
        {
            Cut(text, start, end, pieces, scratch, ref score);
            return;
        }
        var hash = WordCache.HashOf(word);
        if (!scratch.Words.TryGet(word, hash, out var known))
        {
            var before = pieces.Count;
            var isClear = Cut(text, start, end, pieces, scratch, ref score);
            scratch.Words.Add(word, hash, isClear ? pieces.Span[before..] : [], -start);
        }
        else if (known.IsEmpty) Cut(text, start, end, pieces, scratch, ref score);
        else
        {
            foreach (ref readonly var piece in known)
            {
                score = Rounded(_scores[piece.Id] + score);
                pieces.Add(piece.Id, start + piece.From, start + piece.To);
            }
        }
    }

    /// <summary>Cuts a stretch of a text; the score is that of the text before, then that of the text with it: sums are rounded, which decides between near equals.</summary>
    /// <returns>Whether the cut is the same whatever comes before: all pieces are known, and no other cut is nearly as good.</returns>
    private bool Cut(ReadOnlySpan<char> text, int start, int end, WordPieces pieces, ModelScratch scratch, ref double score)
    {
        var word = text[start..end];
        var paths = scratch.PathsFor(word.Length + 1);
        paths[0].Score = score;
        FindPaths(word, paths);
        var (before, isClear) = (pieces.Count, true);
        for (var to = word.Length; to > 0;)
        {
            ref readonly var path = ref paths[to];
            isClear &= path.Id != _unknownId && path.Score - path.Second > ClearMargin;
            if (path.Id != _unknownId) pieces.Add(path.Id, start + path.Start, start + to);
            else AddUnknown(text, start + path.Start, start + to, pieces, before);
            to = path.Start;
        }
        pieces.Reverse(before);
        if (before > 0) pieces.JoinAt(before, _unknownId);
        score = paths[word.Length].Score;
        return isClear && Math.Abs(score) < MostAfter;
    }

    private void FindPaths(ReadOnlySpan<char> word, BestPath[] paths)
    {
        for (var at = 1; at <= word.Length; at++) paths[at] = new BestPath { Start = -1, Second = double.NegativeInfinity };
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
        if (path.Start < 0) path = path with { Score = Rounded(score), Start = start, Id = id };
        else if (score > path.Score) path = new BestPath { Score = Rounded(score), Second = path.Score, Start = start, Id = id };
        else if (score > path.Second) path.Second = score;
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
