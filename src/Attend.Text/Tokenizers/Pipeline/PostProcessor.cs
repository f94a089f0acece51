namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>Puts special tokens around encoded texts.</summary>
internal abstract class PostProcessor
{
}

/// <summary>Several, one after another.</summary>
internal sealed class PostProcessorSequence(IReadOnlyList<PostProcessor> steps) : PostProcessor
{
    public IReadOnlyList<PostProcessor> Steps { get; } = steps;
}

/// <summary>A special token and its id.</summary>
internal readonly record struct NamedToken(string Token, int Id);

/// <summary>CLS A SEP, and B SEP in segment 1.</summary>
internal sealed class BertPostProcessor(NamedToken cls, NamedToken sep) : PostProcessor
{
    public NamedToken Cls { get; } = cls;

    public NamedToken Sep { get; } = sep;
}

/// <summary>CLS A SEP, and SEP B SEP; all in segment 0.</summary>
internal sealed class RobertaPostProcessor(NamedToken cls, NamedToken sep, bool trimOffsets, bool addPrefixSpace) : PostProcessor
{
    public NamedToken Cls { get; } = cls;

    public NamedToken Sep { get; } = sep;

    /// <summary>Offsets leave out blanks at the ends of a token.</summary>
    public bool TrimOffsets { get; } = trimOffsets;

    public bool AddPrefixSpace { get; } = addPrefixSpace;
}

/// <summary>Offsets leave out blanks at the ends of a token.</summary>
internal sealed class ByteLevelPostProcessor(bool addPrefixSpace, bool trimOffsets, bool useRegex) : PostProcessor
{
    public bool AddPrefixSpace { get; } = addPrefixSpace;

    public bool TrimOffsets { get; } = trimOffsets;

    public bool UseRegex { get; } = useRegex;
}

/// <summary>A place of a template: the first or second text, or special tokens.</summary>
/// <param name="Text">0 for the first text, 1 for the second, null for a special token.</param>
/// <param name="SpecialToken">Key into <see cref="TemplatePostProcessor.SpecialTokens"/>, or null.</param>
/// <param name="SegmentId">Segment of all its tokens.</param>
internal sealed record TemplatePiece(int? Text, string? SpecialToken, int SegmentId)
{
    /// <summary>A special token by its key.</summary>
    public static TemplatePiece Special(string key, int segmentId) => new(null, key, segmentId);

    /// <summary>The first text (0) or the second (1).</summary>
    public static TemplatePiece Of(int text, int segmentId) => new(text, null, segmentId);
}

/// <summary>Special tokens and texts in the order of a template.</summary>
/// <param name="single">For one text.</param>
/// <param name="pair">For two.</param>
/// <param name="specialTokens">What each key stands for: usually the token itself, once.</param>
internal sealed class TemplatePostProcessor(
    IReadOnlyList<TemplatePiece> single,
    IReadOnlyList<TemplatePiece> pair,
    IReadOnlyDictionary<string, IReadOnlyList<NamedToken>> specialTokens) : PostProcessor
{
    public IReadOnlyList<TemplatePiece> Single { get; } = single;

    public IReadOnlyList<TemplatePiece> Pair { get; } = pair;

    public IReadOnlyDictionary<string, IReadOnlyList<NamedToken>> SpecialTokens { get; } = specialTokens;
}
