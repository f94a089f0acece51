using System.Text.Json.Serialization;
using Attend.Layers;
using Attend.Onnx;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Attend.Models;

/// <summary>Configuration of MPNet (Song et al. 2020, arXiv:2004.09297), with the keys and defaults of Hugging Face's config.json.</summary>
public sealed record MpNetConfig : ModelConfig
{
    /// <summary>Distances from here on are of one kind.</summary>
    internal const int GreatestDistance = 128;

    /// <inheritdoc/>
    public override string ModelType => "mpnet";

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

    /// <summary>Number of positions: the longest input and 2 more.</summary>
    public int MaxPositionEmbeddings { get; init; } = 512;

    /// <summary>Number of kinds of distance.</summary>
    public int RelativeAttentionNumBuckets { get; init; } = 32;

    /// <summary>Standard deviation of freshly drawn weights.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>Added to the variance in LayerNorm.</summary>
    public double LayerNormEps { get; init; } = 1e-12;

    /// <summary>Id of the padding token: 1 in every MPNet.</summary>
    public override int PadTokenId { get; init; } = 1;

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

    internal override double LeastValueCount => (((double)VocabSize + MaxPositionEmbeddings) * HiddenSize) + BlockValues(NumHiddenLayers, HiddenSize, IntermediateSize);

    /// <inheritdoc/>
    internal override ModelConfig WithDropout(double probability) => this with { HiddenDropoutProb = probability, AttentionProbsDropoutProb = probability };

    /// <inheritdoc/>
    public override void Validate()
    {
        RequirePositive(("vocab_size", VocabSize), ("hidden_size", HiddenSize), ("num_attention_heads", NumAttentionHeads), ("intermediate_size", IntermediateSize));
        RequireLayerCount(("num_hidden_layers", NumHiddenLayers));
        RequireProbability(("hidden_dropout_prob", HiddenDropoutProb), ("attention_probs_dropout_prob", AttentionProbsDropoutProb));
        RequireHeads("hidden_size", HiddenSize, "num_attention_heads", NumAttentionHeads);
        RequirePadding();
        if (PadTokenId != 1) throw new ArgumentException($"config.json: pad_token_id is {PadTokenId}; it is 1 in every MPNet");
        if (MaxPositionEmbeddings < 3) throw new ArgumentException($"config.json: max_position_embeddings is {MaxPositionEmbeddings}; expected the longest input and 2 more");
        if (RelativeAttentionNumBuckets is < 4 or > GreatestDistance) throw new ArgumentException($"config.json: relative_attention_num_buckets is {RelativeAttentionNumBuckets}; expected 4 to {GreatestDistance}");
        ActivationFunctions.Find(HiddenAct);
    }
}

/// <summary>MPNet: RoBERTa's blocks and positions, without segments, and a learned score for each distance and head that all blocks share.</summary>
public sealed class MpNetModel : EncoderModel
{
    [ComponentName(Name = "embeddings")] private readonly TokenEmbeddings _embeddings;
    [ComponentName(Name = "distances")] private readonly Embedding _distances;
    [ComponentName(Name = "layers")] private readonly ModuleList<EncoderBlock> _layers;
    private readonly MpNetConfig _config;

    /// <summary>Creates the model with freshly drawn weights.</summary>
    /// <exception cref="ArgumentException">The configuration's numbers do not fit each other.</exception>
    public MpNetModel(MpNetConfig config) : base(nameof(MpNetModel))
    {
        config.Validate();
        _config = config;
        _embeddings = new TokenEmbeddings(new()
        {
            VocabSize = config.VocabSize,
            EmbeddingSize = config.HiddenSize,
            PositionCount = config.MaxPositionEmbeddings,
            SegmentCount = 0,
            PadTokenId = config.PadTokenId,
            LayerNormEpsilon = config.LayerNormEps,
            Dropout = config.HiddenDropoutProb,
        });
        _distances = Embedding(config.RelativeAttentionNumBuckets, config.NumAttentionHeads);
        _layers = ModuleList([.. Enumerable.Range(0, config.NumHiddenLayers).Select(_ => new EncoderBlock(config.Block))]);
        RegisterComponents();
        Initialization.Normal(this, config.InitializerRange);
    }

    /// <inheritdoc/>
    public override ModelConfig Config => _config;

    /// <inheritdoc/>
    public override int HiddenSize => _config.HiddenSize;

    /// <inheritdoc/>
    public override int MaxPositionEmbeddings => _config.MaxPositionEmbeddings - 2;

    /// <inheritdoc/>
    public override double ClassifierDropout => _config.HiddenDropoutProb;

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

    /// <summary>Encodes a batch: hidden states [batch, seq, hidden]. Segment ids are not read.</summary>
    public override EncoderOutput forward(EncoderInput input)
    {
        var real = input.Ids.ne(_config.PadTokenId).to(ScalarType.Int64);                    // [batch, seq]
        var hidden = _embeddings.call(input.Ids, null, real.cumsum(1) * real + _config.PadTokenId);   // [batch, seq, hidden]
        input.Trace?.Add(TraceNames.Embeddings, 0, hidden);
        var bias = DistanceScores(input.Ids);                                                // [1, head, seq, seq]
        if (input.Mask is not null) bias = bias + Attention.MaskToBias(input.Mask, hidden.dtype);
        return new EncoderOutput(EncoderBlock.Run(_layers, hidden, bias, input.Places, input.Trace));
    }

