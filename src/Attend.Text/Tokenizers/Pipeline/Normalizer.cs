namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>Changes a text before it is cut into words.</summary>
internal abstract class Normalizer
{
}

/// <summary>Several, one after another.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<Normalizer> steps) : Normalizer
{
    public IReadOnlyList<Normalizer> Steps { get; } = steps;
}

/// <summary>Cleaning, spaces around ideographs, accents and case as Hugging Face's BertNormalizer does them.</summary>
internal sealed class BertNormalizer(bool cleanText, bool isolateIdeographs, bool? stripAccents, bool lowercase) : Normalizer
{
    public bool CleanText { get; } = cleanText;

    public bool IsolateIdeographs { get; } = isolateIdeographs;

    /// <summary>Null: as <see cref="Lowercase"/>.</summary>
    public bool? StripAccents { get; } = stripAccents;

    public bool Lowercase { get; } = lowercase;
}

/// <summary>A normalization form of the Unicode standard.</summary>
internal enum UnicodeForm
{
    NFC,
    NFD,
    NFKC,
    NFKD,
}

/// <summary>Brings text into a Unicode normalization form.</summary>
internal sealed class UnicodeNormalizer(UnicodeForm form) : Normalizer
{
    public UnicodeForm Form { get; } = form;
}

/// <summary>Lower-cases each character, without regard to its neighbours.</summary>
internal sealed class LowercaseNormalizer : Normalizer;

/// <summary>Removes combining marks; accented letters must have been decomposed before.</summary>
internal sealed class StripAccentsNormalizer : Normalizer;

/// <summary>Removes white space at the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : Normalizer
{
    public bool Left { get; } = left;

    public bool Right { get; } = right;
}

/// <summary>Puts a text in place of every match.</summary>
internal sealed class ReplaceNormalizer(TextPattern pattern, string content) : Normalizer
{
    public TextPattern Pattern { get; } = pattern;

    public string Content { get; } = content;
}

/// <summary>Puts a text in front of any text but the empty one.</summary>
internal sealed class PrependNormalizer(string prefix) : Normalizer
{
    public string Prefix { get; } = prefix;
}

/// <summary>Replaces characters by the compiled rules of SentencePiece.</summary>
internal sealed class PrecompiledNormalizer(byte[] charsMap) : Normalizer
{
    public byte[] CharsMap { get; } = charsMap;
}

/// <summary>Removes control characters and makes blanks of odd white space, as SentencePiece's "nmt" rules do.</summary>
internal sealed class NmtNormalizer : Normalizer;

/// <summary>Writes every UTF-8 byte as a printable character.</summary>
internal sealed class ByteLevelNormalizer : Normalizer;
