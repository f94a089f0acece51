namespace Attend.Decoding;

/// <summary>The rules that change what a decoder may say next.</summary>
internal sealed class LogitRules(DecodingOptions options, int endId)
{
    private const float Forbidden = float.NegativeInfinity;

    /// <summary>Whether the rules need to know what a hypothesis has said.</summary>
    private readonly bool _readsHistory = options.RepetitionPenalty != 1 || options.NoRepeatNgram > 0;

    /// <summary>Applies the rules that change probabilities, fixes these, then applies those that forbid.</summary>
    /// <param name="scores">One row per hypothesis.</param>
    /// <param name="rows">The hypotheses.</param>
    public void Apply(TokenScores scores, IReadOnlyList<Branch> rows)
    {
        var histories = _readsHistory ? rows.Select(row => row.Tokens()).ToArray() : null;
        if (options.RepetitionPenalty != 1)
            for (var row = 0; row < rows.Count; row++) Penalize(scores.Row(row), histories![row]);
        scores.Normalize();
        for (var row = 0; row < rows.Count; row++)
        {
            var logits = scores.Row(row);
            foreach (var token in options.SuppressedTokens) logits[token] = Forbidden;
            if (rows[row].Length < options.MinNewTokens) logits[endId] = Forbidden;
            if (options.NoRepeatNgram > 0) ForbidRepeats(logits, histories![row]);
        }
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
