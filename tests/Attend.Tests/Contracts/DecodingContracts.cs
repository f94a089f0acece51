using Attend.Decoding;
using Attend.Models;
using static Attend.Tests.Contracts.TinySeq2Seq;
using static TorchSharp.torch;

namespace Attend.Tests.Contracts;

/// <summary>What decoding promises, whatever the model.</summary>
public sealed class DecodingContracts
{
    private static readonly DecodingRequest[] Requests = [.. Enumerable.Range(0, 24).Select(number => new DecodingRequest(Source(3 + number * 5 % 11, number)))];

    public DecodingContracts() => EngineFixture.Start();

    public static TheoryData<string> All => TinySeq2Seq.All;

    public static TheoryData<string> Ways => new(WayOptions.Keys);

    private static readonly Dictionary<string, DecodingOptions> WayOptions = new()
    {
        ["greedy"] = new() { MaxNewTokens = 20 },
        ["beam"] = new() { Beams = 4, BestCount = 3, MaxNewTokens = 20 },
        ["beam gnmt"] = new() { Beams = 3, Normalization = LengthNormalization.Gnmt, LengthPenalty = 0.6, Stop = BeamStop.NoneCanImprove, MaxNewTokens = 20 },
        ["diverse"] = new() { Beams = 4, DiverseGroups = 2, BestCount = 4, MaxNewTokens = 20 },
        ["sampling"] = new() { BestCount = 2, MaxNewTokens = 20, Sampling = new() { Temperature = 0.9, TopK = 12, TopP = 0.9, MinP = 0.01, Seed = 7 } },
        ["rules"] = new() { Beams = 2, NoRepeatNgram = 2, RepetitionPenalty = 1.3, MinNewTokens = 4, SuppressedTokens = [0, 1, 9], MaxNewTokens = 20 },
    };

    [Theory, MemberData(nameof(Ways))]
    public void CompanyChangesNothing(string way)
    {
        using var model = Create("transformer");
        var options = WayOptions[way];
        var together = new Decoder(model).Decode(Requests, options);
        var reversed = new Decoder(model).Decode([.. Requests.Reverse()], options).Reverse().ToArray();
        for (var i = 0; i < Requests.Length; i++)
        {
            var alone = new Decoder(model).Decode([Requests[i]], options)[0];
            Assert.Equal(options.BestCount, alone.Count);
            foreach (var others in new[] { together[i], reversed[i] })
            {
                Assert.Equal(alone.Select(text => text.Ids), others.Select(text => text.Ids));
                foreach (var (one, other) in alone.Zip(others)) Assert.Equal(one.Score, other.Score, 1e-4);
            }
        }
    }

    [Theory, MemberData(nameof(All))]
    public void OneBeamIsTheLikeliestTokenEachTime(string architecture)
    {
        using var scope = NewDisposeScope();
        using var model = Create(architecture);
        foreach (var request in Requests.Take(6))
        {
            var found = new Decoder(model).Decode([request], new DecodingOptions { MaxNewTokens = 12 })[0][0];
            var (ids, logProbabilities) = GreedyWithoutCache(model, request.SourceIds, 12);
            Assert.Equal(ids.Where(id => id != 2), found.Ids);
            Assert.Equal(ids.Contains(2), found.IsFinished);
            foreach (var (expected, actual) in logProbabilities.Zip(found.LogProbabilities, (left, right) => (left, right))) Assert.Equal(expected, actual, 1e-4);
        }
    }

    [Theory, MemberData(nameof(All))]
    public void ABeamWideEnoughFindsTheBestTextOfAll(string architecture)
    {
        using var scope = NewDisposeScope();
        using var model = Create(architecture);
        var request = new DecodingRequest(Source(5, 3));
        // Every text of up to two tokens, scored one by one.
        var best = AllTexts(2).Select(ids => (Ids: ids, Score: Score(model, request.SourceIds, ids))).MaxBy(entry => entry.Score);
        var options = new DecodingOptions { Beams = VocabSize * VocabSize, LengthPenalty = 0, Stop = BeamStop.NoneCanImprove, MaxNewTokens = 3 };
        var found = new Decoder(model).Decode([request], options)[0][0];
        Assert.Equal(best.Ids, found.Ids);
        Assert.Equal(best.Score, found.Score, 1e-4);
    }

    [Fact]
    public void ScoresAreWhatTheOptionsSay()
    {
        using var scope = NewDisposeScope();
        using var model = Create("transformer");
        foreach (var options in new[] { WayOptions["beam"], WayOptions["beam gnmt"] })
            foreach (var text in new Decoder(model).Decode(Requests[..5], options).SelectMany(texts => texts))
            {
                var length = text.Ids.Length + (text.IsFinished ? 1 : 0);
                Assert.Equal(length, text.LogProbabilities.Length);
                var divisor = options.Normalization == LengthNormalization.Gnmt ? Math.Pow((5 + length) / 6.0, 0.6) : length;
                Assert.Equal(text.LogProbabilities.Sum() / divisor, text.Score, 1e-9);
            }
        Assert.All(new Decoder(model).Decode(Requests, WayOptions["beam"]), texts => Assert.Equal(texts.Select(text => (text.IsFinished, text.Score)).OrderDescending(), texts.Select(text => (text.IsFinished, text.Score))));
    }

