using System.Numerics;
using System.Runtime.InteropServices;

namespace Attend.Text.Baselines;

/// <summary>Logistic regression, multinomial or label by label, with an L2 penalty over sets of binary features, each example's scaled to length 1.</summary>
/// <remarks>
/// The minimum of sum of losses + |weights|² / 2C, biases free, found by L-BFGS (Nocedal and Wright 2006, algorithm 7.5) from 0. The problem is
/// convex and every sum has a fixed order: the same data give the same weights on any number of cores.
/// </remarks>
internal sealed class LogisticRegression
{
    private const int History = 6, MostIterations = 300;
    private const double GradientTolerance = 1e-3;

    private readonly int[][] _rows;
    private readonly IReadOnlyList<int>[] _labels;
    private readonly bool _multiLabel;
    private readonly int _labelCount;
    private readonly int _featureCount;
    private readonly double[] _scales;

    // The examples that have each feature, so that a feature's gradient is summed by one thread, in order.
    private readonly int[][] _columns;
    private readonly double[][] _errors;

    public LogisticRegression(int[][] rows, IReadOnlyList<int>[] labels, int featureCount, int labelCount, bool multiLabel)
    {
        (_rows, _labels, _featureCount, _labelCount, _multiLabel) = (rows, labels, featureCount, labelCount, multiLabel);
        _scales = [.. rows.Select(Scale)];
        _errors = [.. rows.Select(_ => new double[labelCount])];
        var counts = new int[featureCount];
        foreach (var row in rows)
            foreach (var feature in row) counts[feature]++;
        _columns = [.. counts.Select(count => new int[count])];
        Array.Clear(counts);
        for (var i = 0; i < rows.Length; i++)
            foreach (var feature in rows[i]) _columns[feature][counts[feature]++] = i;
        Weights = new double[(featureCount + 1) * labelCount];
    }

    /// <summary>As [feature, label]; last the biases.</summary>
    public double[] Weights { get; private set; }

    /// <summary>Moves the weights to the minimum for a C, from where they are.</summary>
    /// <param name="inverseRegularization">C.</param>
    /// <param name="leastGain">Ends once a step lowers the loss by less than this share of it.</param>
    /// <param name="cancel">Stops between steps.</param>
    public void Minimize(double inverseRegularization, double leastGain, CancellationToken cancel)
    {
        var weights = Weights;
        var gradient = new double[weights.Length];
        var loss = Loss(weights, gradient, inverseRegularization);
        var steps = new List<(double[] Step, double[] Change, double Product)>();
        for (var iteration = 0; iteration < MostIterations && Norm(gradient) > GradientTolerance * Math.Max(1, Norm(weights)); iteration++)
        {
            cancel.ThrowIfCancellationRequested();
            var direction = Direction(gradient, steps);
            var slope = Dot(direction, gradient);
            var length = steps.Count == 0 ? 1 / Math.Max(1, Norm(gradient)) : 1;
            double[] next, nextGradient = new double[weights.Length];
            double nextLoss;
            // Armijo's condition, halving; the curvature is tested before a step is remembered.
            while (true)
            {
                next = Plus(weights, direction, length);
                nextLoss = Loss(next, nextGradient, inverseRegularization);
                if (nextLoss <= loss + 1e-4 * length * slope || length < 1e-12) break;
                length /= 2;
            }
            var (step, change) = (Plus(next, weights, -1), Plus(nextGradient, gradient, -1));
            var product = Dot(step, change);
            if (product > 1e-12)
            {
                if (steps.Count == History) steps.RemoveAt(0);
                steps.Add((step, change, product));
            }
            (weights, gradient) = (next, nextGradient);
            var gain = loss - nextLoss;
            loss = nextLoss;
            if (gain <= leastGain * loss) break;
        }
        Weights = weights;
    }

