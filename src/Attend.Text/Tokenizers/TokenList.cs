namespace Attend.Text.Tokenizers;

/// <summary>Ids, raw positions and words of tokens, growing.</summary>
internal sealed class TokenList
{
    private int[] _ids = new int[256];
    private TextSpan[] _spans = new TextSpan[256];
    private int[] _words = new int[256];

    public int Count { get; set; }

    public int Capacity => _ids.Length;

    /// <summary>Number of the word that tokens are added to; -1 before the first.</summary>
    public int Word { get; set; } = -1;

    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    public ReadOnlySpan<TextSpan> Spans => _spans.AsSpan(0, Count);

    public void Add(int id, TextSpan span)
    {
        var at = Count;
        if (at == _ids.Length) Grow(at * 2);
        _ids[at] = id;
        _spans[at] = span;
        _words[at] = Word;
        Count = at + 1;
    }

    private void Grow(int size)
    {
        Array.Resize(ref _ids, size);
        Array.Resize(ref _spans, size);
        Array.Resize(ref _words, size);
    }

    public void ExtendLast(int end) => _spans[Count - 1] = _spans[Count - 1] with { End = end };

    /// <summary>Moves the positions of the tokens from an index on.</summary>
    public void Shift(int from, int by)
    {
        foreach (ref var span in _spans.AsSpan(from..Count)) span = new TextSpan(span.Start + by, span.End + by);
    }

    public void CopyTo(int from, int count, Span<int> ids, Span<TextSpan> spans, Span<int> words)
    {
        _ids.AsSpan(from, count).CopyTo(ids);
        _spans.AsSpan(from, count).CopyTo(spans);
        _words.AsSpan(from, count).CopyTo(words);
    }

    public void Clear()
    {
        Count = 0;
        Word = -1;
    }
}
