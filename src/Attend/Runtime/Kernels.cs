using static TorchSharp.torch;

namespace Attend.Runtime;

/// <summary>The numbers of one AdamW update (Loshchilov and Hutter, Decoupled Weight Decay Regularization, algorithm 2).</summary>
internal readonly record struct AdamWArguments(double LearningRate, double Beta1, double Beta2, double WeightDecay, double Epsilon);

/// <summary>
/// Operators of libtorch that TorchSharp does not bind, reached through TorchScript. A wrong script or a wrong argument can end the process
/// inside libtorch, so the script is fixed and every argument is checked before it gets there.
/// </summary>
internal static class Kernels
{
    // Numbers come in a float64 tensor: TorchSharp hands each over as an object that the garbage collector may free before it is read.
    // Types are numbers to this compiler: 6 is float32, 7 float64. The list `none` stands for the maxima that only AMSGrad keeps.
    // A float32 sum over a large tensor drifts (1e-4 over 10 million elements), a float64 one copies it: so rows in float32, their sum in
    // float64, and all in float64 only where squares overflowed.
    private const string Script = """
        def fused_adamw(p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], t: List[Tensor], n: Tensor) -> int:
            none: List[Tensor] = []
            torch._fused_adamw_(p, g, m, v, none, t, lr=float(n[0]), beta1=float(n[1]), beta2=float(n[2]), weight_decay=float(n[3]), eps=float(n[4]), amsgrad=False, maximize=False)
            return 0

        def fused_adamw_scaled(p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], t: List[Tensor], n: Tensor, scale: Tensor) -> int:
            none: List[Tensor] = []
            torch._fused_adamw_(p, g, m, v, none, t, lr=float(n[0]), beta1=float(n[1]), beta2=float(n[2]), weight_decay=float(n[3]), eps=float(n[4]), amsgrad=False, maximize=False, grad_scale=scale)
            return 0

        def total_norm(g: List[Tensor]) -> Tensor:
            parts: List[Tensor] = []
            for x in g:
                flat = torch.reshape(x, [-1])
                count = torch.numel(flat)
                whole = (count // 1024) * 1024
                kind = 7 if x.dtype == 7 else 6
                if whole > 0:
                    rows = torch.reshape(torch.narrow(flat, 0, 0, whole), [-1, 1024])
                    parts.append(torch.linalg_vector_norm(rows, 2.0, [1], False, dtype=kind).to(7))
                if whole < count:
                    rest = torch.reshape(torch.narrow(flat, 0, whole, count - whole), [1, -1])
                    parts.append(torch.linalg_vector_norm(rest, 2.0, [1], False, dtype=kind).to(7))
            total = torch.linalg_vector_norm(torch.cat(parts), 2.0)
            if not bool(torch.isfinite(total)):
                wide: List[Tensor] = []
                for x in g:
                    wide.append(torch.linalg_vector_norm(x, 2.0, dtype=7))
                total = torch.linalg_vector_norm(torch.stack(wide), 2.0)
            return total

        """;

    private static readonly Lazy<jit.CompilationUnit> Compiled = new(Compile);

