namespace Attend.Text.Metrics;

/// <summary>Measures answers to questions on texts by exact match and F1, as the official scripts of SQuAD 1.1, SQuAD 2.0 and CMRC 2018 do.</summary>
/// <remarks>Keeps sums only; where predictions come with a no-answer score, also 24 bytes per question, as the best threshold needs them all.</remarks>
public sealed class SquadMetrics : SummedMetric<QuestionAnswer>
{
    private const int Exact = 0, F1 = 1, Questions = 2, Missing = 3, AnswerableExact = 4, AnswerableF1 = 5, Answerable = 6, UnanswerableExact = 7;

    private readonly SquadRules _rules;
    private readonly List<Judged> _judged = [];

    /// <summary>An empty count.</summary>
    /// <param name="rules">Whose rules.</param>
    public SquadMetrics(SquadRules rules)
    {
        _rules = rules;
        Signature = rules switch
        {
            SquadRules.Squad11 => "squad|rules:1.1|normalize:lower,ascii-punctuation,articles,space|f1:word-bags|golds:max|missing:0|scale:0-100",
            SquadRules.Squad20 => "squad|rules:2.0|normalize:lower,ascii-punctuation,articles,space|f1:word-bags|golds:max|empty:equality|missing:0|threshold:none,best-attainable|scale:0-100",
            SquadRules.Cmrc2018 => "squad|rules:cmrc2018|normalize:lower,cmrc-punctuation|segments:chinese-characters,words,ascii-punctuation|f1:longest-common-stretch|golds:max|missing:0|scale:0-100",
            _ => throw new ArgumentOutOfRangeException(nameof(rules)),
        } + $"|version:{LabelSet.Version}";
    }

    private readonly record struct Judged(double NoAnswerScore, double Exact, double F1, bool IsAnswerable);

    /// <inheritdoc/>
    public override string Signature { get; }

    /// <inheritdoc/>
    public override void Measure(QuestionAnswer predicted, QuestionAnswer expected, ExampleTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        var (exact, f1) = Judge(predicted, expected);
        terms.Add(Questions, 1);
        terms.Add(Exact, exact);
        terms.Add(F1, f1);
        if (predicted.Texts.Count == 0) terms.Add(Missing, 1);
        if (_rules != SquadRules.Squad20) return;
        if (expected.Texts.Count == 0)
        {
            terms.Add(UnanswerableExact, exact);
            return;
        }
        terms.Add(Answerable, 1);
        terms.Add(AnswerableExact, exact);
        terms.Add(AnswerableF1, f1);
    }

    /// <summary>
    /// exact_match, f1; by the rules of 2.0 also has_answer_exact_match, has_answer_f1 and no_answer_accuracy, each where there are such questions.
    /// All in [0, 100].
    /// </summary>
    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Figures(ReadOnlySpan<double> sums)
    {
        var figures = new OrderedDictionary<string, double>();
        var questions = At(sums, Questions);
        if (questions == 0) return figures;
        figures["exact_match"] = 100 * At(sums, Exact) / questions;
        figures["f1"] = 100 * At(sums, F1) / questions;
        if (_rules != SquadRules.Squad20) return figures;
        var answerable = At(sums, Answerable);
        if (answerable > 0)
        {
            figures["has_answer_exact_match"] = 100 * At(sums, AnswerableExact) / answerable;
            figures["has_answer_f1"] = 100 * At(sums, AnswerableF1) / answerable;
        }
        if (questions > answerable) figures["no_answer_accuracy"] = 100 * At(sums, UnanswerableExact) / (questions - answerable);
        return figures;
    }

    /// <summary>The best figures that any threshold on the no-answer score would give, answering "" above it; null unless every prediction has a score.</summary>
    /// <remarks>As the official 2.0 script finds it, but a threshold never parts questions of the same score.</remarks>
    public NoAnswerThreshold? BestThreshold() =>
        _judged.Count == 0 || _judged.Count < At(Sums, Questions) ? null : new NoAnswerThreshold(Best(each => each.Exact), Best(each => each.F1));

    /// <summary>What a reader must know before trusting a figure; whole sentences, empty where nothing is odd.</summary>
    public string[] Notes()
    {
        var notes = new List<string>();
        if (At(Sums, Questions) == 0) notes.Add("No question was measured.");
        if (At(Sums, Missing) is > 0 and var missing) notes.Add($"Questions without any prediction: {missing:0}; they count 0 and stay in the total.");
        return [.. notes];
    }

