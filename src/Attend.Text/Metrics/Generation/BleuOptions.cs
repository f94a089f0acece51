namespace Attend.Text.Metrics;

/// <summary>How BLEU cuts texts into words.</summary>
public enum BleuTokenizer
{
    /// <summary>As NIST's mteval-v13a, the convention of WMT.</summary>
    V13A,

    /// <summary>As mteval-v14's international tokenization: punctuation and symbols of all scripts.</summary>
    International,

    /// <summary>At white space only: for texts that are tokenized already.</summary>
    None,

    /// <summary>Every character.</summary>
    Characters,

    /// <summary>Every Chinese character, the rest as <see cref="V13A"/>.</summary>
    Chinese,

    /// <summary>As Moses' normalize-punctuation and tokenizer scripts for German, the convention of Multi30k's published scores.</summary>
    MosesGerman,

    /// <summary>As Moses' normalize-punctuation and tokenizer scripts for English.</summary>
    MosesEnglish,
}

/// <summary>What BLEU puts in place of a precision of 0 (Chen and Cherry 2014).</summary>
public enum BleuSmoothing
{
    /// <summary>Nothing: BLEU is 0.</summary>
    None,

    /// <summary>A small count, by default 0.1.</summary>
    Floor,

    /// <summary>Adds a number, by default 1, to the counts of all orders above 1.</summary>
    AddK,

    /// <summary>1/2, 1/4, 1/8 ... of a match for each order in turn that has none, as mteval-v13a.</summary>
    Exponential,
}

/// <summary>The choices that change BLEU's value; the defaults are sacreBLEU's.</summary>
public sealed record BleuOptions
{
    /// <summary>How texts are cut into words.</summary>
    public BleuTokenizer Tokenizer { get; init; } = BleuTokenizer.V13A;

    /// <summary>Whether the texts are lower-cased first.</summary>
    public bool Lowercase { get; init; }

    /// <summary>What stands in place of a precision of 0.</summary>
    public BleuSmoothing Smoothing { get; init; } = BleuSmoothing.Exponential;

    /// <summary>The number that <see cref="BleuSmoothing.Floor"/> or <see cref="BleuSmoothing.AddK"/> uses; null for its default.</summary>
    public double? SmoothingValue { get; init; }

    /// <summary>The longest n-grams, at least 1.</summary>
    public int MaxOrder { get; init; } = 4;

    /// <summary>Whether orders longer than the text are left out, as is usual for single sentences.</summary>
    public bool EffectiveOrder { get; init; }

    /// <summary>
    /// BLEU4 as multi-bleu.perl and fairseq compute it on German text that was lower-cased and tokenized by Moses' scripts: the convention
    /// of the scores published for Multi30k.
    /// </summary>
    public static BleuOptions MultiBleuGerman { get; } = new() { Tokenizer = BleuTokenizer.MosesGerman, Lowercase = true, Smoothing = BleuSmoothing.None };

    /// <summary>As <see cref="MultiBleuGerman"/>, for English text.</summary>
    public static BleuOptions MultiBleuEnglish { get; } = MultiBleuGerman with { Tokenizer = BleuTokenizer.MosesEnglish };
}
