using System.Text.Json;
using Attend.Checkpoints;
using Attend.Decoding;
using Attend.Models;
using static TorchSharp.torch;

namespace Attend.Tests.Golden;

/// <summary>Encoder-decoders against published weights and values that were computed without us.</summary>
public sealed class Seq2SeqGoldenTests
{
    public Seq2SeqGoldenTests() => EngineFixture.Start();

    private sealed record G2pWord(string Word, int[] InputIds, int[] GreedyIds, double[] TokenLogProbsInclEos);

    private sealed record Transliterations(Forced[] ForcedScores, Searched[] Search);

    private sealed record Forced(string[] Source, string[] Target, double[] TokenLogProbsInclEos);

    private sealed record Searched(string[] Source, int[] BeamSize, string[] Output);

    private static readonly JsonSerializerOptions Snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    [Fact]
    public void BartSpellsOutEveryWordAsExpected()
    {
        var shared = Repository.SharedData("seq2seq-bart-g2p-us");
        using var model = LoadBart(shared);
        var words = JsonSerializer.Deserialize<G2pWord[]>(File.ReadAllText(Path.Combine(shared, "expected.json")), Snake)!;
        Assert.Equal(60, words.Length);
        // All words in one padded batch, and each alone.
        var together = new Decoder(model).Decode([.. words.Select(word => new DecodingRequest(word.InputIds))], new DecodingOptions { MaxNewTokens = 60 });
        foreach (var (word, index) in words.Select((word, index) => (word, index)))
        {
            var alone = new Decoder(model).Decode([new DecodingRequest(word.InputIds)], new DecodingOptions { MaxNewTokens = 60 })[0][0];
            foreach (var found in new[] { together[index][0], alone })
            {
                Assert.Equal(word.GreedyIds, found.Ids);
                Assert.True(found.IsFinished);
                Assert.Equal(word.TokenLogProbsInclEos.Length, found.LogProbabilities.Length);
                foreach (var (expected, logProbability) in word.TokenLogProbsInclEos.Zip(found.LogProbabilities)) Assert.Equal(expected, logProbability, 1e-4);
            }
        }
    }

