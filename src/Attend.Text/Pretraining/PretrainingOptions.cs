namespace Attend.Text.Pretraining;

/// <summary>What a model learns from raw text.</summary>
public enum PretrainingObjective
{
    /// <summary>To fill in hidden words, and to tell whether a second segment follows the first (Devlin et al. 2018, section 3.1).</summary>
    MlmNsp,

    /// <summary>To fill in hidden words of packed whole sentences (Liu et al. 2019, section 4.2, DOC-SENTENCES).</summary>
    Mlm,
}

/// <summary>How raw text becomes inputs to learn from.</summary>
public sealed record PretrainingOptions
{
    /// <summary>What is learned.</summary>
    public PretrainingObjective Objective { get; init; } = PretrainingObjective.MlmNsp;

    /// <summary>Longest input in tokens, special tokens included; at least 8.</summary>
    public int MaxInputTokens { get; init; } = 128;

    /// <summary>Share of the segment pairs that are cut to a random shorter length, in [0, 1] (Devlin et al. 2018, appendix A.2).</summary>
    public double ShortShare { get; init; } = 0.1;

    /// <summary>Share of the tokens that are to be guessed, in (0, 1).</summary>
    public double MaskShare { get; init; } = 0.15;

    /// <summary>Share of those that are replaced by [MASK], in [0, 1].</summary>
    public double MaskedShare { get; init; } = 0.8;

    /// <summary>Share of those that are replaced by a random token, in [0, 1]; the rest stays as it is.</summary>
    public double RandomShare { get; init; } = 0.1;

    /// <summary>All pieces of a word are guessed, or none.</summary>
    public bool WholeWords { get; init; } = true;

    /// <summary>Most neighbouring Chinese characters that are guessed together, as words are of several; 1 = each by itself.</summary>
    public int MaxIdeographRun { get; init; } = 1;

    /// <summary>Seeds the order of the documents, the pairs and the masks.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Checks the numbers.</summary>
    /// <exception cref="ArgumentException">A number is out of range; the message names it.</exception>
    public void Validate()
    {
        Require(MaxInputTokens >= 8, nameof(MaxInputTokens), MaxInputTokens, "at least 8");
        Require(ShortShare is >= 0 and <= 1, nameof(ShortShare), ShortShare, "a share in [0, 1]");
        Require(MaskShare is > 0 and < 1, nameof(MaskShare), MaskShare, "a share in (0, 1)");
        Require(MaskedShare is >= 0 and <= 1, nameof(MaskedShare), MaskedShare, "a share in [0, 1]");
        Require(RandomShare >= 0 && MaskedShare + RandomShare <= 1, nameof(RandomShare), RandomShare, $"a share in [0, {1 - MaskedShare}]");
        Require(MaxIdeographRun is >= 1 and <= 16, nameof(MaxIdeographRun), MaxIdeographRun, "in [1, 16]");
    }

    private static void Require(bool holds, string name, object value, string expected)
    {
        if (!holds) throw new ArgumentException($"{name} is {value}; expected {expected}");
    }
}

/// <summary>One input to learn from: [CLS] first [SEP] second [SEP], some of its tokens hidden.</summary>
/// <param name="Ids">Token ids as the model sees them.</param>
/// <param name="FirstLength">How many tokens belong to the first segment, [CLS] and its [SEP] included.</param>
/// <param name="Positions">Places of the tokens to be guessed, rising.</param>
/// <param name="Targets">The ids that stood there.</param>
/// <param name="IsNext">Whether the second segment follows the first in its document; null where there is no second segment.</param>
public sealed record PretrainingExample(int[] Ids, int FirstLength, int[] Positions, int[] Targets, bool? IsNext);
