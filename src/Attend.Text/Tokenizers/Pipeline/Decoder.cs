namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>Makes text of tokens.</summary>
internal abstract class Decoder
{
}

/// <summary>Several, one after another.</summary>
internal sealed class DecoderSequence(IReadOnlyList<Decoder> steps) : Decoder
{
    public IReadOnlyList<Decoder> Steps { get; } = steps;
}

/// <summary>Joins pieces to words and words by blanks.</summary>
internal sealed class WordPieceDecoder(string prefix, bool cleanUp) : Decoder
{
    public string Prefix { get; } = prefix;

    /// <summary>Removes the blank before punctuation.</summary>
    public bool CleanUp { get; } = cleanUp;
}

/// <summary>Turns printable characters back into bytes.</summary>
internal sealed class ByteLevelDecoder : Decoder
{
    // Kept for the file alone.
    public bool AddPrefixSpace { get; init; } = true;

    public bool TrimOffsets { get; init; } = true;

    public bool UseRegex { get; init; } = true;
}

/// <summary>Turns the visible sign back into blanks.</summary>
internal sealed class MetaspaceDecoder(string replacement, PrependScheme scheme) : Decoder
{
    public string Replacement { get; } = replacement;

    public PrependScheme Scheme { get; } = scheme;

    public bool Split { get; init; } = true;
}

/// <summary>Makes a blank of the sign that ends a word.</summary>
internal sealed class BpeDecoder(string suffix) : Decoder
{
    public string Suffix { get; } = suffix;
}

/// <summary>Joins repeated tokens of connectionist temporal classification.</summary>
internal sealed class CtcDecoder(string padToken, string wordDelimiter, bool cleanUp) : Decoder
{
    public string PadToken { get; } = padToken;

    public string WordDelimiter { get; } = wordDelimiter;

    public bool CleanUp { get; } = cleanUp;
}

/// <summary>Turns "&lt;0xE4&gt;" tokens back into bytes.</summary>
internal sealed class ByteFallbackDecoder : Decoder;

/// <summary>Joins all tokens into one.</summary>
internal sealed class FuseDecoder : Decoder;

/// <summary>Removes a character at the ends of each token, so many times at most.</summary>
internal sealed class StripDecoder(string content, int start, int stop) : Decoder
{
    /// <summary>One character.</summary>
    public string Content { get; } = content;

    public int Start { get; } = start;

    public int Stop { get; } = stop;
}

/// <summary>Puts a text in place of every match, token by token.</summary>
internal sealed class ReplaceDecoder(TextPattern pattern, string content) : Decoder
{
    public TextPattern Pattern { get; } = pattern;

    public string Content { get; } = content;
}
