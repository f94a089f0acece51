namespace Attend.Tests.Golden;

/// <summary>The keys of a Hugging Face config.json that the computation needs.</summary>
internal sealed record ReferenceBertConfig(int HiddenSize, int NumHiddenLayers, int NumAttentionHeads, double LayerNormEps);

/// <summary>What one sequence gives. HiddenStates[0] is the embedding output, HiddenStates[n] the output of layer n: [seq][hidden].</summary>
internal sealed record ReferenceOutput(double[][][] HiddenStates, double[] Pooled, double[] Logits);

/// <summary>BERT with a classifier, in double precision and plain loops: the independent computation that the real model is held against.</summary>
/// <remarks>
/// Devlin et al. 2018, "BERT", section 3 (architecture, input representation); Vaswani et al. 2017, "Attention Is All You Need",
/// section 3.1 (post-norm residuals), 3.2.1 eq. 1, 3.2.2 (heads), 3.3 eq. 2 (feed-forward, here with gelu: Hendrycks and Gimpel 2016,
/// x Phi(x)); Ba et al. 2016, "Layer Normalization", eq. 3-4. Names of the weights are those of Hugging Face's BertForSequenceClassification.
/// Dropout is left out, as in evaluation.
/// </remarks>
internal sealed class ReferenceBert(IReadOnlyDictionary<string, ReferenceTensor> weights, ReferenceBertConfig config)
{
    /// <summary>Runs one sequence. Positions that are not attended to give values too, and influence no other position.</summary>
    public ReferenceOutput Run(int[] inputIds, int[] tokenTypeIds, bool[] attend)
    {
        var word = weights["bert.embeddings.word_embeddings.weight"];
        var position = weights["bert.embeddings.position_embeddings.weight"];
        var segment = weights["bert.embeddings.token_type_embeddings.weight"];
        var embedded = new double[inputIds.Length][];
        for (var i = 0; i < inputIds.Length; i++)
        {
            var sum = new double[config.HiddenSize];
            for (var d = 0; d < sum.Length; d++)
                sum[d] = At(word, inputIds[i], d) + At(position, i, d) + At(segment, tokenTypeIds[i], d);
            embedded[i] = LayerNorm(sum, "bert.embeddings.LayerNorm");
        }
        return RunFrom(embedded, attend);
    }

    /// <summary>Runs the encoder on given embedding outputs (after the embeddings' LayerNorm).</summary>
    public ReferenceOutput RunFrom(double[][] embeddingOutput, bool[] attend)
    {
        var states = new List<double[][]> { embeddingOutput };
        for (var layer = 0; layer < config.NumHiddenLayers; layer++)
            states.Add(Layer(states[^1], attend, $"bert.encoder.layer.{layer}"));
        var pooled = Array.ConvertAll(Linear(states[^1][0], "bert.pooler.dense"), Math.Tanh);
        return new([.. states], pooled, Linear(pooled, "classifier"));
    }

    private double[][] Layer(double[][] input, bool[] attend, string name)
    {
        var context = Attention(input, attend, $"{name}.attention.self");
        var output = new double[input.Length][];
        for (var i = 0; i < input.Length; i++)
        {
            var attended = LayerNorm(Add(input[i], Linear(context[i], $"{name}.attention.output.dense")), $"{name}.attention.output.LayerNorm");
            var inner = Array.ConvertAll(Linear(attended, $"{name}.intermediate.dense"), ReferenceMath.Gelu);
            output[i] = LayerNorm(Add(attended, Linear(inner, $"{name}.output.dense")), $"{name}.output.LayerNorm");
        }
        return output;
    }

    // Head h owns the dimensions [h * headDim, (h + 1) * headDim) of query, key and value.
    private double[][] Attention(double[][] input, bool[] attend, string name)
    {
        var query = Array.ConvertAll(input, row => Linear(row, $"{name}.query"));
        var key = Array.ConvertAll(input, row => Linear(row, $"{name}.key"));
        var value = Array.ConvertAll(input, row => Linear(row, $"{name}.value"));
        var headDim = config.HiddenSize / config.NumAttentionHeads;
        var context = Array.ConvertAll(input, _ => new double[config.HiddenSize]);
        for (var first = 0; first < config.HiddenSize; first += headDim)
        {
            for (var i = 0; i < input.Length; i++)
            {
                var scores = new double[input.Length];
                for (var j = 0; j < input.Length; j++)
                {
                    double dot = 0;
                    for (var d = first; d < first + headDim; d++) dot += query[i][d] * key[j][d];
                    scores[j] = attend[j] ? dot / Math.Sqrt(headDim) : double.NegativeInfinity;
                }
                var weight = ReferenceMath.Softmax(scores);
                for (var j = 0; j < input.Length; j++)
                    for (var d = first; d < first + headDim; d++)
                        context[i][d] += weight[j] * value[j][d];
            }
        }
        return context;
    }

    // y = W x + b, W of shape [out, in].
    private double[] Linear(double[] x, string name)
    {
        var (weight, bias) = (weights[$"{name}.weight"], weights[$"{name}.bias"]);
        if (weight.Shape[1] != x.Length) throw new InvalidOperationException($"{name}: weight is [{string.Join(", ", weight.Shape)}], input has {x.Length}.");
        var y = new double[weight.Shape[0]];
        for (var o = 0; o < y.Length; o++)
        {
            y[o] = bias.Values[o];
            for (var i = 0; i < x.Length; i++) y[o] += At(weight, o, i) * x[i];
        }
        return y;
    }

    private double[] LayerNorm(double[] x, string name)
    {
        var mean = x.Sum() / x.Length;
        var variance = x.Sum(v => (v - mean) * (v - mean)) / x.Length;
        var (gain, bias) = (weights[$"{name}.weight"].Values, weights[$"{name}.bias"].Values);
        var y = new double[x.Length];
        for (var d = 0; d < x.Length; d++) y[d] = ((x[d] - mean) / Math.Sqrt(variance + config.LayerNormEps) * gain[d]) + bias[d];
        return y;
    }

    private static double At(ReferenceTensor matrix, int row, int column) => matrix.Values[(row * matrix.Shape[1]) + column];

    private static double[] Add(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x + y)];
}
