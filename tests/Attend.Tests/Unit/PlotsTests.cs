using System.Text;
using Attend.Plots;
using SkiaSharp;

namespace Attend.Tests.Unit;

public sealed class PlotsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("attend-plots-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void EveryCellHasTheColourOfItsShareOfTheRow()
    {
        // Rows: 1/4 and 3/4, none and all. Counting pixels of a colour needs no knowledge of the layout.
        using var picture = SKBitmap.Decode(ConfusionMatrixPlot.Png(["no", "yes"], [[1, 3], [0, 5]]));
        var colors = picture.Pixels.GroupBy(pixel => pixel).ToDictionary(group => group.Key, group => group.Count());
        foreach (var share in new[] { 0, 0.25, 0.75, 1 })
        {
            // A cell of 109 x 109 points, four pixels each, less its number.
            Assert.InRange(colors.GetValueOrDefault(PlotColors.OfShare(share)), 45_000, 109 * 109 * 4 + 1000);
        }
    }

    [Fact]
    public void PictureGrowsWithTheLabelsSoThatNamesStayReadable()
    {
        const int count = 77;
        var names = Enumerable.Range(0, count).Select(i => $"intent {i} 意图").ToArray();
        var matrix = Enumerable.Range(0, count).Select(gold => Enumerable.Range(0, count).Select(predicted => gold == predicted ? 40L : 0).ToArray()).ToArray();
        var (width, height) = SizeOf(ConfusionMatrixPlot.Png(names, matrix));
        // At two pixels per point, 18 points for each row.
        Assert.InRange(width, count * 36, 5000);
        Assert.InRange(height, count * 36, 5000);
    }

    [Fact]
    public void ChineseAndLatinComeFromTheEmbeddedFonts()
    {
        var runs = PlotFonts.Runs("F1 体育新闻 ok").ToArray();
        Assert.Equal(["F1 ", "体育新闻", " ok"], runs.Select(run => run.Text));
        Assert.Equal(["Noto Sans", "Droid Sans Fallback", "Noto Sans"], runs.Select(run => run.Typeface.FamilyName));
        foreach (var (text, typeface) in runs)
        {
            using var font = PlotFonts.Font(typeface, 12, bold: false);
            Assert.DoesNotContain((ushort)0, font.GetGlyphs(text));
        }
    }

    [Fact]
    public void TextWithoutPictureDoesNotBreakTheDrawing()
    {
        Assert.Equal("a b�c", string.Concat(PlotFonts.Runs("a\tb\ud800c\u202e\u200d\ufe0f").Select(run => run.Text)));
        Assert.Empty(PlotFonts.Runs("\u200b"));
        Assert.NotEmpty(ConfusionMatrixPlot.Png(["\ud800\0\u202e", ""], [[1, 0], [0, 1]]));
    }

    [Fact]
    public void LongNamesLoseTheirMiddle()
    {
        const string name = "a_very_long_label_name_that_says_everything_there_is_to_say_about_the_label";
        var cut = PlotFonts.Fit(name, 11, 231);
        Assert.StartsWith("a_very_long", cut, StringComparison.Ordinal);
        Assert.EndsWith("the_label", cut, StringComparison.Ordinal);
        Assert.Contains('…', cut);
        Assert.InRange(PlotFonts.Width(cut, 11), 215, 231);
        Assert.Equal("short", PlotFonts.Fit("short", 11, 231));
        Assert.Equal("…", PlotFonts.Fit(name, 11, 1));
        // Never half of a character.
        Assert.DoesNotContain('\ufffd', string.Concat(PlotFonts.Runs(PlotFonts.Fit(string.Concat(Enumerable.Repeat("😀", 99)), 11, 100)).Select(run => run.Text)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(201)]
    public void EmptyMatrixAndAnyNumberOfLabelsAreDrawn(int count)
    {
        var matrix = Enumerable.Range(0, count).Select(_ => new long[count]).ToArray();
        Assert.True(SizeOf(ConfusionMatrixPlot.Png([.. Enumerable.Range(0, count).Select(i => $"{i}")], matrix)).Width > 0);
    }

    [Fact]
    public void BadMatricesAreRefused()
    {
        Assert.Contains("one row for each of the 2 labels, found 1", Assert.Throws<ArgumentException>(() => ConfusionMatrixPlot.Png(["a", "b"], [[1, 2]])).Message);
        Assert.Contains("Row 1: expected 2 counts, found 1", Assert.Throws<ArgumentException>(() => ConfusionMatrixPlot.Png(["a", "b"], [[1, 2], [3]])).Message);
        Assert.Contains("Row 0, column 1", Assert.Throws<ArgumentException>(() => ConfusionMatrixPlot.Png(["a", "b"], [[1, -2], [3, 4]])).Message);
        Assert.Throws<ArgumentException>(() => ConfusionMatrixPlot.Png([], []));
        Assert.Contains("most confused pairs", Assert.Throws<ArgumentException>(() => ConfusionMatrixPlot.Png(new string[2001], new long[2001][])).Message);
    }

    [Fact]
    public void FailureLeavesAnOlderFileAsItWas()
    {
        var path = Path.Combine(_folder, "matrix.png");
        File.WriteAllText(path, "older");
        Assert.Throws<ArgumentException>(() => ConfusionMatrixPlot.Save(path, ["a"], [[-1]]));
        Assert.Equal("older", File.ReadAllText(path));
        var other = Path.ChangeExtension(path, ".jpg");
        Assert.Contains(".png or .svg", Assert.Throws<ArgumentException>(() => ConfusionMatrixPlot.Save(other, ["a"], [[1]])).Message);
        Assert.False(File.Exists(other));
    }

    [Fact]
    public void VectorPicturesNeedNoFontOfTheReader()
    {
        var path = Path.Combine(_folder, "matrix.svg");
        ConfusionMatrixPlot.Save(path, ["差评", "好评"], [[3, 1], [0, 4]]);
        var svg = File.ReadAllText(path, Encoding.UTF8);
        Assert.Contains("<svg", svg, StringComparison.Ordinal);
        Assert.Contains("<path", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("<text", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void ShareColoursDarkenSteadily()
    {
        var shares = Enumerable.Range(0, 101).Select(i => PlotColors.OfShare(i / 100.0)).ToArray();
        foreach (var (lighter, darker) in shares.Zip(shares.Skip(1))) Assert.True(Luminance(lighter) > Luminance(darker), $"{lighter} {darker}");
        // WCAG 2.1, 1.4.3: contrast of text that is not large.
        for (var i = 0; i <= 100; i++)
        {
            double first = Luminance(shares[i]) + 0.05, second = Luminance(PlotColors.InkOnShare(i / 100.0)) + 0.05;
            Assert.True(Math.Max(first, second) / Math.Min(first, second) >= 4.5, $"number on {i} %: {Math.Max(first, second) / Math.Min(first, second):0.00}");
        }
    }

    [Theory]
    [InlineData(0.08, 0.79, "0.0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8")]
    [InlineData(0, 5e-5, "0 1e-5 2e-5 3e-5 4e-5 5e-5")]
    [InlineData(1, 12000, "0 2,000 4,000 6,000 8,000 10,000 12,000")]
    [InlineData(-1, 1, "-1.0 -0.5 0.0 0.5 1.0")]
    [InlineData(0.5, 0.5, "0.44 0.46 0.48 0.50 0.52 0.54 0.56")]
    [InlineData(0, 0, "-1.0 -0.5 0.0 0.5 1.0")]
    [InlineData(0, 1e9, "0 2e8 4e8 6e8 8e8 1e9")]
    public void TicksAreRoundNumbers(double least, double most, string expected)
    {
        var ticks = NiceTicks.Cover(least, most, 6);
        Assert.Equal(expected, string.Join(' ', ticks.Values().Select(ticks.Text)));
    }

    [Fact]
    public void CountedThingsHaveWholeTicks()
    {
        var ticks = NiceTicks.Cover(1, 3, 6, leastStep: 1);
        Assert.Equal([1, 2, 3], ticks.Values());
    }

    [Fact]
    public void CurvesAreDrawnInTheirPanels()
    {
        double[] steps = [.. Enumerable.Range(1, 20).Select(i => (double)i)];
        var one = SizeOf(CurvesPlot.Png("run", "steps", new CurveSeries("train", "loss", steps, steps), new CurveSeries("dev", "loss", steps, steps)));
        var three = SizeOf(CurvesPlot.Png("run", "steps", new CurveSeries("loss", "loss", steps, steps), new CurveSeries("rate", "rate", steps, steps), new CurveSeries("f1", "f1", steps, steps)));
        Assert.True(three.Width > 1.5 * one.Width && three.Height > 1.5 * one.Height);
    }

    [Fact]
    public void OddCurvesAreDrawn()
    {
        using var nothing = SKBitmap.Decode(CurvesPlot.Png("", "", new CurveSeries("", "", [], [])));
        using var odd = SKBitmap.Decode(CurvesPlot.Png("", "", new CurveSeries("", "", [1, 2, 3, 4], [double.NaN, 1, 1, double.PositiveInfinity])));
        Assert.DoesNotContain(PlotColors.OfLine(0), nothing.Pixels);
        Assert.Contains(PlotColors.OfLine(0), odd.Pixels);
        // A hundred thousand points, one of them far out, which thinning must not lose.
        double[] x = [.. Enumerable.Range(0, 100_000).Select(i => (double)i)];
        var peak = x.Select(value => value == 50_000 ? 1.0 : 0).ToArray();
        using var many = SKBitmap.Decode(CurvesPlot.Png("", "", new CurveSeries("", "", x, peak)));
        var pixels = many.Pixels;
        var rows = Enumerable.Range(0, many.Height).Where(row => Enumerable.Range(0, many.Width).Any(column => pixels[row * many.Width + column] is { Red: < 120, Blue: > 160 })).ToArray();
        Assert.True(rows[^1] - rows[0] > 300, $"rows {rows[0]} to {rows[^1]}");
    }

    [Fact]
    public void BadSeriesAreRefused()
    {
        Assert.Throws<ArgumentException>(() => CurvesPlot.Png("t", "x"));
        Assert.Contains("\"s\": expected as many y values as x values (2), found 1", Assert.Throws<ArgumentException>(() => CurvesPlot.Png("t", "x", new CurveSeries("s", "p", [1, 2], [1]))).Message);
        Assert.Contains("x value 1 (1) is below", Assert.Throws<ArgumentException>(() => CurvesPlot.Png("t", "x", new CurveSeries("s", "p", [2, 1], [1, 1]))).Message);
        Assert.Contains("finite", Assert.Throws<ArgumentException>(() => CurvesPlot.Png("t", "x", new CurveSeries("s", "p", [double.NaN], [1]))).Message);
    }

    private static (int Width, int Height) SizeOf(byte[] png)
    {
        using var picture = SKBitmap.Decode(png);
        return (picture.Width, picture.Height);
    }

    private static double Luminance(SKColor color)
    {
        return 0.2126 * Linear(color.Red) + 0.7152 * Linear(color.Green) + 0.0722 * Linear(color.Blue);

        static double Linear(byte part) => part / 255.0 <= 0.04045 ? part / 255.0 / 12.92 : Math.Pow((part / 255.0 + 0.055) / 1.055, 2.4);
    }
}
