using Attend.Checkpoints;
using Attend.Models;
using Attend.Tests.Golden;
using Attend.Text.Tokenizers;
using Attend.Training;
using static TorchSharp.torch;

namespace Attend.Tests.Contracts;

/// <summary>What every head of every architecture must keep; a new row, and a new head in it, are tested by being there.</summary>
public sealed class HeadContracts
{
    private const int VocabSize = 30;

    public HeadContracts() => EngineFixture.Start();

    public static TheoryData<string, HeadKind> All
    {
        get
        {
            var data = new TheoryData<string, HeadKind>();
            foreach (var row in Architectures.All)
                foreach (var kind in row.Heads.Keys) data.Add(row.ModelType, kind);
            return data;
        }
    }

    [Theory, MemberData(nameof(All))]
    public void AStepLearns(string architecture, HeadKind kind)
    {
        using var scope = NewDisposeScope();
        using var model = Create(architecture);
        var head = CreateHead(model, kind);
        AdamW[] optimizers = [.. head.Prepend(model).Select(module => new AdamW(module, weightDecay: 0))];
        var random = new Random(3);
        var ids = tensor([.. Enumerable.Range(0, 12).Select(_ => random.NextInt64(1, VocabSize))], [2, 6]);
        var mask = tensor([true, true, true, true, true, true, true, true, true, true, false, false], [2, 6]);
        double Loss()
        {
            using var step = NewDisposeScope();
            foreach (var optimizer in optimizers) optimizer.ZeroGradients();
            var loss = Scores(model, head, kind, new EncoderInput(ids, mask)).Select(scores => nn.functional.cross_entropy(
                scores.shape[^1] == 1 ? cat([scores, zeros_like(scores)], -1).reshape(-1, 2) : scores.reshape(-1, scores.shape[^1]),
                zeros(scores.numel() / scores.shape[^1], dtype: ScalarType.Int64))).Aggregate((left, right) => left + right);
            loss.backward();
            return loss.item<float>();
        }
        var first = Loss();
        Assert.Empty(head.SelectMany(module => module.named_parameters()).Where(entry => entry.parameter.grad is not { } gradient || gradient.abs().sum().item<float>() == 0).Select(entry => entry.name));
        for (var step = 0; step < 3; step++)
        {
            foreach (var optimizer in optimizers) optimizer.Step(1e-3);
            Loss();
        }
        Assert.True(Loss() < first);
        foreach (var optimizer in optimizers) optimizer.Dispose();
    }

    [Theory, MemberData(nameof(All))]
    public void SavedAndLoadedIsTheSame(string architecture, HeadKind kind)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var row = Architectures.Find(architecture);
        using var model = Create(architecture);
        var head = CreateHead(model, kind);
        var tokenizer = new BertTokenizer(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. Enumerable.Range(0, VocabSize - 5).Select(index => $"w{index}")]);
        ModelFolder.SaveConfig(folder.Path, model.Config, kind, tokenizer);
        ModelFolder.SaveWeights(folder.Path, Parts(row, model, head, kind));
        var opened = ModelFolder.Open(folder.Path);
        Assert.Equal(kind, opened.Head);
        using var loaded = opened.Architecture.Create(opened.Config);
        var loadedHead = CreateHead(loaded, kind);
        var result = opened.LoadWeights(Parts(row, loaded, loadedHead, kind));
        Assert.Empty(result.UnusedKeys);
        Assert.Empty(result.FreshParts);
        foreach (var module in loadedHead.Concat(head).Append(model).Append(loaded)) module.eval();
        var input = new EncoderInput(arange(1, 19).reshape(2, 9));
        foreach (var (ours, theirs) in Scores(model, head, kind, input).Zip(Scores(loaded, loadedHead, kind, input))) Assert.Equal(0, (ours - theirs).abs().max().item<float>());
        var before = File.ReadAllBytes(folder.File(ModelFolder.WeightsFile));
        ModelFolder.SaveWeights(folder.Path, Parts(row, loaded, loadedHead, kind));
        Assert.Equal(before, File.ReadAllBytes(folder.File(ModelFolder.WeightsFile)));
        // The encoder alone can be taken from it too.
        Assert.Equal(Parts(row, loaded, loadedHead, kind).Skip(1).SelectMany(part => part.Places()).SelectMany(place => place.Theirs).Order(), opened.LoadWeights(new CheckpointPart(loaded, row.Keys)).UnusedKeys.Order());
    }

    private static CheckpointPart[] Parts(Architecture row, EncoderModel model, nn.Module[] head, HeadKind kind) =>
        [new(model, row.Keys), .. head.Select(module => new CheckpointPart(module, row.Heads[kind].Keys))];

    private static EncoderModel Create(string architecture)
    {
        Initialization.Seed(3);
        var row = Architectures.Find(architecture);
        return row.Create(row.CreateConfig(new EncoderSize(2, 16, 4, 32) { MaxPositionEmbeddings = 24, Dropout = 0 }, VocabSize).WithLabels(["a", "b", "c"], false, "cls"));
    }

    private static nn.Module[] CreateHead(EncoderModel model, HeadKind kind) => kind == HeadKind.PreTraining
        ? [model.CreateMaskedLanguageHead(), new NextSentenceHead(model)]
        : [ArchitectureGoldenTests.CreateHead(model, kind)];

    private static IEnumerable<Tensor> Scores(EncoderModel model, nn.Module[] head, HeadKind kind, EncoderInput input)
    {
        var output = model.call(input);
        foreach (var module in head)
            yield return module switch
            {
                ClassificationHead scores => scores.call(kind == HeadKind.SequenceClassification ? model.Summary(output, input.Mask) : output.Hidden),
                MaskedLanguageHead words => words.call(output.Hidden, model.WordEmbeddings),
                _ => ((NextSentenceHead)module).call(output.Pooled!),
            };
    }
}
