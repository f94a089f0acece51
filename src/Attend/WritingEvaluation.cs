using Attend.Checkpoints;
using Attend.Decoding;
using Attend.Text.Data;
using Attend.Text.Metrics;
using Attend.Text.Pretraining;

namespace Attend;

/// <summary>A text that a model wrote, beside what it should have written.</summary>
/// <param name="Line">Line of the data file.</param>
/// <param name="Source">The source.</param>
/// <param name="References">What it should have become.</param>
/// <param name="Text">What it became.</param>
/// <param name="Quality">How near that comes, in [0, 1]: chrF, ROUGE-L, or one less the character error rate.</param>
public sealed record JudgedText(long Line, string Source, IReadOnlyList<string> References, string Text, double Quality);

/// <summary>How good an encoder-decoder is on data it has not seen.</summary>
/// <param name="Card">The figures with intervals, signatures, slices and baselines, as in metrics.json.</param>
/// <param name="Figures">The figures, each with the signature of its metric.</param>
/// <param name="Best">The texts that came out best, best first.</param>
/// <param name="Worst">The texts that came out worst, worst first.</param>
public sealed record WritingEvaluation(EvaluationCard Card, IReadOnlyList<MeasuredFigure> Figures, IReadOnlyList<JudgedText> Best, IReadOnlyList<JudgedText> Worst)
{
    private const int WindowSize = 256;
    private const int TextsKept = 20;

    // References that are looked at to find out what language they are in.
    private const int ReferencesSeen = 1000;

    /// <summary>Names of the figures, without the precision and recall that an F1 is made of.</summary>
    public IReadOnlyList<string> MainFigures =>
        [.. Card.Metrics.Keys.Where(name => !name.Contains("_precision", StringComparison.Ordinal) && !name.Contains("_recall", StringComparison.Ordinal))];

    /// <summary>Writes every text of the data, measures it, and writes metrics.json, predictions.jsonl, the pictures and report.html.</summary>
    /// <remarks>Streams the data: memory does not grow with the number of examples.</remarks>
    /// <param name="generator">The model.</param>
    /// <param name="dataPath">Sources and references.</param>
    /// <param name="open">Reads them; called twice.</param>
    /// <param name="folder">Where the results go; files of an earlier evaluation there are replaced.</param>
    /// <param name="options">How to write; null = as the model was judged in training.</param>
    /// <param name="bleu">How BLEU is computed; null = as sacreBLEU does.</param>
    /// <param name="cancel">Stops between two tokens; earlier results stay whole.</param>
    /// <exception cref="DataFileException">The data cannot be used.</exception>
    public static WritingEvaluation Run(
        TextGenerator generator, string dataPath, Func<IEnumerable<ParallelText>> open, string folder, DecodingOptions? options = null, BleuOptions? bleu = null, CancellationToken cancel = default)
    {
        options ??= generator.DefaultDecoding;
        var kind = WritingMetrics.KindOf(generator.Card);
        var create = WritingMetrics.Of(kind, open().Take(ReferencesSeen).SelectMany(pair => pair.References), bleu).Create;
        var measurement = new Measurement<TextAnswer>(create, "source length in tokens");
        var baselines = Baselines(kind, create);
        var (best, worst) = (new Foremost<JudgedText>(TextsKept), new Foremost<JudgedText>(TextsKept));
        var (cut, unfinished) = (0L, 0L);
        Directory.CreateDirectory(folder);
        AtomicFile.Write(Path.Combine(folder, EvaluationCard.PredictionsFile), stream =>
        {
            foreach (var window in open().Chunk(WindowSize))
            {
                var writings = generator.Write([.. window.Select(pair => pair.Source)], options, null, cancel);
                foreach (var (pair, writing) in window.Zip(writings))
                {
                    var (answer, expected) = (new TextAnswer(writing.Text), new TextAnswer(pair.References));
                    measurement.Add(answer, expected, generator.Task.EncodeSource(pair.Source) is var (ids, lost) ? ids.Length + lost : null, pair.Kept);
                    foreach (var baseline in baselines) baseline.Add(pair, expected);
                    var single = create();
                    single.Add(answer, expected);
                    var judged = new JudgedText(pair.Line, pair.Source, pair.References, writing.Text, WritingMetrics.Quality(kind, single.Result()));
                    best.Add(judged.Quality, () => judged);
                    worst.Add(-judged.Quality, () => judged);
                    if (writing.CutTokenCount > 0) cut++;
                    if (!writing.Best[0].IsFinished) unfinished++;
                    EvaluationCard.WriteLine(stream, new { pair.Line, Text = pair.Source, Gold = pair.References, Predicted = writing.Text, writing.Best[0].Score });
                }
            }
            if (measurement.ExampleCount == 0) throw new DataFileException(dataPath, null, "holds no example");
        });
        var notes = new List<string>();
        if (cut > 0) notes.Add($"{cut} of {measurement.ExampleCount} sources were longer than {generator.MaxInputTokens} tokens and were cut.");
        if (unfinished > 0) notes.Add($"{unfinished} of {measurement.ExampleCount} texts had not ended after {options.MaxNewTokens} tokens and were cut there.");
        var figures = measurement.Figures();
        var evaluation = new WritingEvaluation(EvaluationCard.Of(generator.Folder.Path, generator.Card?.Task ?? "translation", DataCard.Of(dataPath, measurement.ExampleCount), figures) with
        {
            IntervalSignature = measurement.IntervalSignature,
            Slices = measurement.Slices(),
            Baselines = [.. baselines.Select(baseline => baseline.Card())],
            Notes = notes,
            Report = EvaluationCard.Element(new { Decoding = options }),
        }, figures, best.Sorted(), worst.Sorted());
        evaluation.Card.Write(folder);
        WritingReport.Write(evaluation, generator, options, folder);
        return evaluation;
    }

    private static Baseline<ParallelText, TextAnswer>[] Baselines(WritingKind kind, Func<ISummedMetric<TextAnswer>> create) => kind == WritingKind.Summary
        ? [new("lead-1", "The first sentence of the source.", pair => new TextAnswer(SentenceSplitter.Split(pair.Source).Select(span => pair.Source[span.Start..span.End]).FirstOrDefault("")), create())]
        : [];
}
