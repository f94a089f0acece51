using System.Globalization;
using Attend.Text.Tokenizers.Pipeline;
using Attend.Text.Tokenizers.Unicode;
using ICSharpCode.SharpZipLib.BZip2;

namespace Attend.Tests.Unit.Tokenizers.Pipeline;

public sealed class NormalizerTests
{
    private static string Apply(Normalizer normalizer, string text) => Normalizer.Apply([.. normalizer.Steps], text);

    /// <summary>The conformance test of Unicode Standard Annex 15, all of it.</summary>
    [Fact]
    public void NormalizationFormsAreThoseOfTheStandard()
    {
        var folder = Environment.GetEnvironmentVariable("ATTEND_UCD") ?? "/usr/share/unicode";
        var file = Path.Combine(folder, "NormalizationTest.txt.bz2");
        Assert.SkipUnless(File.Exists(file), "the Unicode Character Database is not here (Debian: package unicode-data)");
        using var reader = new StreamReader(new BZip2InputStream(File.OpenRead(file)));
        Assert.SkipUnless(reader.ReadLine()!.Contains(UnicodeData.Version, StringComparison.Ordinal), "another Unicode version");
        var (nfc, nfd, nfkc, nfkd) = (new UnicodeNormalizer(UnicodeForm.NFC), new UnicodeNormalizer(UnicodeForm.NFD), new UnicodeNormalizer(UnicodeForm.NFKC), new UnicodeNormalizer(UnicodeForm.NFKD));
        var count = 0;
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#') || line.StartsWith('@')) continue;
            var columns = line.Split(';').Take(5).Select(column => string.Concat(column.Split(' ').Select(hex => char.ConvertFromUtf32(int.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture))))).ToArray();
            for (var column = 0; column < 5; column++)
            {
                Assert.Equal(columns[column < 3 ? 1 : 3], Apply(nfc, columns[column]));
                Assert.Equal(columns[column < 3 ? 2 : 4], Apply(nfd, columns[column]));
                Assert.Equal(columns[3], Apply(nfkc, columns[column]));
                Assert.Equal(columns[4], Apply(nfkd, columns[column]));
            }
            count++;
        }
        Assert.True(count > 18_000);
    }

    [Theory]
    [InlineData("NFC", "e\u0301x", "é 0-2, x 2-3")]
    [InlineData("NFC", "\u1112\u1161\u11ab", "한 0-3")]
    [InlineData("NFD", "éx", "e 0-1, \u0301 0-1, x 1-2")]
    [InlineData("NFD", "a\u0301\u0327b", "a 0-1, \u0327 1-3, \u0301 1-3, b 3-4")]
    [InlineData("NFKC", "ﬁ", "f 0-1, i 0-1")]
    [InlineData("NFKD", "Å", "A 0-1, \u030A 0-1")]
    [InlineData("NFC", "x\U0002F800", "x 0-1, 丽 1-3")]
    public void EachCharacterKnowsWhereItComesFrom(string form, string text, string expected) => Assert.Equal(expected, Show(new UnicodeNormalizer(Enum.Parse<UnicodeForm>(form)), text));

    private static string Show(Normalizer normalizer, string text)
    {
        var document = new Document();
        document.SetRaw(text);
        foreach (var step in normalizer.Steps) step.Apply(document);
        return string.Join(", ", Enumerable.Range(0, document.Text.Length).Select(at => $"{document.Text.Units[at]} {document.Text.SpanOf(at, at + 1).Start}-{document.Text.SpanOf(at, at + 1).End}"));
    }

    [Fact]
    public void OtherNormalizersKeepPositions()
    {
        Assert.Equal("x 0-0, a 0-1", Show(new PrependNormalizer("x"), "a"));
        Assert.Equal("e 0-2, b 2-3", Show(new NormalizerSequence([new UnicodeNormalizer(UnicodeForm.NFD), new StripAccentsNormalizer()]), "e\u0301b"));
        Assert.Equal("a 1-2", Show(new StripNormalizer(true, true), " a "));
        Assert.Equal("X 0-1, Y 0-1, c 1-2", Show(new ReplaceNormalizer(new TextPattern("a", false), "XY"), "ac"));
        Assert.Equal("X 0-2, Y 2-2, c 2-3", Show(new ReplaceNormalizer(new TextPattern("ab", false), "XY"), "abc"));
        Assert.Equal("i 0-1, \u0307 0-1", Show(new LowercaseNormalizer(), "İ"));
        Assert.Equal("  0-0, 中 0-1,   1-1, a 1-2", Show(new BertNormalizer(false, true, false, false), "中a"));
        Assert.Equal("a 0-1, b 2-3", Show(new NmtNormalizer(), "a\u0001b"));
    }

    [Fact]
    public void EmptyTextStaysEmpty() => Assert.Equal("", Apply(new NormalizerSequence([new PrependNormalizer("x"), new UnicodeNormalizer(UnicodeForm.NFC)]), ""));
}
