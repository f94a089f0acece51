using Attend.Text.Tokenizers.Pipeline;
using Attend.Text.Tokenizers.Training;

namespace Attend.Tests.Unit.Tokenizers.Training;

public sealed class UnigramTrainerTests
{
    private static readonly string[] Stems = ["walk", "talk", "jump", "play", "read", "open"], Endings = ["", "s", "ed", "ing", "er"];

    private static string[] Texts(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 400).Select(_ => string.Join(' ', Enumerable.Range(0, 8).Select(_ => Stems[random.Next(Stems.Length)] + Endings[random.Next(Endings.Length)])))];
    }

    private static UnigramDefinition Train(string[] texts, int vocabSize, bool byteFallback = false, double coverage = 1)
    {
        var words = new WordCounts();
        foreach (var text in texts) WordSplitters.SplitAtBlanksAndKinds(text, words);
        return UnigramTrainer.Train(words, Alphabet.Choose(words, coverage, 1000, out _), byteFallback, new(vocabSize, 2, null), CancellationToken.None);
    }

    [Fact]
    public void EndingsThatManyStemsShareBecomePieces()
    {
        var random = new Random(9);
        var stems = Enumerable.Range(0, 300).Select(_ => string.Concat(Enumerable.Range(0, random.Next(4, 7)).Select(_ => (char)('a' + random.Next(26))))).ToArray();
        var texts = Enumerable.Range(0, 600).Select(_ => string.Join(' ', Enumerable.Range(0, 8).Select(_ => stems[random.Next(stems.Length)] + Endings[random.Next(Endings.Length)]))).ToArray();
        var trained = Train(texts, 150);
        var pieces = trained.Pieces.Select(piece => piece.Piece).ToArray();
        Assert.Equal(150, pieces.Length);
        Assert.Contains("ing", pieces);
        Assert.Contains("ed", pieces);
        Assert.Contains("er", pieces);
        Assert.Equal(["<s>", "<pad>", "</s>", "<unk>", "<mask>"], pieces.Take(5));
        Assert.Equal(3, trained.UnknownId);
        foreach (var character in texts.SelectMany(text => text).Where(char.IsLetter).Append('▁').Distinct()) Assert.Contains($"{character}", pieces);
    }

    [Fact]
    public void ScoresAreFallingLogProbabilities()
    {
        var trained = Train(Texts(2), 60);
        var scores = trained.Pieces.Skip(5).Select(piece => piece.Score).ToArray();
        Assert.Equal(scores.OrderDescending(), scores);
        Assert.InRange(scores.Sum(score => Math.Exp(score)), 0.9, 1.0001);
    }

    [Fact]
    public void TrainingTwiceGivesTheSameToTheLastDigit()
    {
        var texts = Texts(3);
        Assert.Equal(Train(texts, 70).Pieces, Train([.. texts.Reverse()], 70).Pieces);
    }

    [Fact]
    public void BytesNeverWinAgainstTheCharactersOfTheirNames()
    {
        var trained = Train(Texts(4), 400, byteFallback: true);
        Assert.True(trained.ByteFallback);
        Assert.Equal("<0x00>", trained.Pieces[5].Piece);
        var lowest = trained.Pieces.Skip(5 + 256).Min(piece => piece.Score);
        Assert.True(trained.Pieces[5].Score < 6 * (lowest - 10));
    }

    [Fact]
    public void SeedsAreTheSubstringsThatCanGoOnInSeveralWays()
    {
        var random = new Random(6);
        for (var round = 0; round < 30; round++)
        {
            var words = new SymbolWords();
            for (var word = 0; word < 12; word++)
                words.Add([.. Enumerable.Range(0, random.Next(1, 24)).Select(_ => (ushort)random.Next(2))], random.Next(1, 4));
            var found = UnigramSeeds.Find(words, CancellationToken.None);
            var symbols = words.Symbols.ToArray();
            var actual = found.ToDictionary(seed => string.Concat(symbols.Skip(seed.Start).Take(seed.Length)), seed => seed.Count);
            Assert.Equal(Naive(words), actual);
        }
    }

    /// <summary>All substrings of 2 to 16 symbols that occur twice, have two ways to go on at both ends, or a word's end there, or the greatest length.</summary>
    private static Dictionary<string, long> Naive(SymbolWords words)
    {
        var all = new Dictionary<string, (long Count, HashSet<string> Before, HashSet<string> Behind)>();
        for (var word = 0; word < words.Counts.Count; word++)
        {
            var text = string.Concat(words.Symbols.Skip(words.Starts[word]).Take(words.Starts[word + 1] - words.Starts[word]));
            for (var from = 0; from < text.Length; from++)
            {
                for (var to = from + 2; to <= text.Length && to <= from + UnigramSeeds.LongestPiece; to++)
                {
                    var part = text[from..to];
                    var (count, before, behind) = all.GetValueOrDefault(part, (0, [], []));
                    before.UnionWith(from == 0 ? ["x", "y"] : [$"{text[from - 1]}"]);
                    behind.UnionWith(to == text.Length || part.Length == UnigramSeeds.LongestPiece ? ["x", "y"] : [$"{text[to]}"]);
                    all[part] = (count + words.Counts[word], before, behind);
                }
            }
        }
        return all.Where(entry => entry.Value.Count > 1 && entry.Value.Before.Count > 1 && entry.Value.Behind.Count > 1).ToDictionary(entry => entry.Key, entry => entry.Value.Count);
    }

    [Fact]
    public void ExpectationsAreThoseOfAllWaysToMakeAWord()
    {
        // Symbols 0 and 1; pieces 0, 1, 01, 10, 010.
        ushort[] symbols = [0, 1, 0];
        (int, int)[] pieces = [(0, 1), (1, 1), (0, 2), (1, 2), (0, 3)];
        double[] probabilities = [0.3, 0.2, 0.25, 0.15, 0.1];
        var model = new UnigramModel(symbols, pieces, [.. probabilities.Select(probability => Math.Log(probability))]);
        var walker = new UnigramModel.Walker(model);
        var expected = new long[5];
        var total = walker.AddExpectations(symbols, 10, 1 << 20, expected);
        // 0 1 0 | 01 0 | 0 10 | 010
        double[] ways = [0.3 * 0.2 * 0.3, 0.25 * 0.3, 0.3 * 0.15, 0.1];
        var sum = ways.Sum();
        Assert.Equal(Math.Log(sum), total, 1e-9);
        double[] counts = [2 * ways[0] + ways[1] + ways[2], ways[0], ways[1], ways[2], ways[3]];
        foreach (var (count, units) in counts.Zip(expected)) Assert.Equal(10 * count / sum, units / (double)(1 << 20), 1e-5);

        var path = new List<int>();
        Assert.Equal(Math.Log(0.1), walker.FindBest(symbols, -1, path), 1e-9);
        Assert.Equal([4], path);
        Assert.Equal(Math.Log(0.075), walker.FindBest(symbols, 4, path), 1e-9);
        Assert.Equal([0, 2], path);
    }

    [Theory]
    [InlineData(1, -0.57721566490153286)]
    [InlineData(0.5, -1.9635100260214235)]
    [InlineData(10, 2.2517525890667211)]
    public void DigammaHasItsKnownValues(double x, double expected) => Assert.Equal(expected, UnigramTrainer.Digamma(x), 1e-9);

    [Fact]
    public void TheRarestWordOfTheLongestKindStaysFinite()
    {
        var rare = string.Concat(Enumerable.Range(0, 66).Select(number => (char)('\u4E00' + number)));
        var trained = Train([.. Texts(5), rare], 200);
        Assert.All(trained.Pieces, piece => Assert.True(double.IsFinite(piece.Score)));
    }
}
