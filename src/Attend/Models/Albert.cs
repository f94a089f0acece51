using System.Text.Json.Serialization;
using Attend.Layers;
using Attend.Onnx;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Attend.Models;

/// <summary>Configuration of ALBERT (Lan et al. 2020, arXiv:1909.11942), with the keys and defaults of Hugging Face's config.json.</summary>
public sealed record AlbertConfig : ModelConfig
{
    /// <inheritdoc/>
    public override string ModelType => "albert";

    /// <summary>Width of the embeddings.</summary>
    public int EmbeddingSize { get; init; } = 128;

    /// <summary>Width of the hidden states.</summary>
    public int HiddenSize { get; init; } = 4096;

    /// <summary>Number of steps; each runs one group.</summary>
    public int NumHiddenLayers { get; init; } = 12;

    /// <summary>Number of groups of blocks; consecutive steps share one.</summary>
    public int NumHiddenGroups { get; init; } = 1;

    /// <summary>Number of blocks of a group.</summary>
    public int InnerGroupNum { get; init; } = 1;

    /// <summary>Number of attention heads; divides <see cref="HiddenSize"/>.</summary>
    public int NumAttentionHeads { get; init; } = 64;

    /// <summary>Width of the feed-forward layers.</summary>
    public int IntermediateSize { get; init; } = 16384;

    /// <summary>Activation of the feed-forward layers.</summary>
    public string HiddenAct { get; init; } = "gelu_new";

    /// <summary>Dropout after embeddings and sublayers, in [0, 1).</summary>
    public double HiddenDropoutProb { get; init; }

    /// <summary>Dropout of attention weights, in [0, 1).</summary>
    public double AttentionProbsDropoutProb { get; init; }

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

    /// <summary>Dropout before the classification head, in [0, 1).</summary>
    public double? ClassifierDropoutProb { get; init; } = 0.1;

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

    internal override double LeastValueCount => (((double)VocabSize + MaxPositionEmbeddings + TypeVocabSize + HiddenSize) * EmbeddingSize) + BlockValues((double)NumHiddenGroups * InnerGroupNum, HiddenSize, IntermediateSize);

    /// <inheritdoc/>
    internal override ModelConfig WithDropout(double probability) => this with { HiddenDropoutProb = probability, AttentionProbsDropoutProb = probability };

    /// <inheritdoc/>
    public override void Validate()
    {
        RequirePositive(("vocab_size", VocabSize), ("embedding_size", EmbeddingSize), ("hidden_size", HiddenSize),
            ("num_attention_heads", NumAttentionHeads), ("intermediate_size", IntermediateSize),
            ("max_position_embeddings", MaxPositionEmbeddings), ("type_vocab_size", TypeVocabSize));
        RequireLayerCount(("num_hidden_layers", NumHiddenLayers), ("num_hidden_groups", NumHiddenGroups), ("inner_group_num", InnerGroupNum));
        RequireProbability(("hidden_dropout_prob", HiddenDropoutProb), ("attention_probs_dropout_prob", AttentionProbsDropoutProb), ("classifier_dropout_prob", ClassifierDropoutProb ?? 0));
        if (NumHiddenGroups > NumHiddenLayers) throw new ArgumentException($"config.json: num_hidden_groups {NumHiddenGroups} is more than num_hidden_layers {NumHiddenLayers}");
        RequireHeads("hidden_size", HiddenSize, "num_attention_heads", NumAttentionHeads);
        RequirePadding();
        ActivationFunctions.Find(HiddenAct);
    }
}

/// <summary>ALBERT: narrow embeddings mapped to the hidden size (section 3.1, factorized embedding), and blocks that run several times (cross-layer parameter sharing).</summary>
public sealed class AlbertModel : EncoderModel
{
    [ComponentName(Name = "embeddings")] private readonly TokenEmbeddings _embeddings;
    [ComponentName(Name = "projection")] private readonly Linear _projection;
    [ComponentName(Name = "groups")] private readonly ModuleList<ModuleList<EncoderBlock>> _groups;
    [ComponentName(Name = "pooler")] private readonly Linear? _pooler;
    private readonly AlbertConfig _config;

