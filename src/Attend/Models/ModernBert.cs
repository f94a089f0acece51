using System.Text.Json;
using System.Text.Json.Serialization;
using Attend.Layers;
using Attend.Onnx;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Attend.Models;

/// <summary>Configuration of ModernBERT (Warner et al. 2024, arXiv:2412.13663), with the keys and defaults of Hugging Face's config.json.</summary>
public sealed record ModernBertConfig : ModelConfig
{
    // An export holds angles for every position.
    private const int LongestInput = 1 << 20;

    /// <inheritdoc/>
    public override string ModelType => "modernbert";

    /// <summary>Width of the hidden states.</summary>
    public int HiddenSize { get; init; } = 768;

    /// <summary>Number of blocks.</summary>
    public int NumHiddenLayers { get; init; } = 22;

    /// <summary>Number of attention heads; divides <see cref="HiddenSize"/> into even parts.</summary>
    public int NumAttentionHeads { get; init; } = 12;

    /// <summary>Width of the gated feed-forward layers.</summary>
    public int IntermediateSize { get; init; } = 1152;

    /// <summary>Activation of the gate.</summary>
    public string HiddenActivation { get; init; } = "gelu";

    /// <summary>Longest input, in tokens.</summary>
    public int MaxPositionEmbeddings { get; init; } = 8192;

    /// <summary>Standard deviation of freshly drawn weights.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>Added to the variance in LayerNorm.</summary>
    public double NormEps { get; init; } = 1e-5;

    /// <summary>Whether LayerNorms have a bias.</summary>
    public bool NormBias { get; init; }

    /// <inheritdoc/>
    public override int PadTokenId { get; init; } = 50283;

    /// <summary>Base of the rotary angles in layers that see everything.</summary>
    public double GlobalRopeTheta { get; init; } = 160_000;

    /// <summary>Base of the rotary angles in layers that see a window; null = <see cref="GlobalRopeTheta"/>.</summary>
    public double? LocalRopeTheta { get; init; } = 10_000;

    /// <summary>Whether projections of the attention have a bias.</summary>
    public bool AttentionBias { get; init; }

    /// <summary>Dropout of attention weights and of the attention's output, in [0, 1).</summary>
    public double AttentionDropout { get; init; }

    /// <summary>Every how many layers one sees everything, the first one included.</summary>
    public int GlobalAttnEveryNLayers { get; init; } = 3;

    /// <summary>What each layer sees, "full_attention" or "sliding_attention"; null = <see cref="GlobalAttnEveryNLayers"/> says it.</summary>
    public IReadOnlyList<string>? LayerTypes { get; init; }

    /// <summary>Rotary angles by kind of layer ("full_attention", "sliding_attention"), today's way of saying <see cref="GlobalRopeTheta"/> and <see cref="LocalRopeTheta"/>.</summary>
    public IReadOnlyDictionary<string, RopeParameters>? RopeParameters { get; init; }

    /// <summary>Width of the window of local layers: half of it to each side.</summary>
    public int LocalAttention { get; init; } = 128;

    /// <summary>Dropout after the embeddings, in [0, 1).</summary>
    public double EmbeddingDropout { get; init; }

    /// <summary>Whether feed-forward layers have a bias.</summary>
    public bool MlpBias { get; init; }

    /// <summary>Dropout inside feed-forward layers, in [0, 1).</summary>
    public double MlpDropout { get; init; }

    /// <summary>Whether each word has a bias in the masked language head.</summary>
    public bool DecoderBias { get; init; } = true;

    /// <summary>Dropout before the scores of a head, in [0, 1).</summary>
    public double ClassifierDropout { get; init; }

    /// <summary>Whether the dense layer of a head has a bias.</summary>
    public bool ClassifierBias { get; init; }

    /// <summary>Activation of a head.</summary>
    public string ClassifierActivation { get; init; } = "gelu";

    /// <summary>Whether a layer sees only a window.</summary>
    internal bool IsLocal(int layer) => LayerTypes is null ? layer % GlobalAttnEveryNLayers != 0 : LayerTypes[layer] == "sliding_attention";

    /// <summary>Base of the rotary angles of a kind of layer.</summary>
    internal double RopeTheta(bool local) => RopeParameters?.GetValueOrDefault(local ? "sliding_attention" : "full_attention")?.RopeTheta
        ?? (local ? LocalRopeTheta ?? GlobalRopeTheta : GlobalRopeTheta);

