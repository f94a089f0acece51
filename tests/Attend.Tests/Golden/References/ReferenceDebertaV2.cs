using Attend.Models;
using static Attend.Tests.Golden.ReferenceMath;

namespace Attend.Tests.Golden;

/// <summary>DeBERTa, version 2 and 3 (He et al. 2021, arXiv:2006.03654, section 3.1; He et al. 2023, arXiv:2111.09543): attention over content and relative position apart.</summary>
/// <remarks>
/// Score of key j for query i, equation 4 of the paper: (Qc_i · Kc_j + Qc_i · Kr_d + Kc_j · Qr_d) / sqrt(3 headDim), the divisor counting the terms in use.
/// d is the bucket of i - j, for both position terms, as in the authors' program. Buckets are exact up to half their number, logarithmic up to the greatest distance (their README and run scripts);
/// without buckets distances are cut at the greatest. Version 2 adds a convolution over the embeddings after the first layer. Padding is zeroed where neighbours could see it.
/// </remarks>
internal sealed class ReferenceDebertaV2(ReferenceWeights weights, ReferenceConfig config) : IReferenceModel
{
    private const string Encoder = "deberta.encoder";

    private int Heads => config.Int("num_attention_heads", 24);

    private double Epsilon => config.Double("layer_norm_eps", 1e-7);

    private bool Relative => config.Bool("relative_attention");

    private int Buckets => config.Int("position_buckets", -1);

    private int Greatest => config.Int("max_relative_positions", -1) is > 0 and var given ? given : config.Int("max_position_embeddings", 512);

    private bool Uses(string term) => config.Element("pos_att_type") is { } types
        && (types.ValueKind == System.Text.Json.JsonValueKind.String ? types.GetString()!.Split('|') : types.EnumerateArray().Select(type => type.GetString()!)).Contains(term);

    public double[][][] HiddenStates(int[] ids, int[] segments, bool[] attend)
    {
        var embedded = ids.Select((id, i) =>
        {
            var sum = weights.Row("deberta.embeddings.word_embeddings.weight", id);
            if (config.Bool("position_biased_input", true)) sum = Sum(sum, weights.Row("deberta.embeddings.position_embeddings.weight", i));
            if (config.Int("type_vocab_size") > 0) sum = Sum(sum, weights.Row("deberta.embeddings.token_type_embeddings.weight", segments[i]));
            if (sum.Length != config.Int("hidden_size", 1536)) sum = weights.Linear(sum, "deberta.embeddings.embed_proj");
            return weights.LayerNorm(sum, "deberta.embeddings.LayerNorm", Epsilon);
        }).ToArray();
        var states = new List<double[][]> { embedded };
        for (var layer = 0; layer < config.Int("num_hidden_layers", 24); layer++)
        {
            var hidden = Layer(states[^1], attend, $"{Encoder}.layer.{layer}");
            states.Add(layer == 0 && config.Int("conv_kernel_size") > 0 ? Convolution(embedded, hidden, attend) : hidden);
        }
        return [.. states];
    }

    public double[][] Head(HeadKind head, double[][] last, bool[] attend) => head switch
    {
        HeadKind.SequenceClassification => [weights.Linear(Array.ConvertAll(weights.Linear(last[0], "pooler.dense"), Activation(config.Text("pooler_hidden_act", "gelu"))), "classifier")],
        HeadKind.TokenClassification => weights.Linear(last, "classifier"),
        HeadKind.QuestionAnswering => weights.Linear(last, "qa_outputs"),
        _ => Array.ConvertAll(last, row => weights.Words(
            weights.LayerNorm(Array.ConvertAll(weights.Linear(row, "cls.predictions.transform.dense"), Activation(config.Text("hidden_act", "gelu"))), "cls.predictions.transform.LayerNorm", Epsilon),
            "deberta.embeddings.word_embeddings.weight", "cls.predictions.bias")),
    };

    private double[][] Layer(double[][] input, bool[] attend, string name)
    {
        var context = Attention(input, attend, $"{name}.attention.self");
        return [.. input.Select((row, i) =>
        {
            var attended = weights.LayerNorm(Sum(row, weights.Linear(context[i], $"{name}.attention.output.dense")), $"{name}.attention.output.LayerNorm", Epsilon);
            var inner = Array.ConvertAll(weights.Linear(attended, $"{name}.intermediate.dense"), Activation(config.Text("hidden_act", "gelu")));
            return weights.LayerNorm(Sum(attended, weights.Linear(inner, $"{name}.output.dense")), $"{name}.output.LayerNorm", Epsilon);
        })];
    }