    /// <summary>Creates the model with freshly drawn weights.</summary>
    /// <exception cref="ArgumentException">The configuration's numbers do not fit each other.</exception>
    public AlbertModel(AlbertConfig config) : base(nameof(AlbertModel))
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
        _projection = new Linear(config.EmbeddingSize, config.HiddenSize);
        _groups = ModuleList([.. Enumerable.Range(0, config.NumHiddenGroups).Select(_ =>
            ModuleList([.. Enumerable.Range(0, config.InnerGroupNum).Select(_ => new EncoderBlock(config.Block))]))]);
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
    public override double ClassifierDropout => _config.ClassifierDropoutProb ?? _config.HiddenDropoutProb;

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
        Activation = _config.HiddenAct,
        LayerNormEpsilon = _config.LayerNormEps,
        InitializerRange = _config.InitializerRange,
    };

    /// <summary>Encodes a batch: hidden states [batch, seq, hidden] and the pooled [CLS] state [batch, hidden].</summary>
    public override EncoderOutput forward(EncoderInput input)
    {
        var hidden = _projection.call(_embeddings.call(input.Ids, input.SegmentIds, null));  // [batch, seq, hidden]
        input.Trace?.Add(TraceNames.Embeddings, 0, hidden);
        var bias = input.Mask is null ? null : Attention.MaskToBias(input.Mask, hidden.dtype);
        hidden = EncoderBlock.Run(Blocks(), hidden, bias, input.Places, input.Trace);
        return new EncoderOutput(hidden, _pooler?.call(Pooling.First(hidden, input.Ids.shape[0])).tanh());
    }

    internal override bool ReadsSegments => _config.TypeVocabSize > 1;

    internal override OnnxEncoded Export(OnnxGraph graph, OnnxTokens tokens)
    {
        var hidden = graph.Linear(_projection, _embeddings.Export(graph, tokens.Ids, tokens.SegmentIds, null));
        var bias = Attention.ExportMask(graph, tokens.Mask);
        foreach (var block in Blocks()) hidden = block.Export(graph, hidden, bias);
        return new OnnxEncoded(hidden, _pooler is null ? null : graph.Tanh(graph.Linear(_pooler, graph.Select(hidden, 1, 0))));
    }

    // The blocks in the order of computation: step i of n runs the group at i / (n / groups).
    private IEnumerable<EncoderBlock> Blocks()
    {
        for (var step = 0; step < _config.NumHiddenLayers; step++)
        {
            var group = _groups[(int)(step / ((double)_config.NumHiddenLayers / _config.NumHiddenGroups))];
            foreach (var block in group) yield return block;
        }
    }

    /// <summary>The row of ALBERT in the table of architectures.</summary>
    internal static Architecture Architecture { get; } = new()
    {
        ModelType = "albert",
        ConfigType = typeof(AlbertConfig),
        CreateConfig = (size, vocabSize) => new AlbertConfig
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
        Create = config => new AlbertModel((AlbertConfig)config),
        ClassName = "AlbertModel",
        Keys = new KeyMap
        {
            Prefix = "albert.",
            Rules =
            [
                new("embeddings.words", "embeddings.word_embeddings"),
                new("embeddings.positions", "embeddings.position_embeddings"),
                new("embeddings.segments", "embeddings.token_type_embeddings"),
                new("embeddings.norm", "embeddings.LayerNorm"),
                new("projection", "encoder.embedding_hidden_mapping_in"),
                new("groups.*.*.attention.qkv", Block("attention.query"), Block("attention.key"), Block("attention.value")),
                new("groups.*.*.attention.output", Block("attention.dense")),
                new("groups.*.*.attention_norm", Block("attention.LayerNorm")),
                new("groups.*.*.feed_forward.inner", Block("ffn")),
                new("groups.*.*.feed_forward.outer", Block("ffn_output")),
                new("groups.*.*.feed_forward_norm", Block("full_layer_layer_norm")),
                new("pooler", "pooler"),
            ],
            Ignored = ["embeddings.position_ids", "embeddings.token_type_ids"],
            Optional = ["pooler."],
        },
        Heads = new Dictionary<HeadKind, HeadFormat>
        {
            [HeadKind.SequenceClassification] = new("AlbertForSequenceClassification", new KeyMap { Rules = [new("output", "classifier")] }),
            [HeadKind.TokenClassification] = new("AlbertForTokenClassification", new KeyMap { Rules = [new("output", "classifier")] }),
            [HeadKind.QuestionAnswering] = new("AlbertForQuestionAnswering", new KeyMap { Rules = [new("output", "qa_outputs")] }),
            [HeadKind.MaskedLanguageModel] = new("AlbertForMaskedLM", new KeyMap
            {
                Rules = [new("transform", "predictions.dense"), new("norm", "predictions.LayerNorm"), new("decoder", "predictions")],
                // The classifier of sentence order stands in checkpoints that were pre-trained with both tasks.
                Ignored = ["predictions.decoder.", "sop_classifier."],
            }),
        },
    };

    private static string Block(string part) => $"encoder.albert_layer_groups.*.albert_layers.*.{part}";
}