    [Fact]
    public void MoreBeamsNeverFindAWorseText()
    {
        using var model = Create("transformer");
        var narrow = new Decoder(model).Decode(Requests, new DecodingOptions { LengthPenalty = 0, Stop = BeamStop.NoneCanImprove, MaxNewTokens = 20 });
        var wide = new Decoder(model).Decode(Requests, new DecodingOptions { Beams = 16, LengthPenalty = 0, Stop = BeamStop.NoneCanImprove, MaxNewTokens = 20 });
        // A beam search may lose the greedy path, but hardly ever to its harm on so many sources.
        Assert.True(wide.Zip(narrow).Count(pair => pair.First[0].Score < pair.Second[0].Score - 1e-6) <= 2);
        Assert.True(wide.Sum(texts => texts[0].Score) > narrow.Sum(texts => texts[0].Score));
    }

    [Fact]
    public void RulesAreKept()
    {
        using var model = Create("transformer");
        foreach (var text in new Decoder(model).Decode(Requests, WayOptions["rules"]).Select(texts => texts[0]))
        {
            Assert.True(text.Ids.Length >= 4);
            Assert.DoesNotContain(text.Ids, id => id is 0 or 1 or 9);
            var pairs = text.Ids.Zip(text.Ids.Skip(1)).ToArray();
            Assert.Equal(pairs.Length, pairs.Distinct().Count());
        }
        Assert.Contains(new Decoder(model).Decode(Requests, WayOptions["greedy"]), texts => texts[0].Ids.Zip(texts[0].Ids.Skip(1)).CountBy(pair => pair).Any(count => count.Value > 1));
    }

    [Fact]
    public void PrefixesAndConstraintsAreKept()
    {
        using var model = Create("transformer");
        var options = new DecodingOptions { Beams = 6, BestCount = 3, MaxNewTokens = 20 };
        DecodingRequest[] requests = [.. Requests.Select((request, number) => request with { Prefix = [7, 3 + number % 15], Constraints = [[4, 5, 6], [20 - number % 10]] })];
        foreach (var (request, texts) in requests.Zip(new Decoder(model).Decode(requests, options)))
        {
            Assert.True(texts[0].MeetsConstraints);
            foreach (var text in texts)
            {
                Assert.Equal(request.Prefix, text.Ids[..2]);
                Assert.Equal(text.MeetsConstraints, request.Constraints.All(constraint => $" {string.Join(' ', text.Ids)} ".Contains($" {string.Join(' ', constraint)} ", StringComparison.Ordinal)));
            }
        }
    }

    [Fact]
    public void GroupsDiffer()
    {
        using var model = Create("transformer");
        int Distinct(DecodingOptions options) => new Decoder(model).Decode(Requests, options).Sum(texts => texts.Select(text => text.Ids.FirstOrDefault()).Distinct().Count());
        Assert.True(Distinct(new() { Beams = 4, BestCount = 4, DiverseGroups = 4, DiversityPenalty = 5, MaxNewTokens = 12 }) > Distinct(new() { Beams = 4, BestCount = 4, MaxNewTokens = 12 }));
    }

    [Fact]
    public void SamplingFollowsTheProbabilities()
    {
        using var scope = NewDisposeScope();
        using var model = Create("transformer");
        var source = Source(5, 3);
        var probabilities = nn.functional.softmax(LastLogits(model, source, [1]), -1).data<float>().ToArray();
        const int Draws = 4000;
        var texts = new Decoder(model).Decode([new(source)], new() { BestCount = Draws, MaxNewTokens = 1, Sampling = new() { Seed = 3 } })[0];
        var counts = texts.CountBy(text => text.IsFinished ? 2 : text.Ids[0]).ToDictionary();
        for (var token = 0; token < VocabSize; token++)
        {
            var deviation = Math.Sqrt(Draws * probabilities[token] * (1 - probabilities[token]));
            Assert.InRange(counts.GetValueOrDefault(token), Draws * probabilities[token] - 5 * deviation - 1, Draws * probabilities[token] + 5 * deviation + 1);
        }
        var best = probabilities.Select((probability, token) => (probability, token)).OrderByDescending(entry => entry.probability).Select(entry => entry.token).ToArray();
        HashSet<int> Seen(SamplingOptions sampling) => [.. new Decoder(model).Decode([new(source)], new() { BestCount = 500, MaxNewTokens = 1, Sampling = sampling })[0].Select(text => text.IsFinished ? 2 : text.Ids[0])];
        Assert.Subset(best[..3].ToHashSet(), Seen(new() { TopK = 3 }));
        Assert.Equal([best[0]], Seen(new() { TopP = 1e-6 }));
        Assert.Subset(best.Where(token => probabilities[token] >= 0.5 * probabilities[best[0]]).ToHashSet(), Seen(new() { MinP = 0.5 }));
        Assert.Equal([best[0]], Seen(new() { Temperature = 1e-3 }));
        Assert.True(Seen(new() { Seed = 1 }).Count > 1);
    }

