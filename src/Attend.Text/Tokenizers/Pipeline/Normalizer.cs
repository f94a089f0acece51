using Attend.Text.Tokenizers.Unicode;

namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>Changes a text before it is cut into words.</summary>
internal abstract class Normalizer
{
    /// <summary>The steps it consists of.</summary>
    public virtual IEnumerable<NormalizerStep> Steps => [(NormalizerStep)this];

    /// <summary>Normalises a short text that needs no alignment.</summary>
    public static string Apply(IReadOnlyList<NormalizerStep> steps, string text)
    {
        var document = new Document();
        document.SetRaw(text);
        foreach (var step in steps) step.Apply(document);
        return document.Text.ToString();
    }
}

/// <summary>One change of a text.</summary>
internal abstract class NormalizerStep : Normalizer
{
    /// <summary>Changes every piece of a document that is no token.</summary>
    public void Apply(Document document)
    {
        if (LeavesAlone(document.Text.Units)) return;
        var (from, into, pieces) = (document.Text, document.NewText(), document.NewPieces());
        foreach (var piece in document.Pieces)
        {
            var start = into.Length;
            if (piece.IsToken) into.AppendRange(from, piece.Start, piece.End);
            else Apply(from, piece.Start, piece.End, into, document);
            if (piece.IsToken || into.Length > start) pieces.Add(new TextPiece(start, into.Length, piece.TokenId));
        }
        document.ReplaceText();
    }

    /// <summary>True where it is quick to see that nothing would change.</summary>
    protected virtual bool LeavesAlone(ReadOnlySpan<char> units) => false;

    /// <summary>Appends the changed form of one piece, never empty.</summary>
    protected abstract void Apply(AlignedText from, int start, int end, AlignedText into, Document scratch);
}

/// <summary>Changes characters one by one.</summary>
internal abstract class CharacterNormalizer : NormalizerStep
{
    protected sealed override void Apply(AlignedText from, int start, int end, AlignedText into, Document scratch)
    {
        var units = from.Units;
        var first = into.Length;
        for (int at = start, next; at < end; at = next)
        {
            var codePoint = UnicodeCharacters.CodePointAt(units[..end], at);
            next = at + UnicodeCharacters.UnitsOf(codePoint);
            Apply(codePoint, from.SpanOf(at, next), into, first);
        }
    }

    protected abstract void Apply(int codePoint, TextSpan span, AlignedText into, int first);
}

/// <summary>Several, one after another.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<Normalizer> parts) : Normalizer
{
    public IReadOnlyList<Normalizer> Parts { get; } = parts;

    public override IEnumerable<NormalizerStep> Steps => Parts.SelectMany(part => part.Steps);
}

/// <summary>Cleaning, spaces around ideographs, accents and case as Hugging Face's BertNormalizer does them.</summary>
internal sealed class BertNormalizer(bool cleanText, bool isolateIdeographs, bool? stripAccents, bool lowercase) : Normalizer
{
    public bool CleanText { get; } = cleanText;

    public bool IsolateIdeographs { get; } = isolateIdeographs;

    /// <summary>Null: as <see cref="Lowercase"/>.</summary>
    public bool? StripAccents { get; } = stripAccents;

    public bool Lowercase { get; } = lowercase;

    public override IEnumerable<NormalizerStep> Steps
    {
        get
        {
            if (CleanText) yield return new BertCleaning();
            if (IsolateIdeographs) yield return new IdeographSpacing();
            if (StripAccents ?? Lowercase)
            {
                yield return new UnicodeNormalizer(UnicodeForm.NFD);
                yield return new MarkRemoval(nonspacingOnly: true);
            }
            if (Lowercase) yield return new LowercaseNormalizer();
        }
    }

    private sealed class BertCleaning : CharacterNormalizer
    {
        private const int Replacement = 0xFFFD;

        protected override bool LeavesAlone(ReadOnlySpan<char> units) => !units.ContainsAnyExceptInRange(' ', '~');

        protected override void Apply(int codePoint, TextSpan span, AlignedText into, int first)
        {
            if (codePoint is '\t' or '\n' or '\r') into.Append(' ', span.Start, span.End);
            else if (codePoint is 0 or Replacement || IsOther(codePoint)) return;
            else if (UnicodeProperties.IsWhiteSpace(codePoint)) into.Append(' ', span.Start, span.End);
            else into.AppendCodePoint(codePoint, span.Start, span.End);
        }

        private static bool IsOther(int codePoint)
            => UnicodeProperties.CategoryOf(codePoint) is UnicodeCategoryCode.Cc or UnicodeCategoryCode.Cf or UnicodeCategoryCode.Co;
    }

    private sealed class IdeographSpacing : CharacterNormalizer
    {
        protected override bool LeavesAlone(ReadOnlySpan<char> units) => !units.ContainsAnyInRange('\u3400', '\uFAFF');

        protected override void Apply(int codePoint, TextSpan span, AlignedText into, int first)
        {
            var isIdeograph = IsIdeograph(codePoint);
            if (isIdeograph) into.Append(' ', span.Start, span.Start);
            into.AppendCodePoint(codePoint, span.Start, span.End);
            if (isIdeograph) into.Append(' ', span.End, span.End);
        }

