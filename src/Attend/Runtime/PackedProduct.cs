using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Attend.Runtime;

/// <summary>x · weightᵀ + bias in float32 with a weight that is laid out once; libtorch lays it out anew at every call, which for few rows is most of the work.</summary>
/// <remarks>
/// The weight is cut into panels of 32 outputs, [panel, in, 32]: what one step of the inner loop needs lies together. Each number is summed in the
/// order of the inputs, whatever the number of rows, so a row's result does not depend on its company, to the last bit. Needs AVX-512.
/// </remarks>
internal static unsafe class PackedProduct
{
    private const int PanelWidth = 32;
    private const int RowsAtOnce = 8;

    // With more rows laying out is a small part of the work, and a second copy of the weight not worth its memory.
    private const int MaxRows = 2048;

    /// <summary>Whether a product is computed here.</summary>
    /// <param name="x">[..., in].</param>
    public static bool Serves(Tensor x) =>
        Vector512.IsHardwareAccelerated && x.device_type == DeviceType.CPU && x.dtype == ScalarType.Float32 && x.numel() > 0 && x.numel() <= MaxRows * x.shape[^1] && x.is_contiguous() && !is_grad_enabled();

    /// <summary>Lays a weight out.</summary>
    /// <param name="weight">[out, in], float32, on the CPU.</param>
    /// <returns>[panel, in, 32], zeros after the last output.</returns>
    public static Tensor Pack(Tensor weight)
    {
        using var inOrder = weight.detach().contiguous();
        var (outputs, inputs) = ((int)weight.shape[0], (int)weight.shape[1]);
        var packed = empty([Panels(outputs), inputs, PanelWidth]);
        var (from, to) = (RowLoop.Address(inOrder), RowLoop.Address(packed));
        RowLoop.Run(Panels(outputs), inputs * PanelWidth, panel =>
        {
            var target = (float*)to + (nint)panel * inputs * PanelWidth;
            for (var column = 0; column < PanelWidth; column++)
            {
                var output = panel * PanelWidth + column;
                var source = (float*)from + (nint)output * inputs;
                for (var input = 0; input < inputs; input++) target[input * PanelWidth + column] = output < outputs ? source[input] : 0;
            }
        });
        return packed;
    }

    /// <summary>x · weightᵀ + bias.</summary>
    /// <param name="x">[..., in]; see <see cref="Serves"/>.</param>
    /// <param name="packed">From <see cref="Pack"/>.</param>
    /// <param name="outputs">Number of outputs.</param>
    /// <param name="bias">[out] or null.</param>
    /// <returns>[..., out].</returns>
    public static Tensor Linear(Tensor x, Tensor packed, int outputs, Tensor? bias)
    {
        var shape = x.shape;
        var inputs = (int)shape[^1];
        var rows = (int)(x.numel() / inputs);
        shape[^1] = outputs;
        var y = empty(shape);
        var (from, weights, to, added) = (RowLoop.Address(x), RowLoop.Address(packed), RowLoop.Address(y), bias is null ? 0 : RowLoop.Address(bias));
        RowLoop.Run(Panels(outputs), (long)rows * inputs * PanelWidth, panel =>
        {
            var first = panel * PanelWidth;
            var width = Math.Min(PanelWidth, outputs - first);
            var weight = (float*)weights + (nint)first * inputs;
            var start = stackalloc float[PanelWidth];
            new Span<float>(start, PanelWidth).Clear();
            if (added != 0) new ReadOnlySpan<float>((float*)added + first, width).CopyTo(new Span<float>(start, PanelWidth));
            // The last panel may end in the middle: its results pass through memory of its own.
            var whole = stackalloc float[RowsAtOnce * PanelWidth];
            for (var row = 0; row < rows;)
            {
                // The last eight may overlap those before: they come out the same.
                if (rows >= RowsAtOnce) row = Math.Min(row, rows - RowsAtOnce);
                var source = (float*)from + (nint)row * inputs;
                var target = (float*)to + (nint)row * outputs + first;
                var count = rows < RowsAtOnce ? 1 : RowsAtOnce;
                var (place, stride) = width == PanelWidth ? ((nint)target, outputs) : ((nint)whole, PanelWidth);
                if (count == 1) One(source, inputs, weight, start, (float*)place);
                else Eight(source, inputs, weight, start, (float*)place, stride);
                if (width < PanelWidth)
                    for (var i = 0; i < count; i++) new ReadOnlySpan<float>(whole + i * PanelWidth, width).CopyTo(new Span<float>(target + (nint)i * outputs, width));
                row += count;
            }
        });
        return y;
    }

