namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>Puts special tokens around encoded texts.</summary>
internal abstract class PostProcessor
{
    /// <summary>Order of an input by a post-processor, null for none.</summary>
    /// <exception cref="ArgumentException">Several parts of a sequence add special tokens.</exception>
    public static InputTemplate ToTemplate(PostProcessor? processor)
    {
        var parts = Flatten(processor).ToArray();
        var trims = parts.Any(part => part is ByteLevelPostProcessor { TrimOffsets: true } or RobertaPostProcessor { TrimOffsets: true });
        var adding = parts.Where(part => part is not ByteLevelPostProcessor).ToArray();
        return adding switch
        {
            [] => InputTemplate.Plain(trims),
            [BertPostProcessor bert] => Bert(bert, trims),
            [RobertaPostProcessor roberta] => Roberta(roberta, trims),
            [TemplatePostProcessor template] => new InputTemplate(Elements(template, template.Single), Elements(template, template.Pair), trims),
            _ => throw new ArgumentException($"{adding.Length} post-processors of one sequence add special tokens; expected at most one"),
        };
    }

    private static IEnumerable<InputTemplate.Element> Elements(TemplatePostProcessor template, IReadOnlyList<TemplatePiece> pieces)
    {
        if (pieces.Count > HostileFiles.MostPlaces) throw new ArgumentException($"a template of {pieces.Count} places; expected at most {HostileFiles.MostPlaces}");
        var special = pieces.Where(piece => piece.SpecialToken is not null).Sum(piece => (long)template.SpecialTokens[piece.SpecialToken!].Count);
        if (special > HostileFiles.MostSpecialTokens) throw new ArgumentException($"a template with {special} special tokens; expected at most {HostileFiles.MostSpecialTokens}");
        return pieces.Select(template.ToElement);
    }

    private static IEnumerable<PostProcessor> Flatten(PostProcessor? processor)
        => processor is PostProcessorSequence sequence ? sequence.Steps.SelectMany(Flatten) : processor is null ? [] : [processor];

    private static InputTemplate Bert(BertPostProcessor bert, bool trims)
    {
        InputTemplate.Element[] single = [Special(bert.Cls, 0), InputTemplate.Element.Of(0, 0), Special(bert.Sep, 0)];
        return new InputTemplate(single, [.. single, InputTemplate.Element.Of(1, 1), Special(bert.Sep, 1)], trims);
    }

    private static InputTemplate Roberta(RobertaPostProcessor roberta, bool trims)
    {
        InputTemplate.Element[] single = [Special(roberta.Cls, 0), InputTemplate.Element.Of(0, 0), Special(roberta.Sep, 0)];
        return new InputTemplate(single, [.. single, Special(roberta.Sep, 0), InputTemplate.Element.Of(1, 0), Special(roberta.Sep, 0)], trims);
    }

    private static InputTemplate.Element Special(NamedToken token, int segmentId) => InputTemplate.Element.Special(token.Id, segmentId);
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

    public InputTemplate.Element ToElement(TemplatePiece piece) => piece.Text is { } text
        ? InputTemplate.Element.Of(text, piece.SegmentId)
        : new InputTemplate.Element(-1, [.. SpecialTokens[piece.SpecialToken!].Select(token => token.Id)], piece.SegmentId);
}
