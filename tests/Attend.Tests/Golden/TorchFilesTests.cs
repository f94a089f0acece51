using System.Text.Json;
using Attend.Checkpoints;
using static TorchSharp.torch;

namespace Attend.Tests.Golden;

/// <summary>Files that PyTorch 1.13 itself wrote (Golden/torch/make.py) and the values it gave for them.</summary>
public sealed class TorchFilesTests
{
    public TorchFilesTests() => EngineFixture.Start();

    [Theory]
    [InlineData("zip.bin", 0)]
    [InlineData("legacy.bin", 0)]
    [InlineData("protocol4.bin", 0)]
    [InlineData("wrapped.ckpt", 0)]
    public void EveryTensorIsAsPyTorchSaysIt(string name, int otherKeys)
    {
        using var scope = NewDisposeScope();
        using var expected = JsonDocument.Parse(File.ReadAllText(Repository.Path("tests", "Attend.Tests", "Golden", "torch", "expected.json")));
        using var file = TorchFile.Open(Path(name));
        Assert.Equal(expected.RootElement.EnumerateObject().Select(entry => entry.Name), file.Entries.Keys);
        Assert.Equal(otherKeys, file.OtherKeys.Count);
        foreach (var entry in expected.RootElement.EnumerateObject())
        {
            var value = file.Read(entry.Name);
            Assert.Equal(entry.Value[0].EnumerateArray().Select(size => size.GetInt64()), value.shape);
            Assert.Equal(entry.Value[1].GetString(), TorchName(value.dtype));
            Assert.Equal(entry.Value[2].EnumerateArray().Select(number => number.GetDouble()), value.to(ScalarType.Float64).reshape(-1).data<double>().ToArray());
        }
    }

    [Theory]
    [InlineData("module.bin")]
    [InlineData("module-legacy.bin")]
    public void AModulesStateIsReadIntoAModel(string name)
    {
        using var scope = NewDisposeScope();
        using var file = WeightsSource.Open(Path(name));
        Assert.Equal(["a.weight", "a.bias", "norm.weight", "norm.bias", "norm.running_mean", "norm.running_var", "norm.num_batches_tracked"], file.Entries.Keys);
        var weight = new TorchSharp.Modules.Parameter(zeros(2, 3, ScalarType.BFloat16));
        file.ReadInto("a.weight", weight);
        Assert.Equal(file.Read("a.weight").to(ScalarType.BFloat16).to(ScalarType.Float32).data<float>().ToArray(), weight.detach().to(ScalarType.Float32).data<float>().ToArray());
    }

    [Theory]
    [InlineData("whole-module.bin", "\"torch.nn.modules.container.Sequential\"")]
    [InlineData("sparse.pt", "\"torch._utils._rebuild_sparse_tensor\"")]
    [InlineData("single.pt", "holds no dictionary of weights")]
    public void WhatIsNoStateDictionaryIsRefusedByName(string name, string expected) =>
        Assert.Contains(expected, Assert.Throws<CheckpointException>(() => TorchFile.Open(Path(name))).Message);

    [Theory]
    [InlineData("zip.bin")]
    [InlineData("legacy.bin")]
    public void EveryTruncationIsRefused(string name)
    {
        using var folder = new TemporaryFolder();
        var whole = File.ReadAllBytes(Path(name));
        for (var length = 0; length < whole.Length; length += length < 300 ? 1 : 13)
        {
            File.WriteAllBytes(folder.File("x.bin"), whole[..length]);
            Assert.Throws<CheckpointException>(() => TorchFile.Open(folder.File("x.bin")).Dispose());
        }
    }

    private static string Path(string name) => Repository.Path("tests", "Attend.Tests", "Golden", "torch", name);

    private static string TorchName(ScalarType type) => type switch
    {
        ScalarType.Byte => "torch.uint8",
        _ => "torch." + type.ToString().ToLowerInvariant(),
    };
}
