using Attend.Layers;
using Attend.Onnx;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Attend.Models;

/// <summary>DeBERTa, version 2 and 3 (He et al. 2021, arXiv:2006.03654; He et al. 2023, arXiv:2111.09543): BERT whose attention scores content and relative position apart.</summary>
public sealed class DebertaV2Model : EncoderModel
{
    [ComponentName(Name = "embeddings")] private readonly DebertaV2Embeddings _embeddings;
    [ComponentName(Name = "relative_positions")] private readonly Embedding? _relativePositions;
    [ComponentName(Name = "relative_norm")] private readonly LayerNorm? _relativeNorm;
    [ComponentName(Name = "layers")] private readonly ModuleList<DebertaV2Block> _layers;
    [ComponentName(Name = "convolution")] private readonly DebertaV2Convolution? _convolution;
    private readonly DebertaV2Config _config;

    /// <summary>Creates the model with freshly drawn weights.</summary>
    /// <exception cref="ArgumentException">The configuration's numbers do not fit each other.</exception>
    public DebertaV2Model(DebertaV2Config config) : base(nameof(DebertaV2Model))
    {
        config.Validate();
        _config = config;
        _embeddings = new DebertaV2Embeddings(config);
        _relativePositions = config.RelativeAttention ? Embedding(2 * config.Span, config.HiddenSize) : null;
        _relativeNorm = config.NormRelEbd.Contains("layer_norm", StringComparison.OrdinalIgnoreCase) && config.RelativeAttention ? LayerNorm(config.HiddenSize, config.LayerNormEps) : null;
        _layers = ModuleList([.. Enumerable.Range(0, config.NumHiddenLayers).Select(_ => new DebertaV2Block(config))]);
        _convolution = config.ConvKernelSize > 0 ? new DebertaV2Convolution(config) : null;
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
    public override double ClassifierDropout => _config.ClsDropout ?? _config.HiddenDropoutProb;

    /// <inheritdoc/>
    public override double InitializerRange => _config.InitializerRange;

    /// <inheritdoc/>
    public override Tensor WordEmbeddings => _embeddings.Words;

    /// <inheritdoc/>
    protected override MaskedLanguageHeadOptions MaskedLanguageOptions => new()
    {
        HiddenSize = _config.HiddenSize,
        EmbeddingSize = _config.EmbeddingSize ?? _config.HiddenSize,
        VocabSize = _config.VocabSize,
        Activation = _config.HiddenAct,
        LayerNormEpsilon = _config.LayerNormEps,
        InitializerRange = _config.InitializerRange,
    };

    /// <summary>Encodes a batch: hidden states [batch, seq, hidden].</summary>
    public override EncoderOutput forward(EncoderInput input)
    {
        var embedded = _embeddings.call(input.Ids, input.SegmentIds);                        // [batch, seq, hidden]
        input.Trace?.Add(TraceNames.Embeddings, 0, embedded);
        var bias = input.Mask is null ? null : Attention.MaskToBias(input.Mask, embedded.dtype);
        var relative = Relative(embedded);
        var hidden = embedded;
        for (var layer = 0; layer < _layers.Count; layer++)
        {
            hidden = _layers[layer].call(hidden, bias, relative, new(input.Trace, layer));
            if (layer == 0 && _convolution is not null) hidden = _convolution.call(embedded, hidden, input.Mask);
            input.Trace?.Add(TraceNames.Hidden, layer, hidden);
        }
        return new EncoderOutput(Pooling.At(hidden, input.Places));
    }

    internal override bool ReadsSegments => _config.TypeVocabSize > 1;

    internal override OnnxEncoded Export(OnnxGraph graph, OnnxTokens tokens)
    {
        var embedded = _embeddings.Export(graph, tokens.Ids, tokens.SegmentIds);
        var bias = Attention.ExportMask(graph, tokens.Mask);
        OnnxRelativePositions? relative = null;
        if (_relativePositions is not null)
        {
            var reach = _config.GreatestDistance;
            var positions = graph.Range(graph.Length(tokens.Ids, 1));
            var distance = graph.Node("Clip", [graph.Subtract(graph.Unsqueeze(positions, 1), positions), graph.Int(-reach), graph.Int(reach)]);
            var weight = graph.Weight(_relativePositions.weight!);
            relative = new(_relativeNorm is null ? weight : graph.LayerNorm(_relativeNorm, weight),
                graph.Gather(graph.Table(DebertaV2Buckets.Table(_config), (2 * reach) + 1), graph.Add(distance, graph.Int(reach))));
        }
        var hidden = embedded;
        for (var layer = 0; layer < _layers.Count; layer++)
        {
            hidden = _layers[layer].Export(graph, hidden, bias, relative);
            if (layer == 0 && _convolution is not null) hidden = _convolution.Export(graph, embedded, hidden, tokens.Mask);
        }
        return new OnnxEncoded(hidden);
    }

    /// <inheritdoc/>
    protected override ClassificationHeadOptions HeadOptions(HeadKind kind, int labelCount) => kind switch
    {
        HeadKind.SequenceClassification => base.HeadOptions(kind, labelCount) with { DenseActivation = _config.PoolerHiddenAct, InputDropout = _config.PoolerDropout },
        HeadKind.TokenClassification => base.HeadOptions(kind, labelCount) with { Dropout = _config.HiddenDropoutProb },
        _ => base.HeadOptions(kind, labelCount),
    };

    private RelativePositions? Relative(Tensor embedded)
    {
        if (_relativePositions is null) return null;
        var reach = _config.GreatestDistance;
        var positions = arange(embedded.shape[1], device: embedded.device);
        var distance = (positions.unsqueeze(1) - positions).clamp(-reach, reach) + reach;     // [seq, seq]
        var index = tensor(DebertaV2Buckets.Table(_config), device: embedded.device)[distance];
        Tensor weight = _relativePositions.weight!;                                          // [2 * span, hidden]
        if (_relativeNorm is not null) weight = _relativeNorm.call(weight);
        if (training && _config.HiddenDropoutProb > 0) weight = Layers.Dropout.Apply(weight, _config.HiddenDropoutProb);
        return new RelativePositions(weight, index);
    }

    /// <summary>The row of DeBERTa in the table of architectures.</summary>
    internal static Architecture Architecture { get; } = new()
    {
        ModelType = "deberta-v2",
        ConfigType = typeof(DebertaV2Config),
        // A new model is one of version 3.
        CreateConfig = (size, vocabSize) => new DebertaV2Config
        {
            VocabSize = vocabSize,
            HiddenSize = size.HiddenSize,
            NumHiddenLayers = size.LayerCount,
            NumAttentionHeads = size.HeadCount,
            IntermediateSize = size.IntermediateSize,
            MaxPositionEmbeddings = size.MaxPositionEmbeddings,
            HiddenDropoutProb = size.Dropout,
            AttentionProbsDropoutProb = size.Dropout,
            RelativeAttention = true,
            PositionBuckets = Math.Max(4, size.MaxPositionEmbeddings / 2),
            NormRelEbd = "layer_norm",
            ShareAttKey = true,
            PosAttType = ["p2c", "c2p"],
            PositionBiasedInput = false,
        },
        Create = config => new DebertaV2Model((DebertaV2Config)config),
        ClassName = "DebertaV2Model",
        Keys = new KeyMap
        {
            Prefix = "deberta.",
            Rules =
            [
                new("embeddings.words", "embeddings.word_embeddings"),
                new("embeddings.positions", "embeddings.position_embeddings"),
                new("embeddings.segments", "embeddings.token_type_embeddings"),
                new("embeddings.projection", "embeddings.embed_proj"),
                new("embeddings.norm", "embeddings.LayerNorm"),
                new("relative_positions", "encoder.rel_embeddings"),
                new("relative_norm", "encoder.LayerNorm"),
                new("layers.*.attention.query", "encoder.layer.*.attention.self.query_proj"),
                new("layers.*.attention.key", "encoder.layer.*.attention.self.key_proj"),
                new("layers.*.attention.value", "encoder.layer.*.attention.self.value_proj"),
                new("layers.*.attention.position_key", "encoder.layer.*.attention.self.pos_key_proj"),
                new("layers.*.attention.position_query", "encoder.layer.*.attention.self.pos_query_proj"),
                new("layers.*.attention.output", "encoder.layer.*.attention.output.dense"),
                new("layers.*.attention_norm", "encoder.layer.*.attention.output.LayerNorm"),
                new("layers.*.feed_forward.inner", "encoder.layer.*.intermediate.dense"),
                new("layers.*.feed_forward.outer", "encoder.layer.*.output.dense"),
                new("layers.*.feed_forward_norm", "encoder.layer.*.output.LayerNorm"),
                new("convolution.convolution", "encoder.conv.conv"),
                new("convolution.norm", "encoder.conv.LayerNorm"),
            ],
            // Published version 3 checkpoints hold the head that tells replaced tokens; nothing here uses it.
            Ignored = ["embeddings.position_ids", "embeddings.position_embeddings", "mask_predictions."],
        },
        Heads = new Dictionary<HeadKind, HeadFormat>
        {
            [HeadKind.SequenceClassification] = new("DebertaV2ForSequenceClassification", new KeyMap { Rules = [new("dense", "pooler.dense"), new("output", "classifier")] }),
            [HeadKind.TokenClassification] = new("DebertaV2ForTokenClassification", new KeyMap { Rules = [new("output", "classifier")] }),
            [HeadKind.QuestionAnswering] = new("DebertaV2ForQuestionAnswering", new KeyMap { Rules = [new("output", "qa_outputs")] }),
            [HeadKind.MaskedLanguageModel] = new("DebertaV2ForMaskedLM", new KeyMap
            {
                Rules = [new("transform", "cls.predictions.transform.dense"), new("norm", "cls.predictions.transform.LayerNorm"), new("decoder", "cls.predictions")],
                Ignored = ["cls.predictions.decoder."],
                // Microsoft's own names; "legacy" in config.json means the ones above.
                Renamed =
                [
                    ("lm_predictions.lm_head.dense.", "cls.predictions.transform.dense."),
                    ("lm_predictions.lm_head.LayerNorm.", "cls.predictions.transform.LayerNorm."),
                    ("lm_predictions.lm_head.bias", "cls.predictions.bias"),
                ],
            }),
        },
    };
}

/// <summary>Embeddings of distances, and which of them belongs to query i and key j.</summary>
/// <param name="Embeddings">[2 * span, hidden].</param>
/// <param name="Index">[seq, seq], int64, row i, column j.</param>
internal sealed record RelativePositions(Tensor Embeddings, Tensor Index);

/// <summary>Relative positions in a graph.</summary>
/// <param name="Embeddings">[2 * span, hidden].</param>
/// <param name="Index">[seq, seq], int64.</param>
internal sealed record OnnxRelativePositions(OnnxValue Embeddings, OnnxValue Index);

/// <summary>Which embedding stands for a distance: exact near by, logarithmic far away, so that few embeddings reach far.</summary>
internal static class DebertaV2Buckets
{
    /// <summary>The embedding's row for each distance i - j from -reach to reach; beyond, the outermost ones hold.</summary>
    public static long[] Table(DebertaV2Config config)
    {
        var reach = config.GreatestDistance;
        return [.. Enumerable.Range(-reach, (2 * reach) + 1).Select(distance => Math.Clamp(Bucket(distance, config) + config.Span, 0, (2L * config.Span) - 1))];
    }

