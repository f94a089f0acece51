using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Attend.Plots;
using Attend.Text.Metrics;

namespace Attend.Tests.Unit;

public sealed partial class PlotsHtmlReportTests
{
    private static readonly byte[] Picture = ConfusionMatrixPlot.Png(["a", "b"], [[1, 0], [0, 1]]);

    [Fact]
    public void PageNeedsNothingButItself()
    {
        var page = HtmlReport.Render(Content(2) with { Sections = [new ReportPicture("One", Picture, "A picture."), new ReportPicture("Two", Picture, "Another.")] });
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("http:", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("https:", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", page, StringComparison.Ordinal);
        Assert.All(Source().Matches(page), match => Assert.StartsWith("data:image/png;base64,", match.Groups[1].Value, StringComparison.Ordinal));
        Assert.Equal(2, Source().Count(page));
        Assert.Contains(Convert.ToBase64String(Picture), page, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryElementIsClosed()
    {
        // The body is written so that a strict XML parser reads it too.
        var page = HtmlReport.Render(Content(12) with { Sections = [new ReportPicture("Training", Picture, "A picture."), .. Content(12).Sections] });
        var body = page[page.IndexOf("<main>", StringComparison.Ordinal)..page.IndexOf("</body>", StringComparison.Ordinal)].Replace("\"></figure>", "\"/></figure>", StringComparison.Ordinal);
        var main = XElement.Parse(body);
        Assert.Equal(["Results", "Notes", "Training", "Most confused pairs", "Labels", "By source", "Hardest mistakes", "Signatures"], main.Descendants("h2").Select(heading => heading.Value));
        Assert.Equal(12 + 3, main.Descendants("section").Single(section => section.Element("h2")?.Value == "Labels").Descendants("tr").Count() - 1);
    }

    [Fact]
    public void TextOfUsersStaysText()
    {
        const string evil = "</td><script>alert(\"1\")</script> & 'x'\0\u0007\u009b\ud800\u202e\ufffe";
        const string shown = "&lt;/td&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;[U+0000][U+0007][U+009B]\ufffd[U+202E]\ufffd";
        var metrics = new ClassificationMetrics([evil, .. Enumerable.Range(0, 11).Select(i => $"{i}")]);
        metrics.Add(1, 0);
        var report = metrics.Report();
        var page = HtmlReport.Render(new ReportContent
        {
            Title = evil,
            Facts = [new(evil, evil)],
            Figures = [new(evil, 0.5, evil) { Signature = evil }],
            Notes = [evil, .. report.Notes],
            Sections =
            [
                .. ReportSections.ConfusedPairs(report),
                ReportSections.Labels(report.PerLabel, report.Macro, report.Weighted, report.Micro),
                .. ReportSections.Mistakes([new(evil, evil, evil, 0.5)]),
                new ReportPicture(evil, Picture, evil) { Legend = evil },
                new ReportTable(evil, [new(evil, evil)], [[new ReportCell(evil) { Marks = [new(0, 5, evil)], Range = evil }]]) { Totals = [[evil]] },
            ],
        });
        Assert.DoesNotContain(evil, page, StringComparison.Ordinal);
        // Title and headline, fact twice, figure thrice, notes, pair, label, mistake thrice, picture thrice, heading and column of the table, mark and range, total.
        Assert.Equal(2 + 2 + 3 + 2 + 1 + 1 + 3 + 3 + 3 + 2 + 1, Regex.Count(page, Regex.Escape(shown)));
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(page, character => char.IsControl(character) && character is not ('\n' or '\t'));
        // Strict UTF-8: refuses lone surrogates.
        Assert.NotEmpty(new UTF8Encoding(false, throwOnInvalidBytes: true).GetBytes(page));
    }

    [Fact]
    public void NumbersComeWithDefinitionAndSignature()
    {
        var content = Content(2);
        content = content with { Figures = [.. content.Figures, new("ROC-AUC", 0.875, "Chance of the right order.") { Signature = "ranking|x", Interval = new(0.8, 0.87, 0.9) }, new("odd", double.NaN, "Nothing.") { Signature = "ranking|x" }] };
        var page = HtmlReport.Render(content);
        Assert.Contains("<div class=\"name\">Accuracy</div><div class=\"value\">66.67%</div><div class=\"meaning\">Share of examples answered right.</div>", page, StringComparison.Ordinal);
        Assert.Contains("<div class=\"value\">0.8750</div><div class=\"range\">0.800 – 0.900</div><div class=\"meaning\">Chance of the right order.</div>", page, StringComparison.Ordinal);
        Assert.Contains("<div class=\"value\">undefined</div>", page, StringComparison.Ordinal);
        Assert.Contains("<code>classification|labels:2|", page, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(page, "<code>ranking"));
        Assert.DoesNotContain("Log loss", page, StringComparison.Ordinal);
    }

    [Fact]
    public void FewLabelsKeepTheirOrderManyAreSortedWeakestFirst()
    {
        var (few, many) = (HtmlReport.Render(Content(10)), HtmlReport.Render(Content(11)));
        Assert.DoesNotContain("Most confused pairs", few, StringComparison.Ordinal);
        Assert.Contains("Most confused pairs", many, StringComparison.Ordinal);
        // The labels that do not occur have F1 0 and stand first.
        Assert.True(Row(few, "label 0") < Row(few, "label 9"));
        Assert.True(Row(many, "label 0") > Row(many, "label 9"));

        static int Row(string page, string label) => page.LastIndexOf($"<tr><td dir=\"auto\">{label}</td><td class=\"number\">", StringComparison.Ordinal);
    }

    [Fact]
    public void EachFigureOfTheMetricsHasADefinition()
    {
        var single = new Measurement<ClassAnswer>(() => new ClassificationMetrics(["a", "b"]));
        single.Add(new ClassAnswer(0, [0.9f, 0.1f]), new ClassAnswer(0));
        var several = new Measurement<ClassAnswer>(() => new MultiLabelMetrics(["a", "b"]));
        several.Add(new ClassAnswer([0]), new ClassAnswer([0, 1]));
        var spans = new Measurement<SpanAnswer>(() => new SpanMetrics());
        spans.Add(new SpanAnswer(["B-x"]), new SpanAnswer(["B-x"]));
        var questions = new Measurement<QuestionAnswer>(() => new SquadMetrics(SquadRules.Squad20));
        questions.Add(new QuestionAnswer("yes"), new QuestionAnswer("yes"));
        questions.Add(new QuestionAnswer(""), new QuestionAnswer([]));
        var texts = new Measurement<TextAnswer>(() => new MetricSet<TextAnswer>(new BleuMetrics(), new ChrfMetrics(), new TerMetrics(), new TextMatchMetrics()));
        texts.Add(new TextAnswer("one two three four"), new TextAnswer("one two three four"));
        MeasuredFigure[] figures = [.. single.Figures(), .. several.Figures(), .. spans.Figures(), .. questions.Figures(), .. texts.Figures()];
        Assert.True(figures.Length > 35);
        Assert.All(figures.Select(FigureDefinitions.Describe), figure => Assert.NotEqual("See the signature.", figure.Definition));
        // One name, two meanings.
        Assert.Equal(["Micro F1", "Micro F1", "F1"], figures.Where(figure => figure.Name == "f1_micro").Select(figure => FigureDefinitions.Describe(figure).Name));
        Assert.Equal(["50.00", "100.00%"], figures.Where(figure => figure.Name == "exact_match").Select(FigureDefinitions.Describe).Select(figure => FigureText.Of(figure.Value / (figure.Scale == FigureScale.Hundred ? 2 : 1), figure.Scale)));
    }

    [Fact]
    public void StretchesOfATextAreMarked()
    {
        Assert.Equal("&lt;<mark>Tim Cook<small>person</small></mark> in <mark class=\"wrong\">北京</mark>", Marked("<Tim Cook in 北京", 100, new ReportMark(1, 9, "person"), new ReportMark(13, 15, "", IsWrong: true), new ReportMark(5, 14, "hidden")));
        // Of a long text the part around the first mark; never half of a character.
        Assert.Equal("… 😀b<mark>c</mark>dddd … (96 more characters)", Marked(new string('a', 100) + "😀bc" + new string('d', 100), 8, new ReportMark(103, 104, "")));
        Assert.Contains("outside of a text of 3", Assert.Throws<ArgumentException>(() => Marked("abc", 9, new ReportMark(1, 4, "x"))).Message);

        static string Marked(string text, int most, params ReportMark[] marks)
        {
            var html = new StringBuilder();
            HtmlText.AppendMarked(html, text, marks, most);
            return html.ToString();
        }
    }

    [Fact]
    public void RowsThatDoNotFitTheirColumnsAreRefused()
    {
        var error = Assert.Throws<ArgumentException>(() => HtmlReport.Render(new ReportContent { Title = "", Sections = [new ReportTable("T", [new("a"), new("b")], [["1"]])] }));
        Assert.Contains("a row has 1 cells, expected 2", error.Message);
    }

    [Fact]
    public void LongTextsAreCutBetweenCharacters()
    {
        Assert.Equal("short", HtmlText.Shorten("short", 5));
        Assert.Equal("😀 … (4 more characters)", HtmlText.Shorten("😀😀😀", 3));
        var page = HtmlReport.Render(Content(2) with { Sections = [.. ReportSections.Mistakes([new(new string('x', 5000), "a", "b", 0.5)])] });
        Assert.Contains("… (4,000 more characters)", page, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsNoPictureIsRefusedAndTheOlderPageKept()
    {
        var path = Path.GetTempFileName();
        try
        {
            HtmlReport.Save(path, Content(2));
            var before = File.ReadAllBytes(path);
            Assert.Equal((byte)'<', before[0]);
            Assert.Contains("\"Curves\" is not a PNG picture", Assert.Throws<ArgumentException>(() => HtmlReport.Save(path, Content(2) with { Sections = [new ReportPicture("Curves", [1, 2, 3], "")] })).Message);
            Assert.Equal(before, File.ReadAllBytes(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static ReportContent Content(int labels)
    {
        var measurement = new Measurement<ClassAnswer>(() => new ClassificationMetrics(MetricsClassificationTests.Names(labels)));
        foreach (var (predicted, expected) in new[] { (0, 0), (1, 1), (1, 0) })
            measurement.Add(new ClassAnswer(predicted), new ClassAnswer(expected), null, new Dictionary<string, string> { ["source"] = $"{predicted}" });
        var report = ((ClassificationMetrics)measurement.Metric).Report();
        return new ReportContent
        {
            Title = "Test",
            Facts = [new("Model", "tiny")],
            Figures = [.. measurement.Figures().Select(figure => FigureDefinitions.Describe(figure with { Interval = null }))],
            Notes = [.. report.Notes, "A note."],
            Sections =
            [
                .. ReportSections.ConfusedPairs(report),
                ReportSections.Labels(report.PerLabel, report.Macro, report.Weighted, report.Micro),
                .. ReportSections.Slices(measurement.Slices(), ["accuracy"], measurement.Signature),
                .. ReportSections.Mistakes([new("first line\nsecond line", "label 0", "label 1", 0.99)]),
            ],
        };
    }

    [GeneratedRegex("(?:src|href)=\"([^\"]{0,40})")]
    private static partial Regex Source();
}
