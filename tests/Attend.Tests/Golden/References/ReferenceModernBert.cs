using Attend.Models;
using static Attend.Tests.Golden.ReferenceMath;

namespace Attend.Tests.Golden;

/// <summary>ModernBERT (Warner et al. 2024, arXiv:2412.13663, section 2.1): pre-norm, rotary positions, GeGLU, local attention in two layers of three, no biases.</summary>
/// <remarks>
/// Rotary positions (Su et al. 2021, arXiv:2104.09864, section 3.2.2): dimensions k and k + headDim/2 of a query or key at position p turn by p · theta^(-2k/headDim).
/// Local layers see keys at most half the window away. GeGLU (Shazeer 2020, arXiv:2002.05202): gelu(W x) times (V x), W and V stacked in one matrix.
/// The first layer has no norm before its attention, since the embeddings are normalised; a last norm follows the stack. Heads are dense, activation, norm, then scores.
/// </remarks>
internal sealed class ReferenceModernBert(ReferenceWeights weights, ReferenceConfig config) : IReferenceModel
{
    private const string Old = """ "global_rope_theta": 160000.0, "local_rope_theta": 10000.0, "global_attn_every_n_layers": 3""";

    private int Heads => config.Int("num_attention_heads", 12);

    private double Epsilon => config.Double("norm_eps", 1e-5);

    public double[][][] HiddenStates(int[] ids, int[] segments, bool[] attend)
    {
        var states = new List<double[][]> { Array.ConvertAll(ids, id => weights.LayerNorm(weights.Row("model.embeddings.tok_embeddings.weight", id), "model.embeddings.norm", Epsilon)) };
        var layers = config.Int("num_hidden_layers", 22);
        for (var layer = 0; layer < layers; layer++)
        {
            var name = $"model.layers.{layer}";
            var input = states[^1];
            var normed = layer == 0 ? input : Array.ConvertAll(input, row => weights.LayerNorm(row, $"{name}.attn_norm", Epsilon));
            var context = Attention(normed, attend, IsLocal(layer), name);
            states.Add([.. input.Select((row, i) =>
            {
                var attended = Sum(row, weights.Linear(context[i], $"{name}.attn.Wo"));
                var both = weights.Linear(weights.LayerNorm(attended, $"{name}.mlp_norm", Epsilon), $"{name}.mlp.Wi");
                var activate = Activation(config.Text("hidden_activation", "gelu"));
                var gated = Enumerable.Range(0, both.Length / 2).Select(d => activate(both[d]) * both[d + (both.Length / 2)]).ToArray();
                return Sum(attended, weights.Linear(gated, $"{name}.mlp.Wo"));
            })]);
        }
        states[^1] = Array.ConvertAll(states[^1], row => weights.LayerNorm(row, "model.final_norm", Epsilon));
        return [.. states];
    }

    public double[][] Head(HeadKind head, double[][] last, bool[] attend)
    {
        double[] Prediction(double[] row) => weights.LayerNorm(Array.ConvertAll(weights.Linear(row, "head.dense"), Activation(config.Text("classifier_activation", "gelu"))), "head.norm", Epsilon);
        if (head == HeadKind.SequenceClassification)
        {
            var real = last.Where((_, i) => attend[i]).ToArray();
            var summary = config.Text("classifier_pooling", "cls") == "mean" ? Array.ConvertAll(Sum(real), sum => sum / real.Length) : last[0];
            return [weights.Linear(Prediction(summary), "classifier")];
        }
        if (head == HeadKind.MaskedLanguageModel)
            return Array.ConvertAll(last, row => weights.Words(Prediction(row), "model.embeddings.tok_embeddings.weight", config.Bool("decoder_bias", true) ? "decoder.bias" : null));
        return Array.ConvertAll(last, row => weights.Linear(Prediction(row), "classifier"));
    }

    // Both ways of saying it: an interval, or a list of kinds.
    private bool IsLocal(int layer) => config.Element("layer_types") is { } types
        ? types[layer].GetString() == "sliding_attention"
        : layer % config.Int("global_attn_every_n_layers", 3) != 0;

    private double Theta(bool local) => config.Element("rope_parameters") is { } parameters
        ? parameters.GetProperty(local ? "sliding_attention" : "full_attention").GetProperty("rope_theta").GetDouble()
        : config.Double(local ? "local_rope_theta" : "global_rope_theta", local ? 10_000 : 160_000);

