using System.Text.Json;
using System.Text.Json.Serialization;
using Attend.Layers;

namespace Attend.Models;

/// <summary>Configuration of DeBERTa, version 2 and 3 (He et al. 2021, arXiv:2006.03654; He et al. 2023, arXiv:2111.09543), with the keys and defaults of Hugging Face's config.json.</summary>
public sealed record DebertaV2Config : ModelConfig
{
    /// <inheritdoc/>
    public override string ModelType => "deberta-v2";

    /// <summary>Width of the embeddings; null = <see cref="HiddenSize"/>.</summary>
    public int? EmbeddingSize { get; init; }

    /// <summary>Width of the hidden states.</summary>
    public int HiddenSize { get; init; } = 1536;

    /// <summary>Number of blocks.</summary>
    public int NumHiddenLayers { get; init; } = 24;

    /// <summary>Number of attention heads; divides <see cref="HiddenSize"/>.</summary>
    public int NumAttentionHeads { get; init; } = 24;

    /// <summary>Width of a head; null = an even share of <see cref="HiddenSize"/>, the only one Attend computes.</summary>
    public int? AttentionHeadSize { get; init; }

    /// <summary>Width of the feed-forward layers.</summary>
    public int IntermediateSize { get; init; } = 6144;

    /// <summary>Activation of the feed-forward layers.</summary>
    public string HiddenAct { get; init; } = "gelu";

    /// <summary>Dropout after embeddings and sublayers, in [0, 1).</summary>
    public double HiddenDropoutProb { get; init; } = 0.1;

    /// <summary>Dropout of attention weights, in [0, 1).</summary>
    public double AttentionProbsDropoutProb { get; init; } = 0.1;

    /// <summary>Longest input, in tokens.</summary>
    public int MaxPositionEmbeddings { get; init; } = 512;

    /// <summary>Number of segments; 0 = they are not told apart.</summary>
    public int TypeVocabSize { get; init; }

    /// <summary>Standard deviation of freshly drawn weights.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>Added to the variance in LayerNorm.</summary>
    public double LayerNormEps { get; init; } = 1e-7;

    /// <inheritdoc/>
    public override int PadTokenId { get; init; }

    /// <summary>Whether scores know relative positions.</summary>
    public bool RelativeAttention { get; init; }

    /// <summary>Greatest distance told apart; below 1 = <see cref="MaxPositionEmbeddings"/>.</summary>
    public int MaxRelativePositions { get; init; } = -1;

    /// <summary>Number of embeddings to each side; below 1 = one for each distance.</summary>
    public int PositionBuckets { get; init; } = -1;

    /// <summary>What relative positions score: "c2p" (content to position), "p2c" (position to content); a list, or one string with '|'.</summary>
    [JsonConverter(typeof(TermsConverter))]
    public IReadOnlyList<string>? PosAttType { get; init; }

    /// <summary>Whether absolute positions are added to the embeddings.</summary>
    public bool PositionBiasedInput { get; init; } = true;

    /// <summary>"layer_norm" where the embeddings of distances are normalised.</summary>
    public string NormRelEbd { get; init; } = "none";

    /// <summary>Whether positions are projected by the content's own matrices.</summary>
    public bool ShareAttKey { get; init; }

    /// <summary>Width of the convolution after the first block; 0 = there is none.</summary>
    public int ConvKernelSize { get; init; }

    /// <summary>Groups of the convolution.</summary>
    public int ConvGroups { get; init; } = 1;

    /// <summary>Activation of the convolution.</summary>
    public string ConvAct { get; init; } = "tanh";

    /// <summary>Dropout before the pooler, in [0, 1).</summary>
    public double PoolerDropout { get; init; }

    /// <summary>Activation of the pooler.</summary>
    public string PoolerHiddenAct { get; init; } = "gelu";

    /// <summary>Dropout before the classification head; null = <see cref="HiddenDropoutProb"/>.</summary>
    public double? ClsDropout { get; init; }

    /// <summary>Embeddings of distances to each side.</summary>
    internal int Span => PositionBuckets > 0 ? PositionBuckets : GreatestDistance;

