using System.Text;
using Attend.Text.Tokenizers.Pipeline;
using Attend.Text.Tokenizers.Training;

namespace Attend.Tests.Unit.Tokenizers.Training;

public sealed class BpeTrainerTests
{
    private static WordCounts Count(WordSplitter split, params string[] texts)
    {
        var counts = new WordCounts();
        foreach (var text in texts) split(text, counts);
        return counts;
    }

    private static BpeDefinition TrainOnCharacters(int vocabSize, params string[] texts)
    {
        var words = Count(WordSplitters.SplitAtBlanksAndKinds, texts);
        return BpeTrainer.TrainOnCharacters(words, Alphabet.Choose(words, 1, 1000, out _), new(vocabSize, 1, null), CancellationToken.None);
    }

    [Fact]
    public void WordsAreCutAtBlanksAndWhereKindsOfCharactersMeet()
    {
        var words = Count(WordSplitters.SplitAtBlanksAndKinds, "ab 12, cd中文のyé!", " x");
        Assert.Equal(["▁ab", "▁12", ",", "▁cd", "中文の", "yé", "!", "▁x"], Enumerable.Range(0, words.Count).Select(index => words.Word(index).ToString()));
    }

    [Fact]
    public void ALongWordIsCutNeverInsideACharacter()
    {
        foreach (var split in new WordSplitter[] { WordSplitters.SplitAtBlanksAndKinds, WordSplitters.SplitAsGpt2 })
        {
            foreach (var text in new[] { new string('x', 1000), string.Concat(Enumerable.Repeat("😀", 500)), "y" + string.Concat(Enumerable.Repeat("𠀀", 333)), new string(' ', 300) })
            {
                var words = Count(split, text);
                for (var i = 0; i < words.Count; i++)
                {
                    Assert.InRange(words.Word(i).Length, 1, WordSplitters.LongestWord + 2);
                    Assert.DoesNotContain(Rune.ReplacementChar, words.Word(i).ToString().EnumerateRunes());
                }
                Assert.Equal(text.Length, Enumerable.Range(0, words.Count).Sum(index => words.CountOf(index) * words.Word(index).ToString().Replace("▁", split == WordSplitters.SplitAsGpt2 || text[0] == ' ' ? " " : "").Length));
            }
        }
    }

    [Fact]
    public void MergesAreThoseOfCountingAllPairsAnew()
    {
        var random = new Random(7);
        var texts = Enumerable.Range(0, 80).Select(_ => string.Concat(Enumerable.Range(0, 60).Select(_ => (char)('a' + random.Next(4)) + (random.Next(5) == 0 ? " " : "")))).ToArray();
        var trained = TrainOnCharacters(5 + 256 + 5 + 60, texts);
        Assert.Equal(60, trained.Merges.Count);
        var words = texts.SelectMany(text => text.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(word => word.Length <= 60).Select(word => $"▁{word}".Select(unit => $"{unit}").ToList()).ToList();
        var vocabulary = trained.Vocabulary.Take(5 + 256 + 5).ToList();
        Assert.Equal(["a", "b", "c", "d", "▁"], vocabulary.TakeLast(5));
        foreach (var (left, right) in trained.Merges)
        {
            var best = words.SelectMany(word => word.Zip(word.Skip(1))).CountBy(pair => pair).OrderByDescending(pair => pair.Value)
                .ThenBy(pair => vocabulary.IndexOf(pair.Key.First)).ThenBy(pair => vocabulary.IndexOf(pair.Key.Second)).First().Key;
            Assert.Equal(best, (left, right));
            foreach (var word in words)
            {
                for (var i = 0; i + 1 < word.Count; i++)
                {
                    if (word[i] != left || word[i + 1] != right) continue;
                    word[i] += right;
                    word.RemoveAt(i + 1);
                }
            }
            if (!vocabulary.Contains(left + right)) vocabulary.Add(left + right);
        }
        Assert.Equal(vocabulary, trained.Vocabulary);
    }

    [Fact]
    public void ARareCharacterIsBytesAndNoMergeCrossesIt()
    {
        var words = Count(WordSplitters.SplitAtBlanksAndKinds, "aba aba aba aba aqb");
        var trained = BpeTrainer.TrainOnCharacters(words, ['a', 'b', WordSplitters.BlankSign], new(400, 1, null), CancellationToken.None);
        Assert.True(trained.ByteFallback);
        Assert.Equal("<0x00>", trained.Vocabulary[5]);
        Assert.DoesNotContain("q", trained.Vocabulary);
        Assert.Contains("▁aba", trained.Vocabulary);
        Assert.DoesNotContain(("a", "b"), trained.Merges.Where(merge => merge.Left + merge.Right == "ab" && merge.Left != "a"));
    }

    [Fact]
    public void BytesAreWrittenAsGpt2WritesThem()
    {
        var words = Count(WordSplitters.SplitAsGpt2, "I'm here, I'm 42 years  old naïve");
        var trained = BpeTrainer.TrainOnBytes(words, new(5 + 256 + 12, 1, null), CancellationToken.None);
        Assert.Equal(256, trained.Vocabulary.Skip(5).Take(256).Distinct().Count());
        Assert.Equal(["!", "\"", "#"], trained.Vocabulary.Skip(5).Take(3));
        Assert.Equal("Ń", trained.Vocabulary[5 + 255]);
        Assert.Contains(("'", "m"), trained.Merges);
        Assert.Null(trained.UnknownToken);
    }
}
