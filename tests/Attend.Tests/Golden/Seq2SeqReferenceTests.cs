using System.Text.Json.Nodes;
using Attend.Checkpoints;
using Attend.Layers;
using Attend.Models;
using static TorchSharp.torch;

namespace Attend.Tests.Golden;

/// <summary>An encoder-decoder computed in double precision from its paper.</summary>
internal interface IReferenceWriter
{
    /// <summary>[said][vocab]: scores of the token after each one that has been said.</summary>
    double[][] Logits(int[] source, bool[] attend, int[] said);
}

/// <summary>A small random checkpoint of an encoder-decoder, and who computes it independently.</summary>
internal sealed record TinyWriter(
    string Name, string Config, Action<TinyWeights> Fill, Func<ReferenceWeights, ReferenceConfig, IReferenceWriter> Reference, params (string Key, string Value)[] Mistakes)
{
    public string ConfigJson((string Key, string Value)? mistake)
    {
        var json = JsonNode.Parse(Config)!.AsObject();
        if (mistake is { } wrong) json[wrong.Key] = JsonNode.Parse(wrong.Value);
        return json.ToJsonString();
    }
}

/// <summary>Encoder-decoders of which no small published checkpoint is at hand, against computations written from their papers.</summary>
public sealed class Seq2SeqReferenceTests
{
    private static readonly TinyWriter[] Models = [ReferenceMarian.Tiny, .. ReferenceT5.Tiny];

    public Seq2SeqReferenceTests() => EngineFixture.Start();

    public static TheoryData<string> Names => [.. Models.Select(model => model.Name)];

    public static TheoryData<string, string> Mistakes
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var model in Models)
                foreach (var (key, _) in model.Mistakes) data.Add(model.Name, key);
            return data;
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void ModelAndReferenceAgree(string name)
    {
        var tiny = Models.Single(model => model.Name == name);
        Assert.InRange(Difference(tiny, null, AttentionKernel.MatMul), 0, 1e-5);
        Assert.InRange(Difference(tiny, null, AttentionKernel.Fused), 0, 1e-5);
    }

    [Theory, MemberData(nameof(Mistakes))]
    public void AMistakeInTheConfigurationShows(string name, string key)
    {
        var tiny = Models.Single(model => model.Name == name);
        Assert.True(Difference(tiny, tiny.Mistakes.Single(mistake => mistake.Key == key), AttentionKernel.MatMul) > 1e-3);
    }

    // Largest difference between the model and the computation, which alone reads the mistake; sources of two lengths in one padded batch.
    private static double Difference(TinyWriter tiny, (string Key, string Value)? mistake, AttentionKernel kernel)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        folder.Write("config.json", tiny.ConfigJson(null));
        var drawn = new TinyWeights();
        tiny.Fill(drawn);
        Safetensors.Write(folder.File(ModelFolder.WeightsFile), drawn.Tensors, new Dictionary<string, string> { ["format"] = "pt" });
        var opened = ModelFolder.Open(folder.Path);
        using var model = opened.Seq2SeqArchitecture.Create(opened.Config);
        Assert.Empty(opened.LoadWeights(new CheckpointPart(model, opened.Format.Keys)).UnusedKeys);
        model.eval();
        model.UseKernel(kernel);
        var config = new ReferenceConfig(tiny.ConfigJson(mistake));
        var weights = ReferenceFiles.Weights(folder.File(ModelFolder.WeightsFile));
        if (mistake?.Key == "relative_attention_num_buckets") weights = weights.ToDictionary(entry => entry.Key, entry => entry.Key.EndsWith("relative_attention_bias.weight", StringComparison.Ordinal) ? Doubled(entry.Value) : entry.Value);
        var reference = tiny.Reference(new ReferenceWeights(weights), config);

        var random = new TinyRandom(7);
        int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => 2 + random.Next(36))];
        var (sources, said) = (new[] { Ids(31), [.. Ids(9), .. Enumerable.Repeat(0, 22)] }, new[] { Ids(27), Ids(27) });
        bool[][] attend = [[.. Enumerable.Repeat(true, 31)], [.. Enumerable.Range(0, 31).Select(place => place < 9)]];
        var found = model.Project(model.call(new Seq2SeqInput(Contracts.TinySeq2Seq.Ids(sources), tensor([.. attend.SelectMany(row => row)], [2, 31]), Contracts.TinySeq2Seq.Ids(said))));
        var worst = 0.0;
        for (var row = 0; row < 2; row++)
        {
            var expected = reference.Logits(sources[row], attend[row], said[row]);
            worst = Math.Max(worst, (tensor([.. expected.SelectMany(values => values)], [27, 40]) - found[row].to(ScalarType.Float64)).abs().max().item<double>());
        }
        return worst;
    }

    // A table with twice the rows, so that a computation with twice as many kinds of distances has something to read.
    private static ReferenceTensor Doubled(ReferenceTensor table) => new([.. table.Values, .. table.Values.Select(value => -value)], [2 * table.Shape[0], table.Shape[1]]);
}
