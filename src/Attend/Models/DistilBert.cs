using System.Text.Json.Serialization;
using Attend.Layers;
using Attend.Onnx;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Attend.Models;

/// <summary>Configuration of DistilBERT (Sanh et al. 2019, arXiv:1910.01108), with the keys and defaults of Hugging Face's config.json.</summary>
public sealed record DistilBertConfig : ModelConfig
{
    /// <summary>Added to the variance in every LayerNorm.</summary>
    internal const double LayerNormEps = 1e-12;

    /// <inheritdoc/>
    public override string ModelType => "distilbert";

    /// <summary>Width of the hidden states.</summary>
    public int Dim { get; init; } = 768;

    /// <summary>Number of blocks.</summary>
    public int NLayers { get; init; } = 6;

    /// <summary>Number of attention heads; divides <see cref="Dim"/>.</summary>
    public int NHeads { get; init; } = 12;

    /// <summary>Width of the feed-forward layers.</summary>
    public int HiddenDim { get; init; } = 3072;

    /// <summary>Activation of the feed-forward layers.</summary>
    public string Activation { get; init; } = "gelu";

    /// <summary>Dropout after embeddings and sublayers, in [0, 1).</summary>
    public double Dropout { get; init; } = 0.1;

    /// <summary>Dropout of attention weights, in [0, 1).</summary>
    public double AttentionDropout { get; init; } = 0.1;

    /// <summary>Longest input, in tokens.</summary>
    public int MaxPositionEmbeddings { get; init; } = 512;

    /// <summary>Standard deviation of freshly drawn weights.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <inheritdoc/>
    public override int PadTokenId { get; init; }

    /// <summary>Dropout in front of the start and end of an answer, in [0, 1).</summary>
    public double QaDropout { get; init; } = 0.1;

    /// <summary>Dropout in the classification head, in [0, 1).</summary>
    public double SeqClassifDropout { get; init; } = 0.2;

    /// <summary>Sizes of one block.</summary>
    [JsonIgnore]
    public BlockOptions Block => new()
    {
        HiddenSize = Dim,
        HeadCount = NHeads,
        IntermediateSize = HiddenDim,
        Activation = Activation,
        HiddenDropout = Dropout,
        AttentionDropout = AttentionDropout,
        LayerNormEpsilon = LayerNormEps,
    };

    internal override double LeastValueCount => (((double)VocabSize + MaxPositionEmbeddings) * Dim) + BlockValues(NLayers, Dim, HiddenDim);

    /// <inheritdoc/>
    internal override ModelConfig WithDropout(double probability) => this with { Dropout = probability, AttentionDropout = probability };

    /// <inheritdoc/>
    public override void Validate()
    {
        RequirePositive(("vocab_size", VocabSize), ("dim", Dim), ("n_heads", NHeads), ("hidden_dim", HiddenDim), ("max_position_embeddings", MaxPositionEmbeddings));
        RequireLayerCount(("n_layers", NLayers));
        RequireProbability(("dropout", Dropout), ("attention_dropout", AttentionDropout), ("qa_dropout", QaDropout), ("seq_classif_dropout", SeqClassifDropout));
        RequireHeads("dim", Dim, "n_heads", NHeads);
        RequirePadding();
        ActivationFunctions.Find(Activation);
    }
}

/// <summary>DistilBERT: BERT of half the layers, taught by a BERT; without segments and without a pooler.</summary>
public sealed class DistilBertModel : EncoderModel
{
    [ComponentName(Name = "embeddings")] private readonly TokenEmbeddings _embeddings;
    [ComponentName(Name = "layers")] private readonly ModuleList<EncoderBlock> _layers;
    private readonly DistilBertConfig _config;

    /// <summary>Creates the model with freshly drawn weights.</summary>
    /// <exception cref="ArgumentException">The configuration's numbers do not fit each other.</exception>
    public DistilBertModel(DistilBertConfig config) : base(nameof(DistilBertModel))
    {
        config.Validate();
        _config = config;
        _embeddings = new TokenEmbeddings(new()
        {
            VocabSize = config.VocabSize,
            EmbeddingSize = config.Dim,
            PositionCount = config.MaxPositionEmbeddings,
            SegmentCount = 0,
            PadTokenId = config.PadTokenId,
            LayerNormEpsilon = DistilBertConfig.LayerNormEps,
            Dropout = config.Dropout,
        });
        _layers = ModuleList([.. Enumerable.Range(0, config.NLayers).Select(_ => new EncoderBlock(config.Block))]);
        RegisterComponents();
        Initialization.Normal(this, config.InitializerRange);
    }

    /// <inheritdoc/>
    public override ModelConfig Config => _config;

    /// <inheritdoc/>
    public override int HiddenSize => _config.Dim;

    /// <inheritdoc/>
    public override int MaxPositionEmbeddings => _config.MaxPositionEmbeddings;