    internal override double LeastValueCount => ((double)VocabSize * HiddenSize) + BlockValues(NumHiddenLayers, HiddenSize, 1.5 * IntermediateSize);

    /// <inheritdoc/>
    internal override ModelConfig WithDropout(double probability) => this with { AttentionDropout = probability, EmbeddingDropout = probability, MlpDropout = probability };

    /// <inheritdoc/>
    public override void Validate()
    {
        RequirePositive(("vocab_size", VocabSize), ("hidden_size", HiddenSize), ("num_attention_heads", NumAttentionHeads),
            ("intermediate_size", IntermediateSize), ("max_position_embeddings", MaxPositionEmbeddings), ("global_attn_every_n_layers", GlobalAttnEveryNLayers), ("local_attention", LocalAttention));
        RequireLayerCount(("num_hidden_layers", NumHiddenLayers));
        RequireProbability(("attention_dropout", AttentionDropout), ("embedding_dropout", EmbeddingDropout), ("mlp_dropout", MlpDropout), ("classifier_dropout", ClassifierDropout));
        RequireHeads("hidden_size", HiddenSize, "num_attention_heads", NumAttentionHeads);
        RequirePadding();
        if (MaxPositionEmbeddings > LongestInput) throw new ArgumentException($"config.json: max_position_embeddings is {MaxPositionEmbeddings}; expected at most {LongestInput}");
        if (HiddenSize / NumAttentionHeads % 2 != 0) throw new ArgumentException($"config.json: hidden_size {HiddenSize} gives each of num_attention_heads {NumAttentionHeads} an odd width; rotary positions need an even one");
        if (LayerTypes is not null && LayerTypes.Count != NumHiddenLayers) throw new ArgumentException($"config.json: layer_types has {LayerTypes.Count} entries; expected num_hidden_layers {NumHiddenLayers}");
        foreach (var type in LayerTypes ?? []) RequireOneOf("layer_types", type, "full_attention", "sliding_attention");
        foreach (var parameters in RopeParameters?.Values ?? []) RequireOneOf("rope_type", parameters.RopeType, "default");
        RequireOneOf("classifier_pooling", ClassifierPooling ?? "cls", "cls", "mean");
        ActivationFunctions.Find(HiddenActivation);
        ActivationFunctions.Find(ClassifierActivation);
    }
}

/// <summary>Rotary angles of one kind of layer.</summary>
public sealed record RopeParameters
{
    /// <summary>"default": no scaling.</summary>
    public string RopeType { get; init; } = "default";

    /// <summary>Base of the angles; null = the architecture's default.</summary>
    public double? RopeTheta { get; init; }

    /// <summary>Keys that Attend does not use.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; init; }
}

/// <summary>ModernBERT: pre-norm blocks with rotary positions, GeGLU and, in most layers, a local window (section 2.1).</summary>
public sealed class ModernBertModel : EncoderModel
{
    [ComponentName(Name = "words")] private readonly Embedding _words;
    [ComponentName(Name = "embedding_norm")] private readonly LayerNorm _embeddingNorm;
    [ComponentName(Name = "layers")] private readonly ModuleList<ModernBertBlock> _layers;
    [ComponentName(Name = "final_norm")] private readonly LayerNorm _finalNorm;
    private readonly ModernBertConfig _config;

