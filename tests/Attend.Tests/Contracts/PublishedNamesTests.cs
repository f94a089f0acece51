using System.Text.Json.Nodes;
using Attend.Checkpoints;
using Attend.Models;
using Attend.Tests.Golden;
using static TorchSharp.torch;

namespace Attend.Tests.Contracts;

/// <summary>Names that published checkpoints have besides the ones Attend writes: old ones, missing prefixes, tied and needless tensors.</summary>
public sealed class PublishedNamesTests
{
    public PublishedNamesTests() => EngineFixture.Start();

    public static TheoryData<string> AllModels => [.. ArchitectureGoldenTests.Models.Select(model => model.Name)];

    [Theory, MemberData(nameof(AllModels))]
    public void ABareEncoderMayLackItsPrefix(string name)
    {
        var tiny = ArchitectureGoldenTests.Find(name);
        var prefix = Architectures.Find(tiny.ModelType).Keys.Prefix;
        AssertSame(tiny, null, key => key[prefix.Length..]);
    }

    [Theory, MemberData(nameof(AllModels))]
    public void LayerNormsMayHaveGammaAndBeta(string name) =>
        AssertSame(ArchitectureGoldenTests.Find(name), null, key => key.Contains("LayerNorm.", StringComparison.Ordinal) ? key.Replace(".weight", ".gamma").Replace(".bias", ".beta") : key);

    [Fact]
    public void MicrosoftsNamesOfTheMaskedLanguageHeadAreRead() => AssertSame(ReferenceDebertaV2.Tiny.First(), HeadKind.MaskedLanguageModel, key => key
        .Replace("cls.predictions.transform.", "lm_predictions.lm_head.").Replace("cls.predictions.bias", "lm_predictions.lm_head.bias"),
        ("mask_predictions.dense.weight", [16, 16]), ("mask_predictions.classifier.bias", [1]));

    [Theory]
    [InlineData("roberta", "lm_head.decoder.weight", "lm_head.decoder.bias", "roberta.embeddings.position_ids")]
    [InlineData("distilbert", "vocab_projector.weight")]
    [InlineData("albert", "predictions.decoder.weight", "predictions.decoder.bias", "sop_classifier.classifier.weight")]
    [InlineData("electra, embeddings of 8", "generator_lm_head.weight", "electra.embeddings.position_ids")]
    [InlineData("modernbert", "decoder.weight")]
    public void TiedAndNeedlessTensorsArePassedOver(string name, params string[] more) =>
        AssertSame(ArchitectureGoldenTests.Find(name), HeadKind.MaskedLanguageModel, key => key, [.. more.Select(key => (key, new long[] { 3 }))]);

    [Theory, MemberData(nameof(AllModels))]
    public void WhatDoesNotFitIsOneErrorWithAllOfIt(string name)
    {
        using var folder = new TemporaryFolder();
        var tiny = ArchitectureGoldenTests.Find(name);
        tiny.Write(folder.Path, null);
        string? dropped = null, bent = null;
        Rewrite(folder, (key, value) =>
        {
            if (dropped is null && key.EndsWith("weight", StringComparison.Ordinal) && value.shape.Length == 1) return (dropped = key, null);
            if (bent is null && value.shape.Length == 2 && value.shape[0] != TinyModel.VocabSize) return (bent = key, value.narrow(0, 0, 1));
            return (key, value);
        }, ("stranger.weight", [2]));
        var opened = ModelFolder.Open(folder.Path);
        using var model = opened.Architecture.Create(opened.Config);
        var fault = Assert.Throws<CheckpointMismatchException>(() => opened.LoadWeights(new CheckpointPart(model, opened.Architecture.Keys)));
        Assert.Equal([dropped!], fault.Missing);
        Assert.Equal(["stranger.weight"], fault.Extra);
        Assert.Equal(bent, Assert.Single(fault.Misshapen).Key);
    }

    [Fact]
    public void AnUnknownArchitectureIsToldTheKnownOnes()
    {
        using var folder = new TemporaryFolder();
        folder.Write("config.json", """{"model_type": "llama", "vocab_size": 7}""");
        var fault = Assert.Throws<CheckpointException>(() => ModelFolder.Open(folder.Path));
        Assert.Contains("llama", fault.Message);
        foreach (var row in Architectures.All) Assert.Contains(row.ModelType, fault.Message);
    }

    [Theory]
    [InlineData(null, "LABEL_0", "LABEL_1")]
    [InlineData(3, "LABEL_0", "LABEL_1", "LABEL_2")]
    public void UnnamedLabelsAreCounted(int? count, params string[] labels)
    {
        var json = JsonNode.Parse("""{"model_type": "distilbert", "vocab_size": 7, "architectures": ["DistilBertForSequenceClassification"]}""")!;
        if (count is not null) json["_num_labels"] = count;
        Assert.Equal(labels, Architectures.Read(json.ToJsonString()).Config.Labels);
    }

    [Fact]
    public void AnUntiedDecoderIsRefusedByName()
    {
        var (format, config) = Architectures.Read("""{"model_type": "roberta", "vocab_size": 7, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8, "tie_word_embeddings": false}""");
        using var model = ((Architecture)format).Create(config);
        Assert.Contains("tie_word_embeddings", Assert.Throws<ArgumentException>(model.CreateMaskedLanguageHead).Message);
    }

    // A checkpoint under other names is the same model.
    private static void AssertSame(TinyModel tiny, HeadKind? head, Func<string, string> rename, params (string Key, long[] Shape)[] more)
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        tiny.Write(folder.Path, head);
        Tensor[] Load()
        {
            var opened = ModelFolder.Open(folder.Path);
            Initialization.Seed(1); // what a checkpoint may lack is drawn
            using var model = opened.Architecture.Create(opened.Config);
            using var module = head is { } kind ? ArchitectureGoldenTests.CreateHead(model, kind) : null;
            opened.LoadWeights(module is null ? [new(model, opened.Architecture.Keys)] : [new(model, opened.Architecture.Keys), new(module, opened.Architecture.Heads[head!.Value].Keys)]);
            return [.. model.parameters().Concat(module?.parameters() ?? []).Select(parameter => parameter.clone())];
        }
        var original = Load();
        Rewrite(folder, (key, value) => (rename(key), value), more);
        foreach (var (left, right) in original.Zip(Load())) Assert.True(left.equal(right).all().item<bool>());
    }

    private static void Rewrite(TemporaryFolder folder, Func<string, Tensor, (string Key, Tensor? Value)> change, params (string Key, long[] Shape)[] more)
    {
        using var scope = NewDisposeScope();
        var path = folder.File(ModelFolder.WeightsFile);
        var tensors = new List<(string, Tensor)>();
        using (var file = SafetensorsFile.Open(path))
            foreach (var key in file.Entries.Keys.ToArray())
                if (change(key, file.Read(key)) is (var name, { } value)) tensors.Add((name, value.contiguous()));
        tensors.AddRange(more.Select(entry => (entry.Key, zeros(entry.Shape))));
        Safetensors.Write(path, tensors, new Dictionary<string, string> { ["format"] = "pt" });
    }
}
