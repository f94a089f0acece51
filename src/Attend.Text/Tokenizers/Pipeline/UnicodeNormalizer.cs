using Attend.Text.Tokenizers.Unicode;

namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>A normalization form of the Unicode standard.</summary>
internal enum UnicodeForm
{
    NFC,
    NFD,
    NFKC,
    NFKD,
}

/// <summary>Brings text into a Unicode normalization form (Unicode Standard Annex 15), in time linear in its length.</summary>
internal sealed class UnicodeNormalizer(UnicodeForm form) : NormalizerStep
{
    private readonly bool _composes = form is UnicodeForm.NFC or UnicodeForm.NFKC;
    private readonly bool _isCompatible = form is UnicodeForm.NFKC or UnicodeForm.NFKD;

    /// <summary>Characters below this are what they are, and compose with none before them.</summary>
    private readonly char _firstAffected = form switch { UnicodeForm.NFC => '\u0300', UnicodeForm.NFKC => '\u00A0', UnicodeForm.NFD => '\u00C0', _ => '\u00A0' };

    public UnicodeForm Form { get; } = form;

    protected override bool LeavesAlone(ReadOnlySpan<char> units) => !units.ContainsAnyInRange(_firstAffected, char.MaxValue);

    protected override void Apply(AlignedText from, int start, int end, AlignedText into, Document scratch)
    {
        var units = from.Units[..end];
        var segment = scratch.Segment;
        segment.Clear();
        Span<int> parts = stackalloc int[UnicodeComposition.LongestDecomposition];
        for (int at = start, next; at < end; at = next)
        {
            var simple = units[at..].IndexOfAnyInRange(_firstAffected, char.MaxValue);
            // The last unaffected character may yet compose with what follows it.
            var simpleEnd = simple < 0 ? end : at + simple - 1;
            if (simpleEnd > at)
            {
                Flush(segment, into);
                into.AppendRange(from, at, simpleEnd);
                next = simpleEnd;
                continue;
            }
            var codePoint = UnicodeCharacters.CodePointAt(units, at);
            next = at + UnicodeCharacters.UnitsOf(codePoint);
            var span = from.SpanOf(at, next);
            foreach (var part in parts[..UnicodeComposition.Decompose(codePoint, _isCompatible, parts)]) Add(segment, part, span, into);
        }
        Flush(segment, into);
    }

    private void Add(List<NormalizedCharacter> segment, int codePoint, TextSpan span, AlignedText into)
    {
        var combiningClass = (byte)UnicodeCharacters.CombiningClassOf(codePoint);
        if (combiningClass == 0 && segment.Count > 0)
        {
            if (_composes)
            {
                Order(segment);
                Compose(segment);
                // Two starters may compose where nothing stands between them.
                if (segment is [var only] && only.CombiningClass == 0 && UnicodeComposition.Compose(only.CodePoint, codePoint) is >= 0 and var composed)
                {
                    segment[0] = new NormalizedCharacter(composed, 0, only.Start, span.End);
                    return;
                }
                Write(segment, into);
            }
            else
                Flush(segment, into);
        }
        segment.Add(new NormalizedCharacter(codePoint, combiningClass, span.Start, span.End));
    }

    private void Flush(List<NormalizedCharacter> segment, AlignedText into)
    {
        if (segment.Count == 0) return;
        Order(segment);
        if (_composes) Compose(segment);
        Write(segment, into);
    }

    private static void Write(List<NormalizedCharacter> segment, AlignedText into)
    {
        foreach (var character in segment) into.AppendCodePoint(character.CodePoint, character.Start, character.End);
        segment.Clear();
    }

    /// <summary>Puts marks in canonical order; those that changed places share one range, so that positions never run backwards.</summary>
    private static void Order(List<NormalizedCharacter> segment)
    {
        var first = segment[0].CombiningClass == 0 ? 1 : 0;
        var isOrdered = true;
        for (var i = first + 1; i < segment.Count && isOrdered; i++) isOrdered = segment[i - 1].CombiningClass <= segment[i].CombiningClass;
        if (isOrdered) return;

        Span<int> places = stackalloc int[256];
        for (var i = first; i < segment.Count; i++) places[segment[i].CombiningClass]++;
        var place = first;
        foreach (ref var count in places) (count, place) = (place, place + count);
        var (start, end) = (segment[first].Start, segment[^1].End);
        foreach (var mark in segment.Skip(first).ToArray()) segment[places[mark.CombiningClass]++] = mark with { Start = start, End = end };
    }

    /// <summary>Joins the starter with each mark that nothing blocks.</summary>
    private static void Compose(List<NormalizedCharacter> segment)
    {
        if (segment.Count < 2 || segment[0].CombiningClass != 0) return;
        var starter = segment[0];
        var (kept, lastClass) = (1, 0);
        for (var i = 1; i < segment.Count; i++)
        {
            var mark = segment[i];
            var isBlocked = kept > 1 && lastClass >= mark.CombiningClass;
            if (!isBlocked && UnicodeComposition.Compose(starter.CodePoint, mark.CodePoint) is >= 0 and var composed)
            {
                starter = new NormalizedCharacter(composed, 0, Math.Min(starter.Start, mark.Start), Math.Max(starter.End, mark.End));
                continue;
            }
            segment[kept++] = mark;
            lastClass = mark.CombiningClass;
        }
        segment.RemoveRange(kept, segment.Count - kept);
        segment[0] = starter;
        // A mark that stayed before one that was joined must not begin before the starter's end runs back.
        for (var i = 1; i < kept; i++)
        {
            if (segment[i].End < segment[i - 1].End) segment[i] = segment[i] with { End = segment[i - 1].End };
        }
    }
}
