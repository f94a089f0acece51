using Attend.Text.Tokenizers.Unicode;

namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>Cuts text into words; a token never spans two.</summary>
internal abstract class PreTokenizer
{
    /// <summary>Cuts every piece of a document that is no token.</summary>
    public abstract void Apply(Document document);
}

/// <summary>Several, each cutting what the one before left.</summary>
internal sealed class PreTokenizerSequence(IReadOnlyList<PreTokenizer> steps) : PreTokenizer
{
    public IReadOnlyList<PreTokenizer> Steps { get; } = steps;

    public override void Apply(Document document)
    {
        foreach (var step in Steps) step.Apply(document);
    }
}

/// <summary>One that cuts and changes nothing.</summary>
internal abstract class SplittingPreTokenizer : PreTokenizer
{
    public override void Apply(Document document) => Split(document);

    protected void Split(Document document)
    {
        var pieces = document.NewPieces();
        foreach (var piece in document.Pieces)
        {
            if (piece.IsToken) pieces.Add(piece);
            else Split(document, piece, pieces);
        }
        document.ReplacePieces();
    }

    protected abstract void Split(Document document, TextPiece piece, List<TextPiece> into);
}

/// <summary>One that cuts at certain characters.</summary>
internal abstract class CharacterSplitPreTokenizer(DelimiterBehavior behavior) : SplittingPreTokenizer
{
    protected abstract bool IsDelimiter(int codePoint);

    protected override void Split(Document document, TextPiece piece, List<TextPiece> into)
    {
        var text = document.Text.Units[piece.Start..piece.End];
        if (behavior is DelimiterBehavior.Removed or DelimiterBehavior.Isolated) SplitDirectly(text, piece.Start, into);
        else
        {
            Find(text, document.Matches);
            Delimiters.Split(document.Matches, behavior, piece.Start, into);
        }
    }

    private void SplitDirectly(ReadOnlySpan<char> text, int shift, List<TextPiece> into)
    {
        var from = 0;
        for (int at = 0, next; at < text.Length; at = next)
        {
            var codePoint = UnicodeCharacters.CodePointAt(text, at);
            next = at + UnicodeCharacters.UnitsOf(codePoint);
            if (!IsDelimiter(codePoint)) continue;
            if (at > from) into.Add(new TextPiece(shift + from, shift + at, -1));
            if (behavior == DelimiterBehavior.Isolated) into.Add(new TextPiece(shift + at, shift + next, -1));
            from = next;
        }
        if (text.Length > from) into.Add(new TextPiece(shift + from, shift + text.Length, -1));
    }

    private void Find(ReadOnlySpan<char> text, List<DelimiterMatch> matches)
    {
        matches.Clear();
        var from = 0;
        for (int at = 0, next; at < text.Length; at = next)
        {
            var codePoint = UnicodeCharacters.CodePointAt(text, at);
            next = at + UnicodeCharacters.UnitsOf(codePoint);
            if (!IsDelimiter(codePoint)) continue;
            if (at > from) matches.Add(new DelimiterMatch(from, at, false));
            matches.Add(new DelimiterMatch(at, next, true));
            from = next;
        }
        if (text.Length > from) matches.Add(new DelimiterMatch(from, text.Length, false));
    }
}

/// <summary>White space separates.</summary>
internal sealed class WhitespaceSplitPreTokenizer() : CharacterSplitPreTokenizer(DelimiterBehavior.Removed)
{
    protected override bool IsDelimiter(int codePoint) => UnicodeProperties.IsWhiteSpace(codePoint);
}

/// <summary>Punctuation cuts.</summary>
internal sealed class PunctuationPreTokenizer(DelimiterBehavior behavior) : CharacterSplitPreTokenizer(behavior)
{
    public DelimiterBehavior Behavior { get; } = behavior;

    protected override bool IsDelimiter(int codePoint) => BertCharacters.IsPunctuation(codePoint);
}

/// <summary>Digits are words of their own, each or each run.</summary>
internal sealed class DigitsPreTokenizer(bool individual) : CharacterSplitPreTokenizer(individual ? DelimiterBehavior.Isolated : DelimiterBehavior.Contiguous)
{
    public bool Individual { get; } = individual;

    protected override bool IsDelimiter(int codePoint) => UnicodeProperties.IsNumeric(codePoint);
}

/// <summary>One character separates.</summary>
internal sealed class CharDelimiterPreTokenizer(string delimiter) : CharacterSplitPreTokenizer(DelimiterBehavior.Removed)
{
    private readonly int _codePoint = UnicodeCharacters.CodePointAt(delimiter, 0);

    /// <summary>One character.</summary>
    public string Delimiter { get; } = delimiter;

    protected override bool IsDelimiter(int codePoint) => codePoint == _codePoint;
}

