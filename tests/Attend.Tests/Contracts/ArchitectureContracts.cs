using System.Reflection;
using Attend.Checkpoints;
using Attend.Layers;
using Attend.Models;
using Attend.Text.Tokenizers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Attend.Tests.Contracts;

/// <summary>What every row of the table of architectures must keep; a new row is tested by being there.</summary>
public sealed class ArchitectureContracts
{
    private const int VocabSize = 30;
    private static readonly EncoderSize Small = new(2, 16, 4, 32) { MaxPositionEmbeddings = 24 };

    public ArchitectureContracts() => EngineFixture.Start();

    public static TheoryData<string> All => [.. Architectures.All.Select(row => row.ModelType)];

    [Theory, MemberData(nameof(All))]
    public void ShapesAreAsDocumented(string architecture)
    {
        using var scope = NewDisposeScope();
        using var model = Create(architecture);
        model.eval();
        var output = model.call(new EncoderInput(Ids(3, 7)));
        Assert.Equal([3, 7, 16], output.Hidden.shape);
        Assert.Equal(16, model.HiddenSize);
        if (output.Pooled is { } pooled) Assert.Equal([3, 16], pooled.shape);
    }

    [Theory, MemberData(nameof(All))]
    public void PaddingAndCompanyChangeNothing(string architecture)
    {
        using var scope = NewDisposeScope();
        using var model = Create(architecture);
        model.eval();
        using var noGradient = no_grad();
        var ids = Ids(1, 5);
        var alone = model.call(new EncoderInput(ids)).Hidden;
        var padded = Ids(4, 12, seed: 9);
        padded[2].zero_();
        padded[2].narrow(0, 0, 5).copy_(ids[0]);
        var mask = Mask(4, 12, 12, 12, 5, 12);
        Assert.InRange(MaxDifference(alone[0], model.call(new EncoderInput(padded, mask)).Hidden[2].narrow(0, 0, 5)), 0, 1e-5);
        // What stands in the padding must not be seen either.
        padded[2].narrow(0, 5, 7).fill_(17);
        Assert.InRange(MaxDifference(alone[0], model.call(new EncoderInput(padded, mask)).Hidden[2].narrow(0, 0, 5)), 0, 1e-5);
    }

    [Theory, MemberData(nameof(All))]
    public void MaskedPositionsWouldChangeTheResult(string architecture)
    {
        using var scope = NewDisposeScope();
        using var model = Create(architecture);
        model.eval();
        var ids = Ids(1, 8);
        var masked = model.call(new EncoderInput(ids, Mask(1, 8, 6))).Hidden.narrow(1, 0, 6);
        Assert.True(MaxDifference(model.call(new EncoderInput(ids)).Hidden.narrow(1, 0, 6), masked) > 1e-4);
    }

    [Theory, MemberData(nameof(All))]
    public void BothKernelsAgree(string architecture)
    {
        using var scope = NewDisposeScope();
        using var model = Create(architecture);
        model.eval();
        var input = new EncoderInput(Ids(3, 11), Mask(3, 11, 11, 6, 1));
        model.UseKernel(AttentionKernel.Fused);
        var fused = model.call(input).Hidden;
        model.UseKernel(AttentionKernel.MatMul);
        var matmul = model.call(input).Hidden;
        Assert.InRange(MaxDifference(fused, matmul), 0, 1e-5);
    }

