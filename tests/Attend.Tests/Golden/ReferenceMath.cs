namespace Attend.Tests.Golden;

/// <summary>A weight: values in row-major order.</summary>
internal sealed record ReferenceTensor(double[] Values, int[] Shape);

/// <summary>The leaves of the independent computations, in double precision and plain loops.</summary>
internal static class ReferenceMath
{
    /// <summary>x Phi(x), Phi being the standard normal distribution function (Hendrycks and Gimpel 2016).</summary>
    public static double Gelu(double x) => 0.5 * x * (1 + Erf(x / Math.Sqrt(2)));

    /// <summary>The approximation of Gelu with tanh (Hendrycks and Gimpel 2016, section 2).</summary>
    public static double GeluTanh(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));

    /// <summary>The error function. Abramowitz and Stegun 7.1.6, whose terms all have one sign, so nothing cancels; beyond 6 it is 1 in double precision.</summary>
    public static double Erf(double x)
    {
        if (Math.Abs(x) > 6) return Math.Sign(x);
        double term = x, sum = x;
        for (var n = 1; Math.Abs(term) > Math.Abs(sum) * 1e-18; n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    /// <summary>The activation of a name in config.json.</summary>
    public static Converter<double, double> Activation(string name) => name switch
    {
        "gelu" => Gelu,
        "gelu_new" => GeluTanh,
        "relu" => x => Math.Max(0, x),
        "tanh" => Math.Tanh,
        _ => throw new ArgumentException($"no such activation in the reference: {name}"),
    };

    public static double[] Softmax(double[] scores)
    {
        var largest = scores.Max();
        var powers = Array.ConvertAll(scores, score => Math.Exp(score - largest));
        var sum = powers.Sum();
        return Array.ConvertAll(powers, power => power / sum);
    }

    public static double[] Sum(params double[][] rows) => [.. Enumerable.Range(0, rows[0].Length).Select(d => rows.Sum(row => row[d]))];

    public static double Dot(double[] a, double[] b, int first, int count)
    {
        double sum = 0;
        for (var d = first; d < first + count; d++) sum += a[d] * b[d];
        return sum;
    }

    /// <summary>Weighted sums of value rows; head h owns the dimensions [h * headDim, (h + 1) * headDim).</summary>
    /// <param name="value">[seq][hidden].</param>
    /// <param name="headCount">Divides hidden.</param>
    /// <param name="attend">Which positions can be attended to.</param>
    /// <param name="score">Score of key position j for query position i in head h, before the softmax; negative infinity = unseen.</param>
    public static double[][] WeightedSums(double[][] value, int headCount, bool[] attend, Func<int, int, int, double> score) =>
        CrossSums(value.Length, value, headCount, (head, i, j) => attend[j] ? score(head, i, j) : double.NegativeInfinity);

    /// <summary>As <see cref="WeightedSums"/>, from any number of positions.</summary>
    public static double[][] CrossSums(int from, double[][] value, int headCount, Func<int, int, int, double> score)
    {
        var hidden = value[0].Length;
        var context = Enumerable.Range(0, from).Select(_ => new double[hidden]).ToArray();
        for (var head = 0; head < headCount; head++)
        {
            for (var i = 0; i < from; i++)
            {
                var scores = Enumerable.Range(0, value.Length).Select(j => score(head, i, j)).ToArray();
                if (scores.All(double.IsNegativeInfinity)) continue;
                var weight = Softmax(scores);
                for (var j = 0; j < value.Length; j++)
                    for (var d = head * (hidden / headCount); d < (head + 1) * (hidden / headCount); d++)
                        context[i][d] += weight[j] * value[j][d];
            }
        }
        return context;
    }
}

/// <summary>Named weights, and the layers that are nothing but a weight and a bias. A bias that is not there is 0.</summary>
internal sealed class ReferenceWeights(IReadOnlyDictionary<string, ReferenceTensor> tensors)
{
    public ReferenceTensor this[string name] => tensors[name];

    public double[] Row(string name, int row)
    {
        var tensor = tensors[name];
        return tensor.Values[(row * tensor.Shape[1])..((row + 1) * tensor.Shape[1])];
    }

    /// <summary>y = W x + b, W of shape [out, in].</summary>
    public double[] Linear(double[] x, string name)
    {
        var weight = tensors[$"{name}.weight"];
        if (weight.Shape[1] != x.Length) throw new InvalidOperationException($"{name}: weight is [{string.Join(", ", weight.Shape)}], input has {x.Length}.");
        var y = new double[weight.Shape[0]];
        if (tensors.TryGetValue($"{name}.bias", out var bias)) bias.Values.CopyTo(y, 0);
        for (var o = 0; o < y.Length; o++)
            for (var i = 0; i < x.Length; i++) y[o] += weight.Values[(o * x.Length) + i] * x[i];
        return y;
    }

    public double[][] Linear(double[][] rows, string name) => Array.ConvertAll(rows, row => Linear(row, name));

    /// <summary>Ba et al. 2016, equations 3 and 4.</summary>
    public double[] LayerNorm(double[] x, string name, double epsilon)
    {
        var mean = x.Sum() / x.Length;
        var variance = x.Sum(v => (v - mean) * (v - mean)) / x.Length;
        var gain = tensors[$"{name}.weight"].Values;
        var bias = tensors.TryGetValue($"{name}.bias", out var given) ? given.Values : new double[x.Length];
        return [.. x.Select((v, d) => ((v - mean) / Math.Sqrt(variance + epsilon) * gain[d]) + bias[d])];
    }

    /// <summary>Scores of all words: the product with each row of an embedding, and a bias.</summary>
    public double[] Words(double[] x, string embedding, string? bias)
    {
        var (table, words) = (tensors[embedding], new double[tensors[embedding].Shape[0]]);
        for (var word = 0; word < words.Length; word++)
        {
            words[word] = bias is null ? 0 : tensors[bias].Values[word];
            for (var d = 0; d < x.Length; d++) words[word] += x[d] * table.Values[(word * table.Shape[1]) + d];
        }
        return words;
    }
}
