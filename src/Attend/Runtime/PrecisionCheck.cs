using TorchSharp;

namespace Attend.Runtime;

/// <summary>Measures how exact float32 matrix products are under the settings in force.</summary>
internal static class PrecisionCheck
{
    /// <summary>Largest error of a sound float32 product. bfloat16 products err by about 2e-3, TensorFloat-32 by 3e-4.</summary>
    public const double Tolerance = 1e-5;

    // Large enough that libtorch hands the product to the kernels it would take for a model.
    private const int Rows = 64, Inner = 256, Columns = 64;

    /// <summary>Largest error of a plain, a biased and a batched product, relative to the largest element of the exact product.</summary>
    public static double MeasureError()
    {
        var random = new Random(20260101);
        float[] left = Fill(random, Rows * Inner), right = Fill(random, Inner * Columns);
        double[] exact = Multiply(left, right);
        double largest = exact.Max(Math.Abs);
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        var a = torch.tensor(left, [Rows, Inner]);
        var b = torch.tensor(right, [Inner, Columns]);
        var plain = a.matmul(b);
        var biased = torch.nn.functional.linear(a, b.t().contiguous(), torch.zeros(Columns));
        var batched = a.unsqueeze(0).matmul(b.unsqueeze(0));
        return new[] { plain, biased, batched }.Max(product =>
            product.data<float>().ToArray().Zip(exact, (found, expected) => Math.Abs(found - expected)).Max()) / largest;
    }

    private static float[] Fill(Random random, int count)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++) values[i] = (float)(2 * random.NextDouble() - 1);
        return values;
    }

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