    [Fact]
    public void StreamedIsTheSame()
    {
        using var model = Create("transformer");
        foreach (var request in Requests)
            foreach (var options in new[] { WayOptions["greedy"], WayOptions["sampling"] with { BestCount = 1 }, WayOptions["greedy"] with { MaxNewTokens = 3 } })
                Assert.Equal(new Decoder(model).Decode([request], options)[0][0].Ids, new Decoder(model).Stream(request, options));
    }

    [Fact]
    public void ACancelledDecodingStops()
    {
        using var model = Create("transformer");
        using var cancel = new CancellationTokenSource();
        var seen = 0;
        Assert.Throws<OperationCanceledException>(() =>
        {
            foreach (var _ in new Decoder(model).Stream(Requests[0], new() { MinNewTokens = 15, MaxNewTokens = 20 }, cancel.Token))
                if (++seen == 3) cancel.Cancel();
        });
        Assert.Equal(3, seen);
    }

    [Fact]
    public void BadOptionsAndRequestsAreTold()
    {
        using var model = Create("transformer");
        void Refused(string expected, DecodingRequest? request = null, DecodingOptions? options = null) =>
            Assert.Contains(expected, Assert.Throws<ArgumentException>(() => new Decoder(model).Decode([request ?? Requests[0]], options ?? new())).Message);
        Refused("Beams is 0", options: new() { Beams = 0 });
        Refused("BestCount is 3", options: new() { Beams = 2, BestCount = 3 });
        Refused("DiverseGroups is 2", options: new() { Beams = 3, DiverseGroups = 2 });
        Refused("Temperature is 0", options: new() { Sampling = new() { Temperature = 0 } });
        Refused("TopP is 1.5", options: new() { Sampling = new() { TopP = 1.5 } });
        Refused("RepetitionPenalty is NaN", options: new() { RepetitionPenalty = double.NaN });
        Refused("MinNewTokens is 9", options: new() { MinNewTokens = 9, MaxNewTokens = 9 });
        Refused("has 0 tokens", new([]));
        Refused("has 49 tokens; the model reads 1 to 48", new(Source(49, 1)));
        Refused("prefix of source 0 has 4 tokens", Requests[0] with { Prefix = [3, 4, 5, 6] }, new() { MaxNewTokens = 4 });
        Refused("token 99", Requests[0] with { Prefix = [99] });
        Refused("token 2", Requests[0] with { Constraints = [[3, 2]] });
        Refused("is empty", Requests[0] with { Constraints = [[]] });
        Refused("may not be said", Requests[0] with { Constraints = [[5]] }, new() { SuppressedTokens = [5] });
        Refused("there is room for 5", Requests[0] with { Prefix = [3, 3], Constraints = [[4, 5], [6, 7]] }, new() { MaxNewTokens = 6 });
        Refused("sampling", Requests[0] with { Constraints = [[4]] }, new() { Sampling = new() });
    }

    private static (List<int> Ids, List<double> LogProbabilities) GreedyWithoutCache(Seq2SeqModel model, int[] source, int most)
    {
        var (said, logProbabilities) = (new List<int> { 1 }, new List<double>());
        while (said.Count <= most && said[^1] != 2)
        {
            var scores = nn.functional.log_softmax(LastLogits(model, source, [.. said]), -1);
            var token = (int)scores.argmax().item<long>();
            logProbabilities.Add(scores[token].item<float>());
            said.Add(token);
        }
        return (said[1..], logProbabilities);
    }

    private static Tensor LastLogits(Seq2SeqModel model, int[] source, int[] said)
    {
        using var noGradient = no_grad();
        return model.Project(model.call(new Seq2SeqInput(Ids(source), null, Ids(said))))[0, -1];
    }

    private static IEnumerable<int[]> AllTexts(int most)
    {
        int[][] texts = [[]];
        for (var length = 0; length <= most; length++)
        {
            foreach (var text in texts) yield return text;
            texts = [.. texts.SelectMany(text => Enumerable.Range(0, VocabSize).Where(id => id != 2).Select(id => text.Append(id).ToArray()))];
        }
    }

    private static double Score(Seq2SeqModel model, int[] source, int[] ids)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var scores = nn.functional.log_softmax(model.Project(model.call(new Seq2SeqInput(Ids(source), null, Ids([1, .. ids]))))[0], -1);
        return ids.Append(2).Select((id, place) => (double)scores[place, id].item<float>()).Sum();
    }
}
