using Attend.Checkpoints;
using Attend.Models;
using Attend.Onnx;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace Attend.Tests.Golden;

/// <summary>Exports of every architecture and head, run by ONNX Runtime: the same logits as here, at batch sizes and lengths of any kind.</summary>
public sealed class OnnxExportTests
{
    private const float Tolerance = 1e-4f;

    public OnnxExportTests() => EngineFixture.Start();

    public static TheoryData<string, HeadKind?> ModelsAndHeads => ArchitectureGoldenTests.ModelsAndHeads;

    [Theory, MemberData(nameof(ModelsAndHeads))]
    public void OnnxRuntimeComputesTheSame(string name, HeadKind? head)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("model"));
        ArchitectureGoldenTests.Find(name).Write(folder.File("model"), head);
        Compare(folder.File("model"), folder.File("export"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(HeadKind.SequenceClassification)]
    [InlineData(HeadKind.TokenClassification)]
    [InlineData(HeadKind.QuestionAnswering)]
    [InlineData(HeadKind.MaskedLanguageModel)]
    [InlineData(HeadKind.PreTraining)]
    public void BertToo(HeadKind? head)
    {
        using var folder = new TemporaryFolder();
        var config = Architectures.Find("bert").CreateConfig(new EncoderSize(2, 16, 4, 32) { MaxPositionEmbeddings = 48 }, TinyModel.VocabSize);
        if (head is HeadKind.SequenceClassification or HeadKind.TokenClassification) config = config.WithLabels(["a", "b", "c"], false, "mean");
        Save(folder.File("model"), config, head);
        Compare(folder.File("model"), folder.File("export"));
    }

    [Fact]
    public void TheCommittedBertGivesItsExpectedLogits()
    {
        using var folder = new TemporaryFolder();
        OnnxExport.Run(TinyBert.Folder, folder.File("export"));
        using var session = new InferenceSession(folder.File("export", "onnx", "model.onnx"));
        foreach (var row in TinyBert.Expected)
        {
            long[] Values(int[] values) => Array.ConvertAll(values, value => (long)value);
            var logits = Run(session, 1, row.InputIds.Length, Values(row.InputIds), [.. row.InputIds.Select(_ => 1L)], Values(row.TokenTypeIds))["logits"];
            for (var label = 0; label < logits.Length; label++) Assert.Equal(row.Logits[label], logits[label], Tolerance);
        }
        Assert.True(File.Exists(folder.File("export", "config.json")));
        Assert.True(File.Exists(folder.File("export", "vocab.txt")));
        // Transformers.js reads tokenizer.json and nothing else.
        var (own, given) = (Attend.Text.Tokenizers.TokenizerFolder.Load(TinyBert.Folder), Attend.Text.Tokenizers.TokenizerFolder.Load(folder.File("export", "tokenizer.json")));
        foreach (var row in TinyBert.Expected) Assert.Equal(own.Encode(row.Text, row.Pair).Ids, given.Encode(row.Text, row.Pair).Ids);
    }

    [Theory]
    [InlineData("cls_token", false)]
    [InlineData("mean_tokens", true)]
    [InlineData("max_tokens", true)]
    public void SentenceEmbeddingsArePooledAsTheFolderSays(string mode, bool normalize)
    {
        using var folder = new TemporaryFolder();
        Save(folder.File("model"), Architectures.Find("bert").CreateConfig(new EncoderSize(2, 16, 4, 32) { MaxPositionEmbeddings = 48 }, TinyModel.VocabSize), null);
        var steps = new List<string> { """{"type": "sentence_transformers.models.Transformer", "path": ""}""", """{"type": "sentence_transformers.models.Pooling", "path": "1_Pooling"}""" };
        if (normalize) steps.Add("""{"type": "sentence_transformers.models.Normalize", "path": "2_Normalize"}""");
        File.WriteAllText(folder.File("model", "modules.json"), $"[{string.Join(", ", steps)}]");
        Directory.CreateDirectory(folder.File("model", "1_Pooling"));
        File.WriteAllText(folder.File("model", "1_Pooling", "config.json"), $$"""{"word_embedding_dimension": 16, "pooling_mode_{{mode}}": true, "pooling_mode_lasttoken": false}""");
        Assert.Equal(normalize, SentencePooling.Read(folder.File("model"))!.Normalize);
        Compare(folder.File("model"), folder.File("export"));
        File.WriteAllText(folder.File("model", "1_Pooling", "config.json"), """{"pooling_mode_weightedmean_tokens": true}""");
        Assert.Contains("weightedmean_tokens", Assert.Throws<CheckpointException>(() => SentencePooling.Read(folder.File("model"))).Message);
    }

    [Fact]
    public void LargeWeightsGoIntoAFileOfTheirOwn()
    {
        using var folder = new TemporaryFolder();
        var export = OnnxExport.Run(TinyBert.Folder, folder.File("export"), largestMessage: 10_000);
        Assert.Contains("onnx/model.onnx_data", export.Files);
        OnnxExport.Run(TinyBert.Folder, folder.File("whole"));
        var (ids, mask, segments) = Batch(3, 9);
        float[] Logits(string path)
        {
            using var session = new InferenceSession(path);
            return Run(session, 3, 9, ids, mask, segments)["logits"];
        }
        Assert.Equal(Logits(folder.File("whole", "onnx", "model.onnx")), Logits(folder.File("export", "onnx", "model.onnx")));
        Assert.True(new FileInfo(folder.File("export", "onnx", "model.onnx")).Length < new FileInfo(folder.File("whole", "onnx", "model.onnx")).Length / 2);
    }

    [Fact]
    public void AnExportIsTheSameEachTime()
    {
        using var folder = new TemporaryFolder();
        OnnxExport.Run(TinyBert.Folder, folder.File("a"));
        OnnxExport.Run(TinyBert.Folder, folder.File("b"));
        Assert.Equal(File.ReadAllBytes(folder.File("a", "onnx", "model.onnx")), File.ReadAllBytes(folder.File("b", "onnx", "model.onnx")));
    }

    // Any batch size and length: a graph that has one of them built in would fail at the second.
    private static void Compare(string model, string export)
    {
        var written = OnnxExport.Run(model, export);
        Assert.Equal(OnnxGraph.Opset, written.Opset);
        using var session = new InferenceSession(Path.Combine(export, "onnx", "model.onnx"));
        Assert.Equal(written.Inputs, session.InputMetadata.Keys);
        Assert.Equal(written.Outputs, session.OutputMetadata.Keys);
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var folder = ModelFolder.Open(model);
        using var encoder = folder.Architecture.Create(folder.Config);
        var heads = Heads(encoder, folder);
        folder.LoadWeights([new CheckpointPart(encoder, folder.Architecture.Keys), .. heads.Select(head => new CheckpointPart(head, folder.Architecture.Heads[folder.Head!.Value].Keys))]);
        foreach (var module in heads.Prepend(encoder)) module.eval();
        foreach (var (batch, seq) in new[] { (1, 1), (3, 37), (2, 11) })
        {
            var (ids, mask, segments) = Batch(batch, seq);
            var found = Run(session, batch, seq, ids, mask, segments);
            var bools = tensor(Array.ConvertAll(mask, value => value == 1), [batch, seq]);
            var output = encoder.call(new EncoderInput(tensor(ids, [batch, seq]), bools, tensor(segments, [batch, seq])));
            var expected = Expected(folder, encoder, heads, output, bools);
            Assert.Equal(expected.Keys.Order(), found.Keys.Order());
            foreach (var (key, value) in expected)
            {
                var values = value.contiguous().data<float>().ToArray();
                Assert.Equal(values.Length, found[key].Length);
                var perPlace = values.Length % (batch * seq) == 0 && key != "sentence_embedding" && folder.Head != HeadKind.SequenceClassification;
                for (var i = 0; i < values.Length; i++)
                {
                    // What a padding token gives is nobody's business.
                    if (perPlace && key != "seq_relationship_logits" && mask[i / (values.Length / (batch * seq))] == 0) continue;
                    Assert.True(Math.Abs(values[i] - found[key][i]) <= Tolerance, $"{key}, batch {batch}, length {seq}, value {i}: expected {values[i]}, found {found[key][i]}");
                }
            }
        }
    }

    private static Dictionary<string, Tensor> Expected(ModelFolder folder, EncoderModel encoder, nn.Module[] heads, EncoderOutput output, Tensor mask)
    {
        Tensor Scores(Tensor x) => ((ClassificationHead)heads[0]).call(x);
        switch (folder.Head)
        {
            case HeadKind.SequenceClassification: return new() { ["logits"] = Scores(encoder.Summary(output, mask)) };
            case HeadKind.TokenClassification: return new() { ["logits"] = Scores(output.Hidden) };
            case HeadKind.ReplacedTokenDetection: return new() { ["logits"] = Scores(output.Hidden).squeeze(-1) };
            case HeadKind.QuestionAnswering:
                var places = Scores(output.Hidden);
                return new() { ["start_logits"] = places.select(-1, 0), ["end_logits"] = places.select(-1, 1) };
            case HeadKind.MaskedLanguageModel: return new() { ["logits"] = ((MaskedLanguageHead)heads[0]).call(output.Hidden, encoder.WordEmbeddings) };
            case HeadKind.PreTraining:
                return new() { ["prediction_logits"] = ((MaskedLanguageHead)heads[0]).call(output.Hidden, encoder.WordEmbeddings), ["seq_relationship_logits"] = ((NextSentenceHead)heads[1]).call(output.Pooled!) };
            default:
                var values = new Dictionary<string, Tensor> { ["last_hidden_state"] = output.Hidden };
                if (SentencePooling.Read(folder.Path) is { } pooling) values["sentence_embedding"] = pooling.Apply(output.Hidden, mask);
                return values;
        }
    }

    private static nn.Module[] Heads(EncoderModel encoder, ModelFolder folder) => folder.Head switch
    {
        null => [],
        HeadKind.PreTraining => [encoder.CreateMaskedLanguageHead(), new NextSentenceHead(encoder)],
        { } kind => [ArchitectureGoldenTests.CreateHead(encoder, kind)],
    };

    private static void Save(string path, ModelConfig config, HeadKind? head)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var architecture = Architectures.Find(config.ModelType);
        Directory.CreateDirectory(path);
        File.WriteAllText(Path.Combine(path, "config.json"), System.Text.Json.JsonSerializer.Serialize(
            config with { Architectures = [head is { } kind ? architecture.Heads[kind].ClassName : architecture.ClassName] }, config.GetType(), ModelConfig.Json));
        using var encoder = architecture.Create(config);
        var heads = Heads(encoder, ModelFolder.Open(path));
        manual_seed(5);
        foreach (var parameter in heads.Prepend(encoder).SelectMany(module => module.parameters())) parameter.add_(randn_like(parameter) * 0.2);
        ModelFolder.SaveWeights(path, [new CheckpointPart(encoder, architecture.Keys), .. heads.Select(module => new CheckpointPart(module, architecture.Heads[head!.Value].Keys))]);
    }

    // Rows of all lengths from 1 on, padded with the lowest ids.
    private static (long[] Ids, long[] Mask, long[] Segments) Batch(int batch, int seq)
    {
        var random = new TinyRandom(11);
        var (ids, mask, segments) = (new long[batch * seq], new long[batch * seq], new long[batch * seq]);
        for (var row = 0; row < batch; row++)
        {
            var length = Math.Max(1, seq - (row * seq / batch));
            for (var place = 0; place < seq; place++)
            {
                var index = (row * seq) + place;
                (ids[index], mask[index], segments[index]) = place < length ? (3 + random.Next(TinyModel.VocabSize - 3), 1, place * 2 > length ? 1 : 0) : (1, 0, 0);
            }
        }
        return (ids, mask, segments);
    }

    private static Dictionary<string, float[]> Run(InferenceSession session, int batch, int seq, long[] ids, long[] mask, long[] segments)
    {
        var inputs = new List<NamedOnnxValue>();
        foreach (var (name, values) in new[] { ("input_ids", ids), ("attention_mask", mask), ("token_type_ids", segments) })
            if (session.InputMetadata.ContainsKey(name)) inputs.Add(NamedOnnxValue.CreateFromTensor(name, new DenseTensor<long>(values, [batch, seq])));
        using var results = session.Run(inputs);
        return results.ToDictionary(result => result.Name, result => result.AsTensor<float>().ToArray());
    }
}
