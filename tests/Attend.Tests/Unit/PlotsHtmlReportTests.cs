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
        var page = HtmlReport.Render(Content(2) with { ConfusionMatrixPng = Picture, CurvesPng = Picture });
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
        var page = HtmlReport.Render(Content(12) with { ConfusionMatrixPng = Picture, CurvesPng = Picture });
        var body = page[page.IndexOf("<main>", StringComparison.Ordinal)..page.IndexOf("</body>", StringComparison.Ordinal)].Replace("\"></figure>", "\"/></figure>", StringComparison.Ordinal);
        var main = XElement.Parse(body);
        Assert.Equal(["Results", "Notes", "Training", "Confusion", "Most confused pairs", "Labels", "Hardest mistakes", "Signatures"], main.Descendants("h2").Select(heading => heading.Value));
        Assert.Equal(12 + 3, main.Descendants("section").Single(section => section.Element("h2")?.Value == "Labels").Descendants("tr").Count() - 1);
    }

    [Fact]
    public void TextOfUsersStaysText()
    {
        const string evil = "</td><script>alert(\"1\")</script> & 'x'\0\u0007\u009b\ud800\u202e\ufffe";
        const string shown = "&lt;/td&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;[U+0000][U+0007][U+009B]\ufffd[U+202E]\ufffd";
        var metrics = new ClassificationMetrics([evil, .. Enumerable.Range(0, 11).Select(i => $"{i}")]);
        metrics.Add(1, 0);
        var page = HtmlReport.Render(new ReportContent
        {
            Title = evil,
            Metrics = metrics.Report(),
            Facts = [new(evil, evil)],
            FurtherMetrics = [new(evil, 0.5, evil, evil)],
            HardestMistakes = [new(evil, evil, evil, 0.5)],
            Notes = [evil],
        });
        Assert.DoesNotContain(evil, page, StringComparison.Ordinal);
        // Title and headline, fact twice, metric thrice, mistake thrice, own note, note of the metrics, pair, label.
        Assert.Equal(2 + 2 + 3 + 3 + 1 + 1 + 1 + 1, Regex.Count(page, Regex.Escape(shown)));
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(page, character => char.IsControl(character) && character is not ('\n' or '\t'));
        // Strict UTF-8: refuses lone surrogates.
        Assert.NotEmpty(new UTF8Encoding(false, throwOnInvalidBytes: true).GetBytes(page));
    }

    [Fact]
    public void NumbersComeWithDefinitionAndSignature()
    {
        var content = Content(2) with { FurtherMetrics = [new("ROC-AUC", 0.875, "Chance of the right order.", "ranking|x"), new("odd", double.NaN, "Nothing.", "ranking|x")] };
        var page = HtmlReport.Render(content);
        Assert.Contains("<div class=\"name\">Accuracy</div><div class=\"value\">66.67%</div><div class=\"meaning\">Share of examples answered right.</div>", page, StringComparison.Ordinal);
        Assert.Contains("<div class=\"value\">0.8750</div><div class=\"meaning\">Chance of the right order.</div>", page, StringComparison.Ordinal);
        Assert.Contains("<div class=\"value\">undefined</div>", page, StringComparison.Ordinal);
        Assert.Contains($"<code>{content.Metrics.Signature}</code>", page, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(page, "<code>ranking"));
        Assert.DoesNotContain("Log loss", page, StringComparison.Ordinal);
    }

    [Fact]
    public void FewLabelsKeepTheirOrderManyAreSortedWeakestFirst()
    {
        var few = HtmlReport.Render(Content(10));
        var many = HtmlReport.Render(Content(11));
        Assert.DoesNotContain("Most confused pairs", few, StringComparison.Ordinal);
        Assert.Contains("Most confused pairs", many, StringComparison.Ordinal);
        // The labels that do not occur have F1 0 and stand first.
        Assert.True(Row(few, "label 0") < Row(few, "label 9"));
        Assert.True(Row(many, "label 0") > Row(many, "label 9"));

        static int Row(string page, string label) => page.LastIndexOf($"<tr><td dir=\"auto\">{label}</td><td class=\"number\">", StringComparison.Ordinal);
    }

    [Fact]
    public void SeveralLabelsPerExampleHaveFiguresOfTheirOwn()
    {
        var metrics = new MultiLabelMetrics(["a", "b"]);
        metrics.Add(new ClassAnswer([0]), new ClassAnswer([0, 1]));
        var page = HtmlReport.Render(new ReportContent { Title = "several", Metrics = metrics.Report() });
        foreach (var name in new[] { "Micro F1", "Samples F1", "Hamming loss" }) Assert.Contains($"<div class=\"name\">{name}</div>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Matthews", page, StringComparison.Ordinal);
    }

    [Fact]
    public void LongTextsAreCutBetweenCharacters()
    {
        Assert.Equal("short", HtmlText.Shorten("short", 5));
        Assert.Equal("😀 … (4 more characters)", HtmlText.Shorten("😀😀😀", 3));
        var page = HtmlReport.Render(Content(2) with { HardestMistakes = [new(new string('x', 5000), "a", "b", null)] });
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
            Assert.Contains("CurvesPng is not a PNG picture", Assert.Throws<ArgumentException>(() => HtmlReport.Save(path, Content(2) with { CurvesPng = [1, 2, 3] })).Message);
            Assert.Equal(before, File.ReadAllBytes(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static ReportContent Content(int labels)
    {
        var metrics = new ClassificationMetrics(MetricsClassificationTests.Names(labels));
        foreach (var (predicted, expected) in new[] { (0, 0), (1, 1), (1, 0) }) metrics.Add(predicted, expected);
        return new ReportContent
        {
            Title = "Test",
            Metrics = metrics.Report(),
            Facts = [new("Model", "tiny")],
            HardestMistakes = [new("first line\nsecond line", "label 0", "label 1", 0.99)],
            Notes = ["A note."],
        };
    }

    [GeneratedRegex("(?:src|href)=\"([^\"]{0,40})")]
    private static partial Regex Source();
}
