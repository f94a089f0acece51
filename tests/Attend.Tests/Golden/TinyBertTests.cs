using Attend.Checkpoints;
using static TorchSharp.torch;

namespace Attend.Tests.Golden;

/// <summary>The committed files of tiny-bert come from this code and nothing else. After a change: ATTEND_APPROVE=1, then review the diff.</summary>
public sealed class TinyBertTests
{
    private const int Hidden = 16, Layers = 2, Intermediate = 32, Positions = 24, Segments = 2;

    private static readonly string[] Labels = ["negative", "neutral", "positive"];

    private static readonly string[] Vocabulary =
    [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "a", "cat", "dog", "sat",
        "on", "mat", "is", "was", "it", "we", "saw", "good", "bad", "not",
        "very", "film", "un", "play", "##s", "##ed", "##ing", "##ly", "##like", "and",
        "who", "two", "1", "2", "猫", ".", ",", "?", "!", "'",
    ];

    private static readonly (string Text, string? Pair, string Tokens)[] Inputs =
    [
        ("The cat sat on the mat.", null, "[CLS] the cat sat on the mat . [SEP]"),
        ("It was not good, was it?", "We saw two bad films!", "[CLS] it was not good , was it ? [SEP] we saw two bad film ##s ! [SEP]"),
        ("猫 unlikely", null, "[CLS] 猫 un ##like ##ly [SEP]"),
    ];

    private static bool Approving => Environment.GetEnvironmentVariable("ATTEND_APPROVE") == "1";

    static TinyBertTests() => EngineFixture.Start();

