using Attend.Text.Tokenizers;

namespace Attend.Tasks;

/// <summary>An answer that was found.</summary>
/// <param name="Start">Where it begins in the raw context, in UTF-16 code units.</param>
/// <param name="End">The first code unit after it.</param>
/// <param name="Text">The piece of the raw context between them.</param>
/// <param name="Probability">In [0, 1]: its share among all answers that could be given, "none" included where that is one.</param>
public sealed record FoundAnswer(int Start, int End, string Text, double Probability);

/// <summary>What a model says to a question.</summary>
/// <param name="Best">The likeliest answers, best first; empty only where the context has no word.</param>
/// <param name="HasAnswer">Whether the context answers the question at all, as the model sees it; always true where it cannot say no.</param>
/// <param name="NoAnswerScore">Score of "no answer" minus score of the best answer (log odds).</param>
/// <param name="NoAnswerProbability">Probability that there is none; 0 where the model cannot say so.</param>
public sealed record AnswerPrediction(IReadOnlyList<FoundAnswer> Best, bool HasAnswer, double NoAnswerScore, double NoAnswerProbability)
{
    /// <summary>The answer; "" where there is none.</summary>
    public string Text => HasAnswer && Best.Count > 0 ? Best[0].Text : "";
}

/// <summary>What is looked for.</summary>
/// <param name="MaxAnswerTokens">Longest answer, in tokens.</param>
/// <param name="Count">How many of the best answers.</param>
/// <param name="Stride">How many tokens neighbouring windows share.</param>
/// <param name="MayHaveNone">Whether "no answer" is one.</param>
internal sealed record AnswerSearchOptions(int MaxAnswerTokens, int Count, int Stride, bool MayHaveNone);

/// <summary>Finds the best answers over all windows of a context: every pair of a first and a last token is tried between which stand whole words.</summary>
/// <remarks>A pair that several windows show counts once, in the one that shows most around it, as in the original BERT; "no answer" counts where it is least likely.</remarks>
internal sealed class AnswerSearch
{
    private readonly string _context;
    private readonly AnswerSearchOptions _options;
    private readonly bool[] _isInWord;
    private readonly Dictionary<(int Start, int End), double> _best = [];
    private double _least = double.NegativeInfinity;
    // ln of the sum of exp(score) over all answers of all windows.
    private double _total = double.NegativeInfinity;

    private AnswerSearch(string context, AnswerSearchOptions options)
    {
        (_context, _options, _isInWord) = (context, options, PlacesInWords(context, options.MaxAnswerTokens));
    }

    /// <summary>Looks through all windows.</summary>
    /// <param name="context">The raw text.</param>
    /// <param name="windows">Question and pieces of the context, in order.</param>
    /// <param name="scores">[window, token, 2], row after row: as the first and as the last token.</param>
    /// <param name="options">What is looked for.</param>
    public static AnswerPrediction Find(string context, IReadOnlyList<Encoding> windows, ReadOnlySpan<float> scores, AnswerSearchOptions options)
    {
        var search = new AnswerSearch(context, options);
        var none = double.PositiveInfinity;
        var rowLength = scores.Length / windows.Count;
        for (var window = 0; window < windows.Count; window++)
        {
            var row = scores.Slice(window * rowLength, rowLength);
            none = Math.Min(none, (double)row[0] + row[1]);
            search.Look(windows, window, row);
        }
        return search.Result(none);
    }

