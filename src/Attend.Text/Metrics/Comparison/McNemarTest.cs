namespace Attend.Text.Metrics;

/// <summary>Whether two systems are right on different examples by more than chance (McNemar 1947).</summary>
/// <param name="OnlyFirstRight">Examples that only the first system answered right.</param>
/// <param name="OnlySecondRight">Examples that only the second system answered right.</param>
/// <param name="PValue">Two-sided, in (0, 1].</param>
/// <param name="Method">"exact-binomial" where the two disagree on fewer than 25 examples, otherwise "chi-square-continuity".</param>
public sealed record McNemarTest(long OnlyFirstRight, long OnlySecondRight, double PValue, string Method)
{
    private const long Few = 25;

    /// <summary>The test of the examples on which the two disagree.</summary>
    /// <param name="onlyFirstRight">Examples that only the first system answered right.</param>
    /// <param name="onlySecondRight">Examples that only the second system answered right.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    public static McNemarTest Of(long onlyFirstRight, long onlySecondRight)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(onlyFirstRight);
        ArgumentOutOfRangeException.ThrowIfNegative(onlySecondRight);
        var count = onlyFirstRight + onlySecondRight;
        if (count < Few) return new(onlyFirstRight, onlySecondRight, Exact(Math.Min(onlyFirstRight, onlySecondRight), count), "exact-binomial");

        // Edwards 1948; 0 where the difference is not larger than the correction.
        var difference = Math.Max(0, Math.Abs(onlyFirstRight - onlySecondRight) - 1.0);
        return new(onlyFirstRight, onlySecondRight, ComplementaryError(Math.Sqrt(difference * difference / count / 2)), "chi-square-continuity");
    }

    private static double Exact(long fewer, long count)
    {
        double probability = Math.Pow(0.5, count), sum = 0;
        for (var k = 0L; k <= fewer; k++)
        {
            sum += probability;
            probability = probability * (count - k) / (k + 1);
        }
        return Math.Min(1, 2 * sum);
    }

    // erfc, whose square root argument gives the upper tail of chi-square with one degree of freedom (Abramowitz and Stegun 7.1.5 and 7.1.14).
    private static double ComplementaryError(double x)
    {
        if (x < 2)
        {
            double term = x, sum = x;
            for (var n = 1; Math.Abs(term) > 1e-17 * Math.Abs(sum); n++)
            {
                term *= -x * x / n;
                sum += term / (2 * n + 1);
                if (x == 0) break;
            }
            return 1 - 2 / Math.Sqrt(Math.PI) * sum;
        }
        var fraction = 0.0;
        for (var n = 120; n > 0; n--) fraction = n / 2.0 / (x + fraction);
        return Math.Exp(-x * x) / Math.Sqrt(Math.PI) / (x + fraction);
    }
}