    private protected override void OnCounted(QuestionAnswer predicted, QuestionAnswer expected)
    {
        if (_rules != SquadRules.Squad20 || predicted.NoAnswerScore is not { } score) return;
        var (exact, f1) = Judge(predicted, expected);
        var isAnswerable = expected.Texts.Count > 0;
        // To an unanswerable question, saying "" is what the threshold brings; an answer that is already "" stays right below it.
        _judged.Add(new Judged(score, exact, f1, isAnswerable));
    }

    private (double Exact, double F1) Judge(QuestionAnswer predicted, QuestionAnswer expected)
    {
        ArgumentNullException.ThrowIfNull(predicted);
        ArgumentNullException.ThrowIfNull(expected);
        if (predicted.Texts.Count > 1) throw new ArgumentException($"Expected one predicted answer, found {predicted.Texts.Count}.", nameof(predicted));
        if (predicted.NoAnswerScore is { } score && double.IsNaN(score)) throw new ArgumentException("The no-answer score is not a number.", nameof(predicted));
        if (expected.Texts.Count == 0 && _rules != SquadRules.Squad20)
            throw new ArgumentException("The question has no gold answer, which only the rules of SQuAD 2.0 allow.", nameof(expected));
        if (predicted.Texts.Count == 0) return (0, 0);
        return _rules switch
        {
            SquadRules.Squad11 => Best(expected.Texts, SquadText.Words(predicted.Texts[0]), SquadText.Words, SquadText.F1),
            SquadRules.Squad20 => JudgeWithEmpty(predicted.Texts[0], expected.Texts),
            _ => JudgeChinese(predicted.Texts[0], expected.Texts),
        };
    }

    private static (double Exact, double F1) JudgeWithEmpty(string predicted, IReadOnlyList<string> golds)
    {
        var words = SquadText.Words(predicted);
        double exact = 0, f1 = 0;
        var hasGold = false;
        foreach (var gold in golds)
        {
            var goldWords = SquadText.Words(gold);
            if (goldWords.Count == 0) continue;
            hasGold = true;
            if (words.SequenceEqual(goldWords)) exact = 1;
            f1 = Math.Max(f1, SquadText.F1(words, goldWords));
        }
        if (hasGold) return (exact, f1);
        return words.Count == 0 ? (1, 1) : (0, 0);
    }

    private static (double Exact, double F1) JudgeChinese(string predicted, IReadOnlyList<string> golds)
    {
        var normalized = Cmrc2018Text.Normalize(predicted);
        var (_, f1) = Best(golds, Cmrc2018Text.Segments(predicted), Cmrc2018Text.Segments, Cmrc2018Text.F1);
        return (golds.Any(gold => Cmrc2018Text.Normalize(gold) == normalized) ? 1 : 0, f1);
    }

    private static (double Exact, double F1) Best(IReadOnlyList<string> golds, List<string> predicted, Func<string, List<string>> words, Func<List<string>, List<string>, double> f1Of)
    {
        double exact = 0, f1 = 0;
        foreach (var gold in golds)
        {
            var goldWords = words(gold);
            if (predicted.SequenceEqual(goldWords)) exact = 1;
            f1 = Math.Max(f1, f1Of(predicted, goldWords));
        }
        return (exact, f1);
    }

    private ThresholdFigure Best(Func<Judged, double> scoreOf)
    {
        // Where the threshold lies below all scores, every question is answered "".
        var current = (double)_judged.Count(each => !each.IsAnswerable);
        var (best, threshold) = (current, double.NegativeInfinity);
        Judged[] sorted = [.. _judged.OrderBy(each => each.NoAnswerScore)];
        for (var i = 0; i < sorted.Length; i++)
        {
            current += scoreOf(sorted[i]) - (sorted[i].IsAnswerable ? 0 : 1);
            var canStopHere = i == sorted.Length - 1 || sorted[i + 1].NoAnswerScore != sorted[i].NoAnswerScore;
            if (canStopHere && current > best) (best, threshold) = (current, sorted[i].NoAnswerScore);
        }
        return new ThresholdFigure(100 * best / sorted.Length, threshold);
    }
}
