using System.Buffers.Binary;
using System.Text;

namespace Attend.Plots;

/// <summary>Writes an evaluation as one HTML file that needs nothing else: no network, no script, no font.</summary>
public static class HtmlReport
{
    private const int MostTextLength = 1000;

    private static readonly byte[] PngStart = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Writes the page to a file; an older file is replaced only once the page is complete.</summary>
    /// <param name="path">Where to; usually ends in .html.</param>
    /// <param name="content">What to show.</param>
    /// <exception cref="ArgumentException">Bytes that should be a PNG picture are not, or a row has another number of cells than there are columns.</exception>
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
        AppendFigures(html, content.Figures);
        AppendNotes(html, content.Notes);
        foreach (var section in content.Sections) AppendSection(html, section);
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

    private static void AppendFigures(StringBuilder html, IReadOnlyList<ReportFigure> figures)
    {
        if (figures.Count == 0) return;
        html.Append("<section>\n<h2>Results</h2>\n<div class=\"tiles\">\n");
        foreach (var figure in figures)
        {
            var range = figure.Interval is { } interval ? $"<div class=\"range\">{FigureText.Range(interval, figure.Scale)}</div>" : "";
            html.Append($"<div class=\"tile\"><div class=\"name\">{HtmlText.Escape(figure.Name)}</div><div class=\"value\">{FigureText.Of(figure.Value, figure.Scale)}</div>{range}<div class=\"meaning\">{HtmlText.Escape(figure.Definition)}</div></div>\n");
        }
        html.Append("</div>\n");
        if (figures.Any(figure => figure.Interval is not null)) html.Append("<p class=\"legend below\">Small figures: 95% intervals, from resampling the examples. They say how far a figure would move with other examples of the same kind.</p>\n");
        html.Append("</section>\n");
    }

    private static void AppendNotes(StringBuilder html, IReadOnlyList<string> notes)
    {
        if (notes.Count == 0) return;
        html.Append("<section class=\"notes\">\n<h2>Notes</h2>\n<ul>\n");
        foreach (var note in notes) html.Append($"<li dir=\"auto\">{HtmlText.Escape(note)}</li>\n");
        html.Append("</ul>\n</section>\n");
    }

    private static void AppendSection(StringBuilder html, ReportSection section)
    {
        html.Append($"<section>\n<h2>{HtmlText.Escape(section.Heading)}</h2>\n");
        if (section.Legend is { } legend) html.Append($"<p class=\"legend\">{HtmlText.Escape(legend)}</p>\n");
        switch (section)
        {
            case ReportPicture picture: AppendPicture(html, picture); break;
            case ReportTable table: AppendTable(html, table); break;
            default: throw new ArgumentException($"\"{section.Heading}\" is a {section.GetType().Name}, which no page can show.", nameof(section));
        }
        html.Append("</section>\n");
    }

    private static void AppendPicture(StringBuilder html, ReportPicture picture)
    {
        if (picture.Png.Length < 24 || !picture.Png.AsSpan().StartsWith(PngStart))
            throw new ArgumentException($"\"{picture.Heading}\" is not a PNG picture: its {picture.Png.Length} bytes do not begin like one.", nameof(picture));
        var width = BinaryPrimitives.ReadInt32BigEndian(picture.Png.AsSpan(16)) / 2;
        html.Append($"<figure style=\"--width:{width}px\"><img alt=\"{HtmlText.Escape(picture.Description)}\" src=\"data:image/png;base64,{Convert.ToBase64String(picture.Png)}\"></figure>\n");
    }

    private static void AppendTable(StringBuilder html, ReportTable table)
    {
        var hasLongText = table.Columns.Any(column => column.Kind == ReportColumnKind.LongText);
        html.Append($"<div class=\"scroll\"><table class=\"data{(hasLongText ? " mistakes" : "")}\">\n<thead><tr>");
        foreach (var column in table.Columns)
        {
            var title = column.Meaning is { } meaning ? $" title=\"{HtmlText.Escape(meaning)}\"" : "";
            html.Append($"<th scope=\"col\"{(column.Kind == ReportColumnKind.Number ? " class=\"number\"" : "")}{title} dir=\"auto\">{HtmlText.Escape(column.Name)}</th>");
        }
        html.Append("</tr></thead>\n<tbody>\n");
        foreach (var row in table.Rows) AppendRow(html, table, row, isTotal: false);
        html.Append("</tbody>\n");
        if (table.Totals.Count > 0)
        {
            html.Append("<tfoot>\n");
            foreach (var row in table.Totals) AppendRow(html, table, row, isTotal: true);
            html.Append("</tfoot>\n");
        }
        html.Append("</table></div>\n");
    }

    private static void AppendRow(StringBuilder html, ReportTable table, IReadOnlyList<ReportCell> row, bool isTotal)
    {
        if (row.Count != table.Columns.Count)
            throw new ArgumentException($"\"{table.Heading}\": a row has {row.Count} cells, expected {table.Columns.Count}, one for each column.", nameof(table));
        html.Append("<tr>");
        for (var i = 0; i < row.Count; i++)
        {
            if (isTotal && i == 0) html.Append($"<th scope=\"row\" dir=\"auto\">{HtmlText.Escape(row[i].Text)}</th>");
            else AppendCell(html, row[i], table.Columns[i].Kind);
        }
        html.Append("</tr>\n");
    }

    private static void AppendCell(StringBuilder html, ReportCell cell, ReportColumnKind kind)
    {
        var bar = cell.Bar is { } share && double.IsFinite(share) ? $" style=\"--share:{100 * Math.Clamp(share, 0, 1):0.#}%\"" : "";
        var name = (kind, bar.Length > 0) switch
        {
            (ReportColumnKind.Number, true) => " class=\"number bar\"",
            (ReportColumnKind.Number, false) => " class=\"number\"",
            (ReportColumnKind.LongText, _) => " class=\"text\" dir=\"auto\"",
            (_, true) => " class=\"bar\" dir=\"auto\"",
            _ => " dir=\"auto\"",
        };
        html.Append($"<td{name}{bar}>");
        if (cell.Marks.Count > 0) HtmlText.AppendMarked(html, cell.Text, cell.Marks, MostTextLength);
        else html.Append(HtmlText.Escape(HtmlText.Shorten(cell.Text, MostTextLength)));
        if (cell.Range is { } range) html.Append($" <span class=\"range\">{HtmlText.Escape(range)}</span>");
        html.Append("</td>");
    }

    private static void AppendSignatures(StringBuilder html, ReportContent content)
    {
        string[] signatures = [.. content.Figures.Select(figure => figure.Signature).Concat(content.Signatures).OfType<string>().Distinct()];
        if (signatures.Length == 0) return;
        html.Append("<footer>\n<h2>Signatures</h2>\n<p class=\"legend\">Figures are comparable only where their signatures are the same.</p>\n<ul>\n");
        foreach (var signature in signatures) html.Append($"<li><code>{HtmlText.Escape(signature)}</code></li>\n");
        html.Append("</ul>\n</footer>\n");
    }
}