    [Theory, MemberData(nameof(All))]
    public void PlacesAreTheSameAsInTheWhole(string architecture)
    {
        using var scope = NewDisposeScope();
        using var model = Create(architecture);
        model.eval();
        var input = new EncoderInput(Ids(3, 11), Mask(3, 11, 11, 6, 2));
        long[] places = [0, 11, 22, 5, 7, 15, 5];
        (EncoderOutput Output, Tensor Gradient) Run(EncoderInput input, Func<Tensor, Tensor> read)
        {
            foreach (var parameter in model.parameters()) parameter.grad = null;
            var output = model.call(input);
            (read(output.Hidden).square().sum() + (output.Pooled?.sum() ?? 0)).backward();
            return (output with { Hidden = read(output.Hidden) }, cat([.. model.parameters().Select(parameter => parameter.grad).OfType<Tensor>().Select(gradient => gradient.flatten())]));
        }
        var whole = Run(input, hidden => hidden.reshape(-1, 16).index_select(0, tensor(places)));
        var some = Run(input with { Places = tensor(places) }, hidden => hidden);
        Assert.InRange(MaxDifference(whole.Output.Hidden, some.Output.Hidden), 0, 1e-5);
        if (whole.Output.Pooled is { } pooled) Assert.InRange(MaxDifference(pooled, some.Output.Pooled!), 0, 1e-5);
        Assert.InRange(MaxDifference(whole.Gradient, some.Gradient) / whole.Gradient.abs().max().item<float>(), 0, 1e-5);
    }

    [Theory, MemberData(nameof(All))]
    public void EveryParameterGetsAGradient(string architecture)
    {
        using var scope = NewDisposeScope();
        using var model = Create(architecture);
        model.train();
        var segments = arange(24, dtype: ScalarType.Int64).remainder(2).expand(2, 24);
        var output = model.call(new EncoderInput(Ids(2, 24), SegmentIds: segments));
        var loss = (output.Hidden * randn_like(output.Hidden)).sum();
        if (output.Pooled is { } pooled) loss += (pooled * randn_like(pooled)).sum();
        loss.backward();
        var without = model.named_parameters().Where(entry => entry.parameter.grad is not { } gradient || gradient.abs().sum().item<float>() == 0).Select(entry => entry.name);
        Assert.Empty(without);
    }