    /// <inheritdoc/>
    public override double ClassifierDropout => _config.SeqClassifDropout;

    /// <inheritdoc/>
    public override double InitializerRange => _config.InitializerRange;

    /// <inheritdoc/>
    public override Tensor WordEmbeddings => _embeddings.Words;

    /// <inheritdoc/>
    protected override MaskedLanguageHeadOptions MaskedLanguageOptions => new()
    {
        HiddenSize = _config.Dim,
        EmbeddingSize = _config.Dim,
        VocabSize = _config.VocabSize,
        Activation = _config.Activation,
        LayerNormEpsilon = DistilBertConfig.LayerNormEps,
        InitializerRange = _config.InitializerRange,
    };

    /// <summary>Encodes a batch: hidden states [batch, seq, hidden]. Segment ids are not read.</summary>
    public override EncoderOutput forward(EncoderInput input)
    {
        var hidden = _embeddings.call(input.Ids, null, null);                      // [batch, seq, hidden]
        input.Trace?.Add(TraceNames.Embeddings, 0, hidden);
        var bias = input.Mask is null ? null : Attention.MaskToBias(input.Mask, hidden.dtype);
        return new EncoderOutput(EncoderBlock.Run(_layers, hidden, bias, input.Places, input.Trace));
    }

    internal override bool ReadsSegments => false;

    internal override OnnxEncoded Export(OnnxGraph graph, OnnxTokens tokens)
    {
        var hidden = _embeddings.Export(graph, tokens.Ids, null, null);
        var bias = Attention.ExportMask(graph, tokens.Mask);
        foreach (var layer in _layers) hidden = layer.Export(graph, hidden, bias);
        return new OnnxEncoded(hidden);
    }

    /// <inheritdoc/>
    protected override ClassificationHeadOptions HeadOptions(HeadKind kind, int labelCount) => kind switch
    {
        HeadKind.SequenceClassification => base.HeadOptions(kind, labelCount) with { DenseActivation = "relu" },
        HeadKind.QuestionAnswering => base.HeadOptions(kind, labelCount) with { Dropout = _config.QaDropout },
        _ => base.HeadOptions(kind, labelCount) with { Dropout = _config.Dropout },
    };

    /// <summary>The row of DistilBERT in the table of architectures.</summary>
    internal static Architecture Architecture { get; } = new()
    {
        ModelType = "distilbert",
        ConfigType = typeof(DistilBertConfig),
        CreateConfig = (size, vocabSize) => new DistilBertConfig
        {
            VocabSize = vocabSize,
            Dim = size.HiddenSize,
            NLayers = size.LayerCount,
            NHeads = size.HeadCount,
            HiddenDim = size.IntermediateSize,
            MaxPositionEmbeddings = size.MaxPositionEmbeddings,
            Dropout = size.Dropout,
            AttentionDropout = size.Dropout,
        },
        Create = config => new DistilBertModel((DistilBertConfig)config),
        ClassName = "DistilBertModel",
        Keys = new KeyMap
        {
            Prefix = "distilbert.",
            Rules =
            [
                new("embeddings.words", "embeddings.word_embeddings"),
                new("embeddings.positions", "embeddings.position_embeddings"),
                new("embeddings.norm", "embeddings.LayerNorm"),
                new("layers.*.attention.qkv", "transformer.layer.*.attention.q_lin", "transformer.layer.*.attention.k_lin", "transformer.layer.*.attention.v_lin"),
                new("layers.*.attention.output", "transformer.layer.*.attention.out_lin"),
                new("layers.*.attention_norm", "transformer.layer.*.sa_layer_norm"),
                new("layers.*.feed_forward.inner", "transformer.layer.*.ffn.lin1"),
                new("layers.*.feed_forward.outer", "transformer.layer.*.ffn.lin2"),
                new("layers.*.feed_forward_norm", "transformer.layer.*.output_layer_norm"),
            ],
            Ignored = ["embeddings.position_ids"],
        },
        Heads = new Dictionary<HeadKind, HeadFormat>
        {
            [HeadKind.SequenceClassification] = new("DistilBertForSequenceClassification", new KeyMap { Rules = [new("dense", "pre_classifier"), new("output", "classifier")] }),
            [HeadKind.TokenClassification] = new("DistilBertForTokenClassification", new KeyMap { Rules = [new("output", "classifier")] }),
            [HeadKind.QuestionAnswering] = new("DistilBertForQuestionAnswering", new KeyMap { Rules = [new("output", "qa_outputs")] }),
            [HeadKind.MaskedLanguageModel] = new("DistilBertForMaskedLM", new KeyMap
            {
                Rules = [new("transform", "vocab_transform"), new("norm", "vocab_layer_norm"), new("decoder", "vocab_projector")],
                Ignored = ["vocab_projector.weight"],
            }),
        },
    };
}