        // 2B920, not 2B820, is what the reference implementation says.
        private static bool IsIdeograph(int codePoint) => codePoint >= 0x3400 && codePoint
            is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0xF900 and <= 0xFAFF)
            or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F) or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF)
            or (>= 0x2F800 and <= 0x2FA1F);
    }
}

/// <summary>Lower-cases each character, without regard to its neighbours.</summary>
internal sealed class LowercaseNormalizer : CharacterNormalizer
{
    private const int CapitalIWithDot = 0x130, DotAbove = 0x307;

    protected override bool LeavesAlone(ReadOnlySpan<char> units) => !units.ContainsAnyInRange('A', 'Z') && System.Text.Ascii.IsValid(units);

    protected override void Apply(int codePoint, TextSpan span, AlignedText into, int first)
    {
        into.AppendCodePoint(UnicodeCharacters.ToLower(codePoint), span.Start, span.End);
        if (codePoint == CapitalIWithDot) into.Append((char)DotAbove, span.Start, span.End);
    }
}

/// <summary>Removes combining marks; accented letters must have been decomposed before.</summary>
internal sealed class StripAccentsNormalizer : Normalizer
{
    public override IEnumerable<NormalizerStep> Steps => [new MarkRemoval(nonspacingOnly: false)];
}

/// <summary>Removes combining marks; the character before one stands for it too.</summary>
internal sealed class MarkRemoval(bool nonspacingOnly) : CharacterNormalizer
{
    protected override bool LeavesAlone(ReadOnlySpan<char> units) => !units.ContainsAnyInRange('\u0300', '\uFFFF');

    protected override void Apply(int codePoint, TextSpan span, AlignedText into, int first)
    {
        if (nonspacingOnly ? UnicodeProperties.CategoryOf(codePoint) == UnicodeCategoryCode.Mn : UnicodeProperties.IsMark(codePoint)) into.ExtendLast(first, span.Start, span.End);
        else into.AppendCodePoint(codePoint, span.Start, span.End);
    }
}

/// <summary>Removes white space at the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : NormalizerStep
{
    public bool Left { get; } = left;

    public bool Right { get; } = right;

    protected override void Apply(AlignedText from, int start, int end, AlignedText into, Document scratch)
    {
        var units = from.Units;
        while (Left && start < end && UnicodeProperties.IsWhiteSpace(units[start])) start++;
        while (Right && start < end && UnicodeProperties.IsWhiteSpace(units[end - 1])) end--;
        into.AppendRange(from, start, end);
    }
}

/// <summary>Puts a text in place of every match.</summary>
internal sealed class ReplaceNormalizer(TextPattern pattern, string content) : NormalizerStep
{
    public TextPattern Pattern { get; } = pattern;

    public string Content { get; } = content;

    protected override bool LeavesAlone(ReadOnlySpan<char> units) => !Pattern.IsRegex && !units.Contains(Pattern.Value, StringComparison.Ordinal);

    protected override void Apply(AlignedText from, int start, int end, AlignedText into, Document scratch)
    {
        Pattern.Find(from.Units[start..end], scratch.Matches);
        foreach (var match in scratch.Matches)
        {
            if (!match.IsMatch)
            {
                into.AppendRange(from, start + match.Start, start + match.End);
                continue;
            }
            var span = from.SpanOf(start + match.Start, start + match.End);
            var isOne = match.End > match.Start && UnicodeCharacters.UnitsOf(from.CodePointAt(start + match.Start)) == match.End - match.Start;
            into.AppendReplacement(Content, span.Start, span.End, isOne);
        }
    }
}

/// <summary>Puts a text in front of any text but the empty one.</summary>
internal sealed class PrependNormalizer(string prefix) : NormalizerStep
{
    public string Prefix { get; } = prefix;

    protected override void Apply(AlignedText from, int start, int end, AlignedText into, Document scratch)
    {
        var at = from.StartOf(start);
        foreach (var unit in Prefix) into.Append(unit, at, at);
        into.AppendRange(from, start, end);
    }
}

/// <summary>Removes control characters and makes blanks of odd white space, as SentencePiece's "nmt" rules do.</summary>
internal sealed class NmtNormalizer : CharacterNormalizer
{
    protected override bool LeavesAlone(ReadOnlySpan<char> units) => !units.ContainsAnyExceptInRange(' ', '~');

    protected override void Apply(int codePoint, TextSpan span, AlignedText into, int first)
    {
        if (codePoint is (>= 1 and <= 8) or 0xB or (>= 0xE and <= 0x1F) or 0x7F or 0x8F or 0x9F) return;
        var isSpace = codePoint is 9 or 0xA or 0xC or 0xD or 0x1680 or (>= 0x200B and <= 0x200F) or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD;
        into.AppendCodePoint(isSpace ? ' ' : codePoint, span.Start, span.End);
    }
}

/// <summary>Writes every UTF-8 byte as a printable character.</summary>
internal sealed class ByteLevelNormalizer : CharacterNormalizer
{
    protected override void Apply(int codePoint, TextSpan span, AlignedText into, int first) => ByteCharacters.Append(codePoint, span, into);
}
