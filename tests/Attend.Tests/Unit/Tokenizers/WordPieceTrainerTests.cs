using Attend.Text.Tokenizers;

namespace Attend.Tests.Unit.Tokenizers;

public sealed class WordPieceTrainerTests
{
    private static readonly string[] Texts = ["hug hug hug hugs", "pug pun bun hugs", "Hug, pug!"];

    private static BertTokenizer Train(string[] texts, int vocabSize = 1000, int minFrequency = 1, int limitAlphabet = 1000)
        => WordPieceTrainer.Train(texts, new() { VocabSize = vocabSize, MinFrequency = minFrequency, LimitAlphabet = limitAlphabet }, cancellationToken: TestContext.Current.CancellationToken);

    [Fact]
    public void TheMostFrequentPairIsJoinedFirst()
    {
        // hug 4, hugs 2, pug 2, pun 1, bun 1: ##u ##g comes 8 times, then h ##ug 6; then three pairs twice, in the order of their ids: p, ##u, hug.
        var joined = Train(Texts).Vocabulary.SkipWhile(entry => entry != "##ug").ToArray();
        Assert.Equal(["##ug", "hug", "pug", "##un", "hugs", "bun", "pun"], joined);
    }

    [Fact]
    public void SpecialTokensComeFirstThenTheCharactersInOrdinalOrder()
    {
        var vocabulary = Train(Texts, vocabSize: 21).Vocabulary;
        Assert.Equal(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "!", ",", "b", "g", "h", "n", "p", "s", "u", "##b", "##g", "##h", "##n", "##p", "##s", "##u"], vocabulary);
    }

    [Fact]
    public void PairsRarerThanTheMinimumStayApart()
    {
        Assert.DoesNotContain("bun", Train(Texts, minFrequency: 2).Vocabulary);
        Assert.Contains("##un", Train(Texts, minFrequency: 2).Vocabulary);
    }

    [Fact]
    public void NoWordOfKnownCharactersIsUnknown()
    {
        var tokenizer = Train(["abc 中文 Ünï 😀x"]);
        var encoding = tokenizer.Encode("cba nu文中 xi 😀😀 c");
        Assert.DoesNotContain(tokenizer.UnknownId, encoding.Ids);
        Assert.DoesNotContain("##中", tokenizer.Vocabulary);
    }

    [Fact]
    public void TheAlphabetKeepsTheMostFrequentCharacters()
    {
        var tokenizer = Train(["aaa bb ab zz q"], limitAlphabet: 2);
        Assert.Equal(["a", "b", "##a", "##b"], tokenizer.Vocabulary.Skip(5).Take(4));
        Assert.Equal(tokenizer.UnknownId, tokenizer.Encode("z").Ids[1]);
    }

    [Fact]
    public void CoverageIsCountedAmongIdeographsAndOthersSeparately()
    {
        var text = string.Concat(Enumerable.Repeat("a ", 1996)) + "b c c c " + string.Concat(Enumerable.Repeat("中", 95)) + "国国国国文";
        var vocabulary = WordPieceTrainer.Train([text], new() { CharacterCoverage = 0.99 }, cancellationToken: TestContext.Current.CancellationToken).Vocabulary;
        Assert.Equal(["a", "c", "中", "国", "##a", "##c"], vocabulary.Skip(5));
    }

    [Fact]
    public void FewerWordsThanThereAreStillGiveTheFrequentPieces()
    {
        var rare = Enumerable.Range(0, 5000).Select(number => $"x{(char)('a' + number % 26)}{(char)('a' + number / 26 % 26)}{number}");
        var texts = rare.Select((word, index) => index % 2 == 0 ? $"{word} often" : $"{word} {word}q");
        var options = new WordPieceTrainerOptions { VocabSize = 100, MaxDistinctWords = 100 };
        var tokenizer = WordPieceTrainer.Train(texts, options, cancellationToken: TestContext.Current.CancellationToken);
        Assert.NotNull(tokenizer.IdOf("often"));
        Assert.Equal(tokenizer.Vocabulary, WordPieceTrainer.Train(texts, options, cancellationToken: TestContext.Current.CancellationToken).Vocabulary);
    }

    [Fact]
    public void RepeatedPairsInOneWordAreCountedRight()
        => Assert.Equal(["##aa", "##aaaa", "aaaaa", "aaaaaaa"], Train(["aaaaaaa"]).Vocabulary.Skip(7));

    [Fact]
    public void TrainingTwiceGivesTheSame()
    {
        var random = new Random(5);
        var texts = Enumerable.Range(0, 60).Select(_ => string.Concat(Enumerable.Range(0, 40).Select(_ => (char)('a' + random.Next(5)) + (random.Next(4) == 0 ? " " : "")))).ToArray();
        var first = Train(texts, vocabSize: 120);
        Assert.Equal(120, first.VocabSize);
        Assert.Equal(first.Vocabulary, Train([.. texts.Reverse()], vocabSize: 120).Vocabulary);
        Assert.Equal(Naive(texts, 120), first.Vocabulary);
    }

    /// <summary>The same procedure, counting all pairs anew for each join.</summary>
    private static List<string> Naive(string[] texts, int size)
    {
        var words = texts.SelectMany(text => text.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(word => word.Length <= 100)
            .Select(word => word.Select((unit, i) => i == 0 ? $"{unit}" : $"##{unit}").ToList()).ToList();
        var letters = texts.SelectMany(text => text).Where(char.IsLetter).Distinct().Order().ToArray();
        List<string> vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. letters.Select(letter => $"{letter}"), .. letters.Select(letter => $"##{letter}")];
        while (vocabulary.Count < size)
        {
            var (left, right) = words.SelectMany(word => word.Zip(word.Skip(1))).CountBy(pair => pair)
                .OrderByDescending(pair => pair.Value).ThenBy(pair => vocabulary.IndexOf(pair.Key.First)).ThenBy(pair => vocabulary.IndexOf(pair.Key.Second)).First().Key;
            foreach (var word in words)
            {
                for (var i = 0; i + 1 < word.Count; i++)
                {
                    if (word[i] != left || word[i + 1] != right) continue;
                    word[i] += right[2..];
                    word.RemoveAt(i + 1);
                }
            }
            if (!vocabulary.Contains(left + right[2..])) vocabulary.Add(left + right[2..]);
        }
        return vocabulary;
    }

    [Fact]
    public void TextsAreReadOnceAndAnythingIsLegal()
    {
        var reads = 0;
        IEnumerable<string> Stream()
        {
            reads++;
            yield return "\uD800 \0 \uFFFD";
            yield return "";
            yield return new string('x', 100_000);
            yield return "a";
        }
        var tokenizer = WordPieceTrainer.Train(Stream(), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(["a", "##a"], tokenizer.Vocabulary.Skip(5));
        Assert.Equal(1, reads);
    }

    [Fact]
    public void NoTextsGiveTheSpecialTokensAlone() => Assert.Equal(5, Train([]).VocabSize);

    [Fact]
    public void OptionsAreChecked()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Train([], vocabSize: 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => Train([], minFrequency: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Train([], limitAlphabet: -1));
    }

    [Fact]
    public void TrainingCanBeCancelled()
        => Assert.Throws<OperationCanceledException>(() => WordPieceTrainer.Train(["a"], cancellationToken: new CancellationToken(canceled: true)));
}
