using Attend.Text.Data;

namespace Attend.Text.Metrics;

/// <summary>Measures a tagging (named entities, chunks) by its spans: one is right where its boundaries and its label are.</summary>
/// <remarks>
/// By default as conlleval and as seqeval's default mode: tags that break their scheme still make spans. Strict as seqeval's strict mode: only
/// spans that are spelled as the scheme demands count, in the gold standard as in the predictions. The labels are those that occur.
/// </remarks>
public sealed class SpanMetrics : SummedMetric<SpanAnswer>, ILabelMetric
{
    // Places of the sums: these, then for each label that occurs its correct, predicted and gold spans, and cells of the confusion matrix
    // as they occur.
    private const int Examples = 0, Words = 1, RightWords = 2, BoundaryErrors = 3;

    private readonly TagScheme? _strict;
    private readonly Dictionary<string, int> _labels = [];
    private readonly Dictionary<(string Gold, string Predicted), int> _cells = [];
    private int _placeCount = BoundaryErrors + 1;

    /// <summary>An empty count.</summary>
    /// <param name="strict">The scheme that tags must follow to count as spans, or null to count as conlleval does. Answers of spans are not concerned.</param>
    public SpanMetrics(TagScheme? strict = null)
    {
        _strict = strict;
        Signature = $"spans|mode:{(strict is { } scheme ? $"strict-{SpanTags.Name(scheme)}" : "conlleval")}|match:boundaries+label"
            + $"|average:micro+macro+weighted|macro-over:gold-or-predicted|zero-division:0|accuracy:word-tags|version:{LabelSet.Version}";
    }

    /// <inheritdoc/>
    public override string Signature { get; }