    /// <summary>Creates the model with freshly drawn weights.</summary>
    /// <exception cref="ArgumentException">The configuration's numbers do not fit each other.</exception>
    public ModernBertModel(ModernBertConfig config) : base(nameof(ModernBertModel))
    {
        config.Validate();
        _config = config;
        _words = Embedding(config.VocabSize, config.HiddenSize, padding_idx: config.PadTokenId);
        _embeddingNorm = LayerNorm(config.HiddenSize, config.NormEps, bias: config.NormBias);
        _layers = ModuleList([.. Enumerable.Range(0, config.NumHiddenLayers).Select(layer => new ModernBertBlock(config, isFirst: layer == 0))]);
        _finalNorm = LayerNorm(config.HiddenSize, config.NormEps, bias: config.NormBias);
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
    public override double ClassifierDropout => _config.ClassifierDropout;

    /// <inheritdoc/>
    public override double InitializerRange => _config.InitializerRange;

    /// <inheritdoc/>
    public override Tensor WordEmbeddings => _words.weight!;

    /// <inheritdoc/>
    protected override MaskedLanguageHeadOptions MaskedLanguageOptions => new()
    {
        HiddenSize = _config.HiddenSize,
        EmbeddingSize = _config.HiddenSize,
        VocabSize = _config.VocabSize,
        Activation = _config.ClassifierActivation,
        LayerNormEpsilon = _config.NormEps,
        DenseBias = _config.ClassifierBias,
        NormBias = _config.NormBias,
        DecoderBias = _config.DecoderBias,
        InitializerRange = _config.InitializerRange,
    };

    /// <summary>Encodes a batch: hidden states [batch, seq, hidden]. Segment ids are not read.</summary>
    public override EncoderOutput forward(EncoderInput input)
    {
        var hidden = _embeddingNorm.call(_words.call(input.Ids));                            // [batch, seq, hidden]
        if (training && _config.EmbeddingDropout > 0) hidden = Layers.Dropout.Apply(hidden, _config.EmbeddingDropout);
        input.Trace?.Add(TraceNames.Embeddings, 0, hidden);

        var everywhere = input.Mask is null ? null : Attention.MaskToBias(input.Mask, hidden.dtype);   // [batch, 1, 1, seq]
        var window = Window(hidden);                                                         // [seq, seq]
        if (everywhere is not null) window = window?.minimum(everywhere);                    // [batch, 1, seq, seq]
        var (globalTurn, localTurn) = (Turn(hidden, local: false), Turn(hidden, local: true));
        for (var layer = 0; layer < _layers.Count; layer++)
        {
            var local = _config.IsLocal(layer);
            hidden = _layers[layer].call(hidden, local ? window ?? everywhere : everywhere, local ? localTurn : globalTurn, new(input.Trace, layer));
            if (layer == _layers.Count - 1) hidden = _finalNorm.call(hidden);
            input.Trace?.Add(TraceNames.Hidden, layer, hidden);
        }
        return new EncoderOutput(Pooling.At(hidden, input.Places));
    }

    internal override bool ReadsSegments => false;

    internal override OnnxEncoded Export(OnnxGraph graph, OnnxTokens tokens)
    {
        var hidden = graph.LayerNorm(_embeddingNorm, graph.Gather(graph.Weight(_words.weight!), tokens.Ids));
        var everywhere = Attention.ExportMask(graph, tokens.Mask);                           // [batch, 1, 1, seq]
        var length = graph.Length(tokens.Ids, 1);
        var positions = graph.Range(length);
        var distance = graph.Node("Abs", [graph.Subtract(graph.Unsqueeze(positions, 1), positions)]);
        var outside = graph.ToFloat(graph.Node("Greater", [distance, graph.Int(_config.LocalAttention / 2)]));
        var window = graph.Minimum(graph.Scale(outside, float.MinValue), everywhere);        // [batch, 1, seq, seq]
        OnnxRotary Turn(bool local) => Rotary.Export(graph, length, _config.MaxPositionEmbeddings, _config.HiddenSize / _config.NumAttentionHeads, _config.RopeTheta(local));
        var (globalTurn, localTurn) = (Turn(local: false), Turn(local: true));
        for (var layer = 0; layer < _layers.Count; layer++)
            hidden = _config.IsLocal(layer) ? _layers[layer].Export(graph, hidden, window, localTurn) : _layers[layer].Export(graph, hidden, everywhere, globalTurn);
        return new OnnxEncoded(graph.LayerNorm(_finalNorm, hidden));
    }

    /// <inheritdoc/>
    protected override ClassificationHeadOptions HeadOptions(HeadKind kind, int labelCount) => base.HeadOptions(kind, labelCount) with
    {
        DenseActivation = _config.ClassifierActivation,
        DenseBias = _config.ClassifierBias,
        NormEpsilon = _config.NormEps,
        NormBias = _config.NormBias,
        Dropout = _config.ClassifierDropout,
    };

    // The lowest number where a key is outside the window, 0 inside; null where the window holds the whole text.
    private Tensor? Window(Tensor hidden)
    {
        var (seq, reach) = (hidden.shape[1], _config.LocalAttention / 2);
        if (seq <= reach + 1) return null;
        var positions = arange(seq, device: hidden.device);
        var outside = (positions.unsqueeze(1) - positions.unsqueeze(0)).abs() > reach;       // [seq, seq]
        return zeros(seq, seq, dtype: hidden.dtype, device: hidden.device).masked_fill(outside, finfo(hidden.dtype).min);
    }

    private Rotary Turn(Tensor hidden, bool local) => Rotary.Of(hidden, _config.HiddenSize / _config.NumAttentionHeads, _config.RopeTheta(local));

    /// <summary>The row of ModernBERT in the table of architectures.</summary>
    internal static Architecture Architecture { get; } = new()
    {
        ModelType = "modernbert",
        ConfigType = typeof(ModernBertConfig),
        CreateConfig = (size, vocabSize) => new ModernBertConfig
        {
            VocabSize = vocabSize,
            HiddenSize = size.HiddenSize,
            NumHiddenLayers = size.LayerCount,
            NumAttentionHeads = size.HeadCount,
            IntermediateSize = size.IntermediateSize,
            MaxPositionEmbeddings = size.MaxPositionEmbeddings,
            PadTokenId = 0,
            AttentionDropout = size.Dropout,
            EmbeddingDropout = size.Dropout,
            MlpDropout = size.Dropout,
            ClassifierDropout = size.Dropout,
        },
        Create = config => new ModernBertModel((ModernBertConfig)config),
        ClassName = "ModernBertModel",
        Keys = new KeyMap
        {
            Prefix = "model.",
            Rules =
            [
                new("words", "embeddings.tok_embeddings"),
                new("embedding_norm", "embeddings.norm"),
                new("layers.*.attention_norm", "layers.*.attn_norm"),
                new("layers.*.attention.qkv", "layers.*.attn.Wqkv"),
                new("layers.*.attention.output", "layers.*.attn.Wo"),
                new("layers.*.feed_forward_norm", "layers.*.mlp_norm"),
                new("layers.*.feed_forward.inner", "layers.*.mlp.Wi"),
                new("layers.*.feed_forward.outer", "layers.*.mlp.Wo"),
                new("final_norm", "final_norm"),
            ],
        },
        Heads = new Dictionary<HeadKind, HeadFormat>
        {
            [HeadKind.SequenceClassification] = new("ModernBertForSequenceClassification", ScoreKeys),
            [HeadKind.TokenClassification] = new("ModernBertForTokenClassification", ScoreKeys),
            [HeadKind.QuestionAnswering] = new("ModernBertForQuestionAnswering", ScoreKeys),
            [HeadKind.MaskedLanguageModel] = new("ModernBertForMaskedLM", new KeyMap
            {
                Rules = [new("transform", "head.dense"), new("norm", "head.norm"), new("decoder", "decoder")],
                Ignored = ["decoder.weight"],
            }),
        },
    };

    private static KeyMap ScoreKeys => new() { Rules = [new("dense", "head.dense"), new("norm", "head.norm"), new("output", "classifier")] };
}

/// <summary>x + Attention(LayerNorm(x)), then x + GeGLU(LayerNorm(x)); the first block's attention has no norm, since the embeddings are normalised.</summary>
internal sealed class ModernBertBlock : Module<Tensor, Tensor?, Rotary, LayerTrace, Tensor>
{
    [ComponentName(Name = "attention_norm")] private readonly LayerNorm? _attentionNorm;
    [ComponentName(Name = "attention")] private readonly RotaryAttention _attention;
    [ComponentName(Name = "feed_forward_norm")] private readonly LayerNorm _feedForwardNorm;
    [ComponentName(Name = "feed_forward")] private readonly GatedFeedForward _feedForward;