    private static long Bucket(int distance, DebertaV2Config config)
    {
        var exact = config.PositionBuckets / 2;
        if (config.PositionBuckets <= 0 || Math.Abs(distance) <= exact) return distance;
        var share = Math.Log((double)Math.Abs(distance) / exact) / Math.Log((double)(config.GreatestDistance - 1) / exact);
        return Math.Sign(distance) * (exact + (long)Math.Ceiling(share * (exact - 1)));
    }
}

/// <summary>Words, and where config.json says so positions and segments, projected to the hidden size and normalised.</summary>
internal sealed class DebertaV2Embeddings : Module<Tensor, Tensor?, Tensor>
{
    [ComponentName(Name = "words")] private readonly Embedding _words;
    [ComponentName(Name = "positions")] private readonly Embedding? _positions;
    [ComponentName(Name = "segments")] private readonly Embedding? _segments;
    [ComponentName(Name = "projection")] private readonly Linear? _projection;
    [ComponentName(Name = "norm")] private readonly LayerNorm _norm;
    private readonly double _dropout;

    public DebertaV2Embeddings(DebertaV2Config config) : base(nameof(DebertaV2Embeddings))
    {
        var size = config.EmbeddingSize ?? config.HiddenSize;
        _words = Embedding(config.VocabSize, size, padding_idx: config.PadTokenId);
        _positions = config.PositionBiasedInput ? Embedding(config.MaxPositionEmbeddings, size) : null;
        _segments = config.TypeVocabSize > 0 ? Embedding(config.TypeVocabSize, size) : null;
        _projection = size == config.HiddenSize ? null : new Linear(size, config.HiddenSize, hasBias: false);
        _norm = LayerNorm(config.HiddenSize, config.LayerNormEps);
        _dropout = config.HiddenDropoutProb;
        RegisterComponents();
    }

