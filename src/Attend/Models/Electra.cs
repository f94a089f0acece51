using System.Text.Json.Serialization;
using Attend.Layers;
using Attend.Onnx;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Attend.Models;

/// <summary>Configuration of ELECTRA (Clark et al. 2020, arXiv:2003.10555), with the keys and defaults of Hugging Face's config.json.</summary>
public sealed record ElectraConfig : ModelConfig
{
    /// <inheritdoc/>
    public override string ModelType => "electra";

    /// <summary>Width of the embeddings.</summary>
    public int EmbeddingSize { get; init; } = 128;

    /// <summary>Width of the hidden states.</summary>
    public int HiddenSize { get; init; } = 256;

    /// <summary>Number of blocks.</summary>
    public int NumHiddenLayers { get; init; } = 12;

    /// <summary>Number of attention heads; divides <see cref="HiddenSize"/>.</summary>
    public int NumAttentionHeads { get; init; } = 4;

    /// <summary>Width of the feed-forward layers.</summary>
    public int IntermediateSize { get; init; } = 1024;

    /// <summary>Activation of the feed-forward layers.</summary>
    public string HiddenAct { get; init; } = "gelu";

    /// <summary>Dropout after embeddings and sublayers, in [0, 1).</summary>
    public double HiddenDropoutProb { get; init; } = 0.1;

    /// <summary>Dropout of attention weights, in [0, 1).</summary>
    public double AttentionProbsDropoutProb { get; init; } = 0.1;

    /// <summary>Longest input, in tokens.</summary>
    public int MaxPositionEmbeddings { get; init; } = 512;

    /// <summary>Number of segments.</summary>
    public int TypeVocabSize { get; init; } = 2;

    /// <summary>Standard deviation of freshly drawn weights.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>Added to the variance in LayerNorm.</summary>
    public double LayerNormEps { get; init; } = 1e-12;

    /// <inheritdoc/>
    public override int PadTokenId { get; init; }

    /// <summary>Dropout in the classification head; null = <see cref="HiddenDropoutProb"/>.</summary>
    public double? ClassifierDropout { get; init; }

    /// <summary>Sizes of one block.</summary>
    [JsonIgnore]
    public BlockOptions Block => new()
    {
        HiddenSize = HiddenSize,
        HeadCount = NumAttentionHeads,
        IntermediateSize = IntermediateSize,
        Activation = HiddenAct,
        HiddenDropout = HiddenDropoutProb,
        AttentionDropout = AttentionProbsDropoutProb,
        LayerNormEpsilon = LayerNormEps,
    };

    internal override double LeastValueCount => (((double)VocabSize + MaxPositionEmbeddings + TypeVocabSize) * EmbeddingSize) + BlockValues(NumHiddenLayers, HiddenSize, IntermediateSize);

    /// <inheritdoc/>
    internal override ModelConfig WithDropout(double probability) => this with { HiddenDropoutProb = probability, AttentionProbsDropoutProb = probability };

    /// <inheritdoc/>
    public override void Validate()
    {
        RequirePositive(("vocab_size", VocabSize), ("embedding_size", EmbeddingSize), ("hidden_size", HiddenSize),
            ("num_attention_heads", NumAttentionHeads), ("intermediate_size", IntermediateSize),
            ("max_position_embeddings", MaxPositionEmbeddings), ("type_vocab_size", TypeVocabSize));
        RequireLayerCount(("num_hidden_layers", NumHiddenLayers));
        RequireProbability(("hidden_dropout_prob", HiddenDropoutProb), ("attention_probs_dropout_prob", AttentionProbsDropoutProb), ("classifier_dropout", ClassifierDropout ?? 0));
        RequireHeads("hidden_size", HiddenSize, "num_attention_heads", NumAttentionHeads);
        RequirePadding();
        ActivationFunctions.Find(HiddenAct);
    }
}

/// <summary>ELECTRA, generator or discriminator: BERT's encoder with narrow embeddings projected where their size differs, and without a pooler.</summary>
public sealed class ElectraModel : EncoderModel
{
    [ComponentName(Name = "embeddings")] private readonly TokenEmbeddings _embeddings;
    [ComponentName(Name = "projection")] private readonly Linear? _projection;
    [ComponentName(Name = "layers")] private readonly ModuleList<EncoderBlock> _layers;
    private readonly ElectraConfig _config;

    /// <summary>Creates the model with freshly drawn weights.</summary>
    /// <exception cref="ArgumentException">The configuration's numbers do not fit each other.</exception>
    public ElectraModel(ElectraConfig config) : base(nameof(ElectraModel))
    {
        config.Validate();
        _config = config;
        _embeddings = new TokenEmbeddings(new()
        {
            VocabSize = config.VocabSize,
            EmbeddingSize = config.EmbeddingSize,
            PositionCount = config.MaxPositionEmbeddings,
            SegmentCount = config.TypeVocabSize,
            PadTokenId = config.PadTokenId,
            LayerNormEpsilon = config.LayerNormEps,
            Dropout = config.HiddenDropoutProb,
        });
        _projection = config.EmbeddingSize == config.HiddenSize ? null : new Linear(config.EmbeddingSize, config.HiddenSize);
        _layers = ModuleList([.. Enumerable.Range(0, config.NumHiddenLayers).Select(_ => new EncoderBlock(config.Block))]);
        RegisterComponents();
        Initialization.Normal(this, config.InitializerRange);
    }

    /// <inheritdoc/>
    public override ModelConfig Config => _config;

    /// <inheritdoc/>
    public override int HiddenSize => _config.HiddenSize;

    /// <inheritdoc/>
    public override int MaxPositionEmbeddings => _config.MaxPositionEmbeddings;

