using System.Text.Json.Nodes;
using Attend.Checkpoints;
using Attend.Decoding;
using Attend.Models;
using Attend.Tests.Contracts;
using Attend.Text.Data;
using Attend.Text.Tokenizers;
using static TorchSharp.torch;
using UTF8 = System.Text.UTF8Encoding;

namespace Attend.Tests.Property.Checkpoints;

/// <summary>Damaged config.json beside sound weights, of every architecture: what is taken answers and is exported; see <see cref="Fuzzing"/>.</summary>
public sealed class ModelFuzzTests : IDisposable
{
    // A vocabulary, a graph of ONNX, a list of labels.
    private static readonly Fuzzing Fuzz = new()
    {
        Rounds = 100,
        MostAllocated = 60_000_000,
        IsRefusal = exception => exception is CheckpointException or CheckpointMismatchException or DataFileException,
    };

    private static readonly string[] Strings =
    [
        "", "a", "bert", "t5", "gelu", "relu", "tanh", "none", "layer_norm", "c2p", "p2c", "cls", "mean", "sliding_attention", "learned", "sinusoidal", "pre", "gated-gelu",
        "hidden_size", "dim", "d_model", "num_hidden_layers", "num_labels", "id2label", "pad_token_id", "classifier_pooling", "tie_word_embeddings", "layer_norm_eps", "initializer_range", "max_position_embeddings",
        "rope_theta", "conv_kernel_size", "position_buckets", "embedding_size", "type_vocab_size", "decoder_start_token_id", "eos_token_id", "forced_bos_token_id", "0", "1", "BertForMaskedLM", "BertModel",
    ];

    private readonly TemporaryFolder _folder = new();

    public ModelFuzzTests() => EngineFixture.Start();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Encoders() => Run([.. Architectures.All.Select(WriteEncoder)], path =>
    {
        using var classifier = TextClassifier.Load(path, "cpu");
        Assert.Equal(2, classifier.Predict(["a b", ""]).Count);
        var export = _folder.File("export");
        if (Directory.Exists(export)) Directory.Delete(export, recursive: true);
        OnnxExport.Run(path, export);
    });

    [Fact]
    public void EncoderDecoders() => Run([.. Architectures.Seq2Seq.Select(WriteSeq2Seq)], path =>
    {
        using var generator = TextGenerator.Load(path, "cpu");
        Assert.NotNull(generator.Write("a b", new DecodingOptions { MaxNewTokens = 4 }));
    });

    private static void Run(string[] folders, Action<string> use, [System.Runtime.CompilerServices.CallerMemberName] string test = "")
    {
        JsonObject[] seeds = [.. folders.Select(folder => JsonNode.Parse(File.ReadAllBytes(Path.Combine(folder, "config.json")))!.AsObject())];
        Fuzz.Run(
            seed =>
            {
                var mutator = new JsonMutator(seed, seeds, Strings);
                return round => [(byte)(round % seeds.Length), .. new UTF8().GetBytes(mutator.Damage(round))];
            },
            bytes =>
            {
                var folder = folders[bytes[0]];
                File.WriteAllBytes(Path.Combine(folder, "config.json"), bytes[1..]);
                use(folder);
            },
            test);
    }

    private string WriteEncoder(Architecture row)
    {
        using var scope = NewDisposeScope();
        var config = row.CreateConfig(new EncoderSize(2, 16, 4, 32) { MaxPositionEmbeddings = 24 }, Tokenizer.VocabSize).WithLabels(["a", "b"], false, "mean");
        using var encoder = row.Create(config);
        using var head = encoder.CreateHead(HeadKind.SequenceClassification, 2);
        return Write(row.ModelType, config, HeadKind.SequenceClassification, new CheckpointPart(encoder, row.Keys), new CheckpointPart(head, row.Heads[HeadKind.SequenceClassification].Keys));
    }

    private string WriteSeq2Seq(Seq2SeqArchitecture row)
    {
        using var scope = NewDisposeScope();
        using var model = TinySeq2Seq.Create(row.ModelType);
        return Write(row.ModelType, model.Config, null, new CheckpointPart(model, row.Keys));
    }

    private string Write(string name, ModelConfig config, HeadKind? head, params CheckpointPart[] parts)
    {
        var folder = _folder.File(name);
        ModelFolder.SaveConfig(folder, config, head, Tokenizer);
        ModelFolder.SaveWeights(folder, parts);
        return folder;
    }

    private static readonly BertTokenizer Tokenizer = new(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Enumerable.Range('a', TinySeq2Seq.VocabSize - 5).Select(unit => $"{(char)unit}")]);
}
