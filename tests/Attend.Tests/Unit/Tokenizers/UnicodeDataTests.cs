using System.Globalization;
using Attend.Text.Tokenizers.Unicode;

namespace Attend.Tests.Unit.Tokenizers;

public sealed class UnicodeDataTests
{
    /// <summary>
    /// ATTEND_UCD names a folder with the Unicode Character Database (default: where Debian's unicode-data puts it);
    /// ATTEND_APPROVE=1 writes UnicodeData.cs anew from it.
    /// </summary>
    [Fact]
    public void TableHoldsExactlyTheFactsOfTheUnicodeCharacterDatabase()
    {
        var folder = Environment.GetEnvironmentVariable("ATTEND_UCD") ?? "/usr/share/unicode";
        Assert.SkipUnless(File.Exists(Path.Combine(folder, "UnicodeData.txt")), "the Unicode Character Database is not here (Debian: package unicode-data)");
        var generator = new UnicodeDataGenerator(folder);
        if (Environment.GetEnvironmentVariable("ATTEND_APPROVE") == "1")
            File.WriteAllText(Repository.Path("src", "Attend.Text", "Tokenizers", "Unicode", "UnicodeData.cs"), generator.ToSource());
        Assert.SkipUnless(generator.Version == UnicodeData.Version, $"found Unicode {generator.Version}, the table is {UnicodeData.Version}");
        Assert.Equal(generator.ToBytes(), UnicodeData.Unpack());
    }

    private const CharacterTraits Categories = CharacterTraits.Control | CharacterTraits.Separator | CharacterTraits.NonspacingMark | CharacterTraits.Punctuation;

    // Its category became Mc in Unicode 16.0.
    private const int AhomMedialRa = 0x1171E;

    /// <summary>The runtime's tables are of a later Unicode version: it may know characters that ours does not, but not contradict it.</summary>
    [Fact]
    public void TableAgreesWithTheRuntime()
    {
        var unknown = 0;
        for (var codePoint = 0; codePoint < 0x110000; codePoint++)
        {
            var found = UnicodeCharacters.TraitsOf(codePoint) & Categories;
            var expected = RuntimeCategoryOf(codePoint);
            if (codePoint == AhomMedialRa) continue;
            if (found == CharacterTraits.None && expected != found) unknown++;
            else if (expected != found) Assert.Fail($"U+{codePoint:X4}: {found}, expected {expected}");
        }
        Assert.InRange(unknown, 0, 100);
    }

    private static CharacterTraits RuntimeCategoryOf(int codePoint) => CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format => CharacterTraits.Control,
        UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => CharacterTraits.Separator,
        UnicodeCategory.NonSpacingMark => CharacterTraits.NonspacingMark,
        >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation => CharacterTraits.Punctuation,
        _ => CharacterTraits.None,
    };

    [Theory]
    [InlineData(0xE9, 0x65, 0x301)]
    [InlineData(0x1E69, 0x73, 0x323, 0x307)]
    [InlineData(0x1F82, 0x3B1, 0x313, 0x300, 0x345)]
    [InlineData(0xAC00, 0x1100, 0x1161)]
    [InlineData(0xD55C, 0x1112, 0x1161, 0x11AB)]
    [InlineData(0xFA6C, 0x242EE)]
    [InlineData(0x1D160, 0x1D158, 0x1D165, 0x1D16E)]
    [InlineData(0x2126, 0x3A9)]
    [InlineData(0x61, 0x61)]
    [InlineData(0xD800, 0xD800)]
    [InlineData(0xFB01, 0xFB01)]
    public void DecompositionIsCanonicalAndFull(int codePoint, params int[] expected)
    {
        var found = new int[UnicodeCharacters.LongestDecomposition];
        Assert.Equal(expected, found[..UnicodeCharacters.Decompose(codePoint, found)]);
    }

    [Fact]
    public void NoDecompositionIsLongerThanTheLongest()
    {
        var found = new int[8];
        Assert.Equal(UnicodeCharacters.LongestDecomposition, Enumerable.Range(0, 0x110000).Max(codePoint => UnicodeCharacters.Decompose(codePoint, found)));
    }

    [Theory]
    [InlineData('A', 'a')]
    [InlineData(0x3A3, 0x3C3)]
    [InlineData(0x10400, 0x10428)]
    [InlineData(0x1E9E, 0xDF)]
    [InlineData(0x130, 'i')]
    [InlineData('ß', 'ß')]
    public void LowerCaseIsThatOfTheUnicodeStandard(int codePoint, int expected) => Assert.Equal(expected, UnicodeCharacters.ToLower(codePoint));
}