    public Tensor Words => _words.weight!;

    public override Tensor forward(Tensor ids, Tensor? segmentIds)
    {
        var embedded = _words.call(ids);                                                     // [batch, seq, embedding]
        if (_positions is not null) embedded += _positions.weight!.narrow(0, 0, ids.shape[1]);
        if (_segments is not null) embedded += segmentIds is null || _segments.weight!.shape[0] == 1 ? _segments.weight!.select(0, 0) : _segments.call(segmentIds);
        if (_projection is not null) embedded = _projection.call(embedded);                  // [batch, seq, hidden]
        embedded = _norm.call(embedded);
        return training && _dropout > 0 ? Layers.Dropout.Apply(embedded, _dropout) : embedded;
    }

    public OnnxValue Export(OnnxGraph graph, OnnxValue ids, OnnxValue? segmentIds)
    {
        var embedded = graph.Gather(graph.Weight(_words.weight!), ids);
        if (_positions is not null) embedded = graph.Add(embedded, graph.Rows(graph.Weight(_positions.weight!), graph.Length(ids, 1)));
        if (_segments is not null) embedded = graph.Add(embedded, segmentIds is { } segments ? graph.Gather(graph.Weight(_segments.weight!), segments) : graph.Select(graph.Weight(_segments.weight!), 0, 0));
        if (_projection is not null) embedded = graph.Linear(_projection, embedded);
        return graph.LayerNorm(_norm, embedded);
    }
}

/// <summary>A post-norm block with disentangled attention.</summary>
internal sealed class DebertaV2Block : Module<Tensor, Tensor?, RelativePositions?, LayerTrace, Tensor>
{
    [ComponentName(Name = "attention")] private readonly DisentangledAttention _attention;
    [ComponentName(Name = "attention_norm")] private readonly LayerNorm _attentionNorm;
    [ComponentName(Name = "feed_forward")] private readonly FeedForward _feedForward;
    [ComponentName(Name = "feed_forward_norm")] private readonly LayerNorm _feedForwardNorm;
    private readonly double _dropout;