    public ModernBertBlock(ModernBertConfig config, bool isFirst) : base(nameof(ModernBertBlock))
    {
        _attentionNorm = isFirst ? null : LayerNorm(config.HiddenSize, config.NormEps, bias: config.NormBias);
        _attention = new RotaryAttention(config);
        _feedForwardNorm = LayerNorm(config.HiddenSize, config.NormEps, bias: config.NormBias);
        _feedForward = new GatedFeedForward(config);
        RegisterComponents();
    }

    public override Tensor forward(Tensor hidden, Tensor? bias, Rotary rotary, LayerTrace trace)
    {
        hidden = hidden + _attention.call(_attentionNorm?.call(hidden) ?? hidden, bias, rotary, trace);
        return hidden + _feedForward.call(_feedForwardNorm.call(hidden));
    }

    public OnnxValue Export(OnnxGraph graph, OnnxValue hidden, OnnxValue bias, OnnxRotary rotary)
    {
        hidden = graph.Add(hidden, _attention.Export(graph, _attentionNorm is null ? hidden : graph.LayerNorm(_attentionNorm, hidden), bias, rotary));
        return graph.Add(hidden, _feedForward.Export(graph, graph.LayerNorm(_feedForwardNorm, hidden)));
    }
}

/// <summary>Multi-head self-attention whose queries and keys are turned by their positions.</summary>
internal sealed class RotaryAttention : Module<Tensor, Tensor?, Rotary, LayerTrace, Tensor>, IAttentionLayer
{
    [ComponentName(Name = "qkv")] private readonly Linear _qkv;
    [ComponentName(Name = "output")] private readonly Linear _output;
    private readonly int _headCount;
    private readonly double _dropout;

