namespace Attend.Text.Metrics;

/// <summary>Guesses of a language model for the hidden tokens of one input, and for the order of its segments.</summary>
/// <param name="TokenIds">The likeliest token at each hidden place; of the gold standard: the token that stood there.</param>
/// <param name="TokenLosses">Negative logarithm of the probability given to the right token, in nats; of the gold standard: empty.</param>
/// <param name="IsNext">Whether the second segment follows the first; null where there is no second.</param>
/// <param name="NextLoss">Negative logarithm of the probability given to the right answer on that, in nats.</param>
public sealed record PretrainingAnswer(IReadOnlyList<int> TokenIds, IReadOnlyList<float> TokenLosses, bool? IsNext, double NextLoss = 0);

/// <summary>Measures masked language modelling and next-sentence prediction (Devlin et al. 2018, section 3.1).</summary>
/// <remarks>
/// mlm_loss: mean over the hidden tokens of -ln p(token), in nats; mlm_perplexity: its exponential; mlm_accuracy: share of hidden tokens
/// whose likeliest guess is right; mlm_log_likelihood: -mlm_loss; nsp_accuracy, nsp_loss: the same over the pairs (chance: 0.5, ln 2).
/// </remarks>
public sealed class PretrainingMetrics : IMetric<PretrainingAnswer>
{
    private long _tokens, _rightTokens, _pairs, _rightPairs;
    private double _tokenLoss, _pairLoss;

    /// <inheritdoc/>
    public string Signature => $"pretraining|mlm:mean-over-hidden-tokens|loss:nats|nsp:mean-over-pairs|version:{LabelSet.Version}";

    /// <summary>Hidden tokens counted.</summary>
    public long TokenCount => _tokens;

    /// <inheritdoc/>
    public void Add(PretrainingAnswer predicted, PretrainingAnswer expected)
    {
        if (predicted.TokenIds.Count != expected.TokenIds.Count || predicted.TokenLosses.Count != expected.TokenIds.Count)
            throw new ArgumentException($"{predicted.TokenIds.Count} guesses and {predicted.TokenLosses.Count} losses for {expected.TokenIds.Count} hidden tokens", nameof(predicted));
        for (var i = 0; i < expected.TokenIds.Count; i++)
        {
            _tokens++;
            _tokenLoss += predicted.TokenLosses[i];
            if (predicted.TokenIds[i] == expected.TokenIds[i]) _rightTokens++;
        }
        if (expected.IsNext is not { } isNext) return;
        _pairs++;
        _pairLoss += predicted.NextLoss;
        if (predicted.IsNext == isNext) _rightPairs++;
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, double> Result()
    {
        var result = new OrderedDictionary<string, double>();
        if (_tokens > 0)
        {
            result["mlm_loss"] = _tokenLoss / _tokens;
            result["mlm_perplexity"] = Math.Exp(_tokenLoss / _tokens);
            result["mlm_accuracy"] = (double)_rightTokens / _tokens;
            result["mlm_log_likelihood"] = -_tokenLoss / _tokens;
        }
        if (_pairs > 0)
        {
            result["nsp_accuracy"] = (double)_rightPairs / _pairs;
            result["nsp_loss"] = _pairLoss / _pairs;
        }
        return result;
    }
}
