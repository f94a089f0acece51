using System.Text.Json.Serialization;
using Attend.Layers;
using Attend.Onnx;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Attend.Models;

/// <summary>Configuration of RoBERTa (Liu et al. 2019, arXiv:1907.11692) and of XLM-R (Conneau et al. 2020, arXiv:1911.02116), with the keys and defaults of Hugging Face's config.json.</summary>
public abstract record RobertaConfig : ModelConfig
{
    /// <summary>Width of the hidden states.</summary>
    public int HiddenSize { get; init; } = 768;

    /// <summary>Number of blocks.</summary>
    public int NumHiddenLayers { get; init; } = 12;

    /// <summary>Number of attention heads; divides <see cref="HiddenSize"/>.</summary>
    public int NumAttentionHeads { get; init; } = 12;

    /// <summary>Width of the feed-forward layers.</summary>
    public int IntermediateSize { get; init; } = 3072;

    /// <summary>Activation of the feed-forward layers.</summary>
    public string HiddenAct { get; init; } = "gelu";

    /// <summary>Dropout after embeddings and sublayers, in [0, 1).</summary>
    public double HiddenDropoutProb { get; init; } = 0.1;

    /// <summary>Dropout of attention weights, in [0, 1).</summary>
    public double AttentionProbsDropoutProb { get; init; } = 0.1;

    /// <summary>Number of positions: the longest input and the padding token's id and 1 more (514 for 512 tokens).</summary>
    public int MaxPositionEmbeddings { get; init; } = 512;

    /// <summary>Number of segments; published models have 1.</summary>
    public int TypeVocabSize { get; init; } = 2;

    /// <summary>Standard deviation of freshly drawn weights.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>Added to the variance in LayerNorm.</summary>
    public double LayerNormEps { get; init; } = 1e-12;

    /// <inheritdoc/>
    public override int PadTokenId { get; init; } = 1;

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

    internal override double LeastValueCount => (((double)VocabSize + MaxPositionEmbeddings + TypeVocabSize) * HiddenSize) + BlockValues(NumHiddenLayers, HiddenSize, IntermediateSize);

    /// <inheritdoc/>
    internal override ModelConfig WithDropout(double probability) => this with { HiddenDropoutProb = probability, AttentionProbsDropoutProb = probability };

    /// <inheritdoc/>
    public override void Validate()
    {
        RequirePositive(("vocab_size", VocabSize), ("hidden_size", HiddenSize),
            ("num_attention_heads", NumAttentionHeads), ("intermediate_size", IntermediateSize),
            ("max_position_embeddings", MaxPositionEmbeddings), ("type_vocab_size", TypeVocabSize));
        RequireLayerCount(("num_hidden_layers", NumHiddenLayers));
        RequireProbability(("hidden_dropout_prob", HiddenDropoutProb), ("attention_probs_dropout_prob", AttentionProbsDropoutProb), ("classifier_dropout", ClassifierDropout ?? 0));
        RequireHeads("hidden_size", HiddenSize, "num_attention_heads", NumAttentionHeads);
        RequirePadding();
        if (MaxPositionEmbeddings <= PadTokenId + 1)
            throw new ArgumentException($"config.json: max_position_embeddings is {MaxPositionEmbeddings}; expected more than pad_token_id {PadTokenId} and 1, since positions are counted from there");
        ActivationFunctions.Find(HiddenAct);
    }
}

/// <summary>RoBERTa: BERT trained longer, whose positions are counted from the padding token's id on, without a pooler.</summary>
public sealed class RobertaModel : EncoderModel
{
    [ComponentName(Name = "embeddings")] private readonly TokenEmbeddings _embeddings;
    [ComponentName(Name = "layers")] private readonly ModuleList<EncoderBlock> _layers;
    private readonly RobertaConfig _config;

