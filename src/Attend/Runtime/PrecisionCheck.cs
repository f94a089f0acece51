using System.Runtime.CompilerServices;
using TorchSharp;

namespace Attend.Runtime;

/// <summary>Measures how exact float32 matrix products are under the settings in force.</summary>
internal static class PrecisionCheck
{
    /// <summary>Largest error of a sound float32 product. bfloat16 products err by about 2e-3, TensorFloat-32 by 3e-4.</summary>
    public const double Tolerance = 1e-5;

    // Just large enough (more than 16^3 products) that libtorch takes the kernels it would take for a model.
    private const int Rows = 32, Inner = 64, Columns = 32;

    /// <summary>Largest error of a plain, a biased and a batched product, relative to the largest element of the exact product.</summary>
    /// <param name="alter">For tests: what to do to the factors first, in the place of a processor that rounds them.</param>
    public static double MeasureError(Func<torch.Tensor, torch.Tensor>? alter = null)
    {
        var random = new Random(20260101);
        float[] left = Fill(random, Rows * Inner), right = Fill(random, Inner * Columns);
        double[] exact = Multiply(left, right);
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        var a = torch.tensor(left, [Rows, Inner], device: torch.CPU);
        var b = torch.tensor(right, [Inner, Columns], device: torch.CPU);
        if (alter is not null) (a, b) = (alter(a), alter(b));
        var plain = a.matmul(b);
        var biased = torch.nn.functional.linear(a, b.t().contiguous(), torch.zeros(Columns));
        var batched = a.unsqueeze(0).matmul(b.unsqueeze(0));
        return Math.Max(RelativeError(plain, exact), Math.Max(RelativeError(biased, exact), RelativeError(batched, exact)));
    }

    /// <summary>Largest difference, relative to the largest exact element; NaN if any element is.</summary>
    internal static double RelativeError(torch.Tensor product, double[] exact)
    {
        double difference = 0, largest = 0;
        var found = product.data<float>();
        for (int i = 0; i < exact.Length; i++)
        {
            difference = Math.Max(difference, Math.Abs(found[i] - exact[i]));
            largest = Math.Max(largest, Math.Abs(exact[i]));
        }
        return difference / largest;
    }

    private static float[] Fill(Random random, int count)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++) values[i] = (float)(2 * random.NextDouble() - 1);
        return values;
    }

    // Runs once, so there is no second run in which the compiler could do better.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double[] Multiply(float[] left, float[] right)
    {
        var product = new double[Rows * Columns];
        for (int row = 0; row < Rows; row++)
            for (int inner = 0; inner < Inner; inner++)
            {
                double factor = left[row * Inner + inner];
                for (int column = 0; column < Columns; column++) product[row * Columns + column] += factor * right[inner * Columns + column];
            }
        return product;
    }
}
