using Attend.Tasks;
using Attend.Text.Tokenizers;

namespace Attend.Tests.Unit.Tasks;

public sealed class AnswerSearchTests
{
    private const int MaxAnswerTokens = 9;

    private static readonly BertTokenizer Tokenizer = new(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "sun", "moon", "##light", "##s", "red", ".", "北", "京", "who"]);

    [Theory]
    [InlineData(64, 3)]     // one window
    [InlineData(12, 0)]
    [InlineData(12, 3)]
    [InlineData(12, 6)]     // up to four windows show the same token
    [InlineData(20, 11)]
    public void TheBestAnswersAreThoseOfTryingAll(int maxInputTokens, int stride)
    {
        var random = new Random(maxInputTokens + stride);
        string[] pieces = ["sun", "suns", "moonlight", "red", "北", "京", ".", "😀", "ré d"];
        for (var trial = 0; trial < 10; trial++)
        {
            var context = string.Concat(Enumerable.Range(0, 30).Select(_ => pieces[random.Next(pieces.Length)] + (random.Next(4) == 0 ? "  " : " ")));
            var windows = Windows(context, maxInputTokens, stride);
            var scores = Scores(windows, random);
            var seq = scores.Length / 2 / windows.Count;
            var byHand = TryAll(context, windows, scores, seq);
            foreach (var mayHaveNone in new[] { false, true })
            {
                var none = Enumerable.Range(0, windows.Count).Min(window => (double)scores[2 * seq * window] + scores[2 * seq * window + 1]);
                var total = byHand.Values.Sum(Math.Exp) + (mayHaveNone ? Math.Exp(none) : 0);
                var found = AnswerSearch.Find(context, windows, scores, new(MaxAnswerTokens, 7, stride, mayHaveNone));
                var expected = byHand.OrderByDescending(entry => entry.Value).Take(7).ToArray();
                Assert.Equal(expected.Select(entry => entry.Key), found.Best.Select(answer => (answer.Start, answer.End)));
                foreach (var (answer, (_, score)) in found.Best.Zip(expected)) Assert.Equal(Math.Exp(score) / total, answer.Probability, 1e-9);
                Assert.All(found.Best, answer => Assert.Equal(context[answer.Start..answer.End], answer.Text));
                Assert.Equal(none - expected[0].Value, found.NoAnswerScore, 1e-9);
                Assert.Equal(mayHaveNone ? Math.Exp(none) / total : 0, found.NoAnswerProbability, 1e-9);
                Assert.Equal(!mayHaveNone || none <= expected[0].Value, found.HasAnswer);
                Assert.Equal(found.HasAnswer ? found.Best[0].Text : "", found.Text);
                // Everything that can be said has all the probability.
                var all = AnswerSearch.Find(context, windows, scores, new(MaxAnswerTokens, int.MaxValue, stride, mayHaveNone));
                Assert.Equal(byHand.Count, all.Best.Count);
                Assert.Equal(1, all.Best.Sum(answer => answer.Probability) + all.NoAnswerProbability, 1e-9);
            }
        }
    }

    [Fact]
    public void AnAnswerTwoWindowsShowIsAsSureAsIfOneDid()
    {
        const string context = "red red red red red sun red red red red";
        var windows = Windows(context, 12, 4);
        Assert.True(windows.Count > 1);
        var scores = new float[2 * 12 * windows.Count];
        for (var window = 0; window < windows.Count; window++)
            for (var token = 0; token < windows[window].Length; token++)
                for (var side = 0; side < 2; side++)
                    scores[2 * (12 * window + token) + side] = windows[window].TextIds[token] != 1 ? float.NegativeInfinity : windows[window].TextOf(token) == "sun" ? 20 : -20;
        Assert.Equal(2, windows.Count(window => Enumerable.Range(0, window.Length).Any(token => window.TextIds[token] == 1 && window.TextOf(token) == "sun")));
        Assert.Equal(1, AnswerSearch.Find(context, windows, scores, new(MaxAnswerTokens, 1, 4, false)).Best[0].Probability, 1e-9);
    }

    [Fact]
    public void WordsAreNotCutUnlessTheyAreLongerThanAnyAnswer()
    {
        const string context = "moonlight sunssuns";
        var windows = Windows(context, 64, 0);
        var scores = new float[2 * windows[0].Length];
        Assert.Equal(["moonlight", "moonlight sunssuns", "sunssuns"], Texts(9));
        // At most two tokens, fewer than the letters of either word.
        Assert.Equal(["light", "light sunssuns", "moon", "moonlight", "sunssuns"], Texts(2));

        IEnumerable<string> Texts(int maxAnswerTokens) => AnswerSearch.Find(context, windows, scores, new(maxAnswerTokens, 100, 0, false)).Best.Select(answer => answer.Text).Order(StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    public void WithoutWordsThereIsNoAnswer(string context)
    {
        var windows = Windows(context, 64, 0);
        var scores = new float[2 * windows[0].Length];
        var found = AnswerSearch.Find(context, windows, scores, new(MaxAnswerTokens, 3, 0, true));
        Assert.Equal((0, false, 1, ""), (found.Best.Count, found.HasAnswer, found.NoAnswerProbability, found.Text));
        Assert.Equal("", AnswerSearch.Find(context, windows, scores, new(MaxAnswerTokens, 3, 0, false)).Text);
    }

    private static IReadOnlyList<Encoding> Windows(string context, int maxInputTokens, int stride) =>
        Tokenizer.EncodeWindows("who", context, new EncodeOptions { MaxInputTokens = maxInputTokens, Stride = stride, Truncation = TruncationStrategy.OnlySecond });

    private static float[] Scores(IReadOnlyList<Encoding> windows, Random random)
    {
        var seq = windows.Max(window => window.Length) + 2;
        return [.. Enumerable.Range(0, windows.Count * seq * 2).Select(place =>
        {
            var (window, token) = (windows[place / 2 / seq], place / 2 % seq);
            return token == 0 || (token < window.Length && window.TextIds[token] == 1) ? (float)(6 * random.NextDouble()) : float.NegativeInfinity;
        })];
    }

    // Every stretch of whole words, each by the window that shows most around it.
    private static Dictionary<(int Start, int End), double> TryAll(string context, IReadOnlyList<Encoding> windows, float[] scores, int seq)
    {
        var words = TextWords.Of(context);
        var (starts, ends) = (words.Select(word => word.Start).ToHashSet(), words.Select(word => word.End).ToHashSet());
        var found = new Dictionary<(int Start, int End), (int Margin, double Score)>();
        for (var index = 0; index < windows.Count; index++)
        {
            var window = windows[index];
            int[] tokens = [.. Enumerable.Range(0, window.Length).Where(token => window.TextIds[token] == 1)];
            foreach (var start in tokens)
                foreach (var end in tokens.Where(end => end >= start && end - start < MaxAnswerTokens))
                {
                    var range = (window.Offsets[start].Start, window.Offsets[end].End);
                    if (!starts.Contains(range.Start) || !ends.Contains(range.End)) continue;
                    var margin = Math.Min(index == 0 ? int.MaxValue : start - tokens[0], index == windows.Count - 1 ? int.MaxValue : tokens[^1] - end);
                    if (found.TryGetValue(range, out var before) && before.Margin >= margin) continue;
                    found[range] = (margin, (double)scores[2 * (index * seq + start)] + scores[2 * (index * seq + end) + 1]);
                }
        }
        return found.ToDictionary(entry => entry.Key, entry => entry.Value.Score);
    }
}
