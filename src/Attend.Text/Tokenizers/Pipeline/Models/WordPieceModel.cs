using Attend.Text.Tokenizers.Unicode;

namespace Attend.Text.Tokenizers.Pipeline.Models;

/// <summary>WordPiece with any prefix: greedy longest match first.</summary>
internal sealed class WordPieceModel : TokenModel
{
    private readonly CharTrie _beginnings, _continuations;
    private readonly int _maxCodePoints, _unknownId;

    /// <param name="definition">The vocabulary.</param>
    /// <param name="unreachable">Ids that no text may become.</param>
    public WordPieceModel(WordPieceDefinition definition, IReadOnlySet<int> unreachable)
    {
        var ids = IdsOf(definition.Vocabulary);
        var reachable = ids.Where(entry => entry.Key.Length > 0 && !unreachable.Contains(entry.Value)).ToArray();
        var prefix = definition.ContinuationPrefix;
        _beginnings = new CharTrie(reachable.Select(entry => (HostileFiles.RequireShort(entry.Key), entry.Value)));
        _continuations = prefix.Length == 0 ? _beginnings : new CharTrie(reachable
            .Where(entry => entry.Key.Length > prefix.Length && entry.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(entry => (entry.Key[prefix.Length..], entry.Value)));
        _maxCodePoints = definition.MaxWordCodePoints;
        _unknownId = ids.GetValueOrDefault(definition.UnknownToken, -1);
    }

    public override void Encode(ReadOnlySpan<char> word, WordPieces pieces, ModelScratch scratch)
    {
        var before = pieces.Count;
        if (word.Length <= _maxCodePoints || CodePoints.Count(word) <= _maxCodePoints)
        {
            var at = 0;
            while (at < word.Length)
            {
                var length = (at == 0 ? _beginnings : _continuations).LongestPrefix(word[at..], out var id);
                if (length == 0) break;
                pieces.Add(id, at, at + length);
                at += length;
            }
            if (at == word.Length) return;
            pieces.Truncate(before);
        }
        if (_unknownId < 0) throw NoToken(word);
        pieces.Add(_unknownId, 0, word.Length);
    }
}

/// <summary>A word is an entry, or unknown.</summary>
internal sealed class WordLevelModel : TokenModel
{
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _ids;
    private readonly int _unknownId;

    /// <param name="definition">The vocabulary.</param>
    /// <param name="unreachable">Ids that no text may become.</param>
    public WordLevelModel(WordLevelDefinition definition, IReadOnlySet<int> unreachable)
    {
        var ids = IdsOf(definition.Vocabulary);
        _unknownId = ids.GetValueOrDefault(definition.UnknownToken, -1);
        foreach (var (entry, id) in ids.ToArray())
        {
            if (unreachable.Contains(id)) ids.Remove(entry);
        }
        _ids = ids.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public override bool IsCheap => true;

    public override void Encode(ReadOnlySpan<char> word, WordPieces pieces, ModelScratch scratch)
    {
        if (_ids.TryGetValue(word, out var id)) pieces.Add(id, 0, word.Length);
        else if (_unknownId >= 0) pieces.Add(_unknownId, 0, word.Length);
        else throw NoToken(word);
    }
}

/// <summary>Code points of well-formed text.</summary>
internal static class CodePoints
{
    public static int Count(ReadOnlySpan<char> text)
    {
        var count = text.Length;
        for (var at = 0; at < text.Length; at++)
        {
            if (UnicodeCharacters.UnitsOf(UnicodeCharacters.CodePointAt(text, at)) != 2) continue;
            count--;
            at++;
        }
        return count;
    }
}
