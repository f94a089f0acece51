using Attend.Models;
using static Attend.Tests.Golden.ReferenceMath;

namespace Attend.Tests.Golden;

/// <summary>MPNet (Song et al. 2020, arXiv:2004.09297): RoBERTa's layers and positions, without segments, and a learned score for each distance and head, the same in every layer.</summary>
/// <remarks>
/// Distances as in T5 (Raffel et al. 2020, arXiv:1910.10683, section 2.1): half of the kinds for keys after the query; of each half, the first half single distances, the rest logarithmic up to 128.
/// Token 1 is padding in every MPNet; positions are counted from it on.
/// </remarks>
internal sealed class ReferenceMpNet(ReferenceWeights weights, ReferenceConfig config) : IReferenceModel
{
    public static TinyModel Tiny { get; } = new("mpnet",
        """{"model_type": "mpnet", "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 32, "max_position_embeddings": 48, "layer_norm_eps": 1e-5, "relative_attention_num_buckets": 16}""",
        Fill, (weights, config) => new ReferenceMpNet(weights, config),
        ("relative_attention_num_buckets", "12"), ("layer_norm_eps", "1e-2"), ("num_attention_heads", "2"), ("hidden_act", "\"relu\""));

    private double Epsilon => config.Double("layer_norm_eps", 1e-12);

    private int Heads => config.Int("num_attention_heads", 12);

    public double[][][] HiddenStates(int[] ids, int[] segments, bool[] attend)
    {
        var count = 0;
        var states = new List<double[][]>
        {
            Array.ConvertAll(ids, id => weights.LayerNorm(Sum(
                weights.Row("mpnet.embeddings.word_embeddings.weight", id),
                weights.Row("mpnet.embeddings.position_embeddings.weight", id == 1 ? 1 : 1 + ++count)), "mpnet.embeddings.LayerNorm", Epsilon)),
        };
        for (var layer = 0; layer < config.Int("num_hidden_layers", 12); layer++) states.Add(Layer(states[^1], attend, $"mpnet.encoder.layer.{layer}"));
        return [.. states];
    }

    public double[][] Head(HeadKind head, double[][] last, bool[] attend) => head switch
    {
        HeadKind.SequenceClassification => [weights.Linear(Array.ConvertAll(weights.Linear(last[0], "classifier.dense"), Math.Tanh), "classifier.out_proj")],
        HeadKind.TokenClassification => weights.Linear(last, "classifier"),
        HeadKind.QuestionAnswering => weights.Linear(last, "qa_outputs"),
        _ => Array.ConvertAll(last, row => weights.Words(
            weights.LayerNorm(Array.ConvertAll(weights.Linear(row, "lm_head.dense"), Gelu), "lm_head.layer_norm", Epsilon), "mpnet.embeddings.word_embeddings.weight", "lm_head.bias")),
    };

    private double[][] Layer(double[][] input, bool[] attend, string name)
    {
        var (query, key) = (weights.Linear(input, $"{name}.attention.attn.q"), weights.Linear(input, $"{name}.attention.attn.k"));
        var headDim = input[0].Length / Heads;
        var context = WeightedSums(weights.Linear(input, $"{name}.attention.attn.v"), Heads, attend, (head, i, j) =>
            (Dot(query[i], key[j], head * headDim, headDim) / Math.Sqrt(headDim)) + weights.Row("mpnet.encoder.relative_attention_bias.weight", Kind(j - i))[head]);
        return [.. input.Select((row, i) =>
        {
            var attended = weights.LayerNorm(Sum(row, weights.Linear(context[i], $"{name}.attention.attn.o")), $"{name}.attention.LayerNorm", Epsilon);
            var inner = Array.ConvertAll(weights.Linear(attended, $"{name}.intermediate.dense"), Activation(config.Text("hidden_act", "gelu")));
            return weights.LayerNorm(Sum(attended, weights.Linear(inner, $"{name}.output.dense")), $"{name}.output.LayerNorm", Epsilon);
        })];
    }

    private int Kind(int ahead)
    {
        var side = config.Int("relative_attention_num_buckets", 32) / 2;
        var (away, single) = (Math.Abs(ahead), side / 2);
        var kind = away < single ? away : Math.Min(side - 1, single + (int)(Math.Log((double)away / single) / Math.Log(128.0 / single) * (side - single)));
        return ahead > 0 ? side + kind : kind;
    }

    private static void Fill(TinyWeights weights, HeadKind? head)
    {
        weights.Embedding("mpnet.embeddings.word_embeddings", TinyModel.VocabSize, 16);
        weights.Embedding("mpnet.embeddings.position_embeddings", 48, 16);
        weights.Norm("mpnet.embeddings.LayerNorm", 16);
        weights.Embedding("mpnet.encoder.relative_attention_bias", 16, 4, 0.8);
        for (var layer = 0; layer < 2; layer++)
        {
            var name = $"mpnet.encoder.layer.{layer}";
            foreach (var part in new[] { "q", "k", "v", "o" }) weights.Linear($"{name}.attention.attn.{part}", 16, 16, 0.35);
            weights.Norm($"{name}.attention.LayerNorm", 16);
            weights.Linear($"{name}.intermediate.dense", 32, 16);
            weights.Linear($"{name}.output.dense", 16, 32);
            weights.Norm($"{name}.output.LayerNorm", 16);
        }
        switch (head)
        {
            case HeadKind.SequenceClassification:
                weights.Linear("classifier.dense", 16, 16);
                weights.Linear("classifier.out_proj", TinyModel.LabelCount, 16);
                break;
            case HeadKind.TokenClassification:
                weights.Linear("classifier", TinyModel.LabelCount, 16);
                break;
            case HeadKind.QuestionAnswering:
                weights.Linear("qa_outputs", 2, 16);
                break;
            case HeadKind.MaskedLanguageModel:
                weights.Linear("lm_head.dense", 16, 16);
                weights.Norm("lm_head.layer_norm", 16);
                weights.Bias("lm_head", TinyModel.VocabSize);
                break;
        }
    }
}