    private static int Panels(int outputs) => (outputs + PanelWidth - 1) / PanelWidth;

    // Eight rows: sixteen sums, held in registers as long as nothing is called in between.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Eight(float* x, int inputs, float* weight, float* start, float* y, int stride)
    {
        Vector512<float> left = Vector512.Load(start), right = Vector512.Load(start + 16);
        Vector512<float> a0 = left, a1 = left, a2 = left, a3 = left, a4 = left, a5 = left, a6 = left, a7 = left;
        Vector512<float> b0 = right, b1 = right, b2 = right, b3 = right, b4 = right, b5 = right, b6 = right, b7 = right;
        float* x1 = x + inputs, x2 = x1 + inputs, x3 = x2 + inputs, x4 = x3 + inputs, x5 = x4 + inputs, x6 = x5 + inputs, x7 = x6 + inputs;
        for (var input = 0; input < inputs; input++, weight += PanelWidth)
        {
            Vector512<float> a = Vector512.Load(weight), b = Vector512.Load(weight + 16);
            var value = Vector512.Create(x[input]);
            (a0, b0) = (Vector512.FusedMultiplyAdd(value, a, a0), Vector512.FusedMultiplyAdd(value, b, b0));
            value = Vector512.Create(x1[input]);
            (a1, b1) = (Vector512.FusedMultiplyAdd(value, a, a1), Vector512.FusedMultiplyAdd(value, b, b1));
            value = Vector512.Create(x2[input]);
            (a2, b2) = (Vector512.FusedMultiplyAdd(value, a, a2), Vector512.FusedMultiplyAdd(value, b, b2));
            value = Vector512.Create(x3[input]);
            (a3, b3) = (Vector512.FusedMultiplyAdd(value, a, a3), Vector512.FusedMultiplyAdd(value, b, b3));
            value = Vector512.Create(x4[input]);
            (a4, b4) = (Vector512.FusedMultiplyAdd(value, a, a4), Vector512.FusedMultiplyAdd(value, b, b4));
            value = Vector512.Create(x5[input]);
            (a5, b5) = (Vector512.FusedMultiplyAdd(value, a, a5), Vector512.FusedMultiplyAdd(value, b, b5));
            value = Vector512.Create(x6[input]);
            (a6, b6) = (Vector512.FusedMultiplyAdd(value, a, a6), Vector512.FusedMultiplyAdd(value, b, b6));
            value = Vector512.Create(x7[input]);
            (a7, b7) = (Vector512.FusedMultiplyAdd(value, a, a7), Vector512.FusedMultiplyAdd(value, b, b7));
        }
        a0.Store(y);
        b0.Store(y + 16);
        a1.Store(y + stride);
        b1.Store(y + stride + 16);
        a2.Store(y + 2 * stride);
        b2.Store(y + 2 * stride + 16);
        a3.Store(y + 3 * stride);
        b3.Store(y + 3 * stride + 16);
        a4.Store(y + 4 * stride);
        b4.Store(y + 4 * stride + 16);
        a5.Store(y + 5 * stride);
        b5.Store(y + 5 * stride + 16);
        a6.Store(y + 6 * stride);
        b6.Store(y + 6 * stride + 16);
        a7.Store(y + 7 * stride);
        b7.Store(y + 7 * stride + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One(float* x, int inputs, float* weight, float* start, float* y)
    {
        Vector512<float> left = Vector512.Load(start), right = Vector512.Load(start + 16);
        for (var input = 0; input < inputs; input++, weight += PanelWidth)
        {
            var value = Vector512.Create(x[input]);
            left = Vector512.FusedMultiplyAdd(value, Vector512.Load(weight), left);
            right = Vector512.FusedMultiplyAdd(value, Vector512.Load(weight + 16), right);
        }
        left.Store(y);
        right.Store(y + 16);
    }
}
