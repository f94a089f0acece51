using Attend.Runtime;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Attend.Tests.Unit;

public sealed class RuntimeKernelsTests
{
    private static readonly long[][] Shapes = [[17], [3, 5], [2, 3, 4], [1], [33, 70]];
    private static readonly AdamWArguments Usual = new(LearningRate: 1e-2, Beta1: 0.9, Beta2: 0.98, WeightDecay: 0.1, Epsilon: 1e-8);

    static RuntimeKernelsTests() => EngineFixture.Start();

    [Fact]
    public void FusedAdamWEqualsTorchSharpsAdamW()
    {
        using var scope = NewDisposeScope();
        var random = new Random(3);
        var fused = Shapes.Select(shape => Normal(random, shape)).ToArray();
        var plain = fused.Select(tensor => new Parameter(tensor.clone())).ToArray();
        var optimizer = optim.AdamW(plain, Usual.LearningRate, Usual.Beta1, Usual.Beta2, Usual.Epsilon, Usual.WeightDecay);
        var (first, second, step) = State(fused);
        for (int update = 1; update <= 20; update++)
        {
            var gradients = Shapes.Select(shape => Normal(random, shape)).ToArray();
            for (int i = 0; i < plain.Length; i++) plain[i].grad = gradients[i].clone();
            optimizer.step();
            step.fill_(update);
            Kernels.FusedAdamW(fused, gradients, first, second, Repeat(step, fused.Length), Usual);
        }
        for (int i = 0; i < fused.Length; i++) Assert.InRange(Distance(fused[i], plain[i]), 0, 1e-6);
    }

    [Fact]
    public void ParametersThatRequireGradientsAreUpdatedInPlace()
    {
        using var scope = NewDisposeScope();
        var parameter = new Parameter(ones(4));
        var (first, second, step) = State([parameter]);
        Kernels.FusedAdamW([parameter], [full([4], 0.5f)], first, second, [step.fill_(1)], Usual with { WeightDecay = 0 });
        // The first update of Adam moves by the learning rate, whatever the gradient's size.
        foreach (float value in parameter.data<float>()) Assert.Equal(0.99f, value, 1e-6f);
        Assert.True(parameter.requires_grad);
    }

    [Fact]
    public void GradientScaleDivides()
    {
        using var scope = NewDisposeScope();
        var random = new Random(4);
        var start = Normal(random, [8, 8]);
        var gradient = Normal(random, [8, 8]);
        var (first, second, step) = State([start, start]);
        var scaled = start.clone();
        var divided = start.clone();
        var received = gradient.clone();
        // Large epsilon: Adam alone would hide a constant factor.
        var arguments = Usual with { Epsilon = 1 };
        Kernels.FusedAdamW([scaled], [received], [first[0]], [second[0]], [step.fill_(1)], arguments, tensor(4f));
        Kernels.FusedAdamW([divided], [gradient / 4], [first[1]], [second[1]], [step], arguments);
        Assert.InRange(Distance(scaled, divided), 0, 1e-7);
        Assert.InRange(Distance(received, gradient / 4), 0, 1e-7);
        Assert.True(Distance(scaled, start) > 1e-3);
    }

    [Fact]
    public void GradientThatIsNotContiguousCounts()
    {
        using var scope = NewDisposeScope();
        var gradient = Normal(new Random(5), [3, 4]);
        var (first, second, step) = State([zeros(4, 3), zeros(4, 3)]);
        Tensor plain = zeros(4, 3), turned = zeros(4, 3);
        var arguments = Usual with { Epsilon = 1 };
        Kernels.FusedAdamW([plain], [gradient.t().contiguous()], [first[0]], [second[0]], [step.fill_(1)], arguments);
        Kernels.FusedAdamW([turned], [gradient.t()], [first[1]], [second[1]], [step], arguments);
        Assert.Equal(0, Distance(plain, turned));
        Assert.True(plain.abs().max().item<float>() > 0);
    }