    /// <inheritdoc/>
    public override double ClassifierDropout => _config.ClassifierDropout ?? _config.HiddenDropoutProb;

    /// <inheritdoc/>
    public override double InitializerRange => _config.InitializerRange;

    /// <inheritdoc/>
    public override Tensor WordEmbeddings => _embeddings.Words;

    /// <inheritdoc/>
    protected override MaskedLanguageHeadOptions MaskedLanguageOptions => new()
    {
        HiddenSize = _config.HiddenSize,
        EmbeddingSize = _config.EmbeddingSize,
        VocabSize = _config.VocabSize,
        LayerNormEpsilon = _config.LayerNormEps,
        InitializerRange = _config.InitializerRange,
    };

    /// <summary>Encodes a batch: hidden states [batch, seq, hidden].</summary>
    public override EncoderOutput forward(EncoderInput input)
    {
        var hidden = _embeddings.call(input.Ids, input.SegmentIds, null);          // [batch, seq, embedding]
        if (_projection is not null) hidden = _projection.call(hidden);            // [batch, seq, hidden]
        input.Trace?.Add(TraceNames.Embeddings, 0, hidden);
        var bias = input.Mask is null ? null : Attention.MaskToBias(input.Mask, hidden.dtype);
        return new EncoderOutput(EncoderBlock.Run(_layers, hidden, bias, input.Places, input.Trace));
    }

    internal override bool ReadsSegments => _config.TypeVocabSize > 1;

    internal override OnnxEncoded Export(OnnxGraph graph, OnnxTokens tokens)
    {
        var hidden = _embeddings.Export(graph, tokens.Ids, tokens.SegmentIds, null);
        if (_projection is not null) hidden = graph.Linear(_projection, hidden);
        var bias = Attention.ExportMask(graph, tokens.Mask);
        foreach (var layer in _layers) hidden = layer.Export(graph, hidden, bias);
        return new OnnxEncoded(hidden);
    }

    /// <inheritdoc/>
    protected override ClassificationHeadOptions HeadOptions(HeadKind kind, int labelCount) => kind switch
    {
        HeadKind.SequenceClassification => base.HeadOptions(kind, labelCount) with { DenseActivation = "gelu", InputDropout = ClassifierDropout },
        HeadKind.ReplacedTokenDetection => base.HeadOptions(kind, labelCount) with { DenseActivation = _config.HiddenAct, Dropout = 0 },
        _ => base.HeadOptions(kind, labelCount),
    };

    /// <summary>The row of ELECTRA in the table of architectures.</summary>
    internal static Architecture Architecture { get; } = new()
    {
        ModelType = "electra",
        ConfigType = typeof(ElectraConfig),
        CreateConfig = (size, vocabSize) => new ElectraConfig
        {
            VocabSize = vocabSize,
            EmbeddingSize = Math.Min(128, size.HiddenSize),
            HiddenSize = size.HiddenSize,
            NumHiddenLayers = size.LayerCount,
            NumAttentionHeads = size.HeadCount,
            IntermediateSize = size.IntermediateSize,
            MaxPositionEmbeddings = size.MaxPositionEmbeddings,
            HiddenDropoutProb = size.Dropout,
            AttentionProbsDropoutProb = size.Dropout,
        },
        Create = config => new ElectraModel((ElectraConfig)config),
        ClassName = "ElectraModel",
        Keys = new KeyMap
        {
            Prefix = "electra.",
            Rules =
            [
                new("embeddings.words", "embeddings.word_embeddings"),
                new("embeddings.positions", "embeddings.position_embeddings"),
                new("embeddings.segments", "embeddings.token_type_embeddings"),
                new("embeddings.norm", "embeddings.LayerNorm"),
                new("projection", "embeddings_project"),
                new("layers.*.attention.qkv", "encoder.layer.*.attention.self.query", "encoder.layer.*.attention.self.key", "encoder.layer.*.attention.self.value"),
                new("layers.*.attention.output", "encoder.layer.*.attention.output.dense"),
                new("layers.*.attention_norm", "encoder.layer.*.attention.output.LayerNorm"),
                new("layers.*.feed_forward.inner", "encoder.layer.*.intermediate.dense"),
                new("layers.*.feed_forward.outer", "encoder.layer.*.output.dense"),
                new("layers.*.feed_forward_norm", "encoder.layer.*.output.LayerNorm"),
            ],
            Ignored = ["embeddings.position_ids", "embeddings.token_type_ids"],
        },
        Heads = new Dictionary<HeadKind, HeadFormat>
        {
            [HeadKind.SequenceClassification] = new("ElectraForSequenceClassification", new KeyMap { Rules = [new("dense", "classifier.dense"), new("output", "classifier.out_proj")] }),
            [HeadKind.TokenClassification] = new("ElectraForTokenClassification", new KeyMap { Rules = [new("output", "classifier")] }),
            [HeadKind.QuestionAnswering] = new("ElectraForQuestionAnswering", new KeyMap { Rules = [new("output", "qa_outputs")] }),
            [HeadKind.MaskedLanguageModel] = new("ElectraForMaskedLM", new KeyMap
            {
                Rules = [new("transform", "generator_predictions.dense"), new("norm", "generator_predictions.LayerNorm"), new("decoder", "generator_lm_head")],
                Ignored = ["generator_lm_head.weight"],
            }),
            [HeadKind.ReplacedTokenDetection] = new("ElectraForPreTraining", new KeyMap
            {
                Rules = [new("dense", "discriminator_predictions.dense"), new("output", "discriminator_predictions.dense_prediction")],
            }),
        },
    };
}