    [Fact]
    public void WeightsComeFromTheFixedSeed()
    {
        var folder = Directory.CreateTempSubdirectory("attend-test-");
        try
        {
            var made = Path.Combine(folder.FullName, "model.safetensors");
            using (NewDisposeScope())
                Safetensors.Write(made, MakeWeights(), new Dictionary<string, string> { ["format"] = "pt" });
            if (Approving) File.Copy(made, TinyBert.File("model.safetensors"), overwrite: true);
            Assert.True(File.ReadAllBytes(made).AsSpan().SequenceEqual(File.ReadAllBytes(TinyBert.File("model.safetensors"))), "model.safetensors is not what this code makes");
            Assert.InRange(new FileInfo(made).Length, 1, 100_000);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void ConfigurationAndVocabularyComeFromThisCode()
    {
        Approved("config.json", Configuration());
        Assert.Equal(40, Vocabulary.Distinct().Count());
        Approved("vocab.txt", string.Concat(Vocabulary.Select(entry => entry + "\n")));
    }

    [Fact]
    public void ExpectedValuesComeFromTheReference()
    {
        var bert = TinyBert.Reference();
        var computed = Array.ConvertAll(Inputs, input =>
        {
            var ids = Array.ConvertAll(input.Tokens.Split(' '), token => Array.IndexOf(Vocabulary, token));
            Assert.DoesNotContain(-1, ids);
            var firstSeparator = Array.IndexOf(ids, Array.IndexOf(Vocabulary, "[SEP]"));
            int[] segments = [.. ids.Select((_, i) => i > firstSeparator ? 1 : 0)];
            var output = bert.Run(ids, segments, [.. ids.Select(_ => true)]);
            return new TinyBertRow(input.Text, input.Pair, ids, segments, output.HiddenStates, output.Pooled, output.Logits);
        });
        if (Approving) File.WriteAllText(TinyBert.File("expected.json"), TinyBert.Format(computed));

        var committed = TinyBert.Parse(File.ReadAllText(TinyBert.File("expected.json")));
        Assert.Equal(computed.Length, committed.Length);
        foreach (var (ours, theirs) in computed.Zip(committed))
        {
            Assert.Equal((ours.Text, ours.Pair), (theirs.Text, theirs.Pair));
            Assert.Equal(ours.InputIds, theirs.InputIds);
            Assert.Equal(ours.TokenTypeIds, theirs.TokenTypeIds);
            // exp and tanh may differ in their last bit from one system to another: not byte for byte.
            ReferenceBertTests.Near(Flat(ours), Flat(theirs), 1e-12);
        }
    }

    [Fact]
    public void ValuesAreFarFromTrivial()
    {
        foreach (var row in TinyBert.Expected)
        {
            Assert.All(row.Pooled, value => Assert.True(Math.Abs(value) < 0.9999));
            Assert.True(row.Logits.Max() - row.Logits.Min() > 0.1);
            for (var layer = 1; layer <= Layers; layer++)
                Assert.True(row.HiddenStates[layer].Zip(row.HiddenStates[layer - 1], (after, before) => after.Zip(before, (a, b) => Math.Abs(a - b)).Max()).Min() > 0.1);
        }
    }

    [Fact]
    public void TheValuesTellMistakesApart()
    {
        var weights = ReferenceFiles.Weights(TinyBert.File("model.safetensors"));
        var config = ReferenceFiles.Config(TinyBert.File("config.json"));
        ReferenceBertConfig[] mistakes = [config with { LayerNormEps = 1e-5 }, config with { NumAttentionHeads = 2 }, config with { NumAttentionHeads = 1 }];
        foreach (var row in TinyBert.Expected)
        {
            foreach (var mistake in mistakes)
            {
                var logits = new ReferenceBert(weights, mistake).Run(row.InputIds, row.TokenTypeIds, [.. row.InputIds.Select(_ => true)]).Logits;
                Assert.True(logits.Zip(row.Logits, (a, b) => Math.Abs(a - b)).Max() > 1e-4, $"{row.Text}: {mistake}");
            }
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("bert-tiny-sst2-encoder/model.safetensors")]
    [InlineData("bert-tiny-sst2-encoder/reference.safetensors")]
    [InlineData("kwt1-speech-commands/model.safetensors")]
    public void TheLibraryReadsTheSameWeightsAsTheReference(string? shared)
    {
        var path = shared is null ? TinyBert.File("model.safetensors") : Repository.SharedData(shared.Split('/'));
        using var scope = NewDisposeScope();
        using var file = SafetensorsFile.Open(path);
        var reference = ReferenceFiles.Weights(path);
        Assert.Equal(reference.Keys.Order(StringComparer.Ordinal), file.Entries.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, tensor) in reference)
        {
            Assert.Equal(tensor.Shape.Select(size => (long)size), file.Read(name).shape);
            Assert.Equal(tensor.Values, file.Read(name).to(ScalarType.Float64).data<double>().ToArray());
        }
    }

    private static double[] Flat(TinyBertRow row) => [.. row.HiddenStates.SelectMany(layer => layer).SelectMany(token => token), .. row.Pooled, .. row.Logits];

    private static void Approved(string name, string text)
    {
        if (Approving) File.WriteAllText(TinyBert.File(name), text);
        Assert.Equal(text, File.ReadAllText(TinyBert.File(name)));
    }

    // Spreads are chosen for visible attention patterns: Hugging Face's 0.02 would leave every head almost uniform, and mistakes unseen.
    // Embeddings are as small as real ones, so that a wrong epsilon in their LayerNorm shows.
    private static List<(string Name, Tensor Value)> MakeWeights()
    {
        var random = new TinyRandom(2018);
        var weights = new List<(string, Tensor)>();
        Add("bert.embeddings.word_embeddings.weight", 0, 0.04, Vocabulary.Length, Hidden);
        Add("bert.embeddings.position_embeddings.weight", 0, 0.02, Positions, Hidden);
        Add("bert.embeddings.token_type_embeddings.weight", 0, 0.02, Segments, Hidden);
        Norm("bert.embeddings.LayerNorm");
        for (var layer = 0; layer < Layers; layer++)
        {
            var name = $"bert.encoder.layer.{layer}";
            Linear($"{name}.attention.self.query", Hidden, Hidden, 0.35);
            Linear($"{name}.attention.self.key", Hidden, Hidden, 0.35);
            Linear($"{name}.attention.self.value", Hidden, Hidden, 0.3);
            Linear($"{name}.attention.output.dense", Hidden, Hidden, 0.3);
            Norm($"{name}.attention.output.LayerNorm");
            Linear($"{name}.intermediate.dense", Intermediate, Hidden, 0.3);
            Linear($"{name}.output.dense", Hidden, Intermediate, 0.3);
            Norm($"{name}.output.LayerNorm");
        }
        Linear("bert.pooler.dense", Hidden, Hidden, 0.2);
        Linear("classifier", Labels.Length, Hidden, 0.5);
        return weights;

        void Linear(string name, int outputs, int inputs, double spread)
        {
            Add($"{name}.weight", 0, spread, outputs, inputs);
            Add($"{name}.bias", 0, 0.2, outputs);
        }

        void Norm(string name)
        {
            Add($"{name}.weight", 1, 0.3, Hidden);
            Add($"{name}.bias", 0, 0.3, Hidden);
        }

        void Add(string name, double mean, double spread, params long[] shape)
        {
            var values = new float[shape.Aggregate(1L, (product, size) => product * size)];
            for (var i = 0; i < values.Length; i++) values[i] = (float)(mean + (spread * random.NextNormal()));
            weights.Add((name, tensor(values).reshape(shape)));
        }
    }

    private static string Configuration() => $$"""
        {
          "architectures": ["BertForSequenceClassification"],
          "attention_probs_dropout_prob": 0.1,
          "hidden_act": "gelu",
          "hidden_dropout_prob": 0.1,
          "hidden_size": {{Hidden}},
          "id2label": { {{string.Join(", ", Labels.Select((label, i) => $"\"{i}\": \"{label}\""))}} },
          "initializer_range": 0.02,
          "intermediate_size": {{Intermediate}},
          "label2id": { {{string.Join(", ", Labels.Select((label, i) => $"\"{label}\": {i}"))}} },
          "layer_norm_eps": 1e-12,
          "max_position_embeddings": {{Positions}},
          "model_type": "bert",
          "num_attention_heads": 4,
          "num_hidden_layers": {{Layers}},
          "pad_token_id": 0,
          "type_vocab_size": {{Segments}},
          "vocab_size": {{Vocabulary.Length}}
        }

        """;
}
