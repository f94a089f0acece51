using System.Text.Json.Serialization;
using Attend.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Attend.Models;

/// <summary>Configuration of the Transformer of Vaswani et al. 2017 (arXiv:1706.03762); defaults are its base model (section 3, table 3).</summary>
public sealed record TransformerConfig : Seq2SeqConfig
{
    /// <inheritdoc/>
    public override string ModelType => "transformer";

    /// <summary>Width of the hidden states.</summary>
    public int HiddenSize { get; init; } = 512;

    /// <summary>Number of encoder blocks.</summary>
    public int EncoderLayers { get; init; } = 6;

    /// <summary>Number of decoder blocks.</summary>
    public int DecoderLayers { get; init; } = 6;

    /// <summary>Number of attention heads; divides <see cref="HiddenSize"/>.</summary>
    public int NumAttentionHeads { get; init; } = 8;

    /// <summary>Width of the feed-forward layers.</summary>
    public int IntermediateSize { get; init; } = 2048;

    /// <summary>Activation of the feed-forward layers.</summary>
    public string HiddenAct { get; init; } = "relu";

    /// <summary>Dropout after embeddings and sublayers, in [0, 1).</summary>
    public double HiddenDropoutProb { get; init; } = 0.1;

    /// <summary>Dropout of attention weights, in [0, 1).</summary>
    public double AttentionProbsDropoutProb { get; init; }

    /// <summary>"post": LayerNorm after each residual, as in the paper; "pre": before each sublayer and at the end of each stack (Xiong et al. 2020).</summary>
    public string NormPlacement { get; init; } = "post";

    /// <summary>"sinusoidal" as in the paper (section 3.5), or "learned".</summary>
    public string Positions { get; init; } = "sinusoidal";

    /// <summary>Layout of sinusoidal positions, see <see cref="SinusoidLayout"/>.</summary>
    public string SinusoidLayout { get; init; } = "paper";

    /// <summary>Position of the first token.</summary>
    public int FirstPosition { get; init; }

    /// <summary>Number of learned positions; with sinusoidal ones the longest text that is accepted.</summary>
    public int MaxPositionEmbeddings { get; init; } = 1024;

    /// <summary>Number of target tokens where the target has a vocabulary of its own; null = one shared vocabulary and one shared matrix for both embeddings and the output (section 3.4).</summary>
    [JsonPropertyName("target_vocab_size")]
    public int? SeparateTargetVocabSize { get; init; }

    /// <summary>Added to the variance in LayerNorm.</summary>
    public double LayerNormEps { get; init; } = 1e-5;

    /// <inheritdoc/>
    [JsonIgnore]
    public override int OutputVocabSize => SeparateTargetVocabSize ?? VocabSize;

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
        Norm = NormPlacement == "pre" ? Layers.NormPlacement.Pre : Layers.NormPlacement.Post,
    };

    internal override double LeastValueCount => (((double)VocabSize + (SeparateTargetVocabSize ?? 0) + (Positions == "learned" ? MaxPositionEmbeddings : 0)) * HiddenSize) + BlockValues((double)EncoderLayers + DecoderLayers, HiddenSize, IntermediateSize);

    /// <inheritdoc/>
    public override void Validate()
    {
        RequirePositive(("vocab_size", VocabSize), ("hidden_size", HiddenSize),
            ("num_attention_heads", NumAttentionHeads), ("intermediate_size", IntermediateSize), ("max_position_embeddings", MaxPositionEmbeddings),
            ("target_vocab_size", OutputVocabSize));
        RequireLayerCount(("encoder_layers", EncoderLayers), ("decoder_layers", DecoderLayers));
        RequireTokens();
        RequireProbability(("hidden_dropout_prob", HiddenDropoutProb), ("attention_probs_dropout_prob", AttentionProbsDropoutProb));
        if (HiddenSize % NumAttentionHeads != 0 || HiddenSize % 2 != 0)
            throw new ArgumentException($"config.json: hidden_size {HiddenSize} is not an even multiple of num_attention_heads {NumAttentionHeads}");
        RequireOneOf("norm_placement", NormPlacement, "post", "pre");
        RequireOneOf("positions", Positions, "sinusoidal", "learned");
        RequireOneOf("sinusoid_layout", SinusoidLayout, "paper", "halves", "tensor2tensor");
        ActivationFunctions.Find(HiddenAct);
    }
}

