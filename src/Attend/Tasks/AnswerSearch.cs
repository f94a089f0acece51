using Attend.Text.Tokenizers;

namespace Attend.Tasks;

/// <summary>An answer that was found.</summary>
/// <param name="Start">Where it begins in the raw context, in UTF-16 code units.</param>
/// <param name="End">The first code unit after it.</param>
/// <param name="Text">The piece of the raw context between them.</param>
/// <param name="Probability">In [0, 1]: its share among all answers that could be given, "none" included where that is one.</param>
public sealed record FoundAnswer(int Start, int End, string Text, double Probability);

/// <summary>What a model says to a question.</summary>
/// <param name="Best">The likeliest answers, best first; empty only where the context has no text.</param>
/// <param name="HasAnswer">Whether the context answers the question at all, as the model sees it; always true where it cannot say no.</param>
/// <param name="NoAnswerScore">Score of "no answer" minus score of the best answer (log odds).</param>
/// <param name="NoAnswerProbability">Probability that there is none; 0 where the model cannot say so.</param>
public sealed record AnswerPrediction(IReadOnlyList<FoundAnswer> Best, bool HasAnswer, double NoAnswerScore, double NoAnswerProbability)
{
    /// <summary>The answer; "" where there is none.</summary>
    public string Text => HasAnswer && Best.Count > 0 ? Best[0].Text : "";
}

/// <summary>Finds the best answers over all windows of a context: every pair of a first and a last token is tried.</summary>
internal sealed class AnswerSearch(string context, int maxAnswerTokens, int count)
{
    // A range that two windows show is one answer, with the better of its scores.
    private readonly Dictionary<(int Start, int End), double> _best = [];
    private double _least = double.NegativeInfinity;
    private double _none = double.PositiveInfinity;
    // ln of the sum of exp(score) over all answers of all windows.
    private double _total = double.NegativeInfinity;

    /// <summary>Looks through one window.</summary>
    /// <param name="window">Question and a piece of the context.</param>
    /// <param name="scores">[token, 2], row after row: as the first and as the last token.</param>
    public void Add(Encoding window, ReadOnlySpan<float> scores)
    {
        _none = Math.Min(_none, (double)scores[0] + scores[1]);
        var first = Array.IndexOf(window.TextIds, 1);
        if (first < 0) return;
        var last = Array.LastIndexOf(window.TextIds, 1);
        var (greatestStart, greatestEnd) = (float.NegativeInfinity, float.NegativeInfinity);
        for (var token = first; token <= last; token++)
        {
            greatestStart = Math.Max(greatestStart, scores[2 * token]);
            greatestEnd = Math.Max(greatestEnd, scores[2 * token + 1]);
        }
        var ends = new double[last - first + 1];
        for (var token = first; token <= last; token++) ends[token - first] = Math.Exp(scores[2 * token + 1] - greatestEnd);
        var sum = 0.0;
        for (var start = first; start <= last; start++)
        {
            var furthest = Math.Min(last, start + maxAnswerTokens - 1);
            var endSum = 0.0;
            for (var end = start; end <= furthest; end++) endSum += ends[end - first];
            sum += Math.Exp(scores[2 * start] - greatestStart) * endSum;
            if (scores[2 * start] + greatestEnd <= _least) continue;
            for (var end = start; end <= furthest; end++)
            {
                var score = (double)scores[2 * start] + scores[2 * end + 1];
                if (score > _least) Take(window, start, end, score);
            }
        }
        var total = greatestStart + greatestEnd + Math.Log(sum);
        _total = Math.Max(_total, total) + Math.Log(1 + Math.Exp(-Math.Abs(_total - total)));
    }

    /// <summary>What was found.</summary>
    /// <param name="mayHaveNone">Whether "no answer" is one.</param>
    public AnswerPrediction Result(bool mayHaveNone)
    {
        if (_best.Count == 0) return new AnswerPrediction([], !mayHaveNone, double.PositiveInfinity, mayHaveNone ? 1 : 0);
        var all = mayHaveNone ? Math.Max(_total, _none) + Math.Log(1 + Math.Exp(-Math.Abs(_total - _none))) : _total;
        var sorted = _best.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key.Start).ThenBy(entry => entry.Key.End).ToArray();
        var missing = _none - sorted[0].Value;
        return new AnswerPrediction(
            [.. sorted.Select(entry => new FoundAnswer(entry.Key.Start, entry.Key.End, context[entry.Key.Start..entry.Key.End], Math.Min(1, Math.Exp(entry.Value - all))))],
            !mayHaveNone || missing <= 0, missing, mayHaveNone ? Math.Min(1, Math.Exp(_none - all)) : 0);
    }

    private void Take(Encoding window, int start, int end, double score)
    {
        var (from, to) = (window.Offsets[start].Start, window.Offsets[end].End);
        while (from < to && char.IsWhiteSpace(context[from])) from++;
        while (to > from && char.IsWhiteSpace(context[to - 1])) to--;
        if (from >= to) return;
        if (_best.TryGetValue((from, to), out var before))
        {
            if (score > before) _best[(from, to)] = score;
        }
        else
        {
            if (_best.Count == count) _best.Remove(_best.MinBy(entry => entry.Value).Key);
            _best[(from, to)] = score;
        }
        if (_best.Count == count) _least = _best.Values.Min();
    }
}
