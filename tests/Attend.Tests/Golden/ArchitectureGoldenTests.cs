using Attend.Checkpoints;
using Attend.Layers;
using Attend.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Attend.Tests.Golden;

/// <summary>Every architecture and head, read from a checkpoint in Hugging Face's layout, against a double-precision computation written from its paper.</summary>
public sealed class ArchitectureGoldenTests
{
    private const double Tolerance = 1e-5;
    private static readonly int[] Lengths = [37, 5, 20];

    internal static readonly TinyModel[] Models =
    [
        ReferenceRoberta.Tiny("roberta"), ReferenceRoberta.Tiny("xlm-roberta"), ReferenceRoberta.Tiny("camembert"),
        ReferenceDistilBert.Tiny, ReferenceAlbert.Tiny, ReferenceElectra.Tiny(8), ReferenceElectra.Tiny(16),
        ReferenceMpNet.Tiny, .. ReferenceDebertaV2.Tiny, .. ReferenceModernBert.Tiny,
    ];

    public ArchitectureGoldenTests() => EngineFixture.Start();

    public static TheoryData<string, HeadKind?> ModelsAndHeads
    {
        get
        {
            var data = new TheoryData<string, HeadKind?>();
            foreach (var model in Models)
                foreach (var head in Architectures.Find(model.ModelType).Heads.Keys.Select(kind => (HeadKind?)kind).Prepend(null)) data.Add(model.Name, head);
            return data;
        }
    }

