using Attend.Text.Tokenizers.Unicode;

namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>A text on its way through normalisation: each UTF-16 code unit knows which range of the raw text it stands for.</summary>
/// <remarks>Starts and ends never run backwards. Buffers are kept from one text to the next.</remarks>
internal sealed class AlignedText
{
    private string? _raw;
    private char[] _units = new char[256];
    private int[] _starts = new int[256];
    private int[] _ends = new int[256];

    public int Length { get; private set; }

    public int Capacity => _units.Length;

    /// <summary>Most code units that it may grow to.</summary>
    public int MostUnits { get; set; } = int.MaxValue;

    public ReadOnlySpan<char> Units => _raw is null ? _units.AsSpan(0, Length) : _raw;

    /// <summary>Becomes a raw text itself; nothing is copied.</summary>
    public void SetRaw(string text) => (_raw, Length) = (text, text.Length);

    /// <summary>Becomes empty.</summary>
    public void Clear() => (_raw, Length) = (null, 0);

    /// <summary>The raw range of some code units; empty where there are none.</summary>
    public TextSpan SpanOf(int from, int to)
    {
        if (_raw is not null) return new TextSpan(from, to);
        if (from < to) return new TextSpan(_starts[from], _ends[to - 1]);
        var at = StartOf(from);
        return new TextSpan(at, at);
    }

    /// <summary>Where in the raw text a code unit begins; that of the end behind the last.</summary>
    public int StartOf(int unit) => _raw is not null ? unit : unit < Length ? _starts[unit] : Length > 0 ? _ends[Length - 1] : 0;

    public int EndOf(int unit) => _raw is not null ? unit + 1 : _ends[unit];

    public void Append(char unit, int start, int end)
    {
        if (Length == _units.Length) Grow(Length + 1);
        _units[Length] = unit;
        _starts[Length] = start;
        _ends[Length] = end;
        Length++;
    }

    public void AppendCodePoint(int codePoint, int start, int end)
    {
        if (codePoint > char.MaxValue)
        {
            Append((char)(0xD800 + ((codePoint - 0x10000) >> 10)), start, end);
            Append((char)(0xDC00 + (codePoint & 0x3FF)), start, end);
        }
        else
            Append((char)codePoint, start, end);
    }

    /// <summary>Copies code units with their ranges.</summary>
    public void AppendRange(AlignedText other, int from, int to)
    {
        var (at, count) = (Length, to - from);
        if (at + count > _units.Length) Grow(at + count);
        other.Units[from..to].CopyTo(_units.AsSpan(at));
        if (other._raw is null)
        {
            other._starts.AsSpan(from, count).CopyTo(_starts.AsSpan(at));
            other._ends.AsSpan(from, count).CopyTo(_ends.AsSpan(at));
        }
        else
        {
            for (var i = 0; i < count; i++)
            {
                _starts[at + i] = from + i;
                _ends[at + i] = from + i + 1;
            }
        }
        Length = at + count;
        if (other._raw is not null) RepairPairs(at);
    }

    // Both halves of a surrogate pair stand for the whole of it.
    private void RepairPairs(int from)
    {
        var units = _units.AsSpan(0, Length);
        for (var at = from; ; at += 2)
        {
            var next = units[at..].IndexOfAnyInRange('\uD800', '\uDBFF');
            if (next < 0) return;
            at += next;
            if (at + 1 >= units.Length) return;
            _ends[at] = _ends[at + 1];
            _starts[at + 1] = _starts[at];
        }
    }

    /// <summary>Puts a text where others stood: one character's range is shared by all of it, a longer one goes to its first code unit.</summary>
    public void AppendReplacement(ReadOnlySpan<char> content, int start, int end, bool isOneCharacter)
    {
        for (var i = 0; i < content.Length; i++)
        {
            if (i == 0 || isOneCharacter || (i == 1 && char.IsLowSurrogate(content[1]))) Append(content[i], start, end);
            else Append(content[i], end, end);
        }
    }

    /// <summary>The last code unit, if there is one behind an index that ends where something removed begins, takes that too.</summary>
    public void ExtendLast(int from, int start, int end)
    {
        if (Length > from && _ends[Length - 1] == start) _ends[Length - 1] = end;
    }

    public void RemoveLast() => Length--;

    /// <summary>A copy without alignment.</summary>
    public override string ToString() => Units.ToString();

    private void Grow(int needed)
    {
        if (needed > MostUnits) throw new TokenizationException($"normalisation makes more than {MostUnits} characters of a text; the tokenizer's definition cannot be meant");
        var size = (int)Math.Clamp(_units.Length * 2L, needed, MostUnits);
        Array.Resize(ref _units, size);
        Array.Resize(ref _starts, size);
        Array.Resize(ref _ends, size);
    }

    /// <summary>The code point at an index of the text.</summary>
    public int CodePointAt(int unit) => UnicodeCharacters.CodePointAt(Units, unit);
}

/// <summary>A piece of a text: a word in the making, or an added token that was found.</summary>
/// <param name="Start">First code unit.</param>
/// <param name="End">One past the last.</param>
/// <param name="TokenId">Id of the added token, or a negative number.</param>
internal readonly record struct TextPiece(int Start, int End, int TokenId)
{
    public bool IsToken => TokenId >= 0;
}

/// <summary>A text and the pieces it has been cut into; the state that runs through the pipeline, kept from one text to the next.</summary>
internal sealed class Document
{
    private AlignedText _spare = new();
    private List<TextPiece> _sparePieces = [];

    public AlignedText Text { get; private set; } = new();

    public List<TextPiece> Pieces { get; private set; } = [];

    /// <summary>Delimiters found in a piece; scratch of pre-tokenizers.</summary>
    public List<DelimiterMatch> Matches { get; } = [];

    public List<(int Start, int End, int Index)> TokenMatches { get; } = [];

    public List<(int Start, int End, AddedToken Token)> FoundTokens { get; } = [];

    /// <summary>Scratch of Unicode normalisation.</summary>
    public List<NormalizedCharacter> Segment { get; } = [];

    public int Capacity => Math.Max(Text.Capacity, _spare.Capacity);

    public void SetRaw(string text)
    {
        Text.SetRaw(text);
        Text.MostUnits = _spare.MostUnits = HostileFiles.MostUnits(text.Length);
        Pieces.Clear();
        if (text.Length > 0) Pieces.Add(new TextPiece(0, text.Length, -1));
    }

    /// <summary>A cleared list that <see cref="ReplacePieces"/> makes the current one.</summary>
    public List<TextPiece> NewPieces()
    {
        _sparePieces.Clear();
        return _sparePieces;
    }

    public void ReplacePieces() => (Pieces, _sparePieces) = (_sparePieces, Pieces);

    /// <summary>A cleared text that <see cref="ReplaceText"/> makes the current one.</summary>
    public AlignedText NewText()
    {
        _spare.Clear();
        return _spare;
    }

    public void ReplaceText()
    {
        (Text, _spare) = (_spare, Text);
        ReplacePieces();
    }
}

/// <summary>A stretch of a text that is a delimiter, or lies between two.</summary>
internal readonly record struct DelimiterMatch(int Start, int End, bool IsMatch);

/// <summary>A decomposed character with its combining class and the raw range it stands for.</summary>
internal record struct NormalizedCharacter(int CodePoint, byte CombiningClass, int Start, int End);