    private double[][] Attention(double[][] input, bool[] attend, string name)
    {
        var (query, key) = (weights.Linear(input, $"{name}.query_proj"), weights.Linear(input, $"{name}.key_proj"));
        var headDim = input[0].Length / Heads;
        var (contentToPosition, positionToContent) = (Uses("c2p"), Uses("p2c"));
        var divisor = Math.Sqrt(headDim * (1 + (contentToPosition ? 1 : 0) + (positionToContent ? 1 : 0)));
        double[][] positionKeys = [], positionQueries = [];
        var span = Buckets > 0 ? Buckets : Greatest;
        if (Relative)
        {
            var positions = Enumerable.Range(0, 2 * span).Select(row => weights.Row($"{Encoder}.rel_embeddings.weight", row)).ToArray();
            if (config.Text("norm_rel_ebd", "none").Contains("layer_norm", StringComparison.Ordinal)) positions = Array.ConvertAll(positions, row => weights.LayerNorm(row, $"{Encoder}.LayerNorm", Epsilon));
            var shared = config.Bool("share_att_key");
            if (contentToPosition) positionKeys = weights.Linear(positions, shared ? $"{name}.key_proj" : $"{name}.pos_key_proj");
            if (positionToContent) positionQueries = weights.Linear(positions, shared ? $"{name}.query_proj" : $"{name}.pos_query_proj");
        }
        return WeightedSums(weights.Linear(input, $"{name}.value_proj"), Heads, attend, (head, i, j) =>
        {
            var score = Dot(query[i], key[j], head * headDim, headDim);
            var place = Math.Clamp(Bucket(i - j) + span, 0, (2 * span) - 1);
            if (Relative && contentToPosition) score += Dot(query[i], positionKeys[place], head * headDim, headDim);
            if (Relative && positionToContent) score += Dot(key[j], positionQueries[place], head * headDim, headDim);
            return score / divisor;
        });
    }

    private int Bucket(int distance)
    {
        var half = Buckets / 2;
        if (Buckets <= 0 || Math.Abs(distance) <= half) return distance;
        var logarithmic = half + (int)Math.Ceiling(Math.Log((double)Math.Abs(distance) / half) / Math.Log((double)(Greatest - 1) / half) * (half - 1));
        return Math.Sign(distance) * logarithmic;
    }

    private double[][] Convolution(double[][] embedded, double[][] hidden, bool[] attend)
    {
        var (kernel, bias) = (weights[$"{Encoder}.conv.conv.weight"], weights[$"{Encoder}.conv.conv.bias"].Values);
        var (inputs, width) = (kernel.Shape[1], kernel.Shape[2]);
        var perGroup = kernel.Shape[0] / config.Int("conv_groups", 1);
        return [.. hidden.Select((row, i) =>
        {
            var sums = bias.ToArray();
            for (var o = 0; o < sums.Length; o++)
                for (var c = 0; c < inputs; c++)
                    for (var w = 0; w < width; w++)
                    {
                        var place = i + w - ((width - 1) / 2);
                        if (place >= 0 && place < embedded.Length && attend[place])
                            sums[o] += kernel.Values[(((o * inputs) + c) * width) + w] * embedded[place][(o / perGroup * inputs) + c];
                    }
            return weights.LayerNorm(Sum(row, Array.ConvertAll(sums, Activation(config.Text("conv_act", "tanh")))), $"{Encoder}.conv.LayerNorm", Epsilon);
        })];
    }