    [Theory, MemberData(nameof(All))]
    public void EveryLayerIsRegisteredUnderANameTheKeyMapKnows(string architecture)
    {
        using var model = Create(architecture);
        foreach (var module in model.modules().Append(model).Where(module => module.GetType().Assembly == typeof(EncoderModel).Assembly))
            foreach (var field in module.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly))
            {
                var value = field.GetValue(module);
                Assert.False(value is Tensor and not Parameter, $"{module.GetType().Name}.{field.Name} is a stray tensor: it would become a buffer");
                if (value is not nn.Module child) continue;
                Assert.Contains(module.named_children(), entry => ReferenceEquals(entry.module, child));
                Assert.True(field.IsInitOnly, $"{module.GetType().Name}.{field.Name} is not readonly");
            }
        var map = Architectures.Find(architecture).Keys;
        var theirs = model.named_parameters().SelectMany(entry => map.Theirs(entry.name)).ToArray();
        Assert.Equal(theirs.Length, theirs.Distinct().Count());
        Assert.All(theirs, key => Assert.StartsWith(map.Prefix, key));
    }

    [Theory, MemberData(nameof(All))]
    public void SavedAndLoadedIsTheSame(string architecture)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var model = Create(architecture);
        model.eval();
        Checkpoints.ModelFolder.SaveConfig(folder.Path, model.Config, null, new BertTokenizer(Vocabulary()));
        Checkpoints.ModelFolder.SaveWeights(folder.Path, new CheckpointPart(model, Architectures.Find(architecture).Keys));
        var opened = Checkpoints.ModelFolder.Open(folder.Path);
        Assert.Null(opened.Head);
        using var loaded = opened.Architecture.Create(opened.Config);
        var result = opened.LoadWeights(new CheckpointPart(loaded, opened.Architecture.Keys));
        Assert.Empty(result.UnusedKeys);
        loaded.eval();
        var input = new EncoderInput(Ids(2, 9));
        Assert.Equal(0, MaxDifference(model.call(input).Hidden, loaded.call(input).Hidden));

        var first = File.ReadAllBytes(folder.File(Checkpoints.ModelFolder.WeightsFile));
        Checkpoints.ModelFolder.SaveWeights(folder.Path, new CheckpointPart(loaded, opened.Architecture.Keys));
        Assert.Equal(first, File.ReadAllBytes(folder.File(Checkpoints.ModelFolder.WeightsFile)));
    }

    [Theory, MemberData(nameof(All))]
    public void TraceKeepsWhatIsAskedForAndChangesNothing(string architecture)
    {
        using var scope = NewDisposeScope();
        using var model = Create(architecture);
        model.eval();
        var (ids, mask) = (Ids(2, 6), Mask(2, 6, 6, 4));
        using var trace = new Trace(TraceNames.AttentionWeights, TraceNames.Hidden);
        var traced = model.call(new EncoderInput(ids, mask, Trace: trace)).Hidden;
        Assert.InRange(MaxDifference(traced, model.call(new EncoderInput(ids, mask)).Hidden), 0, 1e-5);
        Assert.Equal(2, trace.LayerCount(TraceNames.AttentionWeights));
        Assert.Equal([2, 4, 6, 6], trace[TraceNames.AttentionWeights, 1].shape);
        Assert.InRange((trace[TraceNames.AttentionWeights, 0].sum(-1) - 1).abs().max().item<float>(), 0, 1e-5);
        Assert.Equal(0, trace[TraceNames.AttentionWeights, 0][1].narrow(-1, 4, 2).abs().max().item<float>());
        Assert.Equal(0, MaxDifference(trace[TraceNames.Hidden, 1], traced));
        Assert.Throws<KeyNotFoundException>(() => trace[TraceNames.Embeddings, 0]);
    }

    [Theory, MemberData(nameof(All))]
    public void ForwardLeavesNoTensorBehind(string architecture)
    {
        using var model = Create(architecture);
        long Live(int passes)
        {
            DisposeScopeManager.Statistics.Reset();
            for (var pass = 0; pass < passes; pass++)
            {
                using var scope = NewDisposeScope();
                model.call(new EncoderInput(Ids(2, 6), Mask(2, 6, 6, 4))).Hidden.sum().backward();
            }
            return DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        }
        Live(2);
        Assert.Equal(Live(5), Live(20));
    }

    [Theory, MemberData(nameof(All))]
    public void ConfigurationsThatDoNotFitAreRefused(string architecture)
    {
        var row = Architectures.Find(architecture);
        Assert.Throws<ArgumentException>(() => row.Create(row.CreateConfig(Small with { HeadCount = 5 }, VocabSize)));
        Assert.Throws<ArgumentException>(() => row.Create(row.CreateConfig(Small, 0)));
        Assert.Throws<ArgumentException>(() => row.Create(row.CreateConfig(Small with { Dropout = double.NaN }, VocabSize)));
    }

    private static EncoderModel Create(string architecture)
    {
        manual_seed(3);
        var row = Architectures.Find(architecture);
        var model = row.Create(row.CreateConfig(Small with { Dropout = 0 }, VocabSize));
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach (var parameter in model.parameters()) parameter.add_(randn_like(parameter) * 0.2);
        return model;
    }

    private static string[] Vocabulary() => ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Enumerable.Range(0, VocabSize - 5).Select(index => $"w{index}")];

    private static Tensor Ids(long batch, long seq, int seed = 5)
    {
        var random = new Random(seed);
        return tensor([.. Enumerable.Range(0, (int)(batch * seq)).Select(_ => random.NextInt64(1, VocabSize))], [batch, seq]);
    }

    private static Tensor Mask(long batch, long seq, params int[] lengths) =>
        tensor([.. lengths.SelectMany(length => Enumerable.Range(0, (int)seq).Select(column => column < length))], [batch, seq]);

    private static float MaxDifference(Tensor left, Tensor right) => (left - right).abs().max().item<float>();
}