    [Fact]
    public void BartReadsAndBeginsAsExpected()
    {
        var shared = Repository.SharedData("seq2seq-bart-g2p-us");
        using var scope = NewDisposeScope();
        using var model = LoadBart(shared);
        using var reference = SafetensorsFile.Open(Path.Combine(shared, "reference.safetensors"));
        var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(shared, "config.json"))).RootElement;
        var letters = config.GetProperty("grapheme_chars").GetString()!;
        long[] ids = [1, .. "transformer".Select(letter => (long)letters.IndexOf(letter)), 2];
        var memory = model.Encode(tensor(ids, [1, ids.Length]), null);
        AssertClose(reference.Read("transformer.encoder_output"), memory[0]);
        using var state = model.Begin(memory.clone(), null);
        AssertClose(reference.Read("transformer.first_step_logits"), model.Project(model.Decode(tensor([1L], [1, 1]), state))[0]);
    }

    [Fact]
    public void TheTransformerTransliteratesAsItsAuthorsExpect()
    {
        var shared = Repository.SharedData("seq2seq-aren-transliteration");
        using var scope = NewDisposeScope();
        using var model = LoadTransliteration(shared, out var source, out var target);
        var expected = JsonSerializer.Deserialize<Transliterations>(File.ReadAllText(Path.Combine(shared, "expected.json")), Snake)!;

        foreach (var forced in expected.ForcedScores)
        {
            var found = new Decoder(model).Decode([new DecodingRequest(source(forced.Source)) { Prefix = target(forced.Target) }], new DecodingOptions { MaxNewTokens = 60 })[0][0];
            // The forced part is scored by the model; its end is the model's own choice only if it agrees.
            for (var i = 0; i < forced.Target.Length; i++) Assert.Equal(forced.TokenLogProbsInclEos[i], found.LogProbabilities[i], 1e-4);
            Assert.Equal(forced.TokenLogProbsInclEos[^1], EndLogProbability(model, source(forced.Source), target(forced.Target)), 1e-4);
        }
        foreach (var search in expected.Search)
            foreach (var beams in search.BeamSize)
            {
                var found = new Decoder(model).Decode([new DecodingRequest(source(search.Source))], new DecodingOptions { Beams = beams, MaxNewTokens = 60 })[0][0];
                Assert.Equal(target(search.Output), found.Ids);
            }
    }

    private static double EndLogProbability(Seq2SeqModel model, int[] source, int[] target)
    {
        using var noGradient = no_grad();
        long[] said = [model.Config.DecoderStartTokenId, .. target.Select(id => (long)id)];
        var hidden = model.call(new Seq2SeqInput(tensor(Array.ConvertAll(source, id => (long)id), [1, source.Length]), null, tensor(said, [1, said.Length])));
        return nn.functional.log_softmax(model.Project(hidden[0, -1]), -1)[model.Config.EosTokenId].item<float>();
    }

    private static Seq2SeqModel LoadBart(string shared)
    {
        var folder = ModelFolder.Open(shared);
        var model = folder.Seq2SeqArchitecture.Create(folder.Config);
        folder.LoadWeights(new CheckpointPart(model, folder.Format.Keys));
        model.eval();
        return model;
    }

    // Its weights stand under the names of another library; the last row of each table is the unknown token.
    private static TransformerModel LoadTransliteration(string shared, out Func<string[], int[]> source, out Func<string[], int[]> target)
    {
        var model = new TransformerModel(new TransformerConfig
        {
            VocabSize = 51,
            SeparateTargetVocabSize = 43,
            HiddenSize = 32,
            NumAttentionHeads = 8,
            IntermediateSize = 128,
            NormPlacement = "pre",
            SinusoidLayout = "tensor2tensor",
            FirstPosition = 1,
            PadTokenId = 0,
            DecoderStartTokenId = 1,
            EosTokenId = 2,
        });
        using var weights = SafetensorsFile.Open(Path.Combine(shared, "model.safetensors"));
        using var noGradient = no_grad();
        var used = 0;
        foreach (var (name, parameter) in model.named_parameters())
        {
            var (module, kind) = (name[..name.LastIndexOf('.')], name[(name.LastIndexOf('.') + 1)..]);
            var key = module switch
            {
                "source.words" => "encoder/embeddings",
                "target.words" => "decoder/embeddings",
                "projection" => "decoder/projection",
                "encoder_norm" => "encoder/layer_norm",
                "decoder_norm" => "decoder/layer_norm",
                _ => string.Join('/', module.Split('.') switch
                {
                    [var stack, var layer, .. var rest] => [stack, $"layer_{layer}", string.Join('.', rest) switch
                    {
                        "attention.qkv" => "self_attention/linear_0",
                        "attention.output" => "self_attention/linear_1",
                        "attention_norm" => "self_attention/layer_norm",
                        "cross.query" => "attention/linear_0",
                        "cross.kv" => "attention/linear_1",
                        "cross.output" => "attention/linear_2",
                        "cross_norm" => "attention/layer_norm",
                        "feed_forward.inner" => "ffn/linear_0",
                        "feed_forward.outer" => "ffn/linear_1",
                        _ => "ffn/layer_norm",
                    }],
                    _ => throw new InvalidOperationException(name),
                }),
            };
            weights.ReadInto($"{key}/{(key.EndsWith("layer_norm", StringComparison.Ordinal) ? kind == "weight" ? "gamma" : "beta" : kind)}", parameter);
            used++;
        }
        Assert.Equal(weights.Entries.Count, used);
        model.eval();
        Func<string[], int[]> Ids(string name)
        {
            var vocabulary = File.ReadAllLines(Path.Combine(shared, name)).ToList();
            return tokens => [.. tokens.Select(token => vocabulary.IndexOf(token) is var id and >= 0 ? id : vocabulary.Count)];
        }
        (source, target) = (Ids("source_vocabulary.txt"), Ids("target_vocabulary.txt"));
        return model;
    }

    private static void AssertClose(Tensor expected, Tensor found) =>
        Assert.InRange((expected.to(ScalarType.Float64) - found.to(ScalarType.Float64)).abs().max().item<double>(), 0, 1e-4);
}
