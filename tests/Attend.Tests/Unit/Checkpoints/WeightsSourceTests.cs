using System.Text.Json;
using Attend.Checkpoints;
using static TorchSharp.torch;

namespace Attend.Tests.Unit.Checkpoints;

/// <summary>Whole folders: which file is taken, shards, conversion, statistics.</summary>
public sealed class WeightsSourceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TorchSharp.DisposeScope _scope;

    public WeightsSourceTests()
    {
        EngineFixture.Start();
        _scope = NewDisposeScope();
    }

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void ShardsAreOneCheckpoint()
    {
        Shards();
        using var weights = WeightsSource.Open(_folder.Root);
        Assert.Equal(["a", "b", "c"], weights.Entries.Keys.Order());
        Assert.Equal(2, weights.Files.Count);
        Assert.Equal([2f, 2f], weights.Read("b").data<float>().ToArray());
        var half = zeros(2, ScalarType.BFloat16);
        weights.ReadInto("c", half);
        Assert.Equal([3f, 3f], half.to(ScalarType.Float32).data<float>().ToArray());
    }

    [Fact]
    public void MissingShardsAreAllNamed()
    {
        Shards();
        File.Delete(_folder.File("one.safetensors"));
        File.Delete(_folder.File("two.safetensors"));
        var message = Assert.Throws<CheckpointException>(() => WeightsSource.Open(_folder.Root)).Message;
        Assert.Contains("2 of 2 shards are missing; found no one.safetensors, two.safetensors", message);
    }

    [Fact]
    public void AnIndexOfOtherShardsIsRefused()
    {
        Shards();
        Index(("a", "one.safetensors"), ("b", "one.safetensors"), ("d", "two.safetensors"));
        Assert.Contains("1 of them absent (\"d\"), 1 others (\"c\")", Assert.Throws<CheckpointException>(() => WeightsSource.Open(_folder.Root)).Message);
    }

    [Theory]
    [InlineData("../one.safetensors")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("a\\b.safetensors")]
    [InlineData("c:one.safetensors")]
    [InlineData("")]
    [InlineData("one\0.safetensors")]
    public void AShardOutsideTheFolderIsRefused(string shard)
    {
        Index(("a", shard));
        Assert.Contains("not a plain file name", Assert.Throws<CheckpointException>(() => WeightsSource.Open(_folder.Root)).Message);
    }

    [Theory]
    [InlineData("", "not valid JSON")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{}", "names no tensor")]
    [InlineData("""{"weight_map":{}}""", "names no tensor")]
    [InlineData("""{"weight_map":[]}""", "weight_map is not an object")]
    [InlineData("""{"weight_map":{"a":1}}""", "no file name for \"a\"")]
    [InlineData("""{"weight_map":{"a":"x","a":"x"}}""", "names \"a\" twice")]
    [InlineData("""{"weight_map":{"a":"x"},"weight_map":{"b":"x"}}""", "names weight_map twice")]
    [InlineData("""{"weight_map":{"\ud800":"x"}}""", "not valid JSON")]
    [InlineData("""{"weight_map":{"a":"x"}""", "not valid JSON")]
    [InlineData("<html>", "web page")]
    public void AnIndexThatIsNoneIsRefused(string json, string expected)
    {
        File.WriteAllText(_folder.File("model.safetensors.index.json"), json);
        Assert.Contains(expected, Assert.Throws<CheckpointException>(() => WeightsSource.Open(_folder.Root)).Message);
    }

    [Fact]
    public void AFolderWithoutWeightsSaysWhatItLooksFor()
    {
        Assert.Contains("expected one of model.safetensors", Assert.Throws<CheckpointException>(() => WeightsSource.Open(_folder.Root)).Message);
        File.WriteAllText(_folder.File("tf_model.h5"), "");
        Assert.Contains("found tf_model.h5", Assert.Throws<CheckpointException>(() => WeightsSource.Open(_folder.Root)).Message);
        Assert.Contains("no such model folder", Assert.Throws<CheckpointException>(() => WeightsSource.Open(_folder.File("none"))).Message);
    }

    [Fact]
    public void ConversionKeepsEveryValueAndBringsTheCompanions()
    {
        var source = Directory.CreateDirectory(_folder.File("source")).FullName;
        File.Copy(Repository.Path("tests", "Attend.Tests", "Golden", "torch", "zip.bin"), Path.Combine(source, "pytorch_model.bin"));
        foreach (var name in new[] { "config.json", "vocab.txt", "training_args.bin", "precious.db", "x.index.json", ".hidden.json" }) File.WriteAllText(Path.Combine(source, name), name);
        Directory.CreateDirectory(Path.Combine(source, "1_Pooling"));
        File.WriteAllText(Path.Combine(source, "1_Pooling", "config.json"), "{}");
        var result = WeightsConversion.Run(source, _folder.File("target"));
        Assert.Equal([".hidden.json", "config.json", "vocab.txt", Path.Combine("1_Pooling", "config.json")], result.CopiedFiles);
        using (var before = WeightsSource.Open(source))
        using (var after = WeightsSource.Open(_folder.File("target")))
        {
            Assert.Equal(before.Entries.Keys.Order(), after.Entries.Keys.Order());
            foreach (var name in before.Entries.Keys) Assert.True(before.Read(name).Equals(after.Read(name)), name);
        }
        WeightsConversion.Run(_folder.File("target"), _folder.File("again"));
        Assert.Equal(File.ReadAllBytes(Path.Combine(_folder.File("target"), "model.safetensors")), File.ReadAllBytes(Path.Combine(_folder.File("again"), "model.safetensors")));
        Assert.Throws<IOException>(() => WeightsConversion.Run(source, _folder.File("again")));
    }

    [Fact]
    public void ConversionCanChangeTheFloatingTypes()
    {
        Safetensors.Write(_folder.File("x.safetensors"), [("f", tensor(new[] { 1.5, -2 })), ("n", tensor(new[] { 1L, 2 }))]);
        WeightsConversion.Run(_folder.File("x.safetensors"), _folder.File("out"), ScalarType.BFloat16);
        using var after = WeightsSource.Open(_folder.File("out"));
        Assert.Equal(("BF16", "I64"), (after.Entries["f"].DtypeName, after.Entries["n"].DtypeName));
        Assert.Equal([1.5f, -2f], after.Read("f").to(ScalarType.Float32).data<float>().ToArray());
    }

    [Fact]
    public void StatisticsCountWhatIsNotFinite()
    {
        Safetensors.Write(_folder.File("x.safetensors"), [("f", tensor(new[] { 3f, float.NaN, 4f, float.PositiveInfinity, float.NegativeInfinity })), ("empty", zeros(0)), ("n", tensor(new[] { -3L, 4 }))]);
        using var weights = WeightsSource.Open(_folder.File("x.safetensors"));
        Assert.Equal(new TensorStatistics(5, 1, 2), TensorStatistics.Of(weights, "f"));
        Assert.Equal(new TensorStatistics(0, 0, 0), TensorStatistics.Of(weights, "empty"));
        Assert.Equal(new TensorStatistics(5, 0, 0), TensorStatistics.Of(weights, "n"));
    }

    [Fact]
    public void AFileIsHeldAgainstTheHashItWasPublishedWith()
    {
        var content = "weights"u8.ToArray();
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content));
        File.WriteAllBytes(_folder.File(hash), content);
        File.CreateSymbolicLink(_folder.File("sound"), _folder.File(hash));
        Assert.Equal(new FileHash(_folder.File("sound"), hash, hash), FileHash.Of(_folder.File("sound")));
        File.WriteAllText(_folder.File(hash), "spoilt");
        Assert.True(FileHash.Of(_folder.File("sound")).IsWrong);
        File.WriteAllBytes(_folder.File("plain"), content);
        Assert.Equal(new FileHash(_folder.File("plain"), hash, null), FileHash.Of(_folder.File("plain")));
    }

    private void Shards()
    {
        Safetensors.Write(_folder.File("one.safetensors"), [("a", ones(2)), ("b", ones(2) * 2)]);
        Safetensors.Write(_folder.File("two.safetensors"), [("c", (ones(2) * 3).to(ScalarType.Float16))]);
        Index(("a", "one.safetensors"), ("b", "one.safetensors"), ("c", "two.safetensors"));
    }

    private void Index(params (string Name, string File)[] map) =>
        File.WriteAllText(_folder.File("model.safetensors.index.json"),
            JsonSerializer.Serialize(new { metadata = new { total_size = 20 }, weight_map = map.ToDictionary(entry => entry.Name, entry => entry.File) }));
}
