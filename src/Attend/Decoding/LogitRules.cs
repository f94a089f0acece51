namespace Attend.Decoding;

/// <summary>The rules that change what a decoder may say next.</summary>
internal sealed class LogitRules(DecodingOptions options, int endId)
{
    private const float Forbidden = float.NegativeInfinity;

    /// <summary>Whether the rules need to know what a hypothesis has said.</summary>
    private readonly bool _readsHistory = options.RepetitionPenalty != 1 || options.NoRepeatNgram > 0;

    /// <summary>Applies the rules that change a row's probabilities, fixes these, then applies those that forbid.</summary>
    /// <param name="scores">One row per hypothesis.</param>
    /// <param name="row">Which.</param>
    /// <param name="hypothesis">What it has said.</param>
    public void Apply(TokenScores scores, int row, Branch hypothesis)
    {
        var history = _readsHistory ? hypothesis.Tokens() : [];
        var logits = scores.Row(row);
        if (options.RepetitionPenalty != 1) Penalize(logits, history);
        scores.Normalize(row);
        foreach (var token in options.SuppressedTokens) logits[token] = Forbidden;
        if (hypothesis.Length < options.MinNewTokens) logits[endId] = Forbidden;
        if (options.NoRepeatNgram > 0) ForbidRepeats(logits, history);
    }

    private void Penalize(Span<float> logits, int[] history)
    {
        foreach (var token in history.Distinct())
        {
            ref var logit = ref logits[token];
            logit = (float)(logit > 0 ? logit / options.RepetitionPenalty : logit * options.RepetitionPenalty);
        }
    }

    private void ForbidRepeats(Span<float> logits, int[] history)
    {
        var known = options.NoRepeatNgram - 1;
        if (history.Length < known) return;
        var tail = history.AsSpan(history.Length - known);
        for (var start = 0; start + known < history.Length; start++)
            if (history.AsSpan(start, known).SequenceEqual(tail)) logits[history[start + known]] = Forbidden;
    }
}
