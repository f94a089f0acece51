namespace Attend.Decoding;

/// <summary>How hypotheses of different lengths are compared.</summary>
public enum LengthNormalization
{
    /// <summary>Sum of log-probabilities / length^α (fairseq; α = 1 is the mean). Length counts the end token.</summary>
    Power,

    /// <summary>Sum of log-probabilities / ((5 + length) / 6)^α (Wu et al. 2016, GNMT, equation 14).</summary>
    Gnmt,
}

/// <summary>When a beam search may end before the longest length.</summary>
public enum BeamStop
{
    /// <summary>As soon as as many hypotheses have ended as there are beams (fairseq).</summary>
    BeamsFilled,

    /// <summary>When no hypothesis under way can still become better than the ones that have ended: exact, and slower.</summary>
    NoneCanImprove,
}

/// <summary>Drawing tokens at random instead of searching for the likeliest.</summary>
public sealed record SamplingOptions
{
    /// <summary>Logits are divided by it, above 0: lower is safer, higher more varied.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Only so many likeliest tokens are drawn from (Fan et al. 2018, section 5.4); 0 = all.</summary>
    public int TopK { get; init; }

    /// <summary>Only the likeliest tokens that together have this probability (Holtzman et al. 2020, section 3.1), in (0, 1]; 1 = all.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Only tokens at least this many times as probable as the likeliest (Nguyen et al. 2024), in [0, 1); 0 = all.</summary>
    public double MinP { get; init; }

    /// <summary>Same seed and same source: same text, in any company.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>How a decoder writes. Lengths count tokens, the end token included, the start token not.</summary>
public sealed record DecodingOptions
{
    /// <summary>Hypotheses kept side by side; 1 = greedy.</summary>
    public int Beams { get; init; } = 1;

    /// <summary>Exponent α of the length normalization; 0 = none, higher favours longer texts.</summary>
    public double LengthPenalty { get; init; } = 1;

    /// <summary>What α is the exponent of.</summary>
    public LengthNormalization Normalization { get; init; }

    /// <summary>When a beam search may end.</summary>
    public BeamStop Stop { get; init; }

    /// <summary>Texts returned per source, best first; at most <see cref="Beams"/> (any number when sampling).</summary>
    public int BestCount { get; init; } = 1;

    /// <summary>No text ends before so many tokens, the end token not counted.</summary>
    public int MinNewTokens { get; init; }

    /// <summary>Where generation stops; never above what the model can hold.</summary>
    public int MaxNewTokens { get; init; } = 256;

    /// <summary>Logits of tokens already said are divided (positive ones) or multiplied (negative ones) by it (Keskar et al. 2019, section 4.1); 1 = off.</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>No run of so many tokens occurs twice in a text (Paulus et al. 2017, section 2.5); 0 = off.</summary>
    public int NoRepeatNgram { get; init; }

    /// <summary>Groups of beams that avoid each other's tokens (Vijayakumar et al. 2016); divides <see cref="Beams"/>; 1 = plain beam search.</summary>
    public int DiverseGroups { get; init; } = 1;

    /// <summary>Taken from a token's log-probability for each earlier group that chose it at the same step.</summary>
    public double DiversityPenalty { get; init; } = 0.5;

    /// <summary>Draws at random; null = searches.</summary>
    public SamplingOptions? Sampling { get; init; }

    /// <summary>Tokens that are never said, such as padding.</summary>
    public IReadOnlyList<int> SuppressedTokens { get; init; } = [];

    /// <summary>Checks the numbers.</summary>
    /// <exception cref="ArgumentException">A number is out of range; the message names it.</exception>
    public void Validate()
    {
        Require(Beams >= 1, nameof(Beams), Beams, "at least 1");
        Require(BestCount >= 1 && (Sampling is not null || BestCount <= Beams), nameof(BestCount), BestCount, $"1 to {nameof(Beams)} ({Beams})");
        Require(double.IsFinite(LengthPenalty), nameof(LengthPenalty), LengthPenalty, "a finite number");
        Require(MaxNewTokens >= 1, nameof(MaxNewTokens), MaxNewTokens, "at least 1");
        Require(MinNewTokens >= 0 && MinNewTokens < MaxNewTokens, nameof(MinNewTokens), MinNewTokens, $"0 or more, below {nameof(MaxNewTokens)} ({MaxNewTokens})");
        Require(RepetitionPenalty > 0 && double.IsFinite(RepetitionPenalty), nameof(RepetitionPenalty), RepetitionPenalty, "a positive finite number");
        Require(NoRepeatNgram >= 0, nameof(NoRepeatNgram), NoRepeatNgram, "0 or more");
        Require(DiverseGroups >= 1 && Beams % DiverseGroups == 0, nameof(DiverseGroups), DiverseGroups, $"a divisor of {nameof(Beams)} ({Beams})");
        Require(DiversityPenalty >= 0 && double.IsFinite(DiversityPenalty), nameof(DiversityPenalty), DiversityPenalty, "0 or more");
        if (Sampling is not { } sampling) return;
        Require(Beams == 1, nameof(Beams), Beams, "1 when sampling");
        Require(sampling.Temperature > 0 && double.IsFinite(sampling.Temperature), nameof(sampling.Temperature), sampling.Temperature, "a positive finite number");
        Require(sampling.TopK >= 0, nameof(sampling.TopK), sampling.TopK, "0 or more");
        Require(sampling.TopP is > 0 and <= 1, nameof(sampling.TopP), sampling.TopP, "a probability in (0, 1]");
        Require(sampling.MinP is >= 0 and < 1, nameof(sampling.MinP), sampling.MinP, "a share in [0, 1)");
    }

    /// <summary>What a hypothesis is ranked by.</summary>
    /// <param name="logProbability">Sum over its tokens, in nats.</param>
    /// <param name="length">Number of tokens, the end token included; at least 1.</param>
    public double Score(double logProbability, int length) =>
        logProbability / Math.Pow(Normalization == LengthNormalization.Gnmt ? (5 + length) / 6.0 : length, LengthPenalty);

    private static void Require(bool holds, string name, object value, string expected)
    {
        if (!holds) throw new ArgumentException($"{name} is {value}; expected {expected}");
    }
}
