using System.Text.Encodings.Web;
using System.Text.Json;
using Attend.Checkpoints;
using Attend.Decoding;
using Attend.Text.Data;
using Attend.Text.Metrics;

namespace Attend;

/// <summary>A text that a model wrote, beside what it should have written.</summary>
/// <param name="Line">Line of the data file.</param>
/// <param name="Source">The source.</param>
/// <param name="References">What it should have become.</param>
/// <param name="Text">What it became.</param>
/// <param name="Quality">How near that comes, in [0, 1]: chrF, ROUGE-L, or one less the character error rate.</param>
public sealed record JudgedText(long Line, string Source, IReadOnlyList<string> References, string Text, double Quality);

/// <summary>How good an encoder-decoder is on data it has not seen.</summary>
/// <param name="ExampleCount">Texts measured.</param>
/// <param name="Figures">All figures with their intervals.</param>
/// <param name="IntervalSignature">The choices that the intervals depend on.</param>
/// <param name="Slices">The same over parts of the examples: by length, and by each column that was kept.</param>
/// <param name="Best">The texts that came out best, best first.</param>
/// <param name="Worst">The texts that came out worst, worst first.</param>
/// <param name="Notes">What a reader must know before trusting a figure.</param>
public sealed record WritingEvaluation(
    long ExampleCount, IReadOnlyList<MeasuredFigure> Figures, string IntervalSignature, IReadOnlyList<SliceGroup> Slices,
    IReadOnlyList<JudgedText> Best, IReadOnlyList<JudgedText> Worst, IReadOnlyList<string> Notes)
{
    private const int WindowSize = 256;
    private const int TextsKept = 20;

    // References that are looked at to find out what language they are in.
    private const int ReferencesSeen = 1000;

    private static readonly JsonSerializerOptions LineJson = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonSerializerOptions FileJson = new(LineJson) { WriteIndented = true };

    /// <summary>The figures by name.</summary>
    public IReadOnlyDictionary<string, double> Metrics => new OrderedDictionary<string, double>(Figures.Select(figure => KeyValuePair.Create(figure.Name, figure.Value)));

    /// <summary>Where the figures lie over resampled examples, by name.</summary>
    public IReadOnlyDictionary<string, BootstrapInterval> Intervals => new OrderedDictionary<string, BootstrapInterval>(
        Figures.Where(figure => figure.Interval is not null).Select(figure => KeyValuePair.Create(figure.Name, figure.Interval!)));

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
        var (best, worst) = (new Extremes(TextsKept, 1), new Extremes(TextsKept, -1));
        var (cut, unfinished) = (0L, 0L);
        Directory.CreateDirectory(folder);
        AtomicFile.Write(Path.Combine(folder, "predictions.jsonl"), stream =>
        {
            foreach (var window in open().Chunk(WindowSize))
            {
                var writings = generator.Write([.. window.Select(pair => pair.Source)], options, null, cancel);
                foreach (var (pair, writing) in window.Zip(writings))
                {
                    var (answer, expected) = (new TextAnswer(writing.Text), new TextAnswer(pair.References));
                    measurement.Add(answer, expected, generator.Task.EncodeSource(pair.Source) is var (ids, lost) ? ids.Length + lost : null, pair.Kept);
                    var single = create();
                    single.Add(answer, expected);
                    var judged = new JudgedText(pair.Line, pair.Source, pair.References, writing.Text, WritingMetrics.Quality(kind, single.Result()));
                    best.Add(judged);
                    worst.Add(judged);
                    if (writing.CutTokenCount > 0) cut++;
                    if (!writing.Best[0].IsFinished) unfinished++;
                    JsonSerializer.Serialize(stream, new { pair.Line, Text = pair.Source, Gold = pair.References, Predicted = writing.Text, writing.Best[0].Score }, LineJson);
                    stream.WriteByte((byte)'\n');
                }
            }
            if (measurement.ExampleCount == 0) throw new DataFileException(dataPath, null, "holds no example");
        });
        var notes = new List<string>();
        if (cut > 0) notes.Add($"{cut} of {measurement.ExampleCount} sources were longer than {generator.MaxInputTokens} tokens and were cut.");
        if (unfinished > 0) notes.Add($"{unfinished} of {measurement.ExampleCount} texts had not ended after {options.MaxNewTokens} tokens and were cut there.");
        var evaluation = new WritingEvaluation(measurement.ExampleCount, measurement.Figures(), measurement.IntervalSignature, measurement.Slices(), best.Sorted(), worst.Sorted(), notes);
        var data = DataCard.Of(dataPath, measurement.ExampleCount);
        AtomicFile.Write(Path.Combine(folder, "metrics.json"), stream => JsonSerializer.Serialize(stream, new
        {
            Model = generator.Folder.Path,
            Data = data,
            Decoding = options,
            evaluation.Metrics,
            evaluation.Intervals,
            Signatures = evaluation.Figures.Select(figure => figure.Signature).Append(evaluation.IntervalSignature).Distinct(),
            evaluation.Slices,
            evaluation.Notes,
        }, FileJson));
        WritingReport.Write(evaluation, generator, data, options, folder);
        return evaluation;
    }

    // The texts with the highest quality (sign 1) or the lowest (sign -1); of equals the first ones.
    private sealed class Extremes(int count, int sign)
    {
        private readonly PriorityQueue<JudgedText, (double Quality, long Earliness)> _kept = new();

        public void Add(JudgedText text)
        {
            _kept.Enqueue(text, (sign * text.Quality, -text.Line));
            if (_kept.Count > count) _kept.Dequeue();
        }

        public IReadOnlyList<JudgedText> Sorted() => [.. _kept.UnorderedItems.OrderByDescending(item => item.Priority).Select(item => item.Element)];
    }
}
