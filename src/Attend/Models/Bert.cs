using System.Text.Json.Serialization;
using Attend.Layers;
using Attend.Onnx;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Attend.Models;

/// <summary>Configuration of BERT (Devlin et al. 2018, arXiv:1810.04805), with the keys and defaults of Hugging Face's config.json.</summary>
public sealed record BertConfig : ModelConfig
{
    /// <inheritdoc/>
    public override string ModelType => "bert";

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

    /// <summary>Dropout before the classification head; null = <see cref="HiddenDropoutProb"/>.</summary>
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
        RequireProbability(("hidden_dropout_prob", HiddenDropoutProb), ("attention_probs_dropout_prob", AttentionProbsDropoutProb),
            ("classifier_dropout", ClassifierDropout ?? 0));
        RequireHeads("hidden_size", HiddenSize, "num_attention_heads", NumAttentionHeads);
        RequirePadding();
        ActivationFunctions.Find(HiddenAct);
    }
}

/// <summary>BERT (Devlin et al. 2018): embeddings, a stack of post-norm blocks, a pooler over [CLS].</summary>
public sealed class BertModel : EncoderModel
{
    [ComponentName(Name = "embeddings")] private readonly TokenEmbeddings _embeddings;
    [ComponentName(Name = "layers")] private readonly ModuleList<EncoderBlock> _layers;
    [ComponentName(Name = "pooler")] private readonly Linear? _pooler;
    private readonly BertConfig _config;

    /// <summary>Creates the model with freshly drawn weights.</summary>
    /// <exception cref="ArgumentException">The configuration's numbers do not fit each other.</exception>
    public BertModel(BertConfig config) : base(nameof(BertModel))
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
        _pooler = config.ClassifierPooling == "mean" ? null : new Linear(config.HiddenSize, config.HiddenSize);
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
        EmbeddingSize = _config.HiddenSize,
        VocabSize = _config.VocabSize,
        Activation = _config.HiddenAct,
        LayerNormEpsilon = _config.LayerNormEps,
        InitializerRange = _config.InitializerRange,
    };

    /// <summary>Encodes a batch: hidden states [batch, seq, hidden] and the pooled [CLS] state [batch, hidden].</summary>
    public override EncoderOutput forward(EncoderInput input)
    {
        var embedded = _embeddings.call(input.Ids, input.SegmentIds, null);        // [batch, seq, hidden]
        input.Trace?.Add(TraceNames.Embeddings, 0, embedded);
        return Encode(embedded, input.Mask, input.Trace, input.Places);
    }

    /// <summary>The encoder without its embeddings.</summary>
    /// <param name="embedded">Output of the embedding block [batch, seq, hidden].</param>
    /// <param name="mask">[batch, seq], bool, true = a real token; null = all are.</param>
    /// <param name="trace">Keeps intermediate tensors.</param>
    /// <param name="places">As in <see cref="EncoderInput"/>.</param>
    public EncoderOutput Encode(Tensor embedded, Tensor? mask = null, Trace? trace = null, Tensor? places = null)
    {
        var bias = mask is null ? null : Attention.MaskToBias(mask, embedded.dtype);   // [batch, 1, 1, seq]
        var hidden = EncoderBlock.Run(_layers, embedded, bias, places, trace);
        var pooled = _pooler?.call(Pooling.First(hidden, embedded.shape[0])).tanh();   // [batch, hidden]
        return new EncoderOutput(hidden, pooled);
    }

    internal override bool ReadsSegments => _config.TypeVocabSize > 1;

    internal override OnnxEncoded Export(OnnxGraph graph, OnnxTokens tokens)
    {
        var hidden = _embeddings.Export(graph, tokens.Ids, tokens.SegmentIds, null);
        var bias = Attention.ExportMask(graph, tokens.Mask);
        foreach (var layer in _layers) hidden = layer.Export(graph, hidden, bias);
        return new OnnxEncoded(hidden, _pooler is null ? null : graph.Tanh(graph.Linear(_pooler, graph.Select(hidden, 1, 0))));
    }

    // The decoder's matrix is the word embedding, so only its bias is stored.
    private static KeyRule[] MaskedLanguageKeys =>
    [
        new("transform", "cls.predictions.transform.dense"),
        new("norm", "cls.predictions.transform.LayerNorm"),
        new("decoder", "cls.predictions"),
    ];

    /// <summary>The row of BERT in the table of architectures.</summary>
    internal static Architecture Architecture { get; } = new()
    {
        ModelType = "bert",
        ConfigType = typeof(BertConfig),
        CreateConfig = (size, vocabSize) => new BertConfig
        {
            VocabSize = vocabSize,
            HiddenSize = size.HiddenSize,
            NumHiddenLayers = size.LayerCount,
            NumAttentionHeads = size.HeadCount,
            IntermediateSize = size.IntermediateSize,
            MaxPositionEmbeddings = size.MaxPositionEmbeddings,
            HiddenDropoutProb = size.Dropout,
            AttentionProbsDropoutProb = size.Dropout,
        },
        Create = config => new BertModel((BertConfig)config),
        ClassName = "BertModel",
        Keys = new KeyMap
        {
            Prefix = "bert.",
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
                new("pooler", "pooler.dense"),
            ],
            Ignored = ["embeddings.position_ids", "embeddings.token_type_ids"],
            Optional = ["pooler."],
        },
        Heads = new Dictionary<HeadKind, HeadFormat>
        {
            [HeadKind.SequenceClassification] = new("BertForSequenceClassification", new KeyMap { Rules = [new("output", "classifier")] }),
            [HeadKind.TokenClassification] = new("BertForTokenClassification", new KeyMap { Rules = [new("output", "classifier")] }),
            [HeadKind.QuestionAnswering] = new("BertForQuestionAnswering", new KeyMap { Rules = [new("output", "qa_outputs")] }),
            [HeadKind.MaskedLanguageModel] = new("BertForMaskedLM", new KeyMap { Rules = MaskedLanguageKeys, Ignored = ["cls.predictions.decoder."] }),
            [HeadKind.PreTraining] = new("BertForPreTraining", new KeyMap { Rules = [.. MaskedLanguageKeys, new("next_sentence", "cls.seq_relationship")], Ignored = ["cls.predictions.decoder."] }),
        },
    };
}
