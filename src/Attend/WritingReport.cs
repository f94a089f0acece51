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

    public static void Write(WritingEvaluation evaluation, TextGenerator generator, DecodingOptions options, string folder)
    {
        var page = new EvaluationPage(evaluation.Card, evaluation.Figures, generator.Folder, folder);
        var shown = evaluation.MainFigures;
        page.Facts.Add(new ReportFact("Input", $"cut after {generator.MaxInputTokens} tokens"));
        page.Facts.Add(new ReportFact("Decoding", options.Sampling is { } sampling
            ? $"sampling, temperature {sampling.Temperature}, top-k {sampling.TopK}, top-p {sampling.TopP}, min-p {sampling.MinP}, seed {sampling.Seed}"
            : $"{options.Beams} beam(s), score / {(options.Normalization == LengthNormalization.Gnmt ? "((5 + length) / 6)" : "length")}^{options.LengthPenalty}, at most {options.MaxNewTokens} tokens"));
        page.AddCurves();
        page.AddBaselines(shown);
        page.Sections.AddRange(ReportSections.Slices(evaluation.Card.Slices, ShownOfSlices, string.Join(' ', evaluation.Card.Signatures)));
        page.Sections.AddRange(Alignments(evaluation, generator, page));
        page.Sections.AddRange(Texts("Best texts", evaluation.Best));
        page.Sections.AddRange(Texts("Worst texts", evaluation.Worst));
        page.Write("Texts written and measured.", shown);
    }

    private static IEnumerable<ReportSection> Alignments(WritingEvaluation evaluation, TextGenerator generator, EvaluationPage page)
    {
        var shown = evaluation.Best.Concat(evaluation.Worst).Where(text => text.Source.Length <= LongestAligned && text.Text.Length is > 0 and <= LongestAligned)
            .DistinctBy(text => text.Line).OrderByDescending(text => text.Source.Length).Take(AlignmentCount).ToArray();
        for (var i = 0; i < shown.Length; i++)
        {
            var alignment = generator.Align(shown[i].Source, shown[i].Text);
            yield return new ReportPicture($"Alignment of line {shown[i].Line}", page.Save($"alignment-{i + 1}.png", AlignmentPlot.Png(alignment.Target, alignment.Source, alignment.Weights)),
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
}