    [Fact]
    public void WrongArgumentsAreRefusedBeforeAnythingChanges()
    {
        using var scope = NewDisposeScope();
        Tensor parameter = ones(2, 3), gradient = ones(2, 3), step = ones(1);
        var (first, second, _) = State([parameter]);
        Refused("0 gradients for 1 parameters", [parameter], []);
        Refused("gradients[0] is Float32 [3, 2]", [parameter], [ones(3, 2)]);
        Refused("gradients[0] is Float64", [parameter], [gradient.to(ScalarType.Float64)]);
        Refused("gradients[0] is sparse", [parameter], [gradient.to_sparse()]);
        Refused("parameters[0] is Int64", [ones(2, 3, ScalarType.Int64)], [gradient]);
        Refused("parameters[0] is not contiguous", [ones(3, 2).t()], [gradient]);
        Refused("steps[0] is Float32 of 2", [parameter], [gradient], ones(2));
        Refused("steps[0] is Int64", [parameter], [gradient], ones(1, ScalarType.Int64));
        Refused("gradientScale is Float64", [parameter], [gradient], scale: ones(1, ScalarType.Float64));
        Assert.Equal(0, Distance(parameter, ones(2, 3)));
        Kernels.FusedAdamW([], [], [], [], [], Usual);

        void Refused(string why, Tensor[] parameters, Tensor[] gradients, Tensor? count = null, Tensor? scale = null)
        {
            var error = Assert.Throws<ArgumentException>(() => Kernels.FusedAdamW(parameters, gradients, first, second, [count ?? step], Usual, scale));
            Assert.Contains(why, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void GradientNormEqualsAFloat64Computation()
    {
        using var scope = NewDisposeScope();
        var random = new Random(6);
        long[][] shapes = [.. Shapes, [1024], [1025], [40, 1024], [3, 700], [0]];
        var gradients = shapes.Select(shape => Normal(random, shape)).ToArray();
        double expected = Math.Sqrt(gradients.Sum(gradient => gradient.data<float>().Sum(value => (double)value * value)));
        using var norm = Kernels.GradientNorm(gradients);
        Assert.Equal(ScalarType.Float64, norm.dtype);
        Assert.Empty(norm.shape);
        Assert.Equal(1, norm.item<double>() / expected, 1e-7);
        // The sum expected rounds 45,000 times itself.
        Assert.Equal(1, Kernels.GradientNorm(gradients.Select(gradient => gradient.to(ScalarType.Float64)).ToArray()).item<double>() / expected, 1e-12);
        var half = gradients.Select(gradient => gradient.to(ScalarType.BFloat16)).ToArray();
        Assert.Equal(1, Kernels.GradientNorm(half).item<double>() / expected, 1e-3);
        Assert.Equal(5, Kernels.GradientNorm([tensor(new[] { 3f, 9f, 4f }).index_select(0, tensor(new long[] { 0, 2 }))]).item<double>(), 1e-12);
    }

    [Fact]
    public void GradientNormOfHugeValuesIsFiniteAndOfBrokenOnesIsNot()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(1, Kernels.GradientNorm([full([2000], 1e30f)]).item<double>() / (1e30 * Math.Sqrt(2000)), 1e-6);
        Assert.True(double.IsNaN(Kernels.GradientNorm([ones(5), tensor(new[] { 1f, float.NaN })]).item<double>()));
        Assert.True(double.IsInfinity(Kernels.GradientNorm([tensor(new[] { 1f, float.PositiveInfinity })]).item<double>()));
        Assert.Equal(0, Kernels.GradientNorm([]).item<double>());
        Assert.Throws<ArgumentException>(() => Kernels.GradientNorm([ones(2, ScalarType.Int64)]));
        Assert.Throws<ArgumentException>(() => Kernels.GradientNorm([ones(2).to_sparse()]));
    }

    [Fact]
    public void ManyThreadsShareTheKernelsAndNothingIsLeftBehind()
    {
        Kernels.GradientNorm([]).Dispose();
        var norms = new double[8];
        Parallel.For(0, norms.Length, thread =>
        {
            using var scope = NewDisposeScope();
            Tensor gradient = full([2000], thread + 1f), parameter = zeros(2000);
            var (first, second, step) = State([parameter]);
            long before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
            for (int update = 1; update <= 10; update++)
            {
                using var norm = Kernels.GradientNorm([gradient]);
                norms[thread] = norm.item<double>();
                Kernels.FusedAdamW([parameter], [gradient], first, second, [step.fill_(update)], Usual);
            }
            Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        });
        for (int thread = 0; thread < norms.Length; thread++) Assert.Equal((thread + 1) * Math.Sqrt(2000), norms[thread], 1e-3);
    }

    private static (Tensor[] First, Tensor[] Second, Tensor Step) State(Tensor[] parameters) =>
        ([.. parameters.Select(p => zeros(p.shape))], [.. parameters.Select(p => zeros(p.shape))], ones(1));

    private static Tensor[] Repeat(Tensor tensor, int count) => [.. Enumerable.Repeat(tensor, count)];

    private static Tensor Normal(Random random, long[] shape)
    {
        var values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        for (int i = 0; i < values.Length; i++) values[i] = (float)(random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5);
        return tensor(values, shape);
    }

    private static double Distance(Tensor left, Tensor right)
    {
        using var noGradient = no_grad();
        return (left - right).abs().max().item<float>();
    }
}