    public static IEnumerable<TinyModel> Tiny { get; } =
    [
        Model("deberta-v2 as version 3",
            """ "relative_attention": true, "position_buckets": 8, "max_relative_positions": 20, "norm_rel_ebd": "layer_norm", "share_att_key": true, "pos_att_type": "p2c|c2p", "position_biased_input": false, "layer_norm_eps": 1e-7""",
            ("position_buckets", "6"), ("max_relative_positions", "40"), ("norm_rel_ebd", "\"none\""), ("pos_att_type", "\"c2p\""), ("layer_norm_eps", "1e-2"), ("num_attention_heads", "2"), ("relative_attention", "false"), ("pooler_hidden_act", "\"tanh\"")),
        Model("deberta-v2 with a convolution",
            """ "relative_attention": true, "position_buckets": 8, "max_relative_positions": 20, "norm_rel_ebd": "layer_norm", "share_att_key": true, "pos_att_type": ["p2c", "c2p"], "position_biased_input": false, "conv_kernel_size": 3, "conv_act": "gelu", "conv_groups": 2 """,
            ("conv_act", "\"tanh\""), ("conv_kernel_size", "0"), ("pos_att_type", "[\"p2c\"]")),
        Model("deberta-v2 with projections of its own and without buckets",
            """ "relative_attention": true, "max_relative_positions": 10, "pos_att_type": ["c2p", "p2c"], "position_biased_input": true, "type_vocab_size": 2, "embedding_size": 8, "max_position_embeddings": 48""",
            ("position_biased_input", "false"), ("type_vocab_size", "0"), ("pos_att_type", "[\"p2c\"]")),
        Model("deberta-v2 without relative positions", """ "position_biased_input": true, "type_vocab_size": 2, "max_position_embeddings": 48""", ("pos_att_type", "[\"c2p\"]")),
    ];

    private static TinyModel Model(string name, string choices, params (string, string?)[] mistakes)
    {
        var json = $$"""{"model_type": "deberta-v2", "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 32, {{choices}}}""";
        return new(name, json, (weights, head) => Fill(weights, head, new ReferenceConfig(json)), (weights, config) => new ReferenceDebertaV2(weights, config), mistakes);
    }

    private static void Fill(TinyWeights weights, HeadKind? head, ReferenceConfig config)
    {
        var embedding = config.Int("embedding_size", 16);
        weights.Embedding("deberta.embeddings.word_embeddings", TinyModel.VocabSize, embedding);
        if (config.Bool("position_biased_input", true)) weights.Embedding("deberta.embeddings.position_embeddings", 48, embedding);
        if (config.Int("type_vocab_size") > 0) weights.Embedding("deberta.embeddings.token_type_embeddings", 2, embedding);
        if (embedding != 16) weights.Linear("deberta.embeddings.embed_proj", 16, embedding, bias: false);
        weights.Norm("deberta.embeddings.LayerNorm", 16);
        if (config.Bool("relative_attention")) weights.Embedding($"{Encoder}.rel_embeddings", 2 * config.Int("position_buckets", config.Int("max_relative_positions")), 16, 0.6);
        if (config.Text("norm_rel_ebd", "none") == "layer_norm") weights.Norm($"{Encoder}.LayerNorm", 16);
        for (var layer = 0; layer < 2; layer++)
        {
            var name = $"{Encoder}.layer.{layer}";
            foreach (var part in new[] { "query_proj", "key_proj", "value_proj" }) weights.Linear($"{name}.attention.self.{part}", 16, 16, 0.35);
            if (config.Bool("relative_attention") && !config.Bool("share_att_key"))
                foreach (var part in new[] { "pos_key_proj", "pos_query_proj" }) weights.Linear($"{name}.attention.self.{part}", 16, 16, 0.35);
            weights.Linear($"{name}.attention.output.dense", 16, 16, 0.35);
            weights.Norm($"{name}.attention.output.LayerNorm", 16);
            weights.Linear($"{name}.intermediate.dense", 32, 16);
            weights.Linear($"{name}.output.dense", 16, 32);
            weights.Norm($"{name}.output.LayerNorm", 16);
        }
        if (config.Int("conv_kernel_size") is > 0 and var width)
        {
            weights.Add($"{Encoder}.conv.conv.weight", 0, 0.3, 16, 16 / config.Int("conv_groups", 1), width);
            weights.Bias($"{Encoder}.conv.conv", 16);
            weights.Norm($"{Encoder}.conv.LayerNorm", 16);
        }
        switch (head)
        {
            case HeadKind.SequenceClassification:
                weights.Linear("pooler.dense", 16, 16);
                weights.Linear("classifier", TinyModel.LabelCount, 16);
                break;
            case HeadKind.TokenClassification:
                weights.Linear("classifier", TinyModel.LabelCount, 16);
                break;
            case HeadKind.QuestionAnswering:
                weights.Linear("qa_outputs", 2, 16);
                break;
            case HeadKind.MaskedLanguageModel:
                weights.Linear("cls.predictions.transform.dense", embedding, 16);
                weights.Norm("cls.predictions.transform.LayerNorm", embedding);
                weights.Bias("cls.predictions", TinyModel.VocabSize);
                break;
        }
    }
}
