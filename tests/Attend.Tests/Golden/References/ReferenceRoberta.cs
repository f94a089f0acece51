using Attend.Models;
using static Attend.Tests.Golden.ReferenceMath;

namespace Attend.Tests.Golden;

/// <summary>One post-norm Transformer layer (Vaswani et al. 2017, section 3.1) under the names that a checkpoint gives its parts.</summary>
internal sealed record ReferenceLayer(string Query, string Key, string Value, string Output, string OutputNorm, string Inner, string Outer, string FinalNorm)
{
    /// <summary>The names of BERT, shared by RoBERTa and ELECTRA.</summary>
    public static ReferenceLayer Bert(string layer) => new(
        $"{layer}.attention.self.query", $"{layer}.attention.self.key", $"{layer}.attention.self.value", $"{layer}.attention.output.dense",
        $"{layer}.attention.output.LayerNorm", $"{layer}.intermediate.dense", $"{layer}.output.dense", $"{layer}.output.LayerNorm");

    public double[][] Run(ReferenceWeights weights, double[][] input, bool[] attend, int headCount, string activation, double epsilon)
    {
        var (query, key) = (weights.Linear(input, Query), weights.Linear(input, Key));
        var headDim = input[0].Length / headCount;
        var context = WeightedSums(weights.Linear(input, Value), headCount, attend, (head, i, j) => Dot(query[i], key[j], head * headDim, headDim) / Math.Sqrt(headDim));
        return [.. input.Select((row, i) =>
        {
            var attended = weights.LayerNorm(Sum(row, weights.Linear(context[i], Output)), OutputNorm, epsilon);
            var inner = Array.ConvertAll(weights.Linear(attended, Inner), Activation(activation));
            return weights.LayerNorm(Sum(attended, weights.Linear(inner, Outer)), FinalNorm, epsilon);
        })];
    }

    public void Fill(TinyWeights weights, int hidden, int inner)
    {
        foreach (var name in new[] { Query, Key, Value, Output }) weights.Linear(name, hidden, hidden, 0.35);
        weights.Norm(OutputNorm, hidden);
        weights.Linear(Inner, inner, hidden);
        weights.Linear(Outer, hidden, inner);
        weights.Norm(FinalNorm, hidden);
    }
}

/// <summary>RoBERTa (Liu et al. 2019, arXiv:1907.11692) and XLM-R (Conneau et al. 2020, arXiv:1911.02116): BERT whose positions are counted from the padding token's id on.</summary>
/// <remarks>
/// As fairseq does it: a token that is not padding has the position padding id + its number among such tokens, counted from 1; padding tokens have the padding id.
/// Classification reads the first token through dropout, dense, tanh, dropout, projection; the language model head is dense, gelu, LayerNorm, tied decoder.
/// </remarks>
internal sealed class ReferenceRoberta(ReferenceWeights weights, ReferenceConfig config) : IReferenceModel
{
    public static TinyModel Tiny(string modelType) => new(modelType,
        $$"""{"model_type": "{{modelType}}", "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 32, "max_position_embeddings": 48, "type_vocab_size": 1, "layer_norm_eps": 1e-5, "pad_token_id": 1}""",
        Fill, (weights, config) => new ReferenceRoberta(weights, config),
        ("pad_token_id", "2"), ("layer_norm_eps", "1e-2"), ("num_attention_heads", "2"), ("hidden_act", "\"relu\""));

    public double[][][] HiddenStates(int[] ids, int[] segments, bool[] attend)
    {
        var (padding, epsilon, count) = (config.Int("pad_token_id", 1), config.Double("layer_norm_eps", 1e-12), 0);
        var embedded = Array.ConvertAll(ids, id => weights.LayerNorm(Sum(
            weights.Row("roberta.embeddings.word_embeddings.weight", id),
            weights.Row("roberta.embeddings.position_embeddings.weight", id == padding ? padding : padding + ++count),
            weights.Row("roberta.embeddings.token_type_embeddings.weight", 0)), "roberta.embeddings.LayerNorm", epsilon));
        var states = new List<double[][]> { embedded };
        for (var layer = 0; layer < config.Int("num_hidden_layers", 12); layer++)
            states.Add(ReferenceLayer.Bert($"roberta.encoder.layer.{layer}").Run(weights, states[^1], attend, config.Int("num_attention_heads", 12), config.Text("hidden_act", "gelu"), epsilon));
        return [.. states];
    }

    public double[][] Head(HeadKind head, double[][] last, bool[] attend) => head switch
    {
        HeadKind.SequenceClassification => [weights.Linear(Array.ConvertAll(weights.Linear(last[0], "classifier.dense"), Math.Tanh), "classifier.out_proj")],
        HeadKind.TokenClassification => weights.Linear(last, "classifier"),
        HeadKind.QuestionAnswering => weights.Linear(last, "qa_outputs"),
        _ => Array.ConvertAll(last, row => weights.Words(
            weights.LayerNorm(Array.ConvertAll(weights.Linear(row, "lm_head.dense"), Gelu), "lm_head.layer_norm", config.Double("layer_norm_eps", 1e-12)),
            "roberta.embeddings.word_embeddings.weight", "lm_head.bias")),
    };

    private static void Fill(TinyWeights weights, HeadKind? head)
    {
        weights.Embedding("roberta.embeddings.word_embeddings", TinyModel.VocabSize, 16);
        weights.Embedding("roberta.embeddings.position_embeddings", 48, 16);
        weights.Embedding("roberta.embeddings.token_type_embeddings", 1, 16);
        weights.Norm("roberta.embeddings.LayerNorm", 16);
        for (var layer = 0; layer < 2; layer++) ReferenceLayer.Bert($"roberta.encoder.layer.{layer}").Fill(weights, 16, 32);
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