    private double[][] Attention(double[][] input, bool[] attend, bool local, string name)
    {
        var hidden = input[0].Length;
        var headDim = hidden / Heads;
        var all = weights.Linear(input, $"{name}.attn.Wqkv");
        var query = all.Select((row, i) => Rotate(row[..hidden], i, headDim, Theta(local))).ToArray();
        var key = all.Select((row, i) => Rotate(row[hidden..(2 * hidden)], i, headDim, Theta(local))).ToArray();
        var reach = local ? config.Int("local_attention", 128) / 2 : int.MaxValue;
        return WeightedSums(Array.ConvertAll(all, row => row[(2 * hidden)..]), Heads, attend, (head, i, j) =>
            Math.Abs(i - j) > reach ? double.NegativeInfinity : Dot(query[i], key[j], head * headDim, headDim) / Math.Sqrt(headDim));
    }

    private static double[] Rotate(double[] row, int position, int headDim, double theta)
    {
        var turned = new double[row.Length];
        for (var first = 0; first < row.Length; first += headDim)
            for (var k = 0; k < headDim / 2; k++)
            {
                var (sine, cosine) = Math.SinCos(position * Math.Pow(theta, -2.0 * k / headDim));
                var (x, y) = (row[first + k], row[first + k + (headDim / 2)]);
                turned[first + k] = (x * cosine) - (y * sine);
                turned[first + k + (headDim / 2)] = (y * cosine) + (x * sine);
            }
        return turned;
    }

    public static IEnumerable<TinyModel> Tiny { get; } =
    [
        Model("modernbert", Old, ("local_attention", "6"), ("global_attn_every_n_layers", "2"), ("global_rope_theta", "100.0"), ("local_rope_theta", "100.0"),
            ("norm_eps", "1e-2"), ("classifier_pooling", "\"mean\""), ("hidden_activation", "\"relu\""), ("num_attention_heads", "4"), ("classifier_activation", "\"relu\"")),
        Model("modernbert of means and biases", Old + """, "classifier_pooling": "mean", "attention_bias": true, "mlp_bias": true, "norm_bias": true, "classifier_bias": true, "decoder_bias": false """, ("classifier_pooling", "\"cls\"")),
        Model("modernbert of today's keys", """ "layer_types": ["full_attention", "sliding_attention", "sliding_attention", "full_attention"], "rope_parameters": {"full_attention": {"rope_type": "default", "rope_theta": 500.0}, "sliding_attention": {"rope_type": "default", "rope_theta": 50.0}} """,
            ("layer_types", """["full_attention", "sliding_attention", "full_attention", "full_attention"]"""), ("rope_parameters", null)),
    ];

    private static TinyModel Model(string name, string choices, params (string, string?)[] mistakes)
    {
        var json = $$"""{"model_type": "modernbert", "hidden_size": 16, "num_hidden_layers": 4, "num_attention_heads": 2, "intermediate_size": 24, "max_position_embeddings": 48, "local_attention": 8, "pad_token_id": 0, {{choices}}}""";
        return new(name, json, (weights, head) => Fill(weights, head, new ReferenceConfig(json)), (weights, config) => new ReferenceModernBert(weights, config), mistakes);
    }

    private static void Fill(TinyWeights weights, HeadKind? head, ReferenceConfig config)
    {
        weights.Embedding("model.embeddings.tok_embeddings", TinyModel.VocabSize, 16, 0.5);
        weights.Norm("model.embeddings.norm", 16, config.Bool("norm_bias"));
        for (var layer = 0; layer < 4; layer++)
        {
            var name = $"model.layers.{layer}";
            if (layer > 0) weights.Norm($"{name}.attn_norm", 16, config.Bool("norm_bias"));
            weights.Linear($"{name}.attn.Wqkv", 48, 16, 0.3, config.Bool("attention_bias"));
            weights.Linear($"{name}.attn.Wo", 16, 16, 0.25, config.Bool("attention_bias"));
            weights.Norm($"{name}.mlp_norm", 16, config.Bool("norm_bias"));
            weights.Linear($"{name}.mlp.Wi", 48, 16, 0.25, config.Bool("mlp_bias"));
            weights.Linear($"{name}.mlp.Wo", 16, 24, 0.25, config.Bool("mlp_bias"));
        }
        weights.Norm("model.final_norm", 16, config.Bool("norm_bias"));
        if (head is null) return;
        weights.Linear("head.dense", 16, 16, 0.3, config.Bool("classifier_bias"));
        weights.Norm("head.norm", 16, config.Bool("norm_bias"));
        if (head == HeadKind.MaskedLanguageModel)
        {
            if (config.Bool("decoder_bias", true)) weights.Bias("decoder", TinyModel.VocabSize);
            return;
        }
        weights.Linear("classifier", head == HeadKind.QuestionAnswering ? 2 : TinyModel.LabelCount, 16);
    }
}
