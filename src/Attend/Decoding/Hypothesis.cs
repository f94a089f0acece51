namespace Attend.Decoding;

/// <summary>A source to be answered, and what the answer must hold.</summary>
/// <param name="SourceIds">Token ids of the source, special tokens included; at least one.</param>
public sealed record DecodingRequest(int[] SourceIds)
{
    /// <summary>Token ids that the text must begin with.</summary>
    public IReadOnlyList<int> Prefix { get; init; } = [];

    /// <summary>Token sequences that must occur in the text (Post and Vilar 2018); beam search only.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Constraints { get; init; } = [];
}

/// <summary>A text that a decoder wrote.</summary>
/// <param name="Ids">Its tokens, without start and end token.</param>
/// <param name="LogProbabilities">Natural logarithm of each token's probability, in the order of <paramref name="Ids"/>; the end token's follows where the text ended by itself.</param>
/// <param name="Score">What it was ranked by, see <see cref="DecodingOptions.Score"/>.</param>
/// <param name="IsFinished">Whether it ended by itself; otherwise it was cut at the longest length.</param>
/// <param name="MeetsConstraints">Whether every constraint of the request occurs in it.</param>
public sealed record Hypothesis(int[] Ids, double[] LogProbabilities, double Score, bool IsFinished, bool MeetsConstraints = true);

/// <summary>A text under way: a chain of tokens that hypotheses share as far as they agree.</summary>
internal sealed class Branch
{
    private readonly Branch? _parent;
    private readonly double _tokenLogProbability;

    private Branch(Branch? parent, int token, double tokenLogProbability)
    {
        (_parent, Token, _tokenLogProbability) = (parent, token, tokenLogProbability);
        Length = parent is null ? 0 : parent.Length + 1;
        LogProbability = parent is null ? 0 : parent.LogProbability + tokenLogProbability;
    }

    public static Branch Root { get; } = new(null, -1, 0);

    /// <summary>The last token; -1 in the root.</summary>
    public int Token { get; }

    public int Length { get; }

    public double LogProbability { get; }

    public Branch Add(int token, double logProbability) => new(this, token, logProbability);

    /// <summary>All tokens, first to last.</summary>
    public int[] Tokens()
    {
        var tokens = new int[Length];
        for (var branch = this; branch.Length > 0; branch = branch._parent!) tokens[branch.Length - 1] = branch.Token;
        return tokens;
    }

    /// <summary>The text so far as a result.</summary>
    /// <param name="options">Rank it.</param>
    /// <param name="endId">The end token.</param>
    /// <param name="meetsConstraints">Whether every constraint occurs in it.</param>
    public Hypothesis ToHypothesis(DecodingOptions options, int endId, bool meetsConstraints = true)
    {
        var logProbabilities = new double[Length];
        for (var branch = this; branch.Length > 0; branch = branch._parent!) logProbabilities[branch.Length - 1] = branch._tokenLogProbability;
        var tokens = Tokens();
        var isFinished = Token == endId;
        return new(isFinished ? tokens[..^1] : tokens, logProbabilities, options.Score(LogProbability, Math.Max(1, Length)), isFinished, meetsConstraints);
    }
}
