using Attend.Text.Tokenizers.Unicode;

namespace Attend.Text.Tokenizers;

/// <summary>Where the code units of a normalised word stand in the raw text.</summary>
/// <param name="start">Raw position of the first code unit, where the word has one raw code unit for each of its own.</param>
/// <param name="starts">Raw start of each code unit, or empty where the word is such a simple one.</param>
/// <param name="ends">Raw end of each code unit, or empty.</param>
internal readonly ref struct WordOrigin(int start, ReadOnlySpan<int> starts, ReadOnlySpan<int> ends)
{
    private readonly ReadOnlySpan<int> _starts = starts, _ends = ends;

    public TextSpan Of(int from, int to) => _starts.IsEmpty ? new(start + from, start + to) : new(_starts[from], _ends[to - 1]);
}

/// <summary>Receives the words of a text, in order. A struct, so that the scanner is compiled for it alone.</summary>
internal interface IBertWordSink
{
    /// <summary>A normalised word of 1 to <see cref="BertTokenizerOptions.MaxWordCodePoints"/> code points; NUL stands for a lone surrogate.</summary>
    void Word(ReadOnlySpan<char> word, WordOrigin origin);

    /// <summary>A word of more code points than that.</summary>
    void LongWord(TextSpan span);

    /// <summary>Removed accents after the last word belong to its last character.</summary>
    void ExtendLastWord(int end);
}