    /// <summary>The probability of each label, given the features: they sum to 1, or each is independent of the others.</summary>
    public static void Probabilities(double[] weights, int[] features, bool multiLabel, Span<double> into)
    {
        var labelCount = into.Length;
        into.Clear();
        foreach (var feature in features) Add(into, weights.AsSpan(feature * labelCount, labelCount), 1);
        var scale = Scale(features);
        var bias = weights.AsSpan(weights.Length - labelCount);
        var most = double.NegativeInfinity;
        for (var k = 0; k < labelCount; k++)
        {
            into[k] = into[k] * scale + bias[k];
            most = Math.Max(most, into[k]);
        }
        if (multiLabel)
        {
            for (var k = 0; k < labelCount; k++) into[k] = 1 / (1 + Math.Exp(-into[k]));
            return;
        }
        var sum = 0.0;
        for (var k = 0; k < labelCount; k++) sum += into[k] = Math.Exp(into[k] - most);
        for (var k = 0; k < labelCount; k++) into[k] /= sum;
    }

    private static double Scale(int[] features) => features.Length == 0 ? 0 : 1 / Math.Sqrt(features.Length);

    private double Loss(double[] weights, double[] gradient, double inverseRegularization)
    {
        var losses = new double[_rows.Length];
        Parallel.For(0, _rows.Length, i =>
        {
            var error = _errors[i];
            Probabilities(weights, _rows[i], _multiLabel, error);
            if (_multiLabel)
                foreach (var probability in error) losses[i] -= Math.Log(Math.Max(1 - probability, 1e-300));
            foreach (var label in _labels[i])
            {
                losses[i] -= Math.Log(Math.Max(error[label], 1e-300));
                if (_multiLabel) losses[i] += Math.Log(Math.Max(1 - error[label], 1e-300));
                error[label] -= 1;
            }
        });
        Parallel.For(0, _featureCount + 1, feature =>
        {
            var sums = gradient.AsSpan(feature * _labelCount, _labelCount);
            sums.Clear();
            if (feature == _featureCount)
            {
                foreach (var error in _errors) Add(sums, error, 1);
                return;
            }
            foreach (var i in _columns[feature]) Add(sums, _errors[i], _scales[i]);
            Add(sums, weights.AsSpan(feature * _labelCount, _labelCount), 1 / inverseRegularization);
        });
        var penalized = weights.AsSpan(0, _featureCount * _labelCount);
        return losses.Sum() + Dot(penalized, penalized) / (2 * inverseRegularization);
    }

    private static double[] Direction(double[] gradient, List<(double[] Step, double[] Change, double Product)> steps)
    {
        var direction = new double[gradient.Length];
        for (var i = 0; i < direction.Length; i++) direction[i] = -gradient[i];
        var shares = new double[steps.Count];
        for (var j = steps.Count - 1; j >= 0; j--)
        {
            shares[j] = Dot(steps[j].Step, direction) / steps[j].Product;
            Add(direction, steps[j].Change, -shares[j]);
        }
        if (steps.Count > 0)
        {
            var scale = steps[^1].Product / Dot(steps[^1].Change, steps[^1].Change);
            for (var i = 0; i < direction.Length; i++) direction[i] *= scale;
        }
        for (var j = 0; j < steps.Count; j++)
        {
            var share = Dot(steps[j].Change, direction) / steps[j].Product;
            Add(direction, steps[j].Step, shares[j] - share);
        }
        return direction;
    }

    private static double[] Plus(double[] left, double[] right, double factor)
    {
        var sum = (double[])left.Clone();
        Add(sum, right, factor);
        return sum;
    }

    private static void Add(Span<double> into, ReadOnlySpan<double> values, double factor)
    {
        var wideInto = MemoryMarshal.Cast<double, Vector<double>>(into);
        var wideValues = MemoryMarshal.Cast<double, Vector<double>>(values);
        for (var i = 0; i < wideInto.Length; i++) wideInto[i] += factor * wideValues[i];
        for (var i = wideInto.Length * Vector<double>.Count; i < into.Length; i++) into[i] += factor * values[i];
    }

    // Four sums side by side, in an order that does not depend on the machine.
    private static double Dot(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        double first = 0, second = 0, third = 0, fourth = 0;
        var i = 0;
        for (; i + 4 <= left.Length; i += 4)
        {
            first += left[i] * right[i];
            second += left[i + 1] * right[i + 1];
            third += left[i + 2] * right[i + 2];
            fourth += left[i + 3] * right[i + 3];
        }
        for (; i < left.Length; i++) first += left[i] * right[i];
        return first + second + (third + fourth);
    }

    private static double Norm(double[] values) => Math.Sqrt(Dot(values, values));
}