/// <summary>White space separates, punctuation is isolated.</summary>
internal sealed class BertPreTokenizer : PreTokenizer
{
    private static readonly WhitespaceSplitPreTokenizer AtSpaces = new();
    private static readonly PunctuationPreTokenizer AtPunctuation = new(DelimiterBehavior.Isolated);

    public override void Apply(Document document)
    {
        AtSpaces.Apply(document);
        AtPunctuation.Apply(document);
    }
}

/// <summary>Runs of word characters, and runs of anything else that is no white space.</summary>
internal sealed class WhitespacePreTokenizer : SplittingPreTokenizer
{
    private enum Kind
    {
        Space,
        Word,
        Other,
    }

    protected override void Split(Document document, TextPiece piece, List<TextPiece> into)
    {
        var units = document.Text.Units[..piece.End];
        var (from, last) = (piece.Start, Kind.Space);
        for (int at = piece.Start, next; at < piece.End; at = next)
        {
            var codePoint = UnicodeCharacters.CodePointAt(units, at);
            next = at + UnicodeCharacters.UnitsOf(codePoint);
            var kind = UnicodeProperties.IsWord(codePoint) ? Kind.Word : UnicodeProperties.IsWhiteSpace(codePoint) ? Kind.Space : Kind.Other;
            if (kind == last) continue;
            if (last != Kind.Space) into.Add(new TextPiece(from, at, -1));
            (from, last) = (at, kind);
        }
        if (last != Kind.Space) into.Add(new TextPiece(from, piece.End, -1));
    }
}

/// <summary>A pattern cuts; inverted: what lies between matches cuts.</summary>
internal sealed class SplitPreTokenizer(TextPattern pattern, DelimiterBehavior behavior, bool invert) : SplittingPreTokenizer
{
    public TextPattern Pattern { get; } = pattern;

    public DelimiterBehavior Behavior { get; } = behavior;

    public bool Invert { get; } = invert;

    protected override void Split(Document document, TextPiece piece, List<TextPiece> into)
    {
        var matches = document.Matches;
        Pattern.Find(document.Text.Units[piece.Start..piece.End], matches);
        if (Invert)
        {
            for (var i = 0; i < matches.Count; i++) matches[i] = matches[i] with { IsMatch = !matches[i].IsMatch };
        }
        Delimiters.Split(matches, Behavior, piece.Start, into);
    }
}

/// <summary>Cuts where the script changes, as SentencePiece does for its pieces: kana are Han, blanks go with what is before them.</summary>
internal sealed class UnicodeScriptsPreTokenizer : SplittingPreTokenizer
{
    private const int ProlongedSoundMark = 0x30FC, Any = -1;

    private static readonly int Han = UnicodeProperties.FindScript("Han"), Hiragana = UnicodeProperties.FindScript("Hiragana"), Katakana = UnicodeProperties.FindScript("Katakana"), Unknown = UnicodeProperties.FindScript("Unknown");

    private static int ScriptOf(int codePoint)
    {
        if (codePoint == ' ') return Any;
        var script = UnicodeProperties.ScriptNumberOf(codePoint);
        if (script == Unknown) return Any;
        return codePoint == ProlongedSoundMark || script == Hiragana || script == Katakana ? Han : script;
    }

    protected override void Split(Document document, TextPiece piece, List<TextPiece> into)
    {
        var units = document.Text.Units[..piece.End];
        // As in the reference implementation, what is before the first character with a script is no part of any word.
        var (from, last) = (-1, Any);
        for (int at = piece.Start, next; at < piece.End; at = next)
        {
            var codePoint = UnicodeCharacters.CodePointAt(units, at);
            next = at + UnicodeCharacters.UnitsOf(codePoint);
            var script = ScriptOf(codePoint);
            if (script == Any || script == last) continue;
            if (from >= 0) into.Add(new TextPiece(from, at, -1));
            (from, last) = (at, script);
        }
        if (from >= 0) into.Add(new TextPiece(from, piece.End, -1));
    }
}

/// <summary>Cuts into words of so many characters.</summary>
internal sealed class FixedLengthPreTokenizer(int length) : SplittingPreTokenizer
{
    public int Length { get; } = length;

    protected override void Split(Document document, TextPiece piece, List<TextPiece> into)
    {
        var units = document.Text.Units[..piece.End];
        for (int at = piece.Start, from = at, count = 0; at < piece.End;)
        {
            at += UnicodeCharacters.UnitsOf(UnicodeCharacters.CodePointAt(units, at));
            if (++count < Length && at < piece.End) continue;
            into.Add(new TextPiece(from, at, -1));
            (from, count) = (at, 0);
        }
    }
}

/// <summary>When <see cref="MetaspacePreTokenizer"/> puts its sign in front of a text.</summary>
internal enum PrependScheme
{
    Always,
    Never,

    /// <summary>Only at the beginning of the whole text.</summary>
    First,
}

/// <summary>Writes blanks as a visible sign and cuts in front of it, as SentencePiece does.</summary>
internal sealed class MetaspacePreTokenizer(string replacement, PrependScheme scheme, bool split) : PreTokenizer
{
    /// <summary>One character.</summary>
    public string Replacement { get; } = replacement;

