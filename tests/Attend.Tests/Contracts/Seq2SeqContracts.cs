using Attend.Checkpoints;
using Attend.Layers;
using Attend.Models;
using Attend.Text.Tokenizers;
using TorchSharp;
using static Attend.Tests.Contracts.TinySeq2Seq;
using static TorchSharp.torch;

namespace Attend.Tests.Contracts;

/// <summary>What every encoder-decoder of the table must keep; a new row is tested by being there.</summary>
public sealed class Seq2SeqContracts
{
    public Seq2SeqContracts() => EngineFixture.Start();

    public static TheoryData<string> All => TinySeq2Seq.All;

    [Theory, MemberData(nameof(All))]
    public void ShapesAreAsDocumented(string architecture)
    {
        using var scope = NewDisposeScope();
        using var model = Create(architecture);
        var hidden = model.call(new Seq2SeqInput(Ids(Source(7, 1), Source(7, 2)), null, Ids(Source(5, 3), Source(5, 4))));
        Assert.Equal([2, 5, 16], hidden.shape);
        Assert.Equal([2, 5, VocabSize], model.Project(hidden).shape);
        Assert.Equal(2, model.DecoderLayerCount);
        Assert.Equal(48, model.MaxSourceTokens);
    }

    [Theory, MemberData(nameof(All))]
    public void TheFutureIsNotSeen(string architecture)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var model = Create(architecture);
        var (source, target) = (Ids(Source(6, 1)), Source(8, 2));
        var whole = model.call(new Seq2SeqInput(source, null, Ids(target)));
        var other = (int[])target.Clone();
        for (var place = 5; place < other.Length; place++) other[place] = 3 + (other[place] + 1) % 20;
        var changed = model.call(new Seq2SeqInput(source, null, Ids(other)));
        Assert.InRange(MaxDifference(whole.narrow(1, 0, 5), changed.narrow(1, 0, 5)), 0, 1e-5);
        Assert.True(MaxDifference(whole.narrow(1, 5, 3), changed.narrow(1, 5, 3)) > 1e-3);
    }

    [Theory, MemberData(nameof(All))]
    public void PaddingAndCompanyChangeNothing(string architecture)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var model = Create(architecture);
        var (source, target) = (Source(5, 1), Source(4, 2));
        var alone = model.call(new Seq2SeqInput(Ids(source), null, Ids(target)));
        int[] Padded(int[] row, int length, int filler) => [.. row, .. Enumerable.Repeat(filler, length - row.Length)];
        foreach (var filler in new[] { 0, 17 })
        {
            var ids = Ids(Source(9, 7), Padded(source, 9, filler));
            var mask = tensor([.. Enumerable.Range(0, 18).Select(place => place < 9 + 5)], [2, 9]);
            var together = model.call(new Seq2SeqInput(ids, mask, Ids(Source(7, 8), Padded(target, 7, filler))));
            Assert.InRange(MaxDifference(alone[0], together[1].narrow(0, 0, 4)), 0, 1e-5);
        }
    }

    [Theory, MemberData(nameof(All))]
    public void StepByStepIsTheSameAsAtOnce(string architecture)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var model = Create(architecture);
        var (source, target) = (Ids(Source(6, 1), Source(6, 2)), Ids(Source(9, 3), Source(9, 4)));
        var mask = tensor([.. Enumerable.Range(0, 12).Select(place => place < 10)], [2, 6]);
        var whole = model.call(new Seq2SeqInput(source, mask, target));
        foreach (int[] cuts in new int[][] { [1, 1, 1, 1, 1, 1, 1, 1, 1], [4, 5], [1, 7, 1] })
        {
            using var state = model.Begin(model.Encode(source, mask), mask);
            var start = 0;
            foreach (var count in cuts)
            {
                var part = model.Decode(target.narrow(1, start, count), state);
                Assert.InRange(MaxDifference(whole.narrow(1, start, count), part), 0, 1e-5);
                start += count;
                Assert.Equal(start, state.Length);
            }
        }
    }

    [Theory, MemberData(nameof(All))]
    public void RowsOfOneSourceAnswerAsSourcesOfTheirOwn(string architecture)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var model = Create(architecture);
        var (first, second) = (Source(6, 1), Source(6, 2));
        var targets = Enumerable.Range(0, 6).Select(row => Source(4, 10 + row)).ToArray();
        // Three hypotheses to each source; then they change places, as in a beam search, and one source leaves.
        using var state = model.Begin(model.Encode(Ids(first, second), null), null);
        model.Decode(Ids([.. targets.Select(target => target[..3])]), state);
        int[] places = [5, 3, 3];
        state.SelectRows(places);
        state.SelectSentences([1]);
        var found = model.Decode(Ids([.. places.Select(place => targets[place][3..])]), state);
        foreach (var (place, row) in places.Select((place, row) => (place, row)))
            Assert.InRange(MaxDifference(model.call(new Seq2SeqInput(Ids(second), null, Ids(targets[place])))[0, 3], found[row, 0]), 0, 1e-5);
    }

    [Theory, MemberData(nameof(All))]
    public void BothKernelsAgree(string architecture)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var model = Create(architecture);
        var input = new Seq2SeqInput(Ids(Source(6, 1), Source(6, 2)), tensor([.. Enumerable.Range(0, 12).Select(place => place < 9)], [2, 6]), Ids(Source(5, 3), Source(5, 4)));
        model.UseKernel(AttentionKernel.Fused);
        var fused = model.call(input);
        model.UseKernel(AttentionKernel.MatMul);
        Assert.InRange(MaxDifference(fused, model.call(input)), 0, 1e-5);
    }

    [Theory, MemberData(nameof(All))]
    public void EveryParameterGetsAGradient(string architecture)
    {
        using var scope = NewDisposeScope();
        using var model = Create(architecture);
        model.train();
        var everything = Enumerable.Range(0, 48).Select(place => place % VocabSize).ToArray();
        var logits = model.Project(model.call(new Seq2SeqInput(Ids(everything), null, Ids(everything))));
        (logits * randn_like(logits)).sum().backward();
        var without = model.named_parameters().Where(entry => entry.parameter.requires_grad && (entry.parameter.grad is not { } gradient || gradient.abs().sum().item<float>() == 0)).Select(entry => entry.name);
        Assert.Empty(without);
    }

    [Theory, MemberData(nameof(All))]
    public void SavedAndLoadedIsTheSame(string architecture)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var model = Create(architecture);
        ModelFolder.SaveConfig(folder.Path, model.Config, null, new BertTokenizer(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]));
        ModelFolder.SaveWeights(folder.Path, new CheckpointPart(model, Row(architecture).Keys));
        var opened = ModelFolder.Open(folder.Path);
        Assert.Equal(model.Config, opened.Config with { Architectures = null, Unknown = null });
        Assert.Throws<CheckpointException>(() => opened.Architecture);
        using var loaded = opened.Seq2SeqArchitecture.Create(opened.Config);
        opened.LoadWeights(new CheckpointPart(loaded, opened.Format.Keys));
        loaded.eval();
        var input = new Seq2SeqInput(Ids(Source(6, 1)), null, Ids(Source(5, 3)));
        Assert.Equal(0, MaxDifference(model.Project(model.call(input)), loaded.Project(loaded.call(input))));

        var first = File.ReadAllBytes(folder.File(ModelFolder.WeightsFile));
        ModelFolder.SaveWeights(folder.Path, new CheckpointPart(loaded, opened.Format.Keys));
        Assert.Equal(first, File.ReadAllBytes(folder.File(ModelFolder.WeightsFile)));
    }

    [Theory, MemberData(nameof(All))]
    public void TraceKeepsAttentionToTheSource(string architecture)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var model = Create(architecture);
        using var trace = new Trace(TraceNames.CrossAttentionWeights, TraceNames.DecoderAttentionWeights);
        model.call(new Seq2SeqInput(Ids(Source(6, 1)), null, Ids(Source(5, 3)), trace));
        Assert.Equal(2, trace.LayerCount(TraceNames.CrossAttentionWeights));
        Assert.Equal([1, 4, 5, 6], trace[TraceNames.CrossAttentionWeights, 1].shape);
        Assert.InRange((trace[TraceNames.CrossAttentionWeights, 1].sum(-1) - 1).abs().max().item<float>(), 0, 1e-5);
        Assert.Equal(0, trace[TraceNames.DecoderAttentionWeights, 0].triu(1).abs().max().item<float>());
    }

    [Theory, MemberData(nameof(All))]
    public void WritingLeavesNoTensorBehind(string architecture)
    {
        using var model = Create(architecture);
        long Live(int texts)
        {
            DisposeScopeManager.Statistics.Reset();
            for (var text = 0; text < texts; text++)
                new Decoding.Decoder(model).Decode([new(Source(6, text)), new(Source(4, text))], new() { Beams = 3, MaxNewTokens = 6 + text % 3 });
            return DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        }
        Live(2);
        Assert.Equal(Live(5), Live(20));
    }

    [Theory, MemberData(nameof(All))]
    public void ConfigurationsThatDoNotFitAreRefused(string architecture)
    {
        var row = Row(architecture);
        Assert.Throws<ArgumentException>(() => row.Create(row.CreateConfig(TinySeq2Seq.Size with { EncoderLayerCount = 0 }, VocabSize)));
        Assert.Throws<ArgumentException>(() => row.Create(row.CreateConfig(TinySeq2Seq.Size, 0)));
        Assert.Throws<ArgumentException>(() => row.Create(row.CreateConfig(TinySeq2Seq.Size with { Dropout = double.NaN }, VocabSize)));
    }

    [Theory]
    [InlineData("norm_placement", "middle")]
    [InlineData("positions", "none")]
    [InlineData("sinusoid_layout", "quarters")]
    public void UnknownChoicesAreRefused(string key, string value)
    {
        var fault = Assert.Throws<ArgumentException>(() => Architectures.Read($$"""{"model_type":"transformer","vocab_size":9,"{{key}}":"{{value}}"}"""));
        Assert.Contains(key, fault.Message);
        Assert.Contains(value, fault.Message);
    }

    private static float MaxDifference(Tensor left, Tensor right) => (left - right).abs().max().item<float>();
}
