using Attend.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Attend.Training;

/// <summary>AdamW (Loshchilov and Hutter 2019, algorithm 2) through libtorch's fused kernel; biases and LayerNorm do not decay.</summary>
public sealed class AdamW : IDisposable
{
    private const double Beta1 = 0.9;
    private const double Epsilon = 1e-8;
    private readonly double _beta2;
    private readonly Group[] _groups;

    /// <summary>Creates the optimizer with zero moments.</summary>
    /// <param name="module">Its trainable parameters are the ones updated.</param>
    /// <param name="weightDecay">Decoupled decay of matrices and embeddings, 0 or more.</param>
    /// <param name="secondMomentDecay">β₂ of the paper, in [0, 1).</param>
    /// <exception cref="InvalidOperationException">The module has no trainable parameter.</exception>
    public AdamW(nn.Module module, double weightDecay, double secondMomentDecay = 0.999)
    {
        _beta2 = secondMomentDecay;
        var trainable = module.named_parameters().Where(entry => entry.parameter.requires_grad).ToArray();
        if (trainable.Length == 0)
            throw new InvalidOperationException("the model has no trainable parameter; if the program was trimmed, reflection could not register its layers");
        using var scope = NewDisposeScope();
        _groups =
        [
            new Group([.. trainable.Where(entry => entry.parameter.dim() > 1)], weightDecay),
            new Group([.. trainable.Where(entry => entry.parameter.dim() <= 1)], 0),
        ];
    }

    /// <summary>Number of updates made.</summary>
    public long StepCount { get; private set; }

    /// <summary>L2 norm of the whole gradient.</summary>
    public double GradientNorm()
    {
        using var scope = NewDisposeScope();
        return Kernels.GradientNorm([.. _groups.SelectMany(group => group.Gradients())]).item<double>();
    }

    /// <summary>Forgets the gradients.</summary>
    public void ZeroGradients()
    {
        foreach (var group in _groups)
            foreach (var (_, parameter) in group.Parameters)
                parameter.grad = null;
    }

    /// <summary>Makes one update.</summary>
    /// <param name="learningRate">0 or more.</param>
    /// <param name="gradientDivisor">Every gradient is divided by it first (clipping); 1 = as it is.</param>
    public void Step(double learningRate, double gradientDivisor = 1)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        StepCount++;
        foreach (var group in _groups)
            group.Step(new AdamWArguments(learningRate, Beta1, _beta2, group.WeightDecay, Epsilon), StepCount, gradientDivisor);
    }

    /// <summary>The moments under the parameters' names, for a checkpoint. The tensors stay the optimizer's.</summary>
    public IEnumerable<(string Name, Tensor Value)> State() => _groups.SelectMany(group => group.State());

    /// <summary>Sets the number of updates made; the moments are read into <see cref="State"/>.</summary>
    public void Restore(long stepCount) => StepCount = stepCount;

    /// <summary>Frees the moments.</summary>
    public void Dispose()
    {
        foreach (var (_, value) in State()) value.Dispose();
    }

    private sealed class Group((string name, Parameter parameter)[] parameters, double weightDecay)
    {
        private readonly Tensor[] _first = [.. parameters.Select(entry => zeros_like(entry.parameter, requires_grad: false).DetachFromDisposeScope())];
        private readonly Tensor[] _second = [.. parameters.Select(entry => zeros_like(entry.parameter, requires_grad: false).DetachFromDisposeScope())];

        public (string Name, Parameter Parameter)[] Parameters => parameters;

        public double WeightDecay => weightDecay;

        public IEnumerable<Tensor> Gradients() => parameters.Select(entry => entry.parameter.grad).OfType<Tensor>();

        public IEnumerable<(string Name, Tensor Value)> State() => parameters.SelectMany((entry, index) => new (string, Tensor)[]
        {
            ($"{entry.name}.first_moment", _first[index]),
            ($"{entry.name}.second_moment", _second[index]),
        });

        public void Step(AdamWArguments arguments, long stepCount, double gradientDivisor)
        {
            // A parameter that took no part in the forward pass has no gradient, and is left alone.
            var active = Enumerable.Range(0, parameters.Length).Where(index => parameters[index].parameter.grad is not null).ToArray();
            if (active.Length == 0) return;
            var step = tensor((float)stepCount);
            Kernels.FusedAdamW(
                [.. active.Select(index => parameters[index].parameter)],
                [.. active.Select(index => parameters[index].parameter.grad!)],
                [.. active.Select(index => _first[index])],
                [.. active.Select(index => _second[index])],
                [.. active.Select(_ => step)],
                arguments,
                gradientDivisor == 1 ? null : tensor((float)gradientDivisor));
        }
    }
}