    internal int GreatestDistance => MaxRelativePositions > 0 ? MaxRelativePositions : MaxPositionEmbeddings;

    internal bool ScoresContentToPosition => PosAttType?.Contains("c2p") == true;

    internal bool ScoresPositionToContent => PosAttType?.Contains("p2c") == true;

    /// <summary>Number of terms in a score.</summary>
    internal int ScoreTerms => 1 + (ScoresContentToPosition ? 1 : 0) + (ScoresPositionToContent ? 1 : 0);

    /// <summary>Sizes of one block.</summary>
    internal BlockOptions Block => new()
    {
        HiddenSize = HiddenSize,
        HeadCount = NumAttentionHeads,
        IntermediateSize = IntermediateSize,
        Activation = HiddenAct,
        HiddenDropout = HiddenDropoutProb,
        AttentionDropout = AttentionProbsDropoutProb,
        LayerNormEpsilon = LayerNormEps,
    };

    internal override double LeastValueCount => (((double)VocabSize + (PositionBiasedInput ? MaxPositionEmbeddings : 0) + TypeVocabSize) * (EmbeddingSize ?? HiddenSize))
        + (RelativeAttention ? 2.0 * Span * HiddenSize : 0) + ((double)ConvKernelSize * HiddenSize * HiddenSize / ConvGroups) + BlockValues(NumHiddenLayers, HiddenSize, IntermediateSize);

    /// <inheritdoc/>
    internal override ModelConfig WithDropout(double probability) => this with { HiddenDropoutProb = probability, AttentionProbsDropoutProb = probability };

    /// <inheritdoc/>
    public override void Validate()
    {
        RequirePositive(("vocab_size", VocabSize), ("embedding_size", EmbeddingSize ?? 1), ("hidden_size", HiddenSize),
            ("num_attention_heads", NumAttentionHeads), ("intermediate_size", IntermediateSize), ("max_position_embeddings", MaxPositionEmbeddings), ("conv_groups", ConvGroups));
        RequireLayerCount(("num_hidden_layers", NumHiddenLayers));
        RequireProbability(("hidden_dropout_prob", HiddenDropoutProb), ("attention_probs_dropout_prob", AttentionProbsDropoutProb), ("pooler_dropout", PoolerDropout), ("cls_dropout", ClsDropout ?? 0));
        RequireHeads("hidden_size", HiddenSize, "num_attention_heads", NumAttentionHeads);
        RequirePadding();
        if (TypeVocabSize < 0) throw new ArgumentException($"config.json: type_vocab_size is {TypeVocabSize}; expected 0 or more");
        if (AttentionHeadSize is { } size && size != HiddenSize / NumAttentionHeads)
            throw new ArgumentException($"config.json: attention_head_size is {size}; Attend computes heads of hidden_size / num_attention_heads = {HiddenSize / NumAttentionHeads}");
        foreach (var term in PosAttType ?? []) RequireOneOf("pos_att_type", term, "c2p", "p2c");
        if (PositionBuckets > 0 && (PositionBuckets < 4 || GreatestDistance - 1 <= PositionBuckets / 2))
            throw new ArgumentException($"config.json: position_buckets is {PositionBuckets}; expected at least 4, half of it below the greatest distance {GreatestDistance}");
        if (ConvKernelSize < 0 || (ConvKernelSize > 0 && ConvKernelSize % 2 == 0)) throw new ArgumentException($"config.json: conv_kernel_size is {ConvKernelSize}; expected an odd width, or 0 for none");
        if (HiddenSize % ConvGroups != 0) throw new ArgumentException($"config.json: hidden_size {HiddenSize} is not a multiple of conv_groups {ConvGroups}");
        foreach (var activation in new[] { HiddenAct, ConvAct, PoolerHiddenAct }) ActivationFunctions.Find(activation);
    }

    private sealed class TermsConverter : JsonConverter<IReadOnlyList<string>>
    {
        public override IReadOnlyList<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType == JsonTokenType.String
            ? [.. reader.GetString()!.ToLowerInvariant().Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)]
            : JsonSerializer.Deserialize<string[]>(ref reader, options)!;

        public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options) => JsonSerializer.Serialize(writer, value.ToArray(), options);
    }
}
