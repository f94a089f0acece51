namespace Attend.Text.Metrics;

/// <summary>Measures predicted numbers: Pearson's and Spearman's correlation and the mean squared error.</summary>
/// <remarks>Spearman's correlation needs all values by definition: 16 bytes are kept per example.</remarks>
public sealed class RegressionMetrics : IResampledMetric<double>
{
    private readonly BootstrapOptions _options;
    private readonly List<double> _predicted = [];
    private readonly List<double> _expected = [];

    /// <summary>A metric without examples.</summary>
    /// <param name="options">How intervals are resampled; null for the defaults.</param>
    public RegressionMetrics(BootstrapOptions? options = null) => _options = options ?? new BootstrapOptions();

    /// <inheritdoc/>
    public string Signature { get; } = $"regression|spearman-ties:averaged-rank|mse:mean|undefined:left-out|version:{LabelSet.Version}";

    /// <inheritdoc/>
    public string IntervalSignature => Bootstrap.Signature(_options);

    /// <summary>Keeps one example.</summary>
    /// <exception cref="ArgumentException">A number is not finite.</exception>
    public void Add(double predicted, double expected)
    {
        if (!double.IsFinite(predicted)) throw new ArgumentException($"The predicted number is {predicted}: the model's output is not finite.", nameof(predicted));
        if (!double.IsFinite(expected)) throw new ArgumentException($"The gold number is {expected}.", nameof(expected));
        _predicted.Add(predicted);
        _expected.Add(expected);
    }

    /// <summary>pearson and spearman, in [-1, 1], absent where one side is constant; mse, at least 0. Nothing without examples.</summary>
    public IReadOnlyDictionary<string, double> Result() => new Columns([.. _predicted], [.. _expected]).Figures(weights: null);

    /// <summary>What a reader must know before trusting a figure; whole sentences, empty where nothing is odd.</summary>
    public string[] Notes()
    {
        if (_predicted.Count == 0) return ["No example was measured."];
        var constant = IsConstant(_expected) ? "gold" : IsConstant(_predicted) ? "predicted" : null;
        return constant is null ? [] : [$"All {constant} numbers are the same: no correlation is defined."];
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, BootstrapInterval> Intervals()
    {
        var columns = new Columns([.. _predicted], [.. _expected]);
        return Bootstrap.Intervals(_predicted.Count, columns.Figures, columns.Figures(weights: null), _options);
    }

    /// <summary>All values, and the order in which they rise.</summary>
    internal sealed class Columns(double[] predicted, double[] expected)
    {
        private readonly int[] _predictedOrder = Order(predicted);
        private readonly int[] _expectedOrder = Order(expected);

        // With weights, an example of weight n stands for n equal ones.
        public OrderedDictionary<string, double> Figures(int[]? weights)
        {
            var figures = new OrderedDictionary<string, double>();
            var total = weights is null ? predicted.Length : weights.Sum();
            if (total == 0) return figures;
            if (Correlation(predicted, expected, weights) is { } pearson) figures["pearson"] = pearson;
            if (Correlation(Ranks(predicted, _predictedOrder, weights), Ranks(expected, _expectedOrder, weights), weights) is { } spearman) figures["spearman"] = spearman;
            var squares = 0.0;
            for (var i = 0; i < predicted.Length; i++) squares += (weights?[i] ?? 1) * Square(predicted[i] - expected[i]);
            figures["mse"] = squares / total;
            return figures;
        }

        private static int[] Order(double[] values)
        {
            int[] order = [.. Enumerable.Range(0, values.Length)];
            Array.Sort((double[])values.Clone(), order);
            return order;
        }
    }

    // Pearson's, in two passes so that large means cost no digits.
    private static double? Correlation(double[] left, double[] right, int[]? weights)
    {
        double total = 0, leftSum = 0, rightSum = 0;
        for (var i = 0; i < left.Length; i++)
        {
            var weight = weights?[i] ?? 1;
            total += weight;
            leftSum += weight * left[i];
            rightSum += weight * right[i];
        }
        double leftMean = leftSum / total, rightMean = rightSum / total, both = 0, leftSquares = 0, rightSquares = 0;
        for (var i = 0; i < left.Length; i++)
        {
            var weight = weights?[i] ?? 1;
            double leftPart = left[i] - leftMean, rightPart = right[i] - rightMean;
            both += weight * leftPart * rightPart;
            leftSquares += weight * leftPart * leftPart;
            rightSquares += weight * rightPart * rightPart;
        }
        var scale = Math.Sqrt(leftSquares) * Math.Sqrt(rightSquares);
        // A constant whose mean is not exactly itself leaves squares of rounding errors only.
        var isConstant = leftSquares <= total * Square(leftMean * 1e-15) || rightSquares <= total * Square(rightMean * 1e-15);
        return scale == 0 || isConstant ? null : Math.Clamp(both / scale, -1, 1);
    }

    private static double Square(double value) => value * value;

    // Equal values share the mean of their ranks.
    private static double[] Ranks(double[] values, int[] order, int[]? weights)
    {
        var ranks = new double[values.Length];
        var before = 0L;
        for (var start = 0; start < order.Length;)
        {
            var end = start;
            var count = 0L;
            for (; end < order.Length && values[order[end]] == values[order[start]]; end++) count += weights?[order[end]] ?? 1;
            for (; start < end; start++) ranks[order[start]] = before + (count + 1) / 2.0;
            before += count;
        }
        return ranks;
    }

    private static bool IsConstant(List<double> values) => values.TrueForAll(value => value == values[0]);
}
