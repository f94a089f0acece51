using Attend.Checkpoints;
using Attend.Plots;
using Attend.Tasks;
using Attend.Text.Data;
using Attend.Text.Metrics;
using Attend.Text.Vectors;

namespace Attend;

/// <summary>How good a model's vectors are on data it has not seen: their cosines against scores, or how early the second text of a pair is found for the first.</summary>
/// <param name="Card">The figures with intervals, signatures and slices, as in metrics.json.</param>
/// <param name="Figures">Pearson's and Spearman's correlation of the cosines with the scores; without scores recall at 1, 5 and 10, the mean reciprocal rank and nDCG.</param>
public sealed record EmbedderEvaluation(EvaluationCard Card, IReadOnlyList<MeasuredFigure> Figures)
{
    private const int MistakesKept = 50;

    /// <summary>Measures a model's vectors and writes metrics.json, predictions.jsonl and report.html.</summary>
    /// <remarks>Scored pairs are streamed, and two numbers kept for each; a search needs all vectors by definition.</remarks>
    /// <param name="embedder">The model.</param>
    /// <param name="dataPath">Pairs.</param>
    /// <param name="format">How they are read; <see cref="PairTarget.Score"/> measures cosines against scores, anything else the search.</param>
    /// <param name="positiveLabel">The label of the pairs that belong together, where they are labelled; null where they are not.</param>
    /// <param name="folder">Where the results go; files of an earlier evaluation there are replaced.</param>
    /// <param name="cancel">Stops between batches; earlier results stay whole.</param>
    /// <exception cref="DataFileException">The data cannot be used.</exception>
    public static EmbedderEvaluation Run(TextEmbedder embedder, string dataPath, TextPairOptions format, string? positiveLabel, string folder, CancellationToken cancel = default)
    {
        var examples = EmbedderTraining.Read(dataPath, format, positiveLabel);
        var run = RunCard.Read(embedder.Folder.Path);
        int[] nested = run?.Task == EmbedderTraining.Name && embedder.Options.Dimensions is null ? [.. RunCard.As<EmbeddingSettings>(run.TaskOptions).NestedDimensions.Order()] : [];
        Directory.CreateDirectory(folder);
        return format.Target == PairTarget.Score
            ? Score(embedder, dataPath, examples, run, nested, folder, cancel)
            : Search(embedder, dataPath, examples, run, nested, folder, cancel);
    }

    private static EmbedderEvaluation Score(TextEmbedder embedder, string dataPath, IEnumerable<EmbeddingExample> examples, RunCard? run, int[] nested, string folder, CancellationToken cancel)
    {
        var measurement = new Measurement<double>(() => new RegressionMetrics(), "length of both in tokens");
        var cut = nested.Select(dimensions => (Dimensions: dimensions, Metric: new RegressionMetrics())).ToArray();
        var (count, truncated) = (0L, 0L);
        AtomicFile.Write(Path.Combine(folder, EvaluationCard.PredictionsFile), stream =>
        {
            foreach (var (example, answer) in Inference.Stream(embedder.Task, examples, embedder.Task.Answer, cancel))
            {
                var (first, second, gold) = (answer.Vectors[0], answer.Vectors[1], example.Score!.Value);
                var cosine = Cosine.Between(first, second);
                int[] lengths = [.. example.Texts.Select(embedder.Task.UncutTokenCount)];
                measurement.Add(cosine, gold, lengths.Sum(), example.Kept);
                foreach (var (dimensions, metric) in cut) metric.Add(Cosine.Between(first.AsSpan(0, dimensions), second.AsSpan(0, dimensions)), gold);
                EvaluationCard.WriteLine(stream, new { example.Line, Text = example.Texts[0], Text2 = example.Texts[1], Gold = gold, Predicted = Math.Round(cosine, 6) });
                truncated += lengths.Count(length => length > embedder.MaxInputTokens);
                count++;
            }
            if (count == 0) throw new DataFileException(dataPath, null, "holds no example");
        });
        // The unit of the scores is not that of cosines: their squared difference means nothing.
        List<MeasuredFigure> figures = [.. measurement.Figures().Where(figure => figure.Name != "mse").Select(figure => figure with { Signature = $"cosine-{figure.Signature}" })];
        foreach (var (dimensions, metric) in cut)
            if (metric.Result().TryGetValue("spearman", out var spearman)) figures.Add(new MeasuredFigure($"spearman_{dimensions}_dimensions", spearman, null, $"cosine-{metric.Signature}"));
        SliceGroup[] slices = [.. measurement.Slices().Select(group => group with { Slices = [.. group.Slices.Select(slice => slice with { Figures = WithoutError(slice.Figures), Intervals = WithoutError(slice.Intervals) })] })];
        var data = DataCard.Of(dataPath, count);
        var notes = Notes(embedder, run, data, truncated, 2 * count).Concat(((RegressionMetrics)measurement.Metric).Notes());
        var card = EvaluationCard.Of(embedder.Folder.Path, EmbedderTraining.Name, data, figures) with { IntervalSignature = measurement.IntervalSignature, Slices = slices, Notes = [.. notes] };
        var evaluation = new EmbedderEvaluation(card, figures);
        evaluation.Write(embedder, folder, "Pairs measured.", ["spearman", "pearson"], null);
        return evaluation;
    }