    public RotaryAttention(ModernBertConfig config) : base(nameof(RotaryAttention))
    {
        _qkv = new Linear(config.HiddenSize, 3 * config.HiddenSize, config.AttentionBias);
        _output = new Linear(config.HiddenSize, config.HiddenSize, config.AttentionBias);
        _headCount = config.NumAttentionHeads;
        _dropout = config.AttentionDropout;
        RegisterComponents();
    }

    public AttentionKernel Kernel { get; set; }

    public override Tensor forward(Tensor hidden, Tensor? bias, Rotary rotary, LayerTrace trace)
    {
        var (batch, seq, size) = (hidden.shape[0], hidden.shape[1], hidden.shape[2]);
        var qkv = _qkv.call(_qkv.Round(hidden))                                              // [batch, seq, 3 * hidden]
            .view(batch, seq, 3, _headCount, size / _headCount)                              // [batch, seq, 3, head, headDim]
            .permute(2, 0, 3, 1, 4).unbind();                                                // three times [batch, head, seq, headDim]
        var attended = Attention.Attend(rotary.Turn(qkv[0]), rotary.Turn(qkv[1]), qkv[2], bias, training ? _dropout : 0, new(Kernel, trace));
        var output = _output.call(attended.transpose(1, 2).reshape(batch, seq, size));       // [batch, seq, hidden]
        return training && _dropout > 0 ? Layers.Dropout.Apply(output, _dropout) : output;
    }

    public OnnxValue Export(OnnxGraph graph, OnnxValue hidden, OnnxValue bias, OnnxRotary rotary)
    {
        var (size, headDim) = (_output.Weight.shape[1], (int)(_output.Weight.shape[1] / _headCount));
        var qkv = graph.Transpose(graph.Reshape(graph.Linear(_qkv, hidden), 0, 0, 3, _headCount, headDim), 2, 0, 3, 1, 4);
        var attended = Attention.Export(graph, rotary.Turn(graph, graph.Select(qkv, 0, 0)), rotary.Turn(graph, graph.Select(qkv, 0, 1)), graph.Select(qkv, 0, 2), bias, headDim);
        return graph.Linear(_output, graph.Reshape(graph.Transpose(attended, 0, 2, 1, 3), 0, 0, size));
    }
}

/// <summary>GeGLU (Shazeer 2020, arXiv:2002.05202): activation(W x) times (V x), narrowed; W and V are one matrix.</summary>
internal sealed class GatedFeedForward : Module<Tensor, Tensor>
{
    [ComponentName(Name = "inner")] private readonly Linear _inner;
    [ComponentName(Name = "outer")] private readonly Linear _outer;
    private readonly ModernBertConfig _config;

    public GatedFeedForward(ModernBertConfig config) : base(nameof(GatedFeedForward))
    {
        _inner = new Linear(config.HiddenSize, 2 * config.IntermediateSize, config.MlpBias);
        _outer = new Linear(config.IntermediateSize, config.HiddenSize, config.MlpBias);
        _config = config;
        RegisterComponents();
    }

    public override Tensor forward(Tensor hidden)
    {
        var both = _inner.call(_inner.Round(hidden)).chunk(2, -1);                            // twice [batch, seq, intermediate]
        var gated = ActivationFunctions.Find(_config.HiddenActivation)(both[0]) * both[1];
        return _outer.call(training && _config.MlpDropout > 0 ? Layers.Dropout.Apply(gated, _config.MlpDropout) : gated);
    }

    public OnnxValue Export(OnnxGraph graph, OnnxValue hidden)
    {
        var both = graph.Split(graph.Linear(_inner, hidden), -1, 2);
        return graph.Linear(_outer, graph.Multiply(graph.Activation(_config.HiddenActivation, both[0]), both[1]));
    }
}
