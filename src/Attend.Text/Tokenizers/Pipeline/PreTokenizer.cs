namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>What happens to a delimiter that cuts a text.</summary>
internal enum DelimiterBehavior
{
    /// <summary>It vanishes.</summary>
    Removed,

    /// <summary>It is a word of its own.</summary>
    Isolated,

    /// <summary>It ends the word before it.</summary>
    MergedWithPrevious,

    /// <summary>It begins the word behind it.</summary>
    MergedWithNext,

    /// <summary>Neighbouring delimiters are one word.</summary>
    Contiguous,
}

/// <summary>Cuts text into words; a token never spans two.</summary>
internal abstract class PreTokenizer
{
}

/// <summary>Several, each cutting what the one before left.</summary>
internal sealed class PreTokenizerSequence(IReadOnlyList<PreTokenizer> steps) : PreTokenizer
{
    public IReadOnlyList<PreTokenizer> Steps { get; } = steps;
}

/// <summary>White space separates, punctuation is isolated.</summary>
internal sealed class BertPreTokenizer : PreTokenizer;

/// <summary>GPT-2's words, every UTF-8 byte written as a printable character.</summary>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool useRegex) : PreTokenizer
{
    /// <summary>A blank goes in front of text that does not begin with one.</summary>
    public bool AddPrefixSpace { get; } = addPrefixSpace;

    /// <summary>Cut as GPT-2 does; false: only write bytes.</summary>
    public bool UseRegex { get; } = useRegex;

    /// <summary>Read from the file and written again; the post-processor's own setting counts.</summary>
    public bool TrimOffsets { get; init; } = true;
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
}

/// <summary>Runs of word characters, and runs of anything else that is no white space.</summary>
internal sealed class WhitespacePreTokenizer : PreTokenizer;

/// <summary>White space separates.</summary>
internal sealed class WhitespaceSplitPreTokenizer : PreTokenizer;

/// <summary>Punctuation cuts.</summary>
internal sealed class PunctuationPreTokenizer(DelimiterBehavior behavior) : PreTokenizer
{
    public DelimiterBehavior Behavior { get; } = behavior;
}

/// <summary>Digits are words of their own, each or each run.</summary>
internal sealed class DigitsPreTokenizer(bool individual) : PreTokenizer
{
    public bool Individual { get; } = individual;
}

/// <summary>One character separates.</summary>
internal sealed class CharDelimiterPreTokenizer(string delimiter) : PreTokenizer
{
    /// <summary>One character.</summary>
    public string Delimiter { get; } = delimiter;
}

/// <summary>A pattern cuts; inverted: what lies between matches cuts.</summary>
internal sealed class SplitPreTokenizer(TextPattern pattern, DelimiterBehavior behavior, bool invert) : PreTokenizer
{
    public TextPattern Pattern { get; } = pattern;

    public DelimiterBehavior Behavior { get; } = behavior;

    public bool Invert { get; } = invert;
}

/// <summary>Cuts into words of so many characters.</summary>
internal sealed class FixedLengthPreTokenizer(int length) : PreTokenizer
{
    public int Length { get; } = length;
}
