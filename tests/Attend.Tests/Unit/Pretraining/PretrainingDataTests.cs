using Attend.Text.Pretraining;
using Attend.Text.Tokenizers;

namespace Attend.Tests.Unit.Pretraining;

/// <summary>The statistics of pairs and masks over 100,000 tokens and more, against Devlin et al. 2018.</summary>
public sealed class PretrainingDataTests : IDisposable
{
    private const int Documents = 120;
    private readonly TemporaryFolder _folder = new();
    private readonly BertTokenizer _tokenizer;
    private readonly TokenCache _cache;

    // Each document has words of its own, d7x0 ... d7x9, some of them in pieces: a token tells its document.
    public PretrainingDataTests()
    {
        _tokenizer = new BertTokenizer(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ".", "你", "好", "##ing", "##ly", .. Enumerable.Range(0, Documents).SelectMany(document => Enumerable.Range(0, 10).Select(word => $"d{document}x{word}"))]);
        var random = new Random(5);
        string Word(int document) => random.Next(8) switch { 0 => "你", 1 => "好", var kind => $"d{document}x{random.Next(10)}{(kind == 2 ? "ing" : kind == 3 ? "ingly" : "")}" };
        string Sentence(int document) => string.Join(' ', Enumerable.Range(0, random.Next(3, 40)).Select(_ => Word(document))) + ".";
        var text = string.Join("\n\n", Enumerable.Range(0, Documents).Select(document => string.Join('\n', Enumerable.Range(0, random.Next(1, 90)).Select(_ => Sentence(document)))));
        _cache = CorpusTests.Make(_folder, text, _tokenizer);
    }

    public void Dispose()
    {
        _cache.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void MasksAreFifteenPercentAsEightyTenTenOfWholeWords()
    {
        var data = Data(new());
        var (tokens, chosen, masked, kept) = (0, 0, 0, 0);
        foreach (var (example, original) in Examples(data, 0).Concat(Examples(data, 1)))
        {
            tokens += original.Count(id => id > 4);
            chosen += example.Positions.Length;
            Assert.Equal(example.Positions.Order(), example.Positions);
            foreach (var (position, target) in example.Positions.Zip(example.Targets))
            {
                Assert.Equal(original[position], target);
                Assert.True(target > 4, "no special token may be hidden");
                if (example.Ids[position] == _tokenizer.MaskId) masked++;
                else if (example.Ids[position] == target) kept++;
                else Assert.True(example.Ids[position] > 4, "no word may be replaced by a special token");
                // Whole words: the piece before a hidden continuation, and after a hidden beginning, is hidden too. (A segment may begin within a word.)
                if (Continues(target) && original[position - 1] > 4) Assert.Contains(position - 1, example.Positions);
                if (position + 1 < original.Length && Continues(original[position + 1])) Assert.Contains(position + 1, example.Positions);
            }
            foreach (var position in Enumerable.Range(0, original.Length).Except(example.Positions)) Assert.Equal(original[position], example.Ids[position]);
        }
        Assert.True(tokens >= 100_000);
        Assert.InRange((double)chosen / tokens, 0.147, 0.153);
        Assert.InRange((double)masked / chosen, 0.79, 0.81);
        Assert.InRange((double)kept / chosen, 0.09, 0.11);
    }

    [Fact]
    public void HalfOfThePairsFollowAndTheOthersComeFromAnotherDocument()
    {
        var data = Data(new());
        var (pairs, next, shorter) = (0, 0, 0);
        foreach (var span in Enumerable.Range(0, 4).SelectMany(epoch => data.Spans(epoch)))
        {
            pairs++;
            Assert.True(span.FirstLength > 0 && span.SecondLength > 0 && span.Length <= data.Options.MaxInputTokens);
            var (first, second) = (DocumentOf(span.FirstStart, span.FirstLength), DocumentOf(span.SecondStart, span.SecondLength));
            if (span.IsNext)
            {
                next++;
                Assert.Equal(first, second);
                Assert.True(span.SecondStart >= span.FirstStart + span.FirstLength);
            }
            else Assert.NotEqual(first, second);
            if (span.Length < data.Options.MaxInputTokens * 0.7) shorter++;
        }
        Assert.InRange((double)next / pairs, 0.49, 0.51);
        Assert.InRange((double)shorter / pairs, 0.05, 0.2);
    }

    [Fact]
    public void TheTokensOfAllDocumentsAreSeen()
    {
        foreach (var objective in Enum.GetValues<PretrainingObjective>())
        {
            var seen = new bool[_cache.TokenCount];
            foreach (var span in Data(new() { Objective = objective }).Spans(0)) Array.Fill(seen, true, (int)span.FirstStart, span.FirstLength);
            foreach (var span in Data(new() { Objective = objective }).Spans(0).Where(span => span.SecondLength > 0)) Array.Fill(seen, true, (int)span.SecondStart, span.SecondLength);
            Assert.InRange(seen.Count(token => token) / (double)seen.Length, objective == PretrainingObjective.Mlm ? 1 : 0.9, 1);
        }
    }

    [Fact]
    public void PackedInputsAreNearlyFullAndStayInTheirDocument()
    {
        var spans = Data(new() { Objective = PretrainingObjective.Mlm }).Spans(0).ToArray();
        Assert.All(spans, span => DocumentOf(span.FirstStart, span.FirstLength));
        Assert.Equal(_cache.TokenCount, spans.Sum(span => span.FirstLength));
        Assert.InRange(spans.Average(span => span.Length), 90, 128);
    }

    [Fact]
    public void EveryEpochIsAnotherAndTheSameSeedGivesTheSame()
    {
        string Describe(PretrainingOptions options, int epoch) => string.Join('|', Examples(Data(options), epoch).Take(50).Select(entry => string.Join(',', entry.Example.Ids)));
        Assert.Equal(Describe(new(), 0), Describe(new(), 0));
        Assert.NotEqual(Describe(new(), 0), Describe(new(), 1));
        Assert.NotEqual(Describe(new(), 0), Describe(new() { Seed = 2 }, 0));
    }

    [Fact]
    public void ShardsAreTheWhole()
    {
        var data = Data(new());
        Assert.Equal(data.Spans(3), Enumerable.Range(0, 3).SelectMany(shard => data.Spans(3, shard, 3)).OrderBy(span => span.Ordinal));
    }

    [Fact]
    public void SentencesLongerThanAnInputAreCutAndNotLost()
    {
        using var folder = new TemporaryFolder();
        using var cache = CorpusTests.Make(folder, string.Join("\n\n", Enumerable.Range(0, 3).Select(document => string.Join(' ', Enumerable.Repeat($"d{document}x1", 900)) + ".")), _tokenizer);
        var data = new PretrainingData(cache, cache.Split(0).Train, _tokenizer, new() { ShortShare = 0 });
        Assert.True(data.Spans(0).Sum(span => span.Length) > 2700 * 0.9);
    }

    [Fact]
    public void RunsOfChineseCharactersAreHiddenTogetherWhenAskedFor()
    {
        var data = Data(new() { MaxIdeographRun = 4 });
        var alone = Data(new());
        double Joined(PretrainingData source) => Examples(source, 0).Average(entry => entry.Example.Positions.Count(position => entry.Original[position] is 6 or 7 && entry.Example.Positions.Contains(position + 1) && entry.Original[position + 1] is 6 or 7));
        Assert.True(Joined(data) > 1.5 * Joined(alone));
    }

    [Fact]
    public void WhatCannotBeLearnedFromIsRefused()
    {
        Assert.Contains("only one document", Assert.Throws<ArgumentException>(() => new PretrainingData(_cache, [0], _tokenizer, new())).Message);
        Assert.NotEmpty(new PretrainingData(_cache, [0], _tokenizer, new() { Objective = PretrainingObjective.Mlm }).Spans(0));
        Assert.Contains("no document", Assert.Throws<ArgumentException>(() => new PretrainingData(_cache, [], _tokenizer, new())).Message);
        Assert.Contains("MaskShare", Assert.Throws<ArgumentException>(() => Data(new() { MaskShare = double.NaN })).Message);
        Assert.Contains("MaxInputTokens", Assert.Throws<ArgumentException>(() => Data(new() { MaxInputTokens = 4 })).Message);
    }

    private PretrainingData Data(PretrainingOptions options) => new(_cache, _cache.Split(0).Train, _tokenizer, options);

    private bool Continues(int id) => _tokenizer.TokenOf(id).StartsWith("##", StringComparison.Ordinal);

    private IEnumerable<(PretrainingExample Example, int[] Original)> Examples(PretrainingData data, int epoch)
    {
        foreach (var span in data.Spans(epoch))
        {
            var original = new int[span.Length];
            var (first, second) = (new int[span.FirstLength], new int[span.SecondLength]);
            _cache.Read(span.FirstStart, first, new bool[first.Length]);
            _cache.Read(span.SecondStart, second, new bool[second.Length]);
            int[] expected = [_tokenizer.ClsId, .. first, _tokenizer.SepId, .. second, _tokenizer.SepId];
            expected.CopyTo(original.AsSpan());
            yield return (data.Create(span, epoch), original);
        }
    }

    private int DocumentOf(long start, int length)
    {
        var ids = new int[length];
        _cache.Read(start, ids, new bool[length]);
        var documents = Enumerable.Range(0, Documents).Where(document => _cache[document].FirstToken <= start && start + length <= _cache.EndOf(document).Token).ToArray();
        var named = ids.Select(_tokenizer.TokenOf).Where(token => token[0] == 'd').Select(token => int.Parse(token[1..token.IndexOf('x')])).Distinct().ToArray();
        Assert.Equal(named.Length == 0 ? documents : named, documents);
        return Assert.Single(documents);
    }
}