    public PrependScheme Scheme { get; } = scheme;

    public bool Split { get; } = split;

    public override void Apply(Document document)
    {
        var (from, into, pieces) = (document.Text, document.NewText(), document.NewPieces());
        foreach (var piece in document.Pieces)
        {
            var start = into.Length;
            if (piece.IsToken)
            {
                into.AppendRange(from, piece.Start, piece.End);
                pieces.Add(new TextPiece(start, into.Length, piece.TokenId));
                continue;
            }
            Replace(from, piece, into);
            if (Split) SplitAtSign(into.Units, start, pieces);
            else pieces.Add(new TextPiece(start, into.Length, -1));
        }
        document.ReplaceText();
    }

    private void Replace(AlignedText from, TextPiece piece, AlignedText into)
    {
        var units = from.Units[piece.Start..piece.End];
        var rawStart = from.StartOf(piece.Start);
        if ((Scheme == PrependScheme.Always || (Scheme == PrependScheme.First && rawStart == 0))
            && !units.StartsWith(Replacement, StringComparison.Ordinal) && units[0] != ' ')
            into.AppendReplacement(Replacement, rawStart, rawStart, true);
        for (var at = piece.Start; at < piece.End;)
        {
            var blank = from.Units[at..piece.End].IndexOf(' ');
            var end = blank < 0 ? piece.End : at + blank;
            into.AppendRange(from, at, end);
            if (blank < 0) break;
            into.AppendReplacement(Replacement, from.StartOf(end), from.EndOf(end), true);
            at = end + 1;
        }
    }

    private void SplitAtSign(ReadOnlySpan<char> units, int start, List<TextPiece> pieces)
    {
        for (var from = start; from < units.Length;)
        {
            var searchFrom = units[from..].StartsWith(Replacement, StringComparison.Ordinal) ? from + Replacement.Length : from;
            var next = units[searchFrom..].IndexOf(Replacement, StringComparison.Ordinal);
            var end = next < 0 ? units.Length : searchFrom + next;
            pieces.Add(new TextPiece(from, end, -1));
            from = end;
        }
    }
}

/// <summary>GPT-2's words, every UTF-8 byte written as a printable character.</summary>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool useRegex) : PreTokenizer
{
    /// <summary>A blank goes in front of text that does not begin with one.</summary>
    public bool AddPrefixSpace { get; } = addPrefixSpace;

    /// <summary>Cut as GPT-2 does; false: only write bytes.</summary>
    public bool UseRegex { get; } = useRegex;

    /// <summary>Read from the file and written again; the post-processor's own setting counts.</summary>
    public bool TrimOffsets { get; init; } = true;

    public override void Apply(Document document)
    {
        Split(document);
        WriteBytes(document);
    }

    /// <summary>Cuts, and leaves the writing of bytes to the model.</summary>
    public void Split(Document document)
    {
        if (AddPrefixSpace) AddSpaces(document);
        if (!UseRegex) return;
        var pieces = document.NewPieces();
        foreach (var piece in document.Pieces)
        {
            if (piece.IsToken) pieces.Add(piece);
            else Gpt2Words.Split(document.Text.Units[piece.Start..piece.End], piece.Start, pieces);
        }
        document.ReplacePieces();
    }

    private static void AddSpaces(Document document)
    {
        var units = document.Text.Units;
        var isNeeded = false;
        foreach (var piece in document.Pieces) isNeeded |= !piece.IsToken && units[piece.Start] != ' ';
        if (!isNeeded) return;
        var (from, into, pieces) = (document.Text, document.NewText(), document.NewPieces());
        foreach (var piece in document.Pieces)
        {
            var (start, rawStart) = (into.Length, from.StartOf(piece.Start));
            if (!piece.IsToken && units[piece.Start] != ' ') into.Append(' ', rawStart, rawStart);
            into.AppendRange(from, piece.Start, piece.End);
            pieces.Add(new TextPiece(start, into.Length, piece.TokenId));
        }
        document.ReplaceText();
    }

    private static void WriteBytes(Document document)
    {
        var (from, into, pieces) = (document.Text, document.NewText(), document.NewPieces());
        foreach (var piece in document.Pieces)
        {
            var start = into.Length;
            if (piece.IsToken) into.AppendRange(from, piece.Start, piece.End);
            else
            {
                for (int at = piece.Start, next; at < piece.End; at = next)
                {
                    var codePoint = UnicodeCharacters.CodePointAt(from.Units[..piece.End], at);
                    next = at + UnicodeCharacters.UnitsOf(codePoint);
                    ByteCharacters.Append(codePoint, from.SpanOf(at, next), into);
                }
            }
            pieces.Add(new TextPiece(start, into.Length, piece.TokenId));
        }
        document.ReplaceText();
    }
}
