using static Attend.Tests.Golden.ReferenceMath;

namespace Attend.Tests.Golden;

/// <summary>T5 (Raffel et al. 2019, arXiv:1910.10683, section 2.1) and its version 1.1 (gated gelu, Shazeer 2020; an output matrix of its own).</summary>
/// <remarks>
/// Layer normalisation without mean and bias comes before each sublayer; no layer has a bias; scores are not scaled, but a learned number for each
/// kind of distance is added, the same in all layers of a stack. Of the kinds one half are single distances, the other grow geometrically up to the
/// longest; the encoder has a set for each direction. With a shared matrix the output is multiplied by d_model^-1/2.
/// </remarks>
internal sealed class ReferenceT5(ReferenceWeights weights, ReferenceConfig config) : IReferenceWriter
{
    public static TinyWriter[] Tiny { get; } =
    [
        new("t5", Config("\"relu\"", "true"), more => Fill(more, gated: false), (weights, config) => new ReferenceT5(weights, config),
            ("relative_attention_num_buckets", "16"), ("relative_attention_max_distance", "64"), ("layer_norm_epsilon", "1e-2")),
        new("t5 1.1", Config("\"gated-gelu\"", "false"), more => Fill(more, gated: true), (weights, config) => new ReferenceT5(weights, config),
            ("relative_attention_max_distance", "32"), ("layer_norm_epsilon", "1e-2")),
    ];

    public double[][] Logits(int[] source, bool[] attend, int[] said)
    {
        var memory = Array.ConvertAll(source, id => weights.Row("shared.weight", id));
        for (var layer = 0; layer < config.Int("num_layers"); layer++)
        {
            var name = $"encoder.block.{layer}.layer";
            var normed = Normed(memory, $"{name}.0.layer_norm");
            memory = Added(memory, Attention($"{name}.0.SelfAttention", normed, normed, (head, i, j) => attend[j] ? Distance("encoder", head, j - i) : double.NegativeInfinity));
            memory = Added(memory, FeedForward(Normed(memory, $"{name}.1.layer_norm"), $"{name}.1.DenseReluDense"));
        }
        memory = Normed(memory, "encoder.final_layer_norm");

        var hidden = Array.ConvertAll(said, id => weights.Row("shared.weight", id));
        for (var layer = 0; layer < config.Int("num_decoder_layers"); layer++)
        {
            var name = $"decoder.block.{layer}.layer";
            var normed = Normed(hidden, $"{name}.0.layer_norm");
            hidden = Added(hidden, Attention($"{name}.0.SelfAttention", normed, normed, (head, i, j) => j <= i ? Distance("decoder", head, j - i) : double.NegativeInfinity));
            hidden = Added(hidden, Attention($"{name}.1.EncDecAttention", Normed(hidden, $"{name}.1.layer_norm"), memory, (_, _, j) => attend[j] ? 0 : double.NegativeInfinity));
            hidden = Added(hidden, FeedForward(Normed(hidden, $"{name}.2.layer_norm"), $"{name}.2.DenseReluDense"));
        }
        hidden = Normed(hidden, "decoder.final_layer_norm");
        if (!config.Bool("tie_word_embeddings", true)) return weights.Linear(hidden, "lm_head");
        var scale = Math.Pow(config.Int("d_model"), -0.5);
        return Array.ConvertAll(hidden, row => weights.Words(Array.ConvertAll(row, value => value * scale), "shared.weight", null));
    }

    private double Distance(string stack, int head, int distance) =>
        weights.Row($"{stack}.block.0.layer.0.SelfAttention.relative_attention_bias.weight", Kind(distance, stack == "encoder"))[head];

    private int Kind(int distance, bool bothWays)
    {
        var (kinds, longest, first) = (config.Int("relative_attention_num_buckets", 32), config.Int("relative_attention_max_distance", 128), 0);
        if (bothWays)
        {
            kinds /= 2;
            if (distance > 0) first = kinds;
        }
        var far = bothWays ? Math.Abs(distance) : Math.Max(0, -distance);
        var single = kinds / 2;
        if (far < single) return first + far;
        var grown = single + (int)Math.Floor(Math.Log((double)far / single) / Math.Log((double)longest / single) * (kinds - single));
        return first + Math.Min(grown, kinds - 1);
    }

