using Attend.Checkpoints;
using Attend.Decoding;
using Attend.Plots;

namespace Attend;

/// <summary>The pictures and the page of an encoder-decoder's evaluation.</summary>
internal static class WritingReport
{
    private const int AlignmentCount = 3;

    // Longer texts make a picture that nobody can read.
    private const int LongestAligned = 200;

    private static readonly string[] ShownOfSlices = ["bleu", "chrf", "rouge1", "rougeL", "exact_match", "character_error_rate"];

    public static void Write(WritingEvaluation evaluation, TextGenerator generator, DataCard data, DecodingOptions options, string folder)
    {
        var card = generator.Card;
        var sections = new List<ReportSection>();
        if (card is { History.Count: > 0 })
            sections.Add(new ReportPicture("Training", Save("curves.png", TrainingCurves.Png(generator.Folder.Path, card)), "Curves over the course of training."));
        sections.AddRange(ReportSections.Slices(evaluation.Slices, ShownOfSlices, string.Join(' ', evaluation.Figures.Select(figure => figure.Signature).Distinct())));
        sections.AddRange(Alignments(evaluation, generator, Save));
        sections.AddRange(Texts("Best texts", evaluation.Best));
        sections.AddRange(Texts("Worst texts", evaluation.Worst));

        HtmlReport.Save(Path.Combine(folder, "report.html"), new ReportContent
        {
            Title = $"How well does {Path.GetFileName(Path.TrimEndingDirectorySeparator(generator.Folder.Path))} write?",
            Facts = [.. Facts(generator, data, options, card)],
            Figures =
            [
                new ReportFigure("Texts", evaluation.ExampleCount, "Texts written and measured.") { Scale = FigureScale.Count },
                .. evaluation.Figures.Where(figure => !figure.Name.Contains("_precision", StringComparison.Ordinal) && !figure.Name.Contains("_recall", StringComparison.Ordinal)).Select(FigureDefinitions.Describe),
            ],
            Notes = evaluation.Notes,
            Sections = sections,
            Signatures = [evaluation.IntervalSignature],
        });

        byte[] Save(string name, byte[] png)
        {
            AtomicFile.Write(Path.Combine(folder, name), stream => stream.Write(png));
            return png;
        }
    }

    private static IEnumerable<ReportSection> Alignments(WritingEvaluation evaluation, TextGenerator generator, Func<string, byte[], byte[]> save)
    {
        var shown = evaluation.Best.Concat(evaluation.Worst).Where(text => text.Source.Length <= LongestAligned && text.Text.Length is > 0 and <= LongestAligned)
            .DistinctBy(text => text.Line).OrderByDescending(text => text.Source.Length).Take(AlignmentCount).ToArray();
        for (var i = 0; i < shown.Length; i++)
        {
            var alignment = generator.Align(shown[i].Source, shown[i].Text);
            yield return new ReportPicture($"Alignment of line {shown[i].Line}", save($"alignment-{i + 1}.png", AlignmentPlot.Png(alignment.Target, alignment.Source, alignment.Weights)),
                "Rows are words written, columns words of the source; the darker a cell, the more the model looked at the source's word when it wrote the other.")
            {
                Legend = "Attention of the last decoder block but one, mean over its heads.",
            };
        }
    }

    private static IEnumerable<ReportTable> Texts(string heading, IReadOnlyList<JudgedText> texts)
    {
        if (texts.Count == 0) yield break;
        yield return new ReportTable(heading,
            [
                new("Line", Kind: ReportColumnKind.Number), new("Source", Kind: ReportColumnKind.LongText), new("Written", Kind: ReportColumnKind.LongText),
                new("Reference", Kind: ReportColumnKind.LongText), new("Quality", "chrF, ROUGE-L, or one less the character error rate, of this text alone", ReportColumnKind.Number),
            ],
            [.. texts.Select(text => (IReadOnlyList<ReportCell>)
            [
                ReportCell.Count(text.Line), text.Source, text.Text, string.Join('\n', text.References), ReportCell.Figure(text.Quality) with { Bar = text.Quality },
            ])]);
    }

    private static IEnumerable<ReportFact> Facts(TextGenerator generator, DataCard data, DecodingOptions options, RunCard? card)
    {
        yield return new ReportFact("Model", generator.Folder.Path);
        yield return new ReportFact("Measured on", $"{data.Path}, {data.ExampleCount} examples, sha256 {data.Sha256}");
        yield return new ReportFact("Input", $"cut after {generator.MaxInputTokens} tokens");
        yield return new ReportFact("Decoding", options.Sampling is { } sampling
            ? $"sampling, temperature {sampling.Temperature}, top-k {sampling.TopK}, top-p {sampling.TopP}, min-p {sampling.MinP}, seed {sampling.Seed}"
            : $"{options.Beams} beam(s), score / {(options.Normalization == LengthNormalization.Gnmt ? "((5 + length) / 6)" : "length")}^{options.LengthPenalty}, at most {options.MaxNewTokens} tokens");
        if (card is null) yield break;
        foreach (var fact in RunFacts.Of(card)) yield return fact;
    }
}