    IEnumerable<(string Label, int Place)> ILabelMetric.LabelPlaces => _labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => (label.Key, label.Value));

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The answers have different numbers of words, or one has tags and the other spans.</exception>
    /// <exception cref="FormatException">A tag has an unknown prefix.</exception>
    public override void Measure(SpanAnswer predicted, SpanAnswer expected, ExampleTerms terms)
    {
        ArgumentNullException.ThrowIfNull(predicted);
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(terms);
        if (predicted.Tags is null != expected.Tags is null)
            throw new ArgumentException("One answer has tags, the other spans: give both in the same form.", nameof(predicted));
        if (predicted.Tags is { } given && expected.Tags is { } gold && given.Count != gold.Count)
            throw new ArgumentException($"{given.Count} tags were predicted for {gold.Count} words.", nameof(predicted));
        var (predictedSpans, goldSpans) = (Spans(predicted), Spans(expected));

        terms.Add(Examples, 1);
        if (expected.Tags is { } tags)
        {
            terms.Add(Words, tags.Count);
            terms.Add(RightWords, tags.Where((tag, i) => tag == predicted.Tags![i]).Count());
        }
        foreach (var span in predictedSpans) terms.Add(Place(span.Label) + 1, 1);
        foreach (var span in goldSpans)
        {
            var place = Place(span.Label);
            terms.Add(place + 2, 1);
            if (predictedSpans.Contains(span)) terms.Add(place, 1);
            else if (predictedSpans.FirstOrDefault(other => other.Start == span.Start && other.End == span.End) is { Label: not null } other) terms.Add(Cell(span.Label, other.Label), 1);
            else if (predictedSpans.Any(other => other.Label == span.Label && other.Overlaps(span))) terms.Add(BoundaryErrors, 1);
        }
    }

    /// <summary>f1_micro, precision_micro, recall_micro, f1_macro, precision_macro, recall_macro, f1_weighted, precision_weighted, recall_weighted;
    /// token_accuracy where answers were tags. All in [0, 1].</summary>
    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Figures(ReadOnlySpan<double> sums)
    {
        var averages = Averages(sums, [.. _labels.Values]);
        var (micro, macro, weighted) = (averages.Micro(), averages.Macro(), averages.Weighted());
        var figures = new OrderedDictionary<string, double>
        {
            ["f1_micro"] = micro.F1,
            ["precision_micro"] = micro.Precision,
            ["recall_micro"] = micro.Recall,
            ["f1_macro"] = macro.F1,
            ["precision_macro"] = macro.Precision,
            ["recall_macro"] = macro.Recall,
            ["f1_weighted"] = weighted.F1,
            ["precision_weighted"] = weighted.Precision,
            ["recall_weighted"] = weighted.Recall,
        };
        if (At(sums, Words) > 0) figures["token_accuracy"] = At(sums, RightWords) / At(sums, Words);
        return figures;
    }

    /// <summary>All figures with the table per label, the confusion matrix and the notes.</summary>
    public SpanReport Report()
    {
        var sums = Sums;
        string[] names = [.. _labels.Keys.Order(StringComparer.Ordinal)];
        int[] places = [.. names.Select(name => _labels[name])];
        var averages = Averages(sums, places);
        var perLabel = new LabelScore[names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            var score = averages.Of(i);
            perLabel[i] = new LabelScore(names[i], score.Precision, score.Recall, score.F1, Whole(sums, places[i] + 2), Whole(sums, places[i] + 1), Whole(sums, places[i]));
        }
        return new SpanReport
        {
            ExampleCount = Whole(sums, Examples),
            TokenAccuracy = At(sums, Words) > 0 ? At(sums, RightWords) / At(sums, Words) : null,
            Micro = averages.Micro(),
            Macro = averages.Macro(),
            Weighted = averages.Weighted(),
            PerLabel = perLabel,
            ConfusionLabels = [.. names, "(none)"],
            ConfusionMatrix = Confusion(sums, names, perLabel),
            BoundaryErrorCount = Whole(sums, BoundaryErrors),
            Signature = Signature,
            Notes = Notes(perLabel),
        };
    }

    private IReadOnlyList<LabeledSpan> Spans(SpanAnswer answer) =>
        answer.Spans ?? (_strict is { } scheme ? SpanTags.ToSpans(answer.Tags!, scheme) : SpanTags.ToSpans(answer.Tags!));

    private int Place(string label)
    {
        if (_labels.TryGetValue(label, out var place)) return place;
        _labels[label] = place = _placeCount;
        _placeCount += 3;
        return place;
    }

    private int Cell(string gold, string predicted)
    {
        if (!_cells.TryGetValue((gold, predicted), out var place)) _cells[(gold, predicted)] = place = _placeCount++;
        return place;
    }

    private static LabelAverages Averages(ReadOnlySpan<double> sums, int[] places)
    {
        var counts = new double[3][];
        for (var kind = 0; kind < 3; kind++)
        {
            counts[kind] = new double[places.Length];
            for (var i = 0; i < places.Length; i++) counts[kind][i] = At(sums, places[i] + kind);
        }
        return new LabelAverages(counts[0], counts[1], counts[2]);
    }

    private long[][] Confusion(ReadOnlySpan<double> sums, string[] names, LabelScore[] perLabel)
    {
        var none = names.Length;
        var matrix = Enumerable.Range(0, none + 1).Select(_ => new long[none + 1]).ToArray();
        foreach (var ((gold, predicted), place) in _cells) matrix[Array.IndexOf(names, gold)][Array.IndexOf(names, predicted)] = Whole(sums, place);
        for (var i = 0; i < none; i++) matrix[i][i] = perLabel[i].CorrectCount;
        for (var i = 0; i < none; i++)
        {
            matrix[i][none] = perLabel[i].Support - matrix[i].Sum();
            matrix[none][i] = perLabel[i].PredictedCount - matrix.Sum(row => row[i]);
        }
        return matrix;
    }

    private string[] Notes(LabelScore[] perLabel)
    {
        var notes = new List<string>();
        if (At(Sums, Examples) == 0) notes.Add("No example was measured: every figure is 0.");
        AddNote(notes, perLabel, score => score.PredictedCount == 0, "Never predicted, precision set to 0");
        AddNote(notes, perLabel, score => score.Support == 0, "Predicted but without a gold span, recall set to 0");
        return [.. notes];
    }

    private static void AddNote(List<string> notes, LabelScore[] perLabel, Func<LabelScore, bool> condition, string what)
    {
        string[] names = [.. perLabel.Where(condition).Select(score => $"\"{score.Label}\"")];
        if (names.Length > 0) notes.Add($"{what}: {string.Join(", ", names)}.");
    }

    private static long Whole(ReadOnlySpan<double> sums, int place) => (long)At(sums, place);
}