    private double[][] FeedForward(double[][] rows, string name)
    {
        if (config.Text("feed_forward_proj", "relu") == "relu") return weights.Linear(Array.ConvertAll(weights.Linear(rows, $"{name}.wi"), row => Array.ConvertAll(row, Activation("relu"))), $"{name}.wo");
        var (gate, linear) = (weights.Linear(rows, $"{name}.wi_0"), weights.Linear(rows, $"{name}.wi_1"));
        return weights.Linear([.. gate.Zip(linear, (open, value) => open.Zip(value, (left, right) => GeluTanh(left) * right).ToArray())], $"{name}.wo");
    }

    private double[][] Attention(string name, double[][] from, double[][] to, Func<int, int, int, double> bias)
    {
        var (query, key, value, heads) = (weights.Linear(from, $"{name}.q"), weights.Linear(to, $"{name}.k"), weights.Linear(to, $"{name}.v"), config.Int("num_heads"));
        var size = config.Int("d_kv");
        return weights.Linear(CrossSums(query.Length, value, heads, (head, i, j) => Dot(query[i], key[j], head * size, size) + bias(head, i, j)), $"{name}.o");
    }

    private double[][] Normed(double[][] rows, string name)
    {
        var (gain, epsilon) = (weights[$"{name}.weight"].Values, config.Double("layer_norm_epsilon", 1e-6));
        return Array.ConvertAll(rows, row => row.Select((value, d) => value / Math.Sqrt(row.Average(x => x * x) + epsilon) * gain[d]).ToArray());
    }

    private static double[][] Added(double[][] rows, double[][] more) => [.. rows.Zip(more, (row, other) => Sum(row, other))];

    private static string Config(string feedForward, string tied) =>
        $$"""
        {"model_type": "t5", "vocab_size": 40, "d_model": 16, "d_kv": 6, "d_ff": 24, "num_layers": 2, "num_decoder_layers": 3, "num_heads": 4,
         "relative_attention_num_buckets": 8, "relative_attention_max_distance": 20, "feed_forward_proj": {{feedForward}}, "tie_word_embeddings": {{tied}},
         "pad_token_id": 0, "eos_token_id": 1, "decoder_start_token_id": 0}
        """;

    private static void Fill(TinyWeights weights, bool gated)
    {
        weights.Embedding("shared", 40, 16, 1);
        foreach (var (stack, layers) in new[] { ("encoder", 2), ("decoder", 3) })
        {
            weights.Embedding($"{stack}.block.0.layer.0.SelfAttention.relative_attention_bias", 8, 4, 1);
            for (var layer = 0; layer < layers; layer++)
            {
                var name = $"{stack}.block.{layer}.layer";
                var attentions = stack == "encoder" ? new[] { "SelfAttention" } : ["SelfAttention", "EncDecAttention"];
                for (var sublayer = 0; sublayer < attentions.Length; sublayer++)
                {
                    foreach (var part in new[] { "q", "k", "v" }) weights.Linear($"{name}.{sublayer}.{attentions[sublayer]}.{part}", 24, 16, 0.25, bias: false);
                    weights.Linear($"{name}.{sublayer}.{attentions[sublayer]}.o", 16, 24, bias: false);
                    weights.Norm($"{name}.{sublayer}.layer_norm", 16, bias: false);
                }
                var last = $"{name}.{attentions.Length}";
                foreach (var part in gated ? new[] { "wi_0", "wi_1" } : ["wi"]) weights.Linear($"{last}.DenseReluDense.{part}", 24, 16, bias: false);
                weights.Linear($"{last}.DenseReluDense.wo", 16, 24, bias: false);
                weights.Norm($"{last}.layer_norm", 16, bias: false);
            }
            weights.Norm($"{stack}.final_layer_norm", 16, bias: false);
        }
        if (gated) weights.Linear("lm_head", 40, 16, bias: false);
    }
}