    private void Look(IReadOnlyList<Encoding> windows, int index, ReadOnlySpan<float> scores)
    {
        var window = windows[index];
        if (Context(window) is not { } place) return;
        var (first, last) = place;
        var before = index > 0 ? Context(windows[index - 1]) : null;
        var after = index < windows.Count - 1 ? Context(windows[index + 1]) : null;
        var greatestStart = float.NegativeInfinity;
        var greatestEnd = float.NegativeInfinity;
        for (var token = first; token <= last; token++)
        {
            if (Begins(window.Offsets[token])) greatestStart = Math.Max(greatestStart, scores[2 * token]);
            if (Ends(window.Offsets[token])) greatestEnd = Math.Max(greatestEnd, scores[2 * token + 1]);
        }
        var sum = 0.0;
        var ends = new double[last - first + 1];
        for (var token = first; token <= last; token++) ends[token - first] = Ends(window.Offsets[token]) ? Math.Exp(scores[2 * token + 1] - (double)greatestEnd) : 0;
        for (var start = first; start <= last; start++)
        {
            if (!Begins(window.Offsets[start])) continue;
            var furthest = Math.Min(last, start + _options.MaxAnswerTokens - 1);
            var endSum = 0.0;
            for (var end = start; end <= furthest; end++)
            {
                if (!Ends(window.Offsets[end]) || !Owns(start - first, end - first)) continue;
                endSum += ends[end - first];
                var score = (double)scores[2 * start] + scores[2 * end + 1];
                if (score > _least) Take(window, start, end, score);
            }
            sum += Math.Exp(scores[2 * start] - (double)greatestStart) * endSum;
        }
        if (sum == 0) return;
        _total = LogAdd(_total, (double)greatestStart + greatestEnd + Math.Log(sum));

        // Whether no neighbour, which shares the stride's tokens, shows more around the pair; the earlier of equals has it.
        bool Owns(int start, int end)
        {
            var length = last - first + 1;
            var inBefore = before is not null && end < _options.Stride;
            var inAfter = after is not null && start >= length - _options.Stride;
            if (!inBefore && !inAfter) return true;
            var here = Math.Min(index == 0 ? int.MaxValue : start, after is null ? int.MaxValue : length - 1 - end);
            if (inBefore)
            {
                var (from, to) = before!.Value;
                var margin = Math.Min(index == 1 ? int.MaxValue : start + (to - from + 1) - _options.Stride, _options.Stride - 1 - end);
                if (margin >= here) return false;
            }
            if (inAfter)
            {
                var (from, to) = after!.Value;
                var moved = length - _options.Stride;
                var margin = Math.Min(start - moved, index == windows.Count - 2 ? int.MaxValue : to - from - (end - moved));
                if (margin > here) return false;
            }
            return true;
        }
    }

    private AnswerPrediction Result(double none)
    {
        var mayHaveNone = _options.MayHaveNone;
        if (_best.Count == 0) return new AnswerPrediction([], !mayHaveNone, double.PositiveInfinity, mayHaveNone ? 1 : 0);
        var all = mayHaveNone ? LogAdd(_total, none) : _total;
        var sorted = _best.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key.Start).ThenBy(entry => entry.Key.End).ToArray();
        var missing = none - sorted[0].Value;
        return new AnswerPrediction(
            [.. sorted.Select(entry => new FoundAnswer(entry.Key.Start, entry.Key.End, _context[entry.Key.Start..entry.Key.End], Math.Min(1, Math.Exp(entry.Value - all))))],
            !mayHaveNone || missing <= 0, missing, mayHaveNone ? Math.Min(1, Math.Exp(none - all)) : 0);
    }

    private static (int First, int Last)? Context(Encoding window)
    {
        var first = Array.IndexOf(window.TextIds, 1);
        return first < 0 ? null : (first, Array.LastIndexOf(window.TextIds, 1));
    }

    private static double LogAdd(double left, double right) => double.IsNegativeInfinity(left) ? right : Math.Max(left, right) + Math.Log(1 + Math.Exp(-Math.Abs(left - right)));

    private bool Begins(TextSpan offset) => offset.Length > 0 && !_isInWord[offset.Start];

    private bool Ends(TextSpan offset) => offset.Length > 0 && !_isInWord[offset.End];

    // Where the text goes on within a word. What is too long to be an answer as a whole may be answered by in part.
    private static bool[] PlacesInWords(string context, int maxAnswerTokens)
    {
        var inWord = new bool[context.Length + 1];
        foreach (var word in TextWords.Of(context))
            if (word.Length <= maxAnswerTokens) inWord.AsSpan((word.Start + 1)..word.End).Fill(true);
        return inWord;
    }

    private void Take(Encoding window, int start, int end, double score)
    {
        var (from, to) = (window.Offsets[start].Start, window.Offsets[end].End);
        while (from < to && char.IsWhiteSpace(_context[from])) from++;
        while (to > from && char.IsWhiteSpace(_context[to - 1])) to--;
        if (from >= to) return;
        // Two pieces of one character stand at the same place: one answer, with the better of its scores.
        if (_best.TryGetValue((from, to), out var before))
        {
            if (score > before) _best[(from, to)] = score;
        }
        else
        {
            if (_best.Count == _options.Count) _best.Remove(_best.MinBy(entry => entry.Value).Key);
            _best[(from, to)] = score;
        }
        if (_best.Count == _options.Count) _least = _best.Values.Min();
    }
}