    internal override bool ReadsSegments => false;

    internal override OnnxEncoded Export(OnnxGraph graph, OnnxTokens tokens)
    {
        var real = graph.ToInt(graph.Node("Not", [graph.Node("Equal", [tokens.Ids, graph.Int(_config.PadTokenId)])]));
        var hidden = _embeddings.Export(graph, tokens.Ids, null, graph.Add(graph.Multiply(graph.Node("CumSum", [real, graph.Int(1)]), real), graph.Int(_config.PadTokenId)));
        var (reach, positions) = (MpNetConfig.GreatestDistance, graph.Range(graph.Length(tokens.Ids, 1)));
        var distance = graph.Node("Clip", [graph.Subtract(positions, graph.Unsqueeze(positions, 1)), graph.Int(-reach), graph.Int(reach)]);
        var kinds = graph.Gather(graph.Table(Kinds(), (2 * reach) + 1), graph.Add(distance, graph.Int(reach)));
        var scores = graph.Unsqueeze(graph.Transpose(graph.Gather(graph.Weight(_distances.weight!), kinds), 2, 0, 1), 0);
        var bias = graph.Add(scores, Attention.ExportMask(graph, tokens.Mask));
        foreach (var layer in _layers) hidden = layer.Export(graph, hidden, bias);
        return new OnnxEncoded(hidden);
    }

    /// <inheritdoc/>
    protected override ClassificationHeadOptions HeadOptions(HeadKind kind, int labelCount) => kind != HeadKind.SequenceClassification
        ? base.HeadOptions(kind, labelCount)
        : base.HeadOptions(kind, labelCount) with { DenseActivation = "tanh", InputDropout = ClassifierDropout };

    private Tensor DistanceScores(Tensor ids)
    {
        var reach = MpNetConfig.GreatestDistance;
        var positions = arange(ids.shape[1], device: ids.device);
        var distance = (positions - positions.unsqueeze(1)).clamp(-reach, reach) + reach;     // [seq, seq], row = query
        return _distances.call(tensor(Kinds(), device: ids.device)[distance]).permute(2, 0, 1).unsqueeze(0);
    }

    private long[] Kinds() => [.. Enumerable.Range(-MpNetConfig.GreatestDistance, (2 * MpNetConfig.GreatestDistance) + 1)
        .Select(distance => DistanceKinds.Of(distance, _config.RelativeAttentionNumBuckets, MpNetConfig.GreatestDistance, oneSided: false))];

    /// <summary>The row of MPNet in the table of architectures.</summary>
    internal static Architecture Architecture { get; } = new()
    {
        ModelType = "mpnet",
        ConfigType = typeof(MpNetConfig),
        CreateConfig = (size, vocabSize) => new MpNetConfig
        {
            VocabSize = vocabSize,
            HiddenSize = size.HiddenSize,
            NumHiddenLayers = size.LayerCount,
            NumAttentionHeads = size.HeadCount,
            IntermediateSize = size.IntermediateSize,
            MaxPositionEmbeddings = size.MaxPositionEmbeddings + 2,
            HiddenDropoutProb = size.Dropout,
            AttentionProbsDropoutProb = size.Dropout,
        },
        Create = config => new MpNetModel((MpNetConfig)config),
        ClassName = "MPNetModel",
        Keys = new KeyMap
        {
            Prefix = "mpnet.",
            Rules =
            [
                new("embeddings.words", "embeddings.word_embeddings"),
                new("embeddings.positions", "embeddings.position_embeddings"),
                new("embeddings.norm", "embeddings.LayerNorm"),
                new("distances", "encoder.relative_attention_bias"),
                new("layers.*.attention.qkv", "encoder.layer.*.attention.attn.q", "encoder.layer.*.attention.attn.k", "encoder.layer.*.attention.attn.v"),
                new("layers.*.attention.output", "encoder.layer.*.attention.attn.o"),
                new("layers.*.attention_norm", "encoder.layer.*.attention.LayerNorm"),
                new("layers.*.feed_forward.inner", "encoder.layer.*.intermediate.dense"),
                new("layers.*.feed_forward.outer", "encoder.layer.*.output.dense"),
                new("layers.*.feed_forward_norm", "encoder.layer.*.output.LayerNorm"),
            ],
            // No published head reads the pooler.
            Ignored = ["embeddings.position_ids", "pooler."],
        },
        Heads = new Dictionary<HeadKind, HeadFormat>
        {
            [HeadKind.SequenceClassification] = new("MPNetForSequenceClassification", new KeyMap { Rules = [new("dense", "classifier.dense"), new("output", "classifier.out_proj")] }),
            [HeadKind.TokenClassification] = new("MPNetForTokenClassification", new KeyMap { Rules = [new("output", "classifier")] }),
            [HeadKind.QuestionAnswering] = new("MPNetForQuestionAnswering", new KeyMap { Rules = [new("output", "qa_outputs")] }),
            [HeadKind.MaskedLanguageModel] = new("MPNetForMaskedLM", new KeyMap
            {
                Rules = [new("transform", "lm_head.dense"), new("norm", "lm_head.layer_norm"), new("decoder", "lm_head")],
                Ignored = ["lm_head.decoder."],
            }),
        },
    };
}
