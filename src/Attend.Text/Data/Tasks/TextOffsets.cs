namespace Attend.Text.Data;

/// <summary>Offsets into one text, of either unit, as UTF-16 offsets.</summary>
internal sealed class TextOffsets
{
    private readonly string _text;

    // UTF-16 offset of each code point and of the end; null where all are the same.
    private readonly int[]? _points;

    public TextOffsets(string text)
    {
        _text = text;
        if (text.AsSpan().IndexOfAnyInRange('\uD800', '\uDBFF') < 0) return;
        var points = new List<int>(text.Length + 1);
        for (var i = 0; i < text.Length; i += i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]) ? 2 : 1) points.Add(i);
        points.Add(text.Length);
        _points = [.. points];
    }

    /// <summary>The UTF-16 offset, or -1 where it lies outside of the text.</summary>
    public int ToUtf16(long offset, OffsetUnit unit)
    {
        if (offset < 0) return -1;
        if (unit == OffsetUnit.Utf16 || _points is null) return offset <= _text.Length ? (int)offset : -1;
        return offset < _points.Length ? _points[offset] : -1;
    }

    /// <summary>Whether a UTF-16 offset lies within a surrogate pair.</summary>
    public bool CutsPair(int offset) => offset > 0 && offset < _text.Length && char.IsSurrogatePair(_text[offset - 1], _text[offset]);

    /// <summary>How many code points the text has.</summary>
    public int CodePointCount => _points is null ? _text.Length : _points.Length - 1;
}