/// <summary>BERT's basic tokenization in one pass over the raw text: cleaning, lower-casing, accent stripping, splitting.</summary>
/// <remarks>
/// Simple code units run through two table look-ups each. A word with anything else in it is read again by the slow path, which
/// keeps raw positions for each code unit. Memory is bounded by the longest word allowed, time by the length of the text.
/// </remarks>
internal ref struct BertWords<TSink> where TSink : struct, IBertWordSink
{
    private readonly BertCharacters _characters;
    private readonly ReadOnlySpan<char> _text;
    private readonly int _maxCodePoints;
    private readonly char[] _word;
    private readonly int[] _starts, _ends;

    // The word of the slow path.
    private int _length, _codePoints, _wordStart, _wordEnd, _reorderFrom;
    private bool _touchesWord;

    private BertWords(BertCharacters characters, ReadOnlySpan<char> text, BertWordBuffer buffer)
    {
        _text = text;
        (_characters, _maxCodePoints) = (characters, buffer.MaxCodePoints);
        (_word, _starts, _ends) = (buffer.Word, buffer.Starts, buffer.Ends);
    }

    /// <summary>Hands all words of a text to the sink.</summary>
    public static void Scan(BertCharacters characters, ReadOnlySpan<char> text, BertWordBuffer buffer, ref TSink sink)
        => new BertWords<TSink>(characters, text, buffer).Scan(ref sink);

    private void Scan(ref TSink sink)
    {
        var text = _text;
        var word = _word.AsSpan();
        var (kinds, simple, letters) = (_characters.Kinds, _characters.Simple, _characters.Letters);
        for (var i = 0; i < text.Length;)
        {
            var start = i;
            switch (kinds[text[i]])
            {
                case BertCharacterKind.Letter:
                    var rest = text[i..];
                    var length = 0;
                    while (length < rest.Length && length < word.Length && letters[rest[length]] is not '\0' and var letter) word[length++] = letter;
                    i += length;
                    if (length > _maxCodePoints || (i < text.Length && kinds[text[i]] is BertCharacterKind.Complex or BertCharacterKind.Letter))
                    {
                        i = ScanSlowly(start, ref sink);
                        break;
                    }
                    sink.Word(word[..length], new WordOrigin(start, default, default));
                    _touchesWord = true;
                    break;
                case BertCharacterKind.Space:
                    i++;
                    _touchesWord = false;
                    break;
                case BertCharacterKind.Isolated:
                    word[0] = simple[text[i++]];
                    sink.Word(word[..1], new WordOrigin(start, default, default));
                    _touchesWord = true;
                    break;
                default:
                    i = ScanSlowly(i, ref sink);
                    break;
            }
        }
    }

    /// <summary>Reads on until white space or an isolated character, one code point at a time.</summary>
    private int ScanSlowly(int start, ref TSink sink)
    {
        ClearWord();
        var i = start;
        while (i < _text.Length)
        {
            var kind = _characters.Kinds[_text[i]];
            if (kind is BertCharacterKind.Space or BertCharacterKind.Isolated) break;
            if (kind == BertCharacterKind.Letter)
            {
                Append(_characters.Simple[_text[i]], i, ++i);
                continue;
            }
            var codePoint = UnicodeCharacters.CodePointAt(_text, i);
            var end = i + UnicodeCharacters.UnitsOf(codePoint);
            if (!BertCharacters.IsRemoved(codePoint)) AddComplex(codePoint, new(i, end), ref sink);
            i = end;
        }
        EndWord(ref sink);
        return i;
    }

    private void AddComplex(int codePoint, TextSpan raw, ref TSink sink)
    {
        if (_characters.IsSigma(codePoint))
        {
            Append(_characters.LowerSigma(_text, raw.Start), raw.Start, raw.End);
            return;
        }
        Span<int> normalized = stackalloc int[BertCharacters.LongestNormalized];
        var isIdeograph = _characters.IsIdeograph(codePoint);
        if (isIdeograph) EndWord(ref sink);
        foreach (var part in normalized[.._characters.Normalize(codePoint, normalized)])
        {
            if (_characters.StripsAccents && BertCharacters.IsMark(part))
                DropMark(part, raw.End, ref sink);
            else if (BertCharacters.IsPunctuation(part))
            {
                EndWord(ref sink);
                Append(part, raw.Start, raw.End);
                EndWord(ref sink);
            }
            else
                Append(part, raw.Start, raw.End);
        }
        if (isIdeograph) EndWord(ref sink);
    }

    private void DropMark(int mark, int end, ref TSink sink)
    {
        if (_codePoints > 0)
        {
            _wordEnd = end;
            if (_length > 0) _ends[_length - 1] = end;
        }
        else if (_touchesWord)
            sink.ExtendLastWord(end);
        if (UnicodeCharacters.CombiningClassOf(mark) == 0) _reorderFrom = _length;
    }

    private void Append(int codePoint, int start, int end)
    {
        if (_codePoints == 0) _wordStart = start;
        _wordEnd = end;
        if (_codePoints > _maxCodePoints || ++_codePoints > _maxCodePoints) return;

        var at = _length;
        if (codePoint > char.MaxValue)
        {
            _word[_length++] = (char)(0xD800 + ((codePoint - 0x10000) >> 10));
            _word[_length++] = (char)(0xDC00 + (codePoint & 0x3FF));
        }
        else
            _word[_length++] = char.IsSurrogate((char)codePoint) ? '\0' : (char)codePoint;
        _starts.AsSpan(at.._length).Fill(start);
        _ends.AsSpan(at.._length).Fill(end);
        if (_characters.StripsAccents && codePoint > 0x7F && UnicodeCharacters.CombiningClassOf(codePoint) is not 0 and var rank) Reorder(at, rank);
    }

    /// <summary>Moves a spacing mark in front of those of a higher combining class (Unicode, section 3.11, Canonical Ordering Algorithm).</summary>
    private readonly void Reorder(int mark, int rank)
    {
        var to = mark;
        while (to > _reorderFrom && UnicodeCharacters.CodePointBefore(_word.AsSpan(0, to), to) is var before && UnicodeCharacters.CombiningClassOf(before) > rank)
            to -= UnicodeCharacters.UnitsOf(before);
        if (to == mark) return;

        Span<char> moved = stackalloc char[2];
        moved = moved[..(_length - mark)];
        _word.AsSpan(mark, moved.Length).CopyTo(moved);
        _word.AsSpan(to, mark - to).CopyTo(_word.AsSpan(to + moved.Length));
        moved.CopyTo(_word.AsSpan(to));
        // Characters that changed places share one span, so that positions never run backwards.
        _starts.AsSpan(to.._length).Fill(_starts[to]);
        _ends.AsSpan(to.._length).Fill(_ends[_length - 1]);
    }

    private void EndWord(ref TSink sink)
    {
        if (_codePoints == 0) return;
        if (_codePoints > _maxCodePoints)
            sink.LongWord(new(_wordStart, _wordEnd));
        else
            sink.Word(_word.AsSpan(0, _length), new WordOrigin(0, _starts.AsSpan(0, _length), _ends.AsSpan(0, _length)));
        _touchesWord = true;
        ClearWord();
    }

    private void ClearWord() => _length = _codePoints = _reorderFrom = 0;
}

/// <summary>Room for one word of the longest kind allowed.</summary>
internal sealed class BertWordBuffer(int maxCodePoints)
{
    public int MaxCodePoints { get; } = maxCodePoints;

    public char[] Word { get; } = new char[2 * maxCodePoints];

    public int[] Starts { get; } = new int[2 * maxCodePoints];

    public int[] Ends { get; } = new int[2 * maxCodePoints];
}