    public DebertaV2Block(DebertaV2Config config) : base(nameof(DebertaV2Block))
    {
        _attention = new DisentangledAttention(config);
        _attentionNorm = LayerNorm(config.HiddenSize, config.LayerNormEps);
        _feedForward = new FeedForward(config.Block);
        _feedForwardNorm = LayerNorm(config.HiddenSize, config.LayerNormEps);
        _dropout = config.HiddenDropoutProb;
        RegisterComponents();
    }

    public override Tensor forward(Tensor hidden, Tensor? bias, RelativePositions? relative, LayerTrace trace)
    {
        hidden = _attentionNorm.call(hidden + Drop(_attention.call(hidden, bias, relative, trace)));
        return _feedForwardNorm.call(hidden + Drop(_feedForward.call(hidden)));
    }

    public OnnxValue Export(OnnxGraph graph, OnnxValue hidden, OnnxValue bias, OnnxRelativePositions? relative)
    {
        hidden = graph.LayerNorm(_attentionNorm, graph.Add(hidden, _attention.Export(graph, hidden, bias, relative)));
        return graph.LayerNorm(_feedForwardNorm, graph.Add(hidden, _feedForward.Export(graph, hidden)));
    }

    private Tensor Drop(Tensor x) => training && _dropout > 0 ? Layers.Dropout.Apply(x, _dropout) : x;
}

/// <summary>Self-attention over content and relative position apart (He et al. 2021, section 3.1.1, equation 4): what positions score is a bias of <see cref="Attention.Attend"/>.</summary>
internal sealed class DisentangledAttention : Module<Tensor, Tensor?, RelativePositions?, LayerTrace, Tensor>, IAttentionLayer
{
    [ComponentName(Name = "query")] private readonly Linear _query;
    [ComponentName(Name = "key")] private readonly Linear _key;
    [ComponentName(Name = "value")] private readonly Linear _value;
    [ComponentName(Name = "position_key")] private readonly Linear? _positionKey;
    [ComponentName(Name = "position_query")] private readonly Linear? _positionQuery;
    [ComponentName(Name = "output")] private readonly Linear _output;
    private readonly DebertaV2Config _config;

