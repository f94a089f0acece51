using Attend.Models;
using static Attend.Tests.Golden.ReferenceMath;

namespace Attend.Tests.Golden;

/// <summary>ALBERT (Lan et al. 2020, arXiv:1909.11942), section 3.1: narrow embeddings mapped to the hidden size, and layers that share their weights.</summary>
/// <remarks>Step i of n uses group floor(i / (n / groups)), which runs its inner layers one after the other. The pooler is dense and tanh over the first token.</remarks>
internal sealed class ReferenceAlbert(ReferenceWeights weights, ReferenceConfig config) : IReferenceModel
{
    public static TinyModel Tiny { get; } = new("albert",
        """{"model_type": "albert", "embedding_size": 8, "hidden_size": 16, "num_hidden_layers": 5, "num_hidden_groups": 2, "inner_group_num": 2, "num_attention_heads": 4, "intermediate_size": 32, "max_position_embeddings": 48, "hidden_act": "gelu_new"}""",
        Fill, (weights, config) => new ReferenceAlbert(weights, config),
        ("num_hidden_groups", "1"), ("inner_group_num", "1"), ("hidden_act", "\"gelu\""), ("num_attention_heads", "2"), ("num_hidden_layers", "4"), ("layer_norm_eps", "1e-2"));

    private double Epsilon => config.Double("layer_norm_eps", 1e-12);

    public double[][][] HiddenStates(int[] ids, int[] segments, bool[] attend)
    {
        var embedded = ids.Select((id, i) => weights.LayerNorm(Sum(
            weights.Row("albert.embeddings.word_embeddings.weight", id),
            weights.Row("albert.embeddings.position_embeddings.weight", i),
            weights.Row("albert.embeddings.token_type_embeddings.weight", segments[i])), "albert.embeddings.LayerNorm", Epsilon)).ToArray();
        var states = new List<double[][]> { weights.Linear(embedded, "albert.encoder.embedding_hidden_mapping_in") };
        var (steps, groups) = (config.Int("num_hidden_layers", 12), config.Int("num_hidden_groups", 1));
        for (var step = 0; step < steps; step++)
        {
            var hidden = states[^1];
            for (var inner = 0; inner < config.Int("inner_group_num", 1); inner++)
                hidden = Layer((int)(step / ((double)steps / groups)), inner).Run(weights, hidden, attend, config.Int("num_attention_heads", 12), config.Text("hidden_act", "gelu_new"), Epsilon);
            states.Add(hidden);
        }
        return [.. states];
    }

    public double[][] Head(HeadKind head, double[][] last, bool[] attend) => head switch
    {
        HeadKind.SequenceClassification => [weights.Linear(Array.ConvertAll(weights.Linear(last[0], "albert.pooler"), Math.Tanh), "classifier")],
        HeadKind.TokenClassification => weights.Linear(last, "classifier"),
        HeadKind.QuestionAnswering => weights.Linear(last, "qa_outputs"),
        _ => Array.ConvertAll(last, row => weights.Words(
            weights.LayerNorm(Array.ConvertAll(weights.Linear(row, "predictions.dense"), Activation(config.Text("hidden_act", "gelu_new"))), "predictions.LayerNorm", Epsilon),
            "albert.embeddings.word_embeddings.weight", "predictions.bias")),
    };

    private static ReferenceLayer Layer(int group, int inner)
    {
        var name = $"albert.encoder.albert_layer_groups.{group}.albert_layers.{inner}";
        return new($"{name}.attention.query", $"{name}.attention.key", $"{name}.attention.value", $"{name}.attention.dense",
            $"{name}.attention.LayerNorm", $"{name}.ffn", $"{name}.ffn_output", $"{name}.full_layer_layer_norm");
    }

    private static void Fill(TinyWeights weights, HeadKind? head)
    {
        weights.Embedding("albert.embeddings.word_embeddings", TinyModel.VocabSize, 8);
        weights.Embedding("albert.embeddings.position_embeddings", 48, 8);
        weights.Embedding("albert.embeddings.token_type_embeddings", 2, 8);
        weights.Norm("albert.embeddings.LayerNorm", 8);
        weights.Linear("albert.encoder.embedding_hidden_mapping_in", 16, 8);
        for (var group = 0; group < 2; group++)
            for (var inner = 0; inner < 2; inner++) Layer(group, inner).Fill(weights, 16, 32);
        if (head is null or HeadKind.SequenceClassification) weights.Linear("albert.pooler", 16, 16, 0.2);
        switch (head)
        {
            case HeadKind.SequenceClassification or HeadKind.TokenClassification:
                weights.Linear("classifier", TinyModel.LabelCount, 16);
                break;
            case HeadKind.QuestionAnswering:
                weights.Linear("qa_outputs", 2, 16);
                break;
            case HeadKind.MaskedLanguageModel:
                weights.Linear("predictions.dense", 8, 16);
                weights.Norm("predictions.LayerNorm", 8);
                weights.Bias("predictions", TinyModel.VocabSize);
                break;
        }
    }
}
