using Attend.Text.Tokenizers.Training;

namespace Attend.Tests.Unit.Tokenizers.Training;

public sealed class WordCountsTests
{
    private static Dictionary<string, long> Contents(WordCounts counts)
        => Enumerable.Range(0, counts.Count).ToDictionary(index => counts.Word(index).ToString(), counts.CountOf);

    [Fact]
    public void CountsAreThoseOfADictionary()
    {
        var random = new Random(3);
        var counts = new WordCounts();
        var expected = new Dictionary<string, long>();
        for (var i = 0; i < 20_000; i++)
        {
            var word = new string('a', random.Next(4)) + random.Next(3000);
            counts.Add(word, i % 3 + 1);
            expected[word] = expected.GetValueOrDefault(word) + i % 3 + 1;
        }
        Assert.Equal(expected, Contents(counts));
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), counts.Sorted().Select(index => counts.Word(index).ToString()));
        Assert.Equal(0, counts.LargestLoss);
    }

    [Fact]
    public void AFullTableForgetsTheRarestAndSaysByHowMuchItMayErr()
    {
        var random = new Random(4);
        var counts = new WordCounts(mostDistinct: 50);
        var expected = new Dictionary<string, long>();
        for (var i = 0; i < 20_000; i++)
        {
            // Zipf-like: word k comes in proportion to 1/k.
            var word = $"w{(int)Math.Exp(random.NextDouble() * Math.Log(2000))}";
            counts.Add(word);
            expected[word] = expected.GetValueOrDefault(word) + 1;
        }
        Assert.InRange(counts.Count, 1, 50);
        Assert.True(counts.LargestLoss > 0);
        foreach (var (word, count) in Contents(counts)) Assert.InRange(count, expected[word] - counts.LargestLoss, expected[word]);
        foreach (var (word, count) in expected.Where(entry => entry.Value > counts.LargestLoss)) Assert.Contains(word, Contents(counts));
    }

    [Fact]
    public void ManyThreadsCountAsOneDoes()
    {
        string[] texts = [.. Enumerable.Range(0, 30_000).Select(number => $"{number % 701} {number % 9} {number}")];
        var counts = WordCounting.Count(texts, () => SplitAtBlanks, int.MaxValue, CancellationToken.None);
        var expected = texts.SelectMany(text => text.Split(' ')).CountBy(word => word).ToDictionary(entry => entry.Key, entry => (long)entry.Value);
        Assert.Equal(expected, Contents(counts));
        Assert.Equal("0", counts.Word(0).ToString());
    }

    private static void SplitAtBlanks(string text, WordCounts counts)
    {
        foreach (var word in text.Split(' ')) counts.Add(word);
    }
}
