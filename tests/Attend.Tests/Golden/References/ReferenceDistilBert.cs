using Attend.Models;
using static Attend.Tests.Golden.ReferenceMath;

namespace Attend.Tests.Golden;

/// <summary>DistilBERT (Sanh et al. 2019, arXiv:1910.01108): BERT of half the layers, without segments and without a pooler.</summary>
/// <remarks>Classification reads the first token through dense, relu, dropout, projection. Every LayerNorm adds 1e-12 to the variance.</remarks>
internal sealed class ReferenceDistilBert(ReferenceWeights weights, ReferenceConfig config) : IReferenceModel
{
    private const double Epsilon = 1e-12;

    public static TinyModel Tiny { get; } = new("distilbert",
        """{"model_type": "distilbert", "dim": 16, "n_layers": 2, "n_heads": 4, "hidden_dim": 32, "max_position_embeddings": 48}""",
        Fill, (weights, config) => new ReferenceDistilBert(weights, config),
        ("n_heads", "2"), ("n_layers", "1"), ("activation", "\"relu\""));

    public double[][][] HiddenStates(int[] ids, int[] segments, bool[] attend)
    {
        var embedded = ids.Select((id, i) => weights.LayerNorm(Sum(
            weights.Row("distilbert.embeddings.word_embeddings.weight", id),
            weights.Row("distilbert.embeddings.position_embeddings.weight", i)), "distilbert.embeddings.LayerNorm", Epsilon)).ToArray();
        var states = new List<double[][]> { embedded };
        for (var layer = 0; layer < config.Int("n_layers", 6); layer++)
            states.Add(Layer(layer).Run(weights, states[^1], attend, config.Int("n_heads", 12), config.Text("activation", "gelu"), Epsilon));
        return [.. states];
    }

    public double[][] Head(HeadKind head, double[][] last, bool[] attend) => head switch
    {
        HeadKind.SequenceClassification => [weights.Linear(Array.ConvertAll(weights.Linear(last[0], "pre_classifier"), x => Math.Max(0, x)), "classifier")],
        HeadKind.TokenClassification => weights.Linear(last, "classifier"),
        HeadKind.QuestionAnswering => weights.Linear(last, "qa_outputs"),
        _ => Array.ConvertAll(last, row => weights.Words(
            weights.LayerNorm(Array.ConvertAll(weights.Linear(row, "vocab_transform"), Activation(config.Text("activation", "gelu"))), "vocab_layer_norm", Epsilon),
            "distilbert.embeddings.word_embeddings.weight", "vocab_projector.bias")),
    };

    private static ReferenceLayer Layer(int layer)
    {
        var name = $"distilbert.transformer.layer.{layer}";
        return new($"{name}.attention.q_lin", $"{name}.attention.k_lin", $"{name}.attention.v_lin", $"{name}.attention.out_lin",
            $"{name}.sa_layer_norm", $"{name}.ffn.lin1", $"{name}.ffn.lin2", $"{name}.output_layer_norm");
    }

    private static void Fill(TinyWeights weights, HeadKind? head)
    {
        weights.Embedding("distilbert.embeddings.word_embeddings", TinyModel.VocabSize, 16);
        weights.Embedding("distilbert.embeddings.position_embeddings", 48, 16);
        weights.Norm("distilbert.embeddings.LayerNorm", 16);
        for (var layer = 0; layer < 2; layer++) Layer(layer).Fill(weights, 16, 32);
        switch (head)
        {
            case HeadKind.SequenceClassification:
                weights.Linear("pre_classifier", 16, 16);
                weights.Linear("classifier", TinyModel.LabelCount, 16);
                break;
            case HeadKind.TokenClassification:
                weights.Linear("classifier", TinyModel.LabelCount, 16);
                break;
            case HeadKind.QuestionAnswering:
                weights.Linear("qa_outputs", 2, 16);
                break;
            case HeadKind.MaskedLanguageModel:
                weights.Linear("vocab_transform", 16, 16);
                weights.Norm("vocab_layer_norm", 16);
                weights.Bias("vocab_projector", TinyModel.VocabSize);
                break;
        }
    }
}
