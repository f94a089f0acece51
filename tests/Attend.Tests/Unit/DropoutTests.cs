using Attend.Layers;
using static TorchSharp.torch;

namespace Attend.Tests.Unit;

public sealed class DropoutTests
{
    public DropoutTests() => EngineFixture.Start();

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void DropsTheShareItSaysAndKeepsTheExpectation(double probability)
    {
        using var scope = NewDisposeScope();
        Dropout.Seed(5);
        var result = Dropout.Apply(ones([1000, 1003]), probability);
        var kept = result.count_nonzero().item<long>() / 1_003_000.0;
        Assert.Equal(1 - probability, kept, 0.002);
        Assert.Equal(1 / (1 - probability), result.max().item<float>(), 1e-3);
        Assert.Equal(1, result.mean().item<float>(), 0.01);
    }

    [Fact]
    public void NeighboursRowsAndLanesAreIndependent()
    {
        using var scope = NewDisposeScope();
        Dropout.Seed(9);
        var kept = Dropout.Apply(ones([4096, 256]), 0.5).gt(0).to(ScalarType.Float32) - 0.5;
        foreach (var shift in new[] { 1, 4, 8, 16, 32 })
        {
            var correlation = 4 * (kept.narrow(1, 0, 256 - shift) * kept.narrow(1, shift, 256 - shift)).mean().item<float>();
            Assert.InRange(correlation, -0.005f, 0.005f);
        }
        Assert.InRange((kept.mean([0]) * 2).abs().max().item<float>(), 0, 0.08);
    }

    [Fact]
    public void SameSeedSameNumbersAnotherSeedOthers()
    {
        using var scope = NewDisposeScope();
        Tensor Draw(ulong seed)
        {
            Dropout.Seed(seed);
            return cat([Dropout.Apply(ones(37), 0.3), Dropout.Apply(ones(5), 0.3)]);
        }
        Assert.True(Draw(1).equal(Draw(1)).all().item<bool>());
        Assert.False(Draw(1).equal(Draw(2)).all().item<bool>());
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(37)]
    public void BFloat16DropsTheSameAsFloat32(int count)
    {
        using var scope = NewDisposeScope();
        Tensor Draw(ScalarType dtype)
        {
            Dropout.Seed(4);
            return cat([Dropout.Apply(ones(count, dtype), 0.1), Dropout.Apply(ones(count, dtype), 0.1)]).to(ScalarType.Float32);
        }
        var (wide, narrow) = (Draw(ScalarType.Float32), Draw(ScalarType.BFloat16));
        Assert.True(narrow.equal(wide.to(ScalarType.BFloat16).to(ScalarType.Float32)).all().item<bool>());
        Assert.InRange(narrow.max().item<float>(), 1.1f, 1.12f);
    }

    [Fact]
    public void GradientPassesWhereTheValuePassed()
    {
        using var scope = NewDisposeScope();
        Dropout.Seed(3);
        var x = randn([64], requires_grad: true);
        var y = Dropout.Apply(x, 0.4);
        y.sum().backward();
        Assert.True((x.grad! * x).allclose(y));
    }

    [Fact]
    public void ZeroIsTheIdentity()
    {
        using var x = ones(3);
        Assert.Same(x, Dropout.Apply(x, 0));
    }
}