/// <summary>The Transformer (Vaswani et al. 2017): an encoder and a decoder stack over scaled embeddings and positions.</summary>
public sealed class TransformerModel : Seq2SeqModel
{
    [ComponentName(Name = "source")] private readonly TransformerEmbeddings _source;
    [ComponentName(Name = "target")] private readonly TransformerEmbeddings? _target;
    [ComponentName(Name = "encoder")] private readonly ModuleList<EncoderBlock> _encoder;
    [ComponentName(Name = "encoder_norm")] private readonly LayerNorm? _encoderNorm;
    [ComponentName(Name = "decoder")] private readonly ModuleList<DecoderBlock> _decoder;
    [ComponentName(Name = "decoder_norm")] private readonly LayerNorm? _decoderNorm;
    [ComponentName(Name = "projection")] private readonly Linear? _projection;
    private readonly TransformerConfig _config;

    /// <summary>Creates the model with freshly drawn weights.</summary>
    /// <exception cref="ArgumentException">The configuration's numbers do not fit each other.</exception>
    public TransformerModel(TransformerConfig config) : base(nameof(TransformerModel))
    {
        config.Validate();
        _config = config;
        var isShared = config.SeparateTargetVocabSize is null;
        _source = new TransformerEmbeddings(config, config.VocabSize);
        _target = isShared ? null : new TransformerEmbeddings(config, config.OutputVocabSize);
        _encoder = ModuleList([.. Enumerable.Range(0, config.EncoderLayers).Select(_ => new EncoderBlock(config.Block))]);
        _decoder = ModuleList([.. Enumerable.Range(0, config.DecoderLayers).Select(_ => new DecoderBlock(config.Block))]);
        // Post-norm blocks end normalised; a pre-norm stack needs one norm at its end.
        if (config.NormPlacement == "pre")
        {
            _encoderNorm = LayerNorm(config.HiddenSize, config.LayerNormEps);
            _decoderNorm = LayerNorm(config.HiddenSize, config.LayerNormEps);
        }
        _projection = isShared ? null : new Linear(config.HiddenSize, config.OutputVocabSize);
        RegisterComponents();
        Initialization.Xavier(this);
        Initialization.Embeddings(this, Math.Pow(config.HiddenSize, -0.5));
    }

    /// <inheritdoc/>
    public override Seq2SeqConfig Config => _config;

    /// <inheritdoc/>
    public override int DecoderLayerCount => _config.DecoderLayers;

    /// <inheritdoc/>
    public override int MaxSourceTokens => _config.MaxPositionEmbeddings - _config.FirstPosition;

    /// <inheritdoc/>
    public override int MaxTargetTokens => _config.MaxPositionEmbeddings - _config.FirstPosition;

    /// <inheritdoc/>
    public override Tensor Encode(Tensor ids, Tensor? mask, Trace? trace = null)
    {
        var hidden = _source.call(ids, 0);                                         // [batch, source, hidden]
        var bias = mask is null ? null : Attention.MaskToBias(mask, hidden.dtype);
        hidden = EncoderBlock.Run(_encoder, hidden, bias, null, trace);
        return _encoderNorm is null ? hidden : _encoderNorm.call(hidden);
    }

    /// <inheritdoc/>
    public override Tensor Decode(Tensor ids, DecoderState state, Trace? trace = null)
    {
        var hidden = state.Run(_decoder, (_target ?? _source).call(ids, state.Length), trace);   // [row, new, hidden]
        return _decoderNorm is null ? hidden : _decoderNorm.call(hidden);
    }

