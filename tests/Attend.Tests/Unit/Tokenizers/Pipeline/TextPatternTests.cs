using Attend.Text.Tokenizers.Pipeline;

namespace Attend.Tests.Unit.Tokenizers.Pipeline;

public sealed class TextPatternTests
{
    private static string[] Matches(string pattern, string text)
    {
        var matches = new List<DelimiterMatch>();
        new TextPattern(pattern, isRegex: true).Find(text, matches);
        Assert.Equal(text, string.Concat(matches.Select(match => text[match.Start..match.End])));
        return [.. matches.Where(match => match.IsMatch).Select(match => text[match.Start..match.End])];
    }

    [Theory]
    [InlineData(@"\p{L}+", "a𝒳中1b", "a𝒳中", "b")]
    [InlineData(@"[^\p{L}]", "a😀b", "😀")]
    [InlineData(".", "a\n😀", "a", "😀")]
    [InlineData("(?m:.)", "a\n", "a", "\n")]
    [InlineData(@"\p{^L}|\P{^N}", "a1-", "1", "-")]
    [InlineData(@"[\x{1F600}-\x{1F64F}]", "😀x🧎", "😀")]
    [InlineData(@"\u4e2d\x61", "中a", "中a")]
    [InlineData("(?i)straSe|k", "STRASE \u212A", "STRASE", "\u212A")]
    [InlineData("a(?i)b|c", "aB C aC", "aB", "aC")]
    [InlineData("(?i:s)t", "St sT ſt", "St", "ſt")]
    [InlineData("a(?-i:B)(?i:c)d", "aBCd aBCD", "aBCd")]
    [InlineData("[a-c[x-z]]+", "axd", "ax")]
    [InlineData("[a-e&&[^b-c]]+", "abcde", "a", "de")]
    [InlineData("[]a]+", "a]b", "a]")]
    [InlineData("[a-]+", "a-b", "a-")]
    [InlineData(@"[\d-z]+", "5-z", "5-z")]
    [InlineData("[[:alpha:]_]+|[[:^alpha:]]", "ab_1", "ab_", "1")]
    [InlineData("^a|b$", "a\nab\nb", "a", "a", "b", "b")]
    [InlineData(@"\Aa|b\z", "aab\nb", "a", "b")]
    [InlineData(@"a\Z", "ba\n", "a")]
    [InlineData(@"\bé\b", "é éa aé", "é")]
    [InlineData(@"\h+", "xCafe", "Cafe")]
    [InlineData(@"\R", "a\r\nb\u2028", "\r\n", "\u2028")]
    [InlineData("a{2}?", "aaa", "aa", "")]
    [InlineData("a{2,3}?", "aaaaa", "aa", "aa")]
    [InlineData("a{,2}b", "aaab", "aab")]
    [InlineData("a{x", "a{x", "a{x")]
    [InlineData("(?<name>a)(?'other'b)(c)", "abc", "abc")]
    [InlineData("a(?=b)|(?<=b)c|(?<!b)d|e(?!f)", "ab bc bd d ef e", "a", "c", "d", "e")]
    [InlineData("(?>a+)b|a", "aaab aa", "aaab", "a", "a")]
    [InlineData("a++b", "aab", "aab")]
    [InlineData("(?x) a b # no c\n | \\# ", "ab#", "ab", "#")]
    [InlineData("a(?#comment)b", "ab", "ab")]
    [InlineData(@"\.\*\\\/", @".*\/", @".*\/")]
    [InlineData("a**", "aa", "aa")]
    public void PatternsMatchAsOnigurumaMatches(string pattern, string text, params string[] expected) => Assert.Equal(expected, Matches(pattern, text).Where(match => match.Length > 0 || expected.Contains("")));

    [Theory]
    [InlineData("(", "'(' without ')'")]
    [InlineData("a)", "')' without '('")]
    [InlineData("[a", "'[' without ']'")]
    [InlineData("*a", "nothing to repeat")]
    [InlineData("a{3,2}", "is empty")]
    [InlineData("a{1000000}", "repeats")]
    [InlineData(@"\", "backslash")]
    [InlineData(@"\p{L", "without '}'")]
    [InlineData(@"\p{Xyz}", "'Xyz'")]
    [InlineData(@"[[:xyz:]]", "xyz")]
    [InlineData(@"(a)\1", "back references")]
    [InlineData(@"\K", "'\\K'")]
    [InlineData("(?~a)", "'(?~'")]
    [InlineData("[z-a]", "empty range")]
    [InlineData(@"\x{110000}", "110000")]
    [InlineData("(?", "without ')'")]
    [InlineData("(?<a", "without end")]
    public void WhatCannotBeReadIsNamed(string pattern, string expected)
        => Assert.Contains(expected, Assert.Throws<ArgumentException>(() => new TextPattern(pattern, isRegex: true)).Message);

    [Fact]
    public void HostilePatternsAreRefusedQuickly()
    {
        foreach (var pattern in new[] { new string('(', 5000), new string('[', 5000), new string('a', 100_000), string.Concat(Enumerable.Range(0x4E00, 2000).Select(unit => (char)unit)), string.Concat(Enumerable.Repeat("a{1000}", 1000)).Insert(0, "(").Insert(1, "x") })
            Assert.Throws<ArgumentException>(() => new TextPattern(pattern, isRegex: true));
    }

    [Fact]
    public void LiteralPatternsAreLiteral()
    {
        var matches = new List<DelimiterMatch>();
        new TextPattern(".*", isRegex: false).Find("a.*.*b", matches);
        Assert.Equal([(0, 1, false), (1, 3, true), (3, 5, true), (5, 6, false)], matches.Select(match => (match.Start, match.End, match.IsMatch)));
        new TextPattern("", isRegex: false).Find("a", matches);
        Assert.Equal([new DelimiterMatch(0, 1, false)], matches);
    }
}
