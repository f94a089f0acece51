using System.Globalization;
using System.Text;
using Attend.Text.Tokenizers.Unicode;

namespace Attend.Tests.Unit.Tokenizers;

public sealed class UnicodePropertyTests
{
    /// <summary>As UnicodeDataTests: ATTEND_UCD names the database's folder, ATTEND_APPROVE=1 writes UnicodePropertyData.cs anew.</summary>
    [Fact]
    public void TablesHoldExactlyTheFactsOfTheUnicodeCharacterDatabase()
    {
        var folder = Environment.GetEnvironmentVariable("ATTEND_UCD") ?? "/usr/share/unicode";
        Assert.SkipUnless(File.Exists(Path.Combine(folder, "UnicodeData.txt")), "the Unicode Character Database is not here (Debian: package unicode-data)");
        var generator = new UnicodePropertyGenerator(folder);
        var file = Repository.Path("src", "Attend.Text", "Tokenizers", "Unicode", "UnicodePropertyData.cs");
        if (Environment.GetEnvironmentVariable("ATTEND_APPROVE") == "1") File.WriteAllText(file, generator.ToSource());
        Assert.SkipUnless(generator.Version == UnicodePropertyData.Version, $"found Unicode {generator.Version}, the tables are {UnicodePropertyData.Version}");
        Assert.Equal(File.ReadAllText(file), generator.ToSource());
    }

    [Fact]
    public void VersionIsThatOfTheOtherTables() => Assert.Equal(UnicodeData.Version, UnicodePropertyData.Version);

    [Theory]
    [InlineData('a', "Ll", "Latin", true, false)]
    [InlineData('中', "Lo", "Han", true, false)]
    [InlineData('_', "Pc", "Common", true, false)]
    [InlineData(0x0301, "Mn", "Inherited", true, false)]
    [InlineData(0x1D4B3, "Lu", "Common", true, false)]
    [InlineData(0x2003, "Zs", "Common", false, true)]
    [InlineData(0x85, "Cc", "Common", false, true)]
    [InlineData(0x200D, "Cf", "Inherited", true, false)]
    [InlineData(0x200B, "Cf", "Common", false, false)]
    [InlineData(0xBD, "No", "Common", false, false)]
    [InlineData(0x216B, "Nl", "Latin", true, false)]
    [InlineData(0xD800, "Cs", "Unknown", false, false)]
    [InlineData(0x0378, "Cn", "Unknown", false, false)]
    public void PropertiesAreThoseOfTheStandard(int codePoint, string category, string script, bool isWord, bool isSpace)
    {
        Assert.Equal(category, UnicodeProperties.CategoryOf(codePoint).ToString());
        Assert.Equal(script, UnicodeProperties.ScriptOf(codePoint));
        Assert.Equal(isWord, UnicodeProperties.IsWord(codePoint));
        Assert.Equal(isSpace, UnicodeProperties.IsWhiteSpace(codePoint));
    }

    /// <summary>The runtime's own tables, of a later version, agree on what was assigned in ours.</summary>
    [Fact]
    public void CategoriesAndWhiteSpaceAgreeWithTheRuntime()
    {
        var different = new List<string>();
        for (var codePoint = 0; codePoint < 0x110000; codePoint++)
        {
            var ours = UnicodeProperties.CategoryOf(codePoint);
            if (ours == UnicodeCategoryCode.Cn) continue;
            if (Short(CharUnicodeInfo.GetUnicodeCategory(codePoint)) != ours.ToString()) different.Add($"U+{codePoint:X4}");
            if (Rune.IsValid(codePoint) && Rune.IsWhiteSpace(new Rune(codePoint)) != UnicodeProperties.IsWhiteSpace(codePoint)) Assert.Fail($"white space U+{codePoint:X4}");
        }
        // Characters whose category the standard has changed since.
        Assert.InRange(different.Count, 0, 10);
    }

    private static string Short(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter => "Lu",
        UnicodeCategory.LowercaseLetter => "Ll",
        UnicodeCategory.TitlecaseLetter => "Lt",
        UnicodeCategory.ModifierLetter => "Lm",
        UnicodeCategory.OtherLetter => "Lo",
        UnicodeCategory.NonSpacingMark => "Mn",
        UnicodeCategory.SpacingCombiningMark => "Mc",
        UnicodeCategory.EnclosingMark => "Me",
        UnicodeCategory.DecimalDigitNumber => "Nd",
        UnicodeCategory.LetterNumber => "Nl",
        UnicodeCategory.OtherNumber => "No",
        UnicodeCategory.SpaceSeparator => "Zs",
        UnicodeCategory.LineSeparator => "Zl",
        UnicodeCategory.ParagraphSeparator => "Zp",
        UnicodeCategory.Control => "Cc",
        UnicodeCategory.Format => "Cf",
        UnicodeCategory.Surrogate => "Cs",
        UnicodeCategory.PrivateUse => "Co",
        UnicodeCategory.ConnectorPunctuation => "Pc",
        UnicodeCategory.DashPunctuation => "Pd",
        UnicodeCategory.OpenPunctuation => "Ps",
        UnicodeCategory.ClosePunctuation => "Pe",
        UnicodeCategory.InitialQuotePunctuation => "Pi",
        UnicodeCategory.FinalQuotePunctuation => "Pf",
        UnicodeCategory.OtherPunctuation => "Po",
        UnicodeCategory.MathSymbol => "Sm",
        UnicodeCategory.CurrencySymbol => "Sc",
        UnicodeCategory.ModifierSymbol => "Sk",
        UnicodeCategory.OtherSymbol => "So",
        _ => "Cn",
    };
}