    public DisentangledAttention(DebertaV2Config config) : base(nameof(DisentangledAttention))
    {
        _config = config;
        _query = new Linear(config.HiddenSize, config.HiddenSize);
        _key = new Linear(config.HiddenSize, config.HiddenSize);
        _value = new Linear(config.HiddenSize, config.HiddenSize);
        var own = config.RelativeAttention && !config.ShareAttKey;
        _positionKey = own && config.ScoresContentToPosition ? new Linear(config.HiddenSize, config.HiddenSize) : null;
        _positionQuery = own && config.ScoresPositionToContent ? new Linear(config.HiddenSize, config.HiddenSize) : null;
        _output = new Linear(config.HiddenSize, config.HiddenSize);
        RegisterComponents();
    }

    public AttentionKernel Kernel { get; set; }

    public override Tensor forward(Tensor hidden, Tensor? bias, RelativePositions? relative, LayerTrace trace)
    {
        hidden = _query.Round(hidden);
        // Attend divides by sqrt(headDim); the terms of the sum ask for sqrt(terms · headDim).
        var scale = 1 / Math.Sqrt(_config.ScoreTerms);
        var (query, key, value) = (Heads(_query.call(hidden) * scale), Heads(_key.call(hidden)), Heads(_value.call(hidden)));   // [batch, head, seq, headDim]
        if (relative is not null && PositionScores(query, key, relative, scale) is { } scores) bias = bias is null ? scores : scores + bias;
        var attended = Attention.Attend(query, key, value, bias, training ? _config.AttentionProbsDropoutProb : 0, new(Kernel, trace));
        return _output.call(attended.transpose(1, 2).reshape(hidden.shape));                 // [batch, seq, hidden]
    }

    // [batch, head, target, seq], divided as Attend divides the content's scores.
    private Tensor? PositionScores(Tensor query, Tensor key, RelativePositions relative, double scale)
    {
        var headScale = 1 / Math.Sqrt(query.shape[^1]);
        var embeddings = _query.Round(relative.Embeddings);
        var index = relative.Index.expand(query.shape[0], query.shape[1], -1, -1);           // [batch, head, seq, seq]
        Tensor? scores = null;
        if (_config.ScoresContentToPosition)
        {
            var positionKey = Heads((_positionKey ?? _key).call(embeddings).unsqueeze(0));               // [1, head, 2 * span, headDim]
            scores = (query * headScale).matmul(positionKey.transpose(-2, -1)).gather(-1, index);
        }
        if (_config.ScoresPositionToContent)
        {
            var positionQuery = Heads((_positionQuery ?? _query).call(embeddings).unsqueeze(0) * (scale * headScale));
            var towards = key.matmul(positionQuery.transpose(-2, -1)).gather(-1, index.transpose(-2, -1)).transpose(-2, -1);
            scores = scores is null ? towards : scores + towards;
        }
        return scores;
    }

