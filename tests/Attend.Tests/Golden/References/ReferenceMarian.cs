using static Attend.Tests.Golden.ReferenceMath;

namespace Attend.Tests.Golden;

/// <summary>Marian's Transformer (Junczys-Dowmunt et al. 2018) as Hugging Face stores it: Vaswani et al. 2017, section 3, post-norm, one matrix for all tokens, a bias on the scores.</summary>
/// <remarks>Positions (section 3.5) stand as all sines, then all cosines; embeddings are multiplied by √d_model where scale_embedding says so (section 3.4).</remarks>
internal sealed class ReferenceMarian(ReferenceWeights weights, ReferenceConfig config) : IReferenceWriter
{
    private const double Epsilon = 1e-5;

    public static TinyWriter Tiny { get; } = new("marian",
        """
        {"model_type": "marian", "vocab_size": 40, "d_model": 16, "encoder_layers": 2, "decoder_layers": 3, "encoder_attention_heads": 4, "decoder_attention_heads": 2,
         "encoder_ffn_dim": 32, "decoder_ffn_dim": 24, "activation_function": "gelu_new", "max_position_embeddings": 64, "scale_embedding": true,
         "pad_token_id": 39, "eos_token_id": 0, "decoder_start_token_id": 39}
        """,
        Fill, (weights, config) => new ReferenceMarian(weights, config),
        ("scale_embedding", "false"), ("encoder_attention_heads", "2"), ("decoder_attention_heads", "4"), ("activation_function", "\"relu\""));

    public double[][] Logits(int[] source, bool[] attend, int[] said)
    {
        var activation = Activation(config.Text("activation_function", "gelu"));
        var memory = Embedded(source);
        for (var layer = 0; layer < config.Int("encoder_layers", 12); layer++)
        {
            var name = $"model.encoder.layers.{layer}";
            memory = Added(memory, Attention($"{name}.self_attn", memory, memory, config.Int("encoder_attention_heads", 16), (_, j) => attend[j]), $"{name}.self_attn_layer_norm");
            memory = Added(memory, FeedForward(memory, name, activation), $"{name}.final_layer_norm");
        }
        var hidden = Embedded(said);
        var heads = config.Int("decoder_attention_heads", 16);
        for (var layer = 0; layer < config.Int("decoder_layers", 12); layer++)
        {
            var name = $"model.decoder.layers.{layer}";
            hidden = Added(hidden, Attention($"{name}.self_attn", hidden, hidden, heads, (i, j) => j <= i), $"{name}.self_attn_layer_norm");
            hidden = Added(hidden, Attention($"{name}.encoder_attn", hidden, memory, heads, (_, j) => attend[j]), $"{name}.encoder_attn_layer_norm");
            hidden = Added(hidden, FeedForward(hidden, name, activation), $"{name}.final_layer_norm");
        }
        var bias = weights["final_logits_bias"].Values;
        return Array.ConvertAll(hidden, row => Sum(weights.Words(row, "model.shared.weight", null), bias));
    }

    private double[][] Embedded(int[] ids)
    {
        var size = config.Int("d_model", 1024);
        return [.. ids.Select((id, position) =>
        {
            var row = weights.Row("model.shared.weight", id);
            for (var d = 0; d < size; d++)
            {
                if (config.Bool("scale_embedding")) row[d] *= Math.Sqrt(size);
                var angle = position / Math.Pow(10000, 2.0 * (d % (size / 2)) / size);
                row[d] += d < size / 2 ? Math.Sin(angle) : Math.Cos(angle);
            }
            return row;
        })];
    }

    private double[][] FeedForward(double[][] rows, string name, Converter<double, double> activation) =>
        weights.Linear(Array.ConvertAll(weights.Linear(rows, $"{name}.fc1"), row => Array.ConvertAll(row, activation)), $"{name}.fc2");

    private double[][] Added(double[][] rows, double[][] more, string norm) => [.. rows.Zip(more, (row, other) => weights.LayerNorm(Sum(row, other), norm, Epsilon))];

    private double[][] Attention(string name, double[][] from, double[][] to, int heads, Func<int, int, bool> sees)
    {
        var (query, key, value) = (weights.Linear(from, $"{name}.q_proj"), weights.Linear(to, $"{name}.k_proj"), weights.Linear(to, $"{name}.v_proj"));
        return weights.Linear(CrossSums(query.Length, value, heads, (head, i, j) =>
        {
            var size = query[0].Length / heads;
            return sees(i, j) ? Dot(query[i], key[j], head * size, size) / Math.Sqrt(size) : double.NegativeInfinity;
        }), $"{name}.out_proj");
    }

    private static void Fill(TinyWeights weights)
    {
        weights.Embedding("model.shared", 40, 16);
        weights.Add("final_logits_bias", 0, 0.5, 1, 40);
        foreach (var (stack, layers, inner) in new[] { ("encoder", 2, 32), ("decoder", 3, 24) })
            for (var layer = 0; layer < layers; layer++)
            {
                var name = $"model.{stack}.layers.{layer}";
                foreach (var attention in stack == "encoder" ? new[] { "self_attn" } : ["self_attn", "encoder_attn"])
                {
                    foreach (var part in new[] { "q_proj", "k_proj", "v_proj", "out_proj" }) weights.Linear($"{name}.{attention}.{part}", 16, 16, 0.35);
                    weights.Norm($"{name}.{attention}_layer_norm", 16);
                }
                weights.Linear($"{name}.fc1", inner, 16);
                weights.Linear($"{name}.fc2", 16, inner);
                weights.Norm($"{name}.final_layer_norm", 16);
            }
    }
}
