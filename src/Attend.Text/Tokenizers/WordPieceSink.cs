namespace Attend.Text.Tokenizers;

/// <summary>Ids and raw positions of tokens, growing.</summary>
internal sealed class TokenList
{
    private int[] _ids = new int[256];
    private TextSpan[] _spans = new TextSpan[256];

    public int Count { get; set; }

    public int Capacity => _ids.Length;

    public void Add(int id, TextSpan span)
    {
        var at = Count;
        if (at == _ids.Length)
        {
            Array.Resize(ref _ids, at * 2);
            Array.Resize(ref _spans, at * 2);
        }
        _ids[at] = id;
        _spans[at] = span;
        Count = at + 1;
    }

    public void ExtendLast(int end) => _spans[Count - 1] = _spans[Count - 1] with { End = end };

    public void CopyTo(int from, int count, Span<int> ids, Span<TextSpan> spans)
    {
        _ids.AsSpan(from, count).CopyTo(ids);
        _spans.AsSpan(from, count).CopyTo(spans);
    }
}

/// <summary>Cuts words into the pieces of a vocabulary, greedy longest first; a word that no pieces make is one unknown token.</summary>
internal readonly struct WordPieceSink(WordPieceVocabulary vocabulary, TokenList tokens, int unknownId) : IBertWordSink
{
    public void Word(ReadOnlySpan<char> word, WordOrigin origin)
    {
        var id = vocabulary.FindWord(word);
        if (id >= 0) tokens.Add(id, origin.Of(0, word.Length));
        else AddPieces(word, origin);
    }

    private void AddPieces(ReadOnlySpan<char> word, WordOrigin origin)
    {
        var before = tokens.Count;
        for (int at = 0, length; at < word.Length; at += length)
        {
            var id = vocabulary.FindPiece(word[at..], continues: at > 0, out length);
            if (id < 0)
            {
                tokens.Count = before;
                tokens.Add(unknownId, origin.Of(0, word.Length));
                return;
            }
            tokens.Add(id, origin.Of(at, at + length));
        }
    }

    public void LongWord(TextSpan span) => tokens.Add(unknownId, span);

    public void ExtendLastWord(int end) => tokens.ExtendLast(end);
}