    public OnnxValue Export(OnnxGraph graph, OnnxValue hidden, OnnxValue bias, OnnxRelativePositions? relative)
    {
        var (heads, headDim) = (_config.NumAttentionHeads, _config.HiddenSize / _config.NumAttentionHeads);
        OnnxValue Heads(OnnxValue x) => graph.Transpose(graph.Reshape(x, 0, 0, heads, headDim), 0, 2, 1, 3);
        OnnxValue Positions(Linear layer) => graph.Transpose(graph.Reshape(graph.Linear(layer, relative!.Embeddings), 1, -1, heads, headDim), 0, 2, 3, 1);   // [1, head, headDim, 2 * span]
        var scale = 1 / Math.Sqrt(_config.ScoreTerms);
        var (query, key, value) = (Heads(graph.Scale(graph.Linear(_query, hidden), scale)), Heads(graph.Linear(_key, hidden)), Heads(graph.Linear(_value, hidden)));
        if (relative is not null)
        {
            var index = graph.Expand(relative.Index, graph.Concat(0, graph.Unsqueeze(graph.Length(hidden, 0), 0), graph.Ints(heads, 1, 1)));   // [batch, head, seq, seq]
            var headScale = 1 / Math.Sqrt(headDim);
            if (_config.ScoresContentToPosition)
                bias = graph.Add(bias, graph.GatherElements(graph.MatMul(graph.Scale(query, headScale), Positions(_positionKey ?? _key)), index));
            if (_config.ScoresPositionToContent)
                bias = graph.Add(bias, graph.Transpose(graph.GatherElements(graph.MatMul(graph.Scale(key, scale * headScale), Positions(_positionQuery ?? _query)), graph.Transpose(index, 0, 1, 3, 2)), 0, 1, 3, 2));
        }
        var attended = Attention.Export(graph, query, key, value, bias, headDim);
        return graph.Linear(_output, graph.Reshape(graph.Transpose(attended, 0, 2, 1, 3), 0, 0, _config.HiddenSize));
    }

    // [batch, seq, hidden] -> [batch, head, seq, headDim]
    private Tensor Heads(Tensor x) => x.view(x.shape[0], x.shape[1], _config.NumAttentionHeads, -1).transpose(1, 2);
}

/// <summary>Version 2's convolution over the embeddings, added to the first block's output and normalised; padding is kept out of sight of its neighbours.</summary>
internal sealed class DebertaV2Convolution : Module<Tensor, Tensor, Tensor?, Tensor>
{
    [ComponentName(Name = "convolution")] private readonly Conv1d _convolution;
    [ComponentName(Name = "norm")] private readonly LayerNorm _norm;
    private readonly DebertaV2Config _config;

    public DebertaV2Convolution(DebertaV2Config config) : base(nameof(DebertaV2Convolution))
    {
        _config = config;
        _convolution = Conv1d(config.HiddenSize, config.HiddenSize, config.ConvKernelSize, padding: (config.ConvKernelSize - 1) / 2, groups: config.ConvGroups);
        _norm = LayerNorm(config.HiddenSize, config.LayerNormEps);
        RegisterComponents();
    }

    public override Tensor forward(Tensor embedded, Tensor hidden, Tensor? mask)
    {
        if (mask is not null) embedded = embedded * mask.unsqueeze(-1).to(embedded.dtype);
        var convolved = _convolution.call(embedded.transpose(1, 2)).transpose(1, 2);         // [batch, seq, hidden]
        if (training && _config.HiddenDropoutProb > 0) convolved = Layers.Dropout.Apply(convolved, _config.HiddenDropoutProb);
        return _norm.call(hidden + ActivationFunctions.Find(_config.ConvAct)(convolved));
    }

    public OnnxValue Export(OnnxGraph graph, OnnxValue embedded, OnnxValue hidden, OnnxValue mask)
    {
        var (margin, real) = ((_config.ConvKernelSize - 1) / 2, graph.Multiply(embedded, graph.Unsqueeze(graph.ToFloat(mask), 2)));
        var convolved = graph.Node("Conv", [graph.Transpose(real, 0, 2, 1), graph.Weight(_convolution.weight!), graph.Weight(_convolution.bias!)],
            new OnnxAttribute("kernel_shape", Ints: [_config.ConvKernelSize]), new OnnxAttribute("pads", Ints: [margin, margin]), new OnnxAttribute("group", Int: _config.ConvGroups));
        return graph.LayerNorm(_norm, graph.Add(hidden, graph.Activation(_config.ConvAct, graph.Transpose(convolved, 0, 2, 1))));
    }
}
