namespace Attend.Text.Tokenizers;

/// <summary>Ids of a tokenizer's special tokens; null where it has none of a kind.</summary>
public sealed record SpecialTokenIds
{
    /// <summary>In front of an input, its output standing for the whole: [CLS], or the token a text begins with.</summary>
    public int? Cls { get; init; }

    /// <summary>At the end of each text of an input: [SEP], or the token a text ends with.</summary>
    public int? Sep { get; init; }

    /// <summary>Begins a text that is generated; that of <see cref="Cls"/> where there is no other.</summary>
    public int? Bos { get; init; }

    /// <summary>Ends a text that is generated; that of <see cref="Sep"/> where there is no other.</summary>
    public int? Eos { get; init; }

    /// <summary>In place of what the vocabulary cannot express.</summary>
    public int? Unknown { get; init; }

    /// <summary>Fills a batch up to its longest row.</summary>
    public int? Pad { get; init; }

    /// <summary>In place of a word to be guessed.</summary>
    public int? Mask { get; init; }
}
