using System.Buffers.Binary;
using System.Text;
using Attend.Text.Metrics;

namespace Attend.Plots;

/// <summary>Writes an evaluation as one HTML file that needs nothing else: no network, no script, no font.</summary>
public static class HtmlReport
{
    private const int MostLabelsInOrder = 10;
    private const int PairCount = 20;
    private const int MostTextLength = 1000;

    private static readonly byte[] PngStart = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Writes the page to a file; an older file is replaced only once the page is complete.</summary>
    /// <param name="path">Where to; usually ends in .html.</param>
    /// <param name="content">What to show.</param>
    /// <exception cref="ArgumentException">Bytes that should be a PNG picture are not.</exception>
    public static void Save(string path, ReportContent content)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var page = Render(content);
        File.WriteAllText(path, page, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
    }

    /// <summary>The page as text, to be stored or sent as UTF-8.</summary>
    /// <inheritdoc cref="Save"/>
    public static string Render(ReportContent content)
    {
        ArgumentNullException.ThrowIfNull(content);
        var html = new StringBuilder();
        var title = HtmlText.Escape(content.Title);
        html.Append($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
            <title>{title}</title>
            <style>{HtmlReportStyle.Css}</style>
            </head>
            <body>
            <main>
            <h1>{title}</h1>

            """);
        AppendFacts(html, content.Facts);
        AppendHeadline(html, content);
        AppendNotes(html, [.. content.Metrics.Notes, .. content.Notes]);
        AppendPicture(html, "Training", content.CurvesPng, "Curves over the course of training.", nameof(content.CurvesPng));
        AppendPicture(html, "Confusion", content.ConfusionMatrixPng, "Confusion matrix: rows are gold labels, columns predicted ones; the darker a cell, the larger its share of the row.", nameof(content.ConfusionMatrixPng));
        AppendConfusedPairs(html, content.Metrics);
        AppendLabels(html, content.Metrics);
        AppendMistakes(html, content.HardestMistakes);
        AppendSignatures(html, content);
        html.Append("</main>\n</body>\n</html>\n");
        return html.ToString();
    }

    private static void AppendFacts(StringBuilder html, IReadOnlyList<ReportFact> facts)
    {
        if (facts.Count == 0) return;
        html.Append("<table class=\"facts\">\n");
        foreach (var fact in facts) html.Append($"<tr><th scope=\"row\" dir=\"auto\">{HtmlText.Escape(fact.Name)}</th><td dir=\"auto\">{HtmlText.Escape(fact.Value)}</td></tr>\n");
        html.Append("</table>\n");
    }

    private static void AppendHeadline(StringBuilder html, ReportContent content)
    {
        html.Append("<section>\n<h2>Results</h2>\n<div class=\"tiles\">\n");
        var metrics = content.Metrics;
        var severalLabels = metrics.Samples is not null;
        Tile("Examples", metrics.ExampleCount.ToString("N0"), $"Examples measured, over {metrics.PerLabel.Length:N0} labels.");
        Tile("Accuracy", $"{100 * metrics.Accuracy:0.00}%", severalLabels ? "Share of examples whose set of labels is exactly right." : "Share of examples answered right.");
        Tile("Macro F1", Number(metrics.Macro.F1), "Mean of the labels' F1: each label counts the same, however rare. From 0 to 1.");
        Tile("Weighted F1", Number(metrics.Weighted.F1), "Mean of the labels' F1, weighted by their number of gold examples. From 0 to 1.");
        if (severalLabels) Tile("Micro F1", Number(metrics.Micro.F1), "F1 of all yes/no decisions counted together. From 0 to 1.");
        if (metrics.Samples is { } samples) Tile("Samples F1", Number(samples.F1), "Mean of the examples' own F1. From 0 to 1.");
        if (metrics.HammingLoss is { } hamming) Tile("Hamming loss", Number(hamming), "Share of single yes/no decisions that are wrong; 0 is best.");
        if (metrics.MatthewsCorrelation is { } matthews) Tile("Matthews correlation", Number(matthews), "Agreement beyond chance: 1 perfect, 0 no better than guessing by frequency.");
        if (metrics.LogLoss is { } logLoss) Tile("Log loss", Number(logLoss), "Mean of −ln of the probability given to the gold label; 0 is best.");
        if (metrics.CalibrationError is { } calibration) Tile("Calibration error", Number(calibration), "How far stated confidence lies from the share that is right, on average; 0 is best.");
        foreach (var further in content.FurtherMetrics) Tile(further.Name, Number(further.Value), further.Definition);
        html.Append("</div>\n</section>\n");

        void Tile(string name, string value, string definition) =>
            html.Append($"<div class=\"tile\"><div class=\"name\">{HtmlText.Escape(name)}</div><div class=\"value\">{value}</div><div class=\"meaning\">{HtmlText.Escape(definition)}</div></div>\n");
    }

    private static void AppendNotes(StringBuilder html, IReadOnlyList<string> notes)
    {
        if (notes.Count == 0) return;
        html.Append("<section class=\"notes\">\n<h2>Notes</h2>\n<ul>\n");
        foreach (var note in notes) html.Append($"<li dir=\"auto\">{HtmlText.Escape(note)}</li>\n");
        html.Append("</ul>\n</section>\n");
    }

    private static void AppendPicture(StringBuilder html, string heading, byte[]? png, string description, string parameter)
    {
        if (png is null) return;
        if (png.Length < 24 || !png.AsSpan().StartsWith(PngStart)) throw new ArgumentException($"{parameter} is not a PNG picture: its {png.Length} bytes do not begin like one.", parameter);
        // Our pictures have two pixels per point.
        var width = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)) / 2;
        html.Append($"<section>\n<h2>{heading}</h2>\n<figure style=\"--width:{width}px\"><img alt=\"{description}\" src=\"data:image/png;base64,{Convert.ToBase64String(png)}\"></figure>\n</section>\n");
    }

    private static void AppendConfusedPairs(StringBuilder html, ClassificationReport metrics)
    {
        if (metrics.PerLabel.Length <= MostLabelsInOrder) return;
        var pairs = metrics.MostConfusedPairs(PairCount);
        if (pairs.Length == 0) return;
        html.Append($"""
            <section>
            <h2>Most confused pairs</h2>
            <p class="legend">The {pairs.Length} most frequent mistakes. Share: of the examples that have this gold label, how many were given the other.</p>
            <div class="scroll"><table class="data">
            <thead><tr><th scope="col">Gold</th><th scope="col">Predicted</th><th scope="col" class="number">Count</th><th scope="col" class="number" title="Count divided by the number of examples of the gold label">Share</th></tr></thead>
            <tbody>

            """);
        foreach (var pair in pairs)
            html.Append($"<tr><td dir=\"auto\">{HtmlText.Escape(pair.Gold)}</td><td dir=\"auto\">{HtmlText.Escape(pair.Predicted)}</td><td class=\"number\">{pair.Count:N0}</td><td class=\"number\">{100 * pair.ShareOfGold:0.0}%</td></tr>\n");
        html.Append("</tbody>\n</table></div>\n</section>\n");
    }

    private static void AppendLabels(StringBuilder html, ClassificationReport metrics)
    {
        var weakestFirst = metrics.PerLabel.Length > MostLabelsInOrder;
        html.Append($"""
            <section>
            <h2>Labels</h2>
            <p class="legend">Precision: of the examples given this label, the share that has it. Recall: of the examples that have it, the share that was given it. F1: their harmonic mean. Gold and predicted: number of examples.{(weakestFirst ? " Weakest F1 first." : "")}</p>
            <div class="scroll"><table class="data">
            <thead><tr><th scope="col">Label</th><th scope="col" class="number" title="Of the examples given this label, the share that has it">Precision</th><th scope="col" class="number" title="Of the examples that have this label, the share that was given it">Recall</th><th scope="col" class="number" title="Harmonic mean of precision and recall">F1</th><th scope="col" class="number" title="Examples that have this label">Gold</th><th scope="col" class="number" title="Examples given this label">Predicted</th></tr></thead>
            <tbody>

            """);
        foreach (var label in weakestFirst ? metrics.PerLabel.OrderBy(label => label.F1).AsEnumerable() : metrics.PerLabel)
            html.Append($"<tr><td dir=\"auto\">{HtmlText.Escape(label.Label)}</td>{Score(label.Precision)}{Score(label.Recall)}{Bar(label.F1)}<td class=\"number\">{label.Support:N0}</td><td class=\"number\">{label.PredictedCount:N0}</td></tr>\n");
        html.Append("</tbody>\n<tfoot>\n");
        Average("Macro average", "Plain mean over the labels that occur", metrics.Macro);
        Average("Weighted average", "Mean weighted by gold examples", metrics.Weighted);
        Average("Micro average", "From the counts of all labels together", metrics.Micro);
        html.Append("</tfoot>\n</table></div>\n</section>\n");

        static string Score(double value) => $"<td class=\"number\">{Number(value)}</td>";
        static string Bar(double value) => $"<td class=\"number bar\" style=\"--share:{100 * Math.Clamp(value, 0, 1):0.#}%\">{Number(value)}</td>";
        void Average(string name, string meaning, PrecisionRecallF1 score) =>
            html.Append($"<tr><th scope=\"row\" title=\"{meaning}\">{name}</th>{Score(score.Precision)}{Score(score.Recall)}{Score(score.F1)}<td></td><td></td></tr>\n");
    }

    private static void AppendMistakes(StringBuilder html, IReadOnlyList<ReportMistake> mistakes)
    {
        if (mistakes.Count == 0) return;
        html.Append("""
            <section>
            <h2>Hardest mistakes</h2>
            <p class="legend">Sure: the probability the model gave to its wrong answer. The gold label may be the mistake; look.</p>
            <div class="scroll"><table class="data mistakes">
            <thead><tr><th scope="col">Text</th><th scope="col">Gold</th><th scope="col">Predicted</th><th scope="col" class="number" title="Probability the model gave to its answer">Sure</th></tr></thead>
            <tbody>

            """);
        foreach (var mistake in mistakes)
        {
            var sure = mistake.Probability is { } probability ? double.IsFinite(probability) ? $"{100 * probability:0.0}%" : "undefined" : "–";
            html.Append($"<tr><td class=\"text\" dir=\"auto\">{HtmlText.Escape(HtmlText.Shorten(mistake.Text, MostTextLength))}</td><td dir=\"auto\">{HtmlText.Escape(mistake.Gold)}</td><td dir=\"auto\">{HtmlText.Escape(mistake.Predicted)}</td><td class=\"number\">{sure}</td></tr>\n");
        }
        html.Append("</tbody>\n</table></div>\n</section>\n");
    }

    private static void AppendSignatures(StringBuilder html, ReportContent content)
    {
        html.Append("<footer>\n<h2>Signatures</h2>\n<p class=\"legend\">Figures are comparable only where their signatures are the same.</p>\n<ul>\n");
        foreach (var signature in content.FurtherMetrics.Select(metric => metric.Signature).Prepend(content.Metrics.Signature).Distinct())
            html.Append($"<li><code>{HtmlText.Escape(signature)}</code></li>\n");
        html.Append("</ul>\n</footer>\n");
    }

    private static string Number(double value) => double.IsFinite(value) ? value.ToString("0.0000") : "undefined";
}
