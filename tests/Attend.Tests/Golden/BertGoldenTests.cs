using Attend.Checkpoints;
using Attend.Layers;
using Attend.Models;
using static TorchSharp.torch;

namespace Attend.Tests.Golden;

/// <summary>The model against values that were computed without it: in float64 in plain C#, and by others from published weights.</summary>
public sealed class BertGoldenTests
{
    private const double Tolerance = 1e-5;

    public BertGoldenTests() => EngineFixture.Start();

    [Theory]
    [InlineData(AttentionKernel.Fused)]
    [InlineData(AttentionKernel.MatMul)]
    public void TinyModelMatchesTheIndependentComputation(AttentionKernel kernel)
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var folder = ModelFolder.Open(TinyBert.Folder);
        using var model = folder.Architecture.Create(folder.Config);
        using var head = model.CreateHead(HeadKind.SequenceClassification, 3);
        folder.LoadWeights(new CheckpointPart(model, folder.Architecture.Keys), new CheckpointPart(head, folder.Architecture.Heads[HeadKind.SequenceClassification].Keys));
        model.eval();
        head.eval();
        model.UseKernel(kernel);

        // All rows in one padded batch: the padding must not show in the values.
        var rows = TinyBert.Expected;
        var seq = rows.Max(row => row.InputIds.Length);
        long[] Padded(Func<TinyBertRow, int[]> values) => [.. rows.SelectMany(row => values(row).Select(value => (long)value).Concat(Enumerable.Repeat(0L, seq - row.InputIds.Length)))];
        using var trace = new Trace(TraceNames.Embeddings, TraceNames.Hidden);
        var output = model.call(new EncoderInput(
            tensor(Padded(row => row.InputIds), [rows.Length, seq]),
            tensor([.. rows.SelectMany(row => Enumerable.Range(0, seq).Select(place => place < row.InputIds.Length))], [rows.Length, seq]),
            tensor(Padded(row => row.TokenTypeIds), [rows.Length, seq]),
            trace));
        var logits = head.call(output.Pooled!);
        for (var row = 0; row < rows.Length; row++)
        {
            var expected = rows[row];
            for (var layer = 0; layer <= ((BertConfig)folder.Config).NumHiddenLayers; layer++)
            {
                var hidden = layer == 0 ? trace[TraceNames.Embeddings, 0] : trace[TraceNames.Hidden, layer - 1];
                for (var place = 0; place < expected.InputIds.Length; place++) AssertClose(expected.HiddenStates[layer][place], hidden[row, place]);
            }
            AssertClose(expected.Pooled, output.Pooled![row]);
            AssertClose(expected.Logits, logits[row]);
        }
    }

    [Fact]
    public void TextGoesInAndTheSameLogitsComeOut()
    {
        using var scope = NewDisposeScope();
        using var classifier = TextClassifier.Load(TinyBert.Folder);
        foreach (var row in TinyBert.Expected.Where(row => row.Pair is null))
        {
            var most = row.Logits.Max();
            var sum = row.Logits.Sum(logit => Math.Exp(logit - most));
            foreach (var (label, probability) in classifier.Predict(row.Text).Probabilities)
                Assert.Equal(Math.Exp(row.Logits[classifier.Labels.ToList().IndexOf(label)] - most) / sum, probability, Tolerance);
        }
    }

    [Theory]
    [InlineData("nuovo_cinema")]
    [InlineData("empty_rethoric")]
    public void PublishedBertTinyGivesItsPublishedValues(string sentence)
    {
        var shared = Repository.SharedData("bert-tiny-sst2-encoder");
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (format, config) = Architectures.Read(File.ReadAllText(Path.Combine(shared, "config.json")));
        var architecture = (Architecture)format;
        using var model = (BertModel)architecture.Create(config);
        using var weights = SafetensorsFile.Open(Path.Combine(shared, "model.safetensors"));
        foreach (var (name, parameter) in model.named_parameters().Where(entry => !entry.name.StartsWith("embeddings.", StringComparison.Ordinal)))
        {
            var theirs = architecture.Keys.Theirs(name);
            foreach (var (key, part) in theirs.Zip(parameter.chunk(theirs.Count, 0))) weights.ReadInto(key, part);
        }
        model.eval();

        using var expected = SafetensorsFile.Open(Path.Combine(shared, "reference.safetensors"));
        using var trace = new Trace(TraceNames.Hidden);
        var output = model.Encode(expected.Read($"{sentence}.embedding_output").unsqueeze(0), trace: trace);
        for (var layer = 0; layer < 2; layer++) AssertClose(expected.Read($"{sentence}.layer_{layer}"), trace[TraceNames.Hidden, layer][0]);
        AssertClose(expected.Read($"{sentence}.pooled"), output.Pooled![0]);
        AssertClose(expected.Read($"{sentence}.logits"), nn.functional.linear(output.Pooled!, weights.Read("classifier.weight"), weights.Read("classifier.bias"))[0]);
    }

    private static void AssertClose(double[] expected, Tensor found) => AssertClose(tensor(expected), found);

    private static void AssertClose(Tensor expected, Tensor found) =>
        Assert.InRange((expected.to(ScalarType.Float64) - found.to(ScalarType.Float64)).abs().max().item<double>(), 0, Tolerance);
}