    private static EmbedderEvaluation Search(TextEmbedder embedder, string dataPath, IEnumerable<EmbeddingExample> examples, RunCard? run, int[] nested, string folder, CancellationToken cancel)
    {
        var corpus = new RetrievalCorpus();
        var kept = new List<EmbeddingExample>();
        var truncated = 0L;
        foreach (var (example, answer) in Inference.Stream(embedder.Task, examples, embedder.Task.Answer, cancel))
        {
            corpus.Add(example.Texts, answer.Vectors);
            kept.Add(example);
            truncated += example.Texts.Count(text => embedder.Task.UncutTokenCount(text) > embedder.MaxInputTokens);
        }
        if (kept.Count == 0) throw new DataFileException(dataPath, null, "holds no example");
        var measurement = new Measurement<RetrievalAnswer>(() => new RetrievalMetrics(), "length of the query in tokens");
        var ranked = corpus.Rank();
        AtomicFile.Write(Path.Combine(folder, EvaluationCard.PredictionsFile), stream =>
        {
            foreach (var query in ranked)
            {
                measurement.Add(query.Found, query.Ideal, embedder.Task.UncutTokenCount(query.Text), kept[query.Index].Kept);
                EvaluationCard.WriteLine(stream, new { kept[query.Index].Line, query.Text, query.Found.Ranks, Gold = query.Right, Predicted = query.First });
            }
        });
        var figures = measurement.Figures().ToList();
        foreach (var dimensions in nested)
        {
            var metric = new RetrievalMetrics();
            foreach (var query in corpus.Rank(dimensions)) metric.Add(query.Found, query.Ideal);
            figures.Add(new MeasuredFigure($"mean_reciprocal_rank_{dimensions}_dimensions", metric.Result()["mean_reciprocal_rank"], null, metric.Signature));
        }
        var data = DataCard.Of(dataPath, ranked.Count);
        var notes = Notes(embedder, run, data, truncated, 2 * kept.Count)
            .Append($"{ranked.Count} queries (the different first texts of {kept.Count} pairs), each looked for in the {corpus.TextCount} different second texts of this file: the figures hold for a collection of this size only.");
        var card = EvaluationCard.Of(embedder.Folder.Path, EmbedderTraining.Name, data, figures) with { IntervalSignature = measurement.IntervalSignature, Slices = measurement.Slices(), Notes = [.. notes] };
        var evaluation = new EmbedderEvaluation(card, figures);
        var mistakes = ranked.Where(query => query.Found.Ranks[0] > 1).OrderByDescending(query => query.Found.Ranks[0]).Take(MistakesKept)
            .Select(query => (IReadOnlyList<ReportCell>)[query.Text, query.Right, query.First, ReportCell.Count(query.Found.Ranks[0])]).ToArray();
        evaluation.Write(embedder, folder, "Queries measured.", ["mean_reciprocal_rank", "recall_at_1", "recall_at_5", "recall_at_10", "ndcg_at_10"], mistakes.Length == 0 ? null : new ReportTable("Found latest",
            [new("Query", Kind: ReportColumnKind.LongText), new("Looked for", Kind: ReportColumnKind.LongText), new("Found first", Kind: ReportColumnKind.LongText), new("Rank", "Place of the right text among all", ReportColumnKind.Number)], mistakes)
        {
            Legend = "The queries whose right text came latest. What came first may be right as well; look.",
        });
        return evaluation;
    }

    private static Dictionary<string, T> WithoutError<T>(IReadOnlyDictionary<string, T> figures) => figures.Where(figure => figure.Key != "mse").ToDictionary();

    private static IEnumerable<string> Notes(TextEmbedder embedder, RunCard? run, DataCard data, long truncated, long texts)
    {
        if (TrainingData.Overlap(run, data) is { } overlap) yield return overlap;
        if (!embedder.HasPooling) yield return "The model does not say how a vector is made of a text (no modules.json): the mean of its states was taken.";
        if (truncated > 0) yield return $"{truncated} of {texts} texts were longer than {embedder.MaxInputTokens} tokens and were cut.";
    }

    private void Write(TextEmbedder embedder, string folder, string what, string[] shown, ReportTable? table)
    {
        Card.Write(folder);
        var page = new EvaluationPage(Card, Figures, embedder.Folder, folder);
        page.Facts.Add(new ReportFact("Vectors", $"{embedder.DimensionCount} dimensions, {embedder.Pooling.Mode.ToString().ToLowerInvariant()} of the states{(embedder.Pooling.Normalize ? ", scaled to length 1" : "")}; texts cut after {embedder.MaxInputTokens} tokens"));
        page.AddCurves();
        MeasuredFigure[] cut = [.. Figures.Where(figure => figure.Name.EndsWith("_dimensions", StringComparison.Ordinal))];
        if (cut.Length > 0)
            page.Sections.Add(new ReportTable("By dimensions", [new("Dimensions", Kind: ReportColumnKind.Number), FigureDefinitions.Column(shown[0], Figures[0].Signature).Column],
                [.. cut.Append(Figures.First(figure => figure.Name == shown[0])).Select(figure => (IReadOnlyList<ReportCell>)[ReportCell.Count(figure.Name == shown[0] ? embedder.DimensionCount : int.Parse(figure.Name.Split('_')[^2])), ReportCell.Figure(figure.Value) with { Bar = Math.Max(0, figure.Value) }])])
            {
                Legend = "Vectors cut to their first numbers (--dimensions).",
            });
        page.Sections.AddRange(ReportSections.Slices(Card.Slices, shown, Card.Signatures[0]));
        if (table is not null) page.Sections.Add(table);
        page.Write(what, shown);
    }
}
