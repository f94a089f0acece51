using Attend.Text.Tokenizers.Unicode;

namespace Attend.Text.Tokenizers.Pipeline.SentencePiece;

/// <summary>Normalisation as SentencePiece itself does it (google/sentencepiece, normalizer.cc).</summary>
internal sealed class SentencePieceNormalizer : NormalizerStep
{
    /// <summary>Stands for a blank.</summary>
    public const char Sign = '\u2581';

    private readonly SentencePieceModel _model;
    private readonly CharsMap _map;
    private readonly CharTrie _userDefined;

    /// <summary>By ASCII character: stays as it is before another.</summary>
    private readonly bool[] _isPlain = new bool[0x80];

    /// <exception cref="ArgumentException">The compiled rules are malformed.</exception>
    public SentencePieceNormalizer(SentencePieceModel model, IReadOnlyList<string> userDefined)
    {
        (_model, _map) = (model, new CharsMap(model.CharsMap));
        _userDefined = new CharTrie(userDefined.Select((symbol, index) => (HostileFiles.RequireShort(symbol), index)));
        for (var unit = '\0'; unit < _isPlain.Length; unit++) _isPlain[unit] = unit != ' ' && _map.LeavesAloneBeforeAscii(unit) && _userDefined.Step(CharTrie.Root, unit) < 0;
    }

    protected override void Apply(AlignedText from, int start, int end, AlignedText into, Document scratch)
    {
        var units = from.Units[..end];
        var at = start;
        while (_model.RemoveExtraWhitespaces && at < end && Prefix(units[at..], out var length) is " ") at += length;
        if (at == end) return;
        var first = into.Length;
        var sign = _model.EscapeWhitespaces ? Sign : ' ';
        var addsBefore = _model.AddDummyPrefix && !_model.TreatWhitespaceAsSuffix;
        if (addsBefore) into.Append(sign, from.StartOf(at), from.StartOf(at));

        var isAfterSpace = _model.RemoveExtraWhitespaces;
        for (int next; at < end; at = next)
        {
            var plain = PlainLength(units[at..]);
            if (plain > 0)
            {
                next = at + plain;
                into.AppendRange(from, at, next);
                isAfterSpace = false;
                continue;
            }
            var part = Prefix(units[at..], out var length);
            next = at + length;
            while (isAfterSpace && part.StartsWith(' ')) part = part[1..];
            if (!part.IsEmpty)
            {
                Append(part, from, at, next, sign, into);
                isAfterSpace = part[^1] == ' ';
            }
            if (!_model.RemoveExtraWhitespaces) isAfterSpace = false;
        }
        if (_model.RemoveExtraWhitespaces)
        {
            while (into.Length > first && into.Units[^1] == sign) into.RemoveLast();
        }
        if (_model.AddDummyPrefix && _model.TreatWhitespaceAsSuffix)
        {
            var last = from.SpanOf(end - 1, end).End;
            into.Append(sign, last, last);
        }
    }

    /// <summary>How many characters at the beginning stay as they are, as far as a look at each tells.</summary>
    private int PlainLength(ReadOnlySpan<char> text)
    {
        var isPlain = _isPlain;
        var length = 0;
        while (length < text.Length && text[length] < isPlain.Length && isPlain[text[length]]) length++;
        // What follows may be a mark that changes the last one.
        return length > 0 && length < text.Length && text[length] >= isPlain.Length ? length - 1 : length;
    }

    private static void Append(ReadOnlySpan<char> part, AlignedText from, int at, int next, char sign, AlignedText into)
    {
        var span = from.SpanOf(at, next);
        var isOne = UnicodeCharacters.UnitsOf(from.CodePointAt(at)) == next - at;
        // User-defined symbols and what no rule changes keep a place for each character.
        if (part.Length == next - at && !isOne && part.SequenceEqual(from.Units[at..next])) into.AppendRange(from, at, next);
        else if (part.Contains(' '))
        {
            Span<char> escaped = part.Length <= 256 ? stackalloc char[part.Length] : new char[part.Length];
            part.Replace(escaped, ' ', sign);
            into.AppendReplacement(escaped, span.Start, span.End, isOne);
        }
        else
            into.AppendReplacement(part, span.Start, span.End, isOne);
    }

    /// <summary>The normalised form of the longest prefix that has one, otherwise the first character itself.</summary>
    private ReadOnlySpan<char> Prefix(ReadOnlySpan<char> text, out int length)
    {
        length = _userDefined.LongestPrefix(text, out _);
        if (length > 0) return text[..length];
        if (!_map.LeavesAlone(text[0]) && _map.Longest(text, out length) is { } replacement) return replacement;
        length = UnicodeCharacters.UnitsOf(UnicodeCharacters.CodePointAt(text, 0));
        return text[..length];
    }
}
