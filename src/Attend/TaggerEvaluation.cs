using Attend.Checkpoints;
using Attend.Tasks;
using Attend.Text.Baselines;
using Attend.Text.Data;
using Attend.Text.Metrics;

namespace Attend;

/// <summary>A text in which something was missed, made up or misnamed.</summary>
/// <param name="Line">Line of the data file.</param>
/// <param name="Text">The raw text.</param>
/// <param name="Gold">The right spans.</param>
/// <param name="Predicted">The spans that were found.</param>
public sealed record TaggingMistake(long Line, string Text, IReadOnlyList<LabeledSpan> Gold, IReadOnlyList<EntitySpan> Predicted);

/// <summary>How good a tagger is on data it has not seen.</summary>
/// <param name="Card">The figures with intervals, signatures and slices, as in metrics.json.</param>
/// <param name="Figures">The figures, each with the signature of its metric.</param>
/// <param name="Report">Everything counted.</param>
/// <param name="HardestMistakes">The texts in which something was found wrongly with most certainty, worst first.</param>
public sealed record TaggerEvaluation(EvaluationCard Card, IReadOnlyList<MeasuredFigure> Figures, SpanReport Report, IReadOnlyList<TaggingMistake> HardestMistakes)
{
    private const int MistakesKept = 50;

    /// <summary>Measures a tagger and writes metrics.json, predictions.jsonl and report.html.</summary>
    /// <remarks>Streams the data: memory does not grow with the number of examples.</remarks>
    /// <param name="tagger">The model.</param>
    /// <param name="dataPath">Tagged texts.</param>
    /// <param name="format">How they are read.</param>
    /// <param name="folder">Where the results go; files of an earlier evaluation there are replaced.</param>
    /// <param name="cancel">Stops between batches; earlier results stay whole.</param>
    /// <exception cref="DataFileException">The data cannot be used, or bear a label the model does not know.</exception>
    public static TaggerEvaluation Run(EntityTagger tagger, string dataPath, TaggedTextOptions format, string folder, CancellationToken cancel = default)
    {
        var task = tagger.Task;
        var file = TaggedTextFile.Open(dataPath, format);
        var measurement = new Measurement<SpanAnswer>(() => new SpanMetrics(), file.Scheme is null ? "length in characters" : "length in words");
        // IOB1 spells a span in two ways, so that strictness means little, and seqeval has none.
        var strict = file.Scheme is { } scheme ? new SpanMetrics(scheme) : null;
        var run = RunCard.Read(tagger.Folder.Path);
        var (baselines, without) = Baselines(run);
        var hardest = new Foremost<TaggingMistake>(MistakesKept);
        var reliability = new ReliabilityCounts();
        var (count, inexact) = (0L, 0L);
        IEnumerable<TaggedText> Known()
        {
            foreach (var example in file.Read())
            {
                LabelCheck.Known(dataPath, [(example.Line, example.Spans.Select(span => span.Label))], task.Labels, "the model's training data");
                yield return example;
            }
        }
        Directory.CreateDirectory(folder);
        AtomicFile.Write(Path.Combine(folder, EvaluationCard.PredictionsFile), stream =>
        {
            foreach (var (example, found) in Inference.Stream(task, Known(), task.Spans, cancel))
            {
                var answer = TokenTagging.AnswerOf(example, [.. found.Select(span => new LabeledSpan(span.Start, span.End, span.Label))]);
                var expected = task.Expected(example);
                measurement.Add(answer, expected, file.Scheme is null ? example.Text.Length : example.Words.Count, example.Kept);
                strict?.Add(answer, expected);
                foreach (var baseline in baselines) baseline.Add(example, expected);
                EvaluationCard.WriteLine(stream, new { example.Line, example.Text, Gold = example.Spans, Predicted = found.Select(span => span with { Score = Math.Round(span.Score, 6) }) });
                var gold = example.Spans.ToHashSet();
                foreach (var span in found) reliability.Add((float)span.Score, gold.Contains(new LabeledSpan(span.Start, span.End, span.Label)));
                if (Judge(gold, found) is { } surest) hardest.Add(surest, () => new TaggingMistake(example.Line, example.Text, example.Spans, found));
                inexact += task.CountInexact(example);
                count++;
            }
            if (count == 0) throw new DataFileException(dataPath, null, "holds no text");
        });

        var report = ((SpanMetrics)measurement.Metric).Report();
        var intervals = measurement.LabelIntervals();
        report = report with { PerLabel = [.. report.PerLabel.Select(label => label with { Intervals = intervals.GetValueOrDefault(label.Label) })], ReliabilityBins = reliability.Bins() };
        var data = DataCard.Of(dataPath, count);
        var notes = report.Notes.ToList();
        if (TrainingData.Overlap(run, data) is { } overlap) notes.Insert(0, overlap);
        if (without is not null) notes.Add(without);
        if (file.OrphanCount > 0) notes.Add($"{file.OrphanCount} gold tags go on with a span that has not begun; each counts as the beginning of one, but not where strict.");
        if (inexact > 0) notes.Add($"{inexact} gold spans do not begin and end at words of their text, and cannot be found exactly.");
        var figures = measurement.Figures().ToList();
        if (strict is not null) figures.AddRange(strict.Result().Where(figure => figure.Key.EndsWith("_micro", StringComparison.Ordinal)).Select(figure => new MeasuredFigure($"strict_{figure.Key}", figure.Value, null, strict.Signature)));
        var evaluation = new TaggerEvaluation(EvaluationCard.Of(tagger.Folder.Path, TaggingSettings.TaskName, data, figures) with
        {
            IntervalSignature = measurement.IntervalSignature,
            Slices = measurement.Slices(),
            Baselines = [.. baselines.Select(baseline => baseline.Card())],
            Notes = notes,
            Report = EvaluationCard.Element(report),
        }, figures, report, hardest.Sorted());
        evaluation.Card.Write(folder);
        TaggerReport.Write(evaluation, tagger, folder);
        return evaluation;
    }

    private static (IReadOnlyList<Baseline<TaggedText, SpanAnswer>> Baselines, string? Note) Baselines(RunCard? run)
    {
        if (TrainingData.WhyNot(run) is { } why) return ([], why);
        IReadOnlyList<TaggedText> examples = [.. TaggedTextFile.Open(run!.Train.Path, RunCard.As<TaggedTextOptions>(run.Format)).Read()];
        if (run.DevShare is { } share) examples = Split.ByGroup(examples, example => example.Text, share, run.Options.Seed).Train;
        var known = KnownPhrases.Train(examples);
        return ([
            new("known names", $"Every stretch that is one of the {known.Count:N0} labelled in at least half of their places in {examples.Count:N0} training texts, longest first.",
                example => TokenTagging.AnswerOf(example, known.Find(example)), new SpanMetrics()),
            new("nothing", "No span at all, which is what most words are.", example => TokenTagging.AnswerOf(example, []), new SpanMetrics()),
        ], null);
    }

    // How sure the model was of what it found wrongly; 0 where it only missed something, null where all is right.
    private static double? Judge(HashSet<LabeledSpan> gold, IReadOnlyList<EntitySpan> found)
    {
        var wrong = found.Where(span => !gold.Contains(new LabeledSpan(span.Start, span.End, span.Label))).ToArray();
        return wrong.Length > 0 ? wrong.Max(span => span.Score) : found.Count < gold.Count ? 0 : null;
    }
}
