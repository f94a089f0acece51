using Attend.Models;
using static Attend.Tests.Golden.ReferenceMath;

namespace Attend.Tests.Golden;

/// <summary>ELECTRA (Clark et al. 2020, arXiv:2003.10555): BERT's encoder, with narrow embeddings projected where their size differs, and no pooler.</summary>
/// <remarks>Classification reads the first token through dropout, dense, gelu, dropout, projection. The generator predicts words, the discriminator says which tokens were replaced (section 2).</remarks>
internal sealed class ReferenceElectra(ReferenceWeights weights, ReferenceConfig config) : IReferenceModel
{
    public static TinyModel Tiny(int embeddingSize) => new($"electra, embeddings of {embeddingSize}",
        $$"""{"model_type": "electra", "embedding_size": {{embeddingSize}}, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 32, "max_position_embeddings": 48}""",
        (weights, head) => Fill(weights, head, embeddingSize), (weights, config) => new ReferenceElectra(weights, config),
        ("num_attention_heads", "2"), ("num_hidden_layers", "1"), ("hidden_act", "\"relu\""), ("layer_norm_eps", "1e-2"));

    private double Epsilon => config.Double("layer_norm_eps", 1e-12);

    public double[][][] HiddenStates(int[] ids, int[] segments, bool[] attend)
    {
        var embedded = ids.Select((id, i) => weights.LayerNorm(Sum(
            weights.Row("electra.embeddings.word_embeddings.weight", id),
            weights.Row("electra.embeddings.position_embeddings.weight", i),
            weights.Row("electra.embeddings.token_type_embeddings.weight", segments[i])), "electra.embeddings.LayerNorm", Epsilon)).ToArray();
        var states = new List<double[][]> { config.Int("embedding_size", 128) == config.Int("hidden_size", 256) ? embedded : weights.Linear(embedded, "electra.embeddings_project") };
        for (var layer = 0; layer < config.Int("num_hidden_layers", 12); layer++)
            states.Add(ReferenceLayer.Bert($"electra.encoder.layer.{layer}").Run(weights, states[^1], attend, config.Int("num_attention_heads", 4), config.Text("hidden_act", "gelu"), Epsilon));
        return [.. states];
    }

    public double[][] Head(HeadKind head, double[][] last, bool[] attend) => head switch
    {
        HeadKind.SequenceClassification => [weights.Linear(Array.ConvertAll(weights.Linear(last[0], "classifier.dense"), Gelu), "classifier.out_proj")],
        HeadKind.TokenClassification => weights.Linear(last, "classifier"),
        HeadKind.QuestionAnswering => weights.Linear(last, "qa_outputs"),
        HeadKind.ReplacedTokenDetection => Array.ConvertAll(last, row => weights.Linear(
            Array.ConvertAll(weights.Linear(row, "discriminator_predictions.dense"), Activation(config.Text("hidden_act", "gelu"))), "discriminator_predictions.dense_prediction")),
        _ => Array.ConvertAll(last, row => weights.Words(
            weights.LayerNorm(Array.ConvertAll(weights.Linear(row, "generator_predictions.dense"), Gelu), "generator_predictions.LayerNorm", Epsilon),
            "electra.embeddings.word_embeddings.weight", "generator_lm_head.bias")),
    };

    private static void Fill(TinyWeights weights, HeadKind? head, int embedding)
    {
        weights.Embedding("electra.embeddings.word_embeddings", TinyModel.VocabSize, embedding);
        weights.Embedding("electra.embeddings.position_embeddings", 48, embedding);
        weights.Embedding("electra.embeddings.token_type_embeddings", 2, embedding);
        weights.Norm("electra.embeddings.LayerNorm", embedding);
        if (embedding != 16) weights.Linear("electra.embeddings_project", 16, embedding);
        for (var layer = 0; layer < 2; layer++) ReferenceLayer.Bert($"electra.encoder.layer.{layer}").Fill(weights, 16, 32);
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
            case HeadKind.ReplacedTokenDetection:
                weights.Linear("discriminator_predictions.dense", 16, 16);
                weights.Linear("discriminator_predictions.dense_prediction", 1, 16);
                break;
            case HeadKind.MaskedLanguageModel:
                weights.Linear("generator_predictions.dense", embedding, 16);
                weights.Norm("generator_predictions.LayerNorm", embedding);
                weights.Bias("generator_lm_head", TinyModel.VocabSize);
                break;
        }
    }
}