    /// <summary>
    /// One AdamW update of all parameters, in place, in one pass over memory. All lists run parallel; the parameter, its gradient and its
    /// two moments have one shape and one floating dtype and are contiguous (a gradient that is not is copied).
    /// </summary>
    /// <param name="parameters">What is updated; may require gradients.</param>
    /// <param name="gradients">Their gradients; divided by <paramref name="gradientScale"/> in place where that is given.</param>
    /// <param name="firstMoments">Running means of the gradients; zeros before the first update.</param>
    /// <param name="secondMoments">Running means of the squared gradients; zeros before the first update.</param>
    /// <param name="steps">The number of this update, from 1: a float32 tensor of one element each. The caller counts; one tensor may serve all.</param>
    /// <param name="arguments">Learning rate and the other numbers.</param>
    /// <param name="gradientScale">float32, one element: the gradients are divided by it first (loss scaling, clipping, averaging). Null: 1.</param>
    /// <exception cref="ArgumentException">The lists do not fit together; nothing has been changed.</exception>
    public static void FusedAdamW(
        IReadOnlyList<Tensor> parameters, IReadOnlyList<Tensor> gradients, IReadOnlyList<Tensor> firstMoments, IReadOnlyList<Tensor> secondMoments,
        IReadOnlyList<Tensor> steps, AdamWArguments arguments, Tensor? gradientScale = null)
    {
        int count = parameters.Count;
        RequireCount(gradients, count, nameof(gradients));
        RequireCount(firstMoments, count, nameof(firstMoments));
        RequireCount(secondMoments, count, nameof(secondMoments));
        RequireCount(steps, count, nameof(steps));
        if (count == 0) return;
        var device = parameters[0].device;
        for (int i = 0; i < count; i++)
        {
            var parameter = parameters[i];
            if (!parameter.is_floating_point()) throw new ArgumentException($"parameters[{i}] is {parameter.dtype}; AdamW needs a floating dtype.", nameof(parameters));
            if (!IsOn(parameter, device)) throw new ArgumentException($"parameters[{i}] lies on {parameter.device}, the first on {device}; all must lie on one device.", nameof(parameters));
            RequireContiguous(parameter, i, nameof(parameters));
            RequireLike(parameter, gradients[i], i, nameof(gradients));
            RequireLike(parameter, firstMoments[i], i, nameof(firstMoments));
            RequireLike(parameter, secondMoments[i], i, nameof(secondMoments));
            RequireContiguous(firstMoments[i], i, nameof(firstMoments));
            RequireContiguous(secondMoments[i], i, nameof(secondMoments));
            RequireScalar(steps[i], device, $"steps[{i}]");
        }
        if (gradientScale is not null) RequireScalar(gradientScale, device, nameof(gradientScale));

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var contiguous = gradients.Select(gradient => gradient.is_contiguous() ? gradient : gradient.contiguous()).ToArray();
        object[] call =
        [
            parameters.ToArray(), contiguous, firstMoments.ToArray(), secondMoments.ToArray(), steps.ToArray(),
            tensor([arguments.LearningRate, arguments.Beta1, arguments.Beta2, arguments.WeightDecay, arguments.Epsilon], dtype: ScalarType.Float64),
        ];
        if (gradientScale is null) Compiled.Value.invoke("fused_adamw", call);
        else Compiled.Value.invoke("fused_adamw_scaled", [.. call, gradientScale]);
    }

    /// <summary>
    /// The Euclidean norm of all gradients taken as one vector: float64, shape <c>[]</c>, on their device. Exact to about
    /// 1e-7, and finite wherever the gradients are. Zero for an empty list.
    /// </summary>
    /// <exception cref="ArgumentException">A gradient is sparse or not of a floating dtype, or they lie on several devices.</exception>
    public static Tensor GradientNorm(IReadOnlyList<Tensor> gradients)
    {
        if (gradients.Count == 0) return zeros([], dtype: ScalarType.Float64);
        var device = gradients[0].device;
        for (int i = 0; i < gradients.Count; i++)
        {
            if (gradients[i].is_sparse || !gradients[i].is_floating_point() || !IsOn(gradients[i], device))
            {
                throw new ArgumentException(
                    $"gradients[{i}] is {(gradients[i].is_sparse ? "sparse " : "")}{gradients[i].dtype} on {gradients[i].device}; expected dense floating gradients, all on {device}.",
                    nameof(gradients));
            }
        }
        using var noGradient = no_grad();
        return (Tensor)Compiled.Value.invoke("total_norm", [gradients.ToArray()]);
    }

    private static jit.CompilationUnit Compile()
    {
        Engine.Start();
        return jit.compile(Script);
    }

    private static bool IsOn(Tensor tensor, Device device) => tensor.device_type == device.type && tensor.device_index == device.index;

    private static void RequireCount(IReadOnlyList<Tensor> list, int count, string name)
    {
        if (list.Count != count) throw new ArgumentException($"{list.Count} {name} for {count} parameters.", name);
    }

    private static void RequireLike(Tensor parameter, Tensor other, int index, string name)
    {
        if (other.is_sparse || other.dtype != parameter.dtype || !IsOn(other, parameter.device) || !other.shape.AsSpan().SequenceEqual(parameter.shape))
        {
            throw new ArgumentException(
                $"{name}[{index}] is {(other.is_sparse ? "sparse " : "")}{other.dtype} [{string.Join(", ", other.shape)}] on {other.device}; its parameter is "
                + $"{parameter.dtype} [{string.Join(", ", parameter.shape)}] on {parameter.device}.", name);
        }
    }

    private static void RequireContiguous(Tensor tensor, int index, string name)
    {
        if (!tensor.is_contiguous()) throw new ArgumentException($"{name}[{index}] is not contiguous in memory; make it so once, with contiguous().", name);
    }

    private static void RequireScalar(Tensor tensor, Device device, string name)
    {
        if (tensor.dtype != ScalarType.Float32 || tensor.numel() != 1 || !IsOn(tensor, device))
            throw new ArgumentException($"{name} is {tensor.dtype} of {tensor.numel()} elements on {tensor.device}; expected one float32 on {device}.", name);
    }
}