    public static TheoryData<string, string> ModelsAndMistakes
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var model in Models)
                foreach (var (key, _) in model.Mistakes) data.Add(model.Name, key);
            return data;
        }
    }

    [Theory, MemberData(nameof(ModelsAndHeads))]
    public void ModelAndReferenceAgree(string name, HeadKind? head)
    {
        var tiny = Find(name);
        using var folder = new TemporaryFolder();
        tiny.Write(folder.Path, head);
        var reference = tiny.Read(folder.Path, head);
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var opened = ModelFolder.Open(folder.Path);
        Assert.Equal(head, opened.Head);
        using var model = opened.Architecture.Create(opened.Config);
        using var module = head is { } kind ? CreateHead(model, kind) : null;
        CheckpointPart[] parts = module is null ? [new(model, opened.Architecture.Keys)] : [new(model, opened.Architecture.Keys), new(module, opened.Architecture.Heads[head!.Value].Keys)];
        Assert.Empty(opened.LoadWeights(parts).UnusedKeys);
        model.eval();
        module?.eval();

        var sequences = Sequences();
        var computed = Array.ConvertAll(sequences, row =>
        {
            var attend = row.Ids.Select(_ => true).ToArray();
            var states = reference.HiddenStates(row.Ids, row.Segments, attend);
            return (States: states, Scores: head is { } scored ? reference.Head(scored, states[^1], attend) : null);
        });
        // In double precision too: there a mistake cannot hide behind rounding.
        foreach (var (kernel, dtype) in new[] { (AttentionKernel.Fused, ScalarType.Float32), (AttentionKernel.MatMul, ScalarType.Float32), (AttentionKernel.MatMul, ScalarType.Float64) })
        {
            var tolerance = dtype == ScalarType.Float64 ? 1e-9 : Tolerance;
            model.to(dtype);
            module?.to(dtype);
            model.UseKernel(kernel);
            using var trace = new Trace(TraceNames.Embeddings, TraceNames.Hidden);
            var input = Batch(sequences, opened.Config) with { Trace = trace };
            var output = model.call(input);
            var logits = module switch
            {
                ClassificationHead scores => scores.call(head == HeadKind.SequenceClassification ? model.Summary(output, input.Mask) : output.Hidden),
                MaskedLanguageHead words => words.call(output.Hidden, model.WordEmbeddings),
                _ => null,
            };
            for (var row = 0; row < sequences.Length; row++)
            {
                var (states, scores) = computed[row];
                Close(states[0], trace[TraceNames.Embeddings, 0][row], tolerance);
                Close(states[^1], output.Hidden[row], tolerance);
                if (states.Length - 1 == trace.LayerCount(TraceNames.Hidden))
                    for (var layer = 1; layer < states.Length - 1; layer++) Close(states[layer], trace[TraceNames.Hidden, layer - 1][row], tolerance);
                if (logits is null) continue;
                Close(scores!, head == HeadKind.SequenceClassification ? logits[row].unsqueeze(0) : logits[row], tolerance);
            }
        }
    }

    [Theory, MemberData(nameof(ModelsAndMistakes))]
    public void TheValuesTellMistakesApart(string name, string key)
    {
        var tiny = Find(name);
        var mistake = tiny.Mistakes.Single(entry => entry.Key == key);
        using var folder = new TemporaryFolder();
        var head = HeadKind.SequenceClassification;
        tiny.Write(folder.Path, head);
        var (ids, segments) = Sequences()[0];
        var attend = ids.Select(_ => true).ToArray();
        double[] Logits((string, string?)? wrong)
        {
            var reference = tiny.Read(folder.Path, head, wrong);
            return reference.Head(head, reference.HiddenStates(ids, segments, attend)[^1], attend)[0];
        }
        Assert.True(Logits(null).Zip(Logits(mistake), (right, wrong) => Math.Abs(right - wrong)).Max() > 1e-4, $"{name}: {key} = {mistake.Value} changes nothing");
    }

    [Fact]
    public void EveryArchitectureHasAReference()
    {
        var missing = Architectures.All.Select(row => row.ModelType).Except(Models.Select(model => model.ModelType)).Except(["bert"]); // see BertGoldenTests
        Assert.Empty(missing);
    }

    internal static TorchSharp.torch.nn.Module CreateHead(EncoderModel model, HeadKind kind) => kind switch
    {
        HeadKind.MaskedLanguageModel => model.CreateMaskedLanguageHead(),
        HeadKind.SequenceClassification or HeadKind.TokenClassification => model.CreateHead(kind, TinyModel.LabelCount),
        HeadKind.QuestionAnswering => model.CreateHead(kind, 2),
        HeadKind.ReplacedTokenDetection => model.CreateHead(kind, 1),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    internal static TinyModel Find(string name) => Models.Single(model => model.Name == name);

    private static (int[] Ids, int[] Segments)[] Sequences()
    {
        var random = new TinyRandom(7);
        return Array.ConvertAll(Lengths, length => (
            Enumerable.Range(0, length).Select(_ => 3 + random.Next(TinyModel.VocabSize - 3)).ToArray(),
            Enumerable.Range(0, length).Select(place => place * 2 > length ? 1 : 0).ToArray()));
    }

    private static EncoderInput Batch((int[] Ids, int[] Segments)[] rows, ModelConfig config)
    {
        var seq = rows.Max(row => row.Ids.Length);
        Tensor Padded(Func<(int[] Ids, int[] Segments), int[]> values, long filler) =>
            tensor([.. rows.SelectMany(row => values(row).Select(value => (long)value).Concat(Enumerable.Repeat(filler, seq - row.Ids.Length)))], [rows.Length, seq]);
        var mask = tensor([.. rows.SelectMany(row => Enumerable.Range(0, seq).Select(place => place < row.Ids.Length))], [rows.Length, seq]);
        return new EncoderInput(Padded(row => row.Ids, config.PadTokenId), mask, Padded(row => row.Segments, 0));
    }

    // Rows of padding, which the reference does not compute, are left out.
    private static void Close(double[][] expected, Tensor found, double tolerance)
    {
        var values = found.narrow(0, 0, expected.Length).to(ScalarType.Float64).data<double>().ToArray();
        ReferenceBertTests.Near([.. expected.SelectMany(row => row)], values, tolerance);
    }
}