    /// <summary>Creates the model with freshly drawn weights.</summary>
    /// <exception cref="ArgumentException">The configuration's numbers do not fit each other.</exception>
    public RobertaModel(RobertaConfig config) : base(nameof(RobertaModel))
    {
        config.Validate();
        _config = config;
        _embeddings = new TokenEmbeddings(new()
        {
            VocabSize = config.VocabSize,
            EmbeddingSize = config.HiddenSize,
            PositionCount = config.MaxPositionEmbeddings,
            SegmentCount = config.TypeVocabSize,
            PadTokenId = config.PadTokenId,
            LayerNormEpsilon = config.LayerNormEps,
            Dropout = config.HiddenDropoutProb,
        });
        _layers = ModuleList([.. Enumerable.Range(0, config.NumHiddenLayers).Select(_ => new EncoderBlock(config.Block))]);
        RegisterComponents();
        Initialization.Normal(this, config.InitializerRange);
    }

    /// <inheritdoc/>
    public override ModelConfig Config => _config;

    /// <inheritdoc/>
    public override int HiddenSize => _config.HiddenSize;

    /// <inheritdoc/>
    public override int MaxPositionEmbeddings => _config.MaxPositionEmbeddings - _config.PadTokenId - 1;

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
        EmbeddingSize = _config.HiddenSize,
        VocabSize = _config.VocabSize,
        LayerNormEpsilon = _config.LayerNormEps,
        InitializerRange = _config.InitializerRange,
    };

    /// <summary>Encodes a batch: hidden states [batch, seq, hidden].</summary>
    public override EncoderOutput forward(EncoderInput input)
    {
        var hidden = _embeddings.call(input.Ids, input.SegmentIds, Positions(input.Ids));   // [batch, seq, hidden]
        input.Trace?.Add(TraceNames.Embeddings, 0, hidden);
        var bias = input.Mask is null ? null : Attention.MaskToBias(input.Mask, hidden.dtype);
        return new EncoderOutput(EncoderBlock.Run(_layers, hidden, bias, input.Places, input.Trace));
    }

    internal override bool ReadsSegments => _config.TypeVocabSize > 1;

    internal override OnnxEncoded Export(OnnxGraph graph, OnnxTokens tokens)
    {
        var real = graph.ToInt(graph.Node("Not", [graph.Node("Equal", [tokens.Ids, graph.Int(_config.PadTokenId)])]));
        var positions = graph.Add(graph.Multiply(graph.Node("CumSum", [real, graph.Int(1)]), real), graph.Int(_config.PadTokenId));
        var hidden = _embeddings.Export(graph, tokens.Ids, tokens.SegmentIds, positions);
        var bias = Attention.ExportMask(graph, tokens.Mask);
        foreach (var layer in _layers) hidden = layer.Export(graph, hidden, bias);
        return new OnnxEncoded(hidden);
    }

    // Padding id + the token's number among those that are not padding, from 1 on; padding itself has the padding id (as in fairseq).
    private Tensor Positions(Tensor ids)
    {
        var real = ids.ne(_config.PadTokenId).to(ScalarType.Int64);                          // [batch, seq]
        return real.cumsum(1) * real + _config.PadTokenId;
    }

    /// <inheritdoc/>
    protected override ClassificationHeadOptions HeadOptions(HeadKind kind, int labelCount) => kind != HeadKind.SequenceClassification
        ? base.HeadOptions(kind, labelCount)
        : base.HeadOptions(kind, labelCount) with { DenseActivation = "tanh", InputDropout = ClassifierDropout };

    /// <summary>The rows of RoBERTa and of its namesakes in the table of architectures.</summary>
    internal static IEnumerable<Architecture> Architectures =>
    [
        Row<RobertaBaseConfig>("roberta", "Roberta"),
        Row<XlmRobertaConfig>("xlm-roberta", "XLMRoberta"),
        Row<CamembertConfig>("camembert", "Camembert"),
    ];

    private static Architecture Row<TConfig>(string modelType, string className) where TConfig : RobertaConfig => new()
    {
        ModelType = modelType,
        ConfigType = typeof(TConfig),
        CreateConfig = (size, vocabSize) => modelType switch
        {
            "roberta" => New(new RobertaBaseConfig { VocabSize = vocabSize }, size),
            "xlm-roberta" => New(new XlmRobertaConfig { VocabSize = vocabSize }, size),
            _ => New(new CamembertConfig { VocabSize = vocabSize }, size),
        },
        Create = config => new RobertaModel((RobertaConfig)config),
        ClassName = $"{className}Model",
        Keys = new KeyMap
        {
            Prefix = "roberta.",
            Rules =
            [
                new("embeddings.words", "embeddings.word_embeddings"),
                new("embeddings.positions", "embeddings.position_embeddings"),
                new("embeddings.segments", "embeddings.token_type_embeddings"),
                new("embeddings.norm", "embeddings.LayerNorm"),
                new("layers.*.attention.qkv", "encoder.layer.*.attention.self.query", "encoder.layer.*.attention.self.key", "encoder.layer.*.attention.self.value"),
                new("layers.*.attention.output", "encoder.layer.*.attention.output.dense"),
                new("layers.*.attention_norm", "encoder.layer.*.attention.output.LayerNorm"),
                new("layers.*.feed_forward.inner", "encoder.layer.*.intermediate.dense"),
                new("layers.*.feed_forward.outer", "encoder.layer.*.output.dense"),
                new("layers.*.feed_forward_norm", "encoder.layer.*.output.LayerNorm"),
            ],
            // The pooler of published checkpoints was never trained: RoBERTa has no task that would.
            Ignored = ["embeddings.position_ids", "embeddings.token_type_ids", "pooler."],
        },
        Heads = new Dictionary<HeadKind, HeadFormat>
        {
            [HeadKind.SequenceClassification] = new($"{className}ForSequenceClassification", new KeyMap { Rules = [new("dense", "classifier.dense"), new("output", "classifier.out_proj")] }),
            [HeadKind.TokenClassification] = new($"{className}ForTokenClassification", new KeyMap { Rules = [new("output", "classifier")] }),
            [HeadKind.QuestionAnswering] = new($"{className}ForQuestionAnswering", new KeyMap { Rules = [new("output", "qa_outputs")] }),
            [HeadKind.MaskedLanguageModel] = new($"{className}ForMaskedLM", new KeyMap
            {
                Rules = [new("transform", "lm_head.dense"), new("norm", "lm_head.layer_norm"), new("decoder", "lm_head")],
                Ignored = ["lm_head.decoder."],
            }),
        },
    };

    private static RobertaConfig New(RobertaConfig config, EncoderSize size) => config with
    {
        HiddenSize = size.HiddenSize,
        NumHiddenLayers = size.LayerCount,
        NumAttentionHeads = size.HeadCount,
        IntermediateSize = size.IntermediateSize,
        PadTokenId = 0,
        MaxPositionEmbeddings = size.MaxPositionEmbeddings + 1,
        TypeVocabSize = 1,
        HiddenDropoutProb = size.Dropout,
        AttentionProbsDropoutProb = size.Dropout,
        LayerNormEps = 1e-5,
    };
}

/// <summary>RoBERTa's configuration.</summary>
public sealed record RobertaBaseConfig : RobertaConfig
{
    /// <inheritdoc/>
    public override string ModelType => "roberta";
}

/// <summary>XLM-R's configuration: RoBERTa over a hundred languages.</summary>
public sealed record XlmRobertaConfig : RobertaConfig
{
    /// <inheritdoc/>
    public override string ModelType => "xlm-roberta";
}

/// <summary>CamemBERT's configuration: RoBERTa for French (Martin et al. 2020, arXiv:1911.03894).</summary>
public sealed record CamembertConfig : RobertaConfig
{
    /// <inheritdoc/>
    public override string ModelType => "camembert";
}
