using System.Numerics;
using System.Runtime.Intrinsics;
using Attend.Layers;
using Attend.Runtime;
using static TorchSharp.torch;

namespace Attend.Tests.Unit;

/// <summary>Loops of our own over libtorch's numbers: products with weights laid out once, and the exponential.</summary>
public sealed class RuntimePackedProductTests
{
    public RuntimePackedProductTests() => EngineFixture.Start();

    [Theory]
    [InlineData(1, 3, 1)]
    [InlineData(2, 16, 31)]
    [InlineData(7, 24, 32)]
    [InlineData(8, 5, 33)]
    [InlineData(9, 64, 70)]
    [InlineData(43, 130, 300)]
    public void EqualsLibtorch(int rows, int inputs, int outputs)
    {
        if (!Vector512.IsHardwareAccelerated) Assert.Skip("this processor has no AVX-512: libtorch computes all products");
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var (x, weight, bias) = (Numbers(rows, inputs, 1), Numbers(outputs, inputs, 2), Numbers(1, outputs, 3).view(outputs));
        var packed = PackedProduct.Pack(weight);
        Assert.InRange(MaxDifference(nn.functional.linear(x, weight, bias), PackedProduct.Linear(x, packed, outputs, bias)), 0, 1e-4);
        Assert.InRange(MaxDifference(nn.functional.linear(x, weight), PackedProduct.Linear(x, packed, outputs, null)), 0, 1e-4);
        // To the last bit, a row does not depend on the others.
        var together = PackedProduct.Linear(x, packed, outputs, bias);
        for (var row = 0; row < rows; row++) Assert.Equal(0, MaxDifference(PackedProduct.Linear(x[row], packed, outputs, bias), together[row]));
    }

    [Fact]
    public void AWeightIsLaidOutWhereItIsKeptAndNothingIsLearned()
    {
        using var scope = NewDisposeScope();
        using var layer = new Linear(6, 40);
        using (no_grad()) layer.Weight.copy_(Numbers(40, 6, 1));
        var x = Numbers(3, 6, 2);
        using var kept = layer.KeepRounded();
        float[][] results = [.. Enumerable.Range(0, 3).Select(_ =>
        {
            using var inference = inference_mode();
            return layer.call(x).data<float>().ToArray();
        })];
        foreach (var result in results[1..]) Assert.InRange(result.Zip(results[0], (left, right) => Math.Abs(left - right)).Max(), 0, 1e-5);
        layer.call(x).sum().backward();
        Assert.InRange(MaxDifference(layer.Weight.grad!, x.sum([0]).expand(40, 6)), 0, 1e-5);
    }

    [Fact]
    public void ExponentialsAreRightToTheLastDigits()
    {
        for (var x = -86.8f; x < 88; x += 0.0137f)
            Assert.InRange(VectorExp.Of(new Vector<float>(x))[0] / Math.Exp(x), 1 - 3e-7, 1 + 3e-7);
        Assert.InRange(VectorExp.Of(new Vector<float>(float.NegativeInfinity))[0], 0, 2e-38f);
        Assert.Equal(1, VectorExp.Of(Vector<float>.Zero)[0]);
    }

    private static Tensor Numbers(int rows, int columns, int seed)
    {
        var random = new Random(seed);
        return tensor([.. Enumerable.Range(0, rows * columns).Select(_ => random.NextSingle() * 2 - 1)], [rows, columns]);
    }

    private static float MaxDifference(Tensor left, Tensor right) => (left - right).abs().max().item<float>();
}