    /// <inheritdoc/>
    public override Tensor Project(Tensor hidden) => _projection?.call(hidden) ?? Products.Linear(hidden, _source.Words);

    /// <summary>The row of the Transformer in the table of architectures. No library publishes it under these names: they are ours.</summary>
    internal static Seq2SeqArchitecture Architecture { get; } = new()
    {
        ModelType = "transformer",
        ConfigType = typeof(TransformerConfig),
        ClassName = "Transformer",
        CreateConfig = (size, vocabSize) => new TransformerConfig
        {
            VocabSize = vocabSize,
            HiddenSize = size.HiddenSize,
            EncoderLayers = size.EncoderLayerCount,
            DecoderLayers = size.DecoderLayerCount,
            NumAttentionHeads = size.HeadCount,
            IntermediateSize = size.IntermediateSize,
            HiddenDropoutProb = size.Dropout,
            MaxPositionEmbeddings = size.MaxPositionEmbeddings,
        },
        Create = config => new TransformerModel((TransformerConfig)config),
        Keys = new KeyMap
        {
            Rules = [.. Names.Select(name => new KeyRule(name, name))],
        },
    };

    private static IEnumerable<string> Names =>
    [
        "source.words", "source.positions", "target.words", "target.positions", "encoder_norm", "decoder_norm", "projection",
        .. EncoderNames.Select(name => $"encoder.*.{name}"),
        .. EncoderNames.Concat(CrossNames).Select(name => $"decoder.*.{name}"),
    ];

    private static string[] EncoderNames => ["attention.qkv", "attention.output", "attention_norm", "feed_forward.inner", "feed_forward.outer", "feed_forward_norm"];

    private static string[] CrossNames => ["cross.query", "cross.kv", "cross.output", "cross_norm"];
}

/// <summary>Token embeddings times √hidden plus positions, then dropout (Vaswani et al. 2017, sections 3.4 and 3.5).</summary>
public sealed class TransformerEmbeddings : Module<Tensor, int, Tensor>
{
    [ComponentName(Name = "words")] private readonly Embedding _words;
    [ComponentName(Name = "positions")] private readonly Embedding? _positions;
    private readonly SinusoidalPositions? _sinusoids;
    private readonly TransformerConfig _config;

    /// <summary>Creates the layer.</summary>
    public TransformerEmbeddings(TransformerConfig config, int vocabSize) : base(nameof(TransformerEmbeddings))
    {
        _config = config;
        _words = Embedding(vocabSize, config.HiddenSize, padding_idx: config.PadTokenId);
        if (config.Positions == "learned") _positions = Embedding(config.MaxPositionEmbeddings, config.HiddenSize);
        else _sinusoids = new SinusoidalPositions(config.HiddenSize, Enum.Parse<SinusoidLayout>(config.SinusoidLayout, ignoreCase: true));
        RegisterComponents();
    }

    /// <summary>The matrix of token embeddings [vocab, hidden].</summary>
    public Parameter Words => _words.weight!;

    /// <summary>Embeds token ids.</summary>
    /// <param name="ids">[batch, seq], int64.</param>
    /// <param name="start">Number of tokens that stand before them.</param>
    /// <returns>[batch, seq, hidden].</returns>
    public override Tensor forward(Tensor ids, int start)
    {
        var (first, count) = (start + _config.FirstPosition, (int)ids.shape[1]);
        var positions = _positions?.weight!.narrow(0, first, count) ?? _sinusoids!.At(first, count, ids.device);   // [seq, hidden]
        var embedded = _words.call(ids) * Math.Sqrt(_config.HiddenSize) + positions;                               // [batch, seq, hidden]
        return training && _config.HiddenDropoutProb > 0 ? Layers.Dropout.Apply(embedded, _config.HiddenDropoutProb) : embedded;
    }
}
