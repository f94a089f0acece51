using System.Text.Json.Serialization;
using Attend.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Attend.Models;

/// <summary>What BART and its relatives say in config.json, with Hugging Face's keys and defaults.</summary>
public abstract record BartFamilyConfig : Seq2SeqConfig
{
    /// <summary>Width of the hidden states.</summary>
    [JsonPropertyName("d_model")]
    public int HiddenSize { get; init; } = 1024;

    /// <summary>Number of encoder blocks.</summary>
    public int EncoderLayers { get; init; } = 12;

    /// <summary>Number of decoder blocks.</summary>
    public int DecoderLayers { get; init; } = 12;

    /// <summary>Number of attention heads in the encoder.</summary>
    public int EncoderAttentionHeads { get; init; } = 16;

    /// <summary>Number of attention heads in the decoder.</summary>
    public int DecoderAttentionHeads { get; init; } = 16;

    /// <summary>Width of the encoder's feed-forward layers.</summary>
    public int EncoderFfnDim { get; init; } = 4096;

    /// <summary>Width of the decoder's feed-forward layers.</summary>
    public int DecoderFfnDim { get; init; } = 4096;

    /// <summary>Activation of the feed-forward layers.</summary>
    public string ActivationFunction { get; init; } = "gelu";

    /// <summary>Dropout after embeddings and sublayers, in [0, 1).</summary>
    public double Dropout { get; init; } = 0.1;

    /// <summary>Dropout of attention weights, in [0, 1).</summary>
    public double AttentionDropout { get; init; }

    /// <summary>Longest text, in tokens.</summary>
    public int MaxPositionEmbeddings { get; init; } = 1024;

    /// <summary>Whether token embeddings are multiplied by √d_model.</summary>
    public bool ScaleEmbedding { get; init; }

    /// <summary>Standard deviation of freshly drawn weights.</summary>
    public double InitStd { get; init; } = 0.02;

    /// <summary>Sizes of an encoder block.</summary>
    [JsonIgnore]
    public BlockOptions EncoderBlock => Block(EncoderAttentionHeads, EncoderFfnDim);

    /// <summary>Sizes of a decoder block.</summary>
    [JsonIgnore]
    public BlockOptions DecoderBlock => Block(DecoderAttentionHeads, DecoderFfnDim);

    internal override double LeastValueCount => ((double)VocabSize * HiddenSize) + BlockValues(EncoderLayers, HiddenSize, EncoderFfnDim) + BlockValues(DecoderLayers, HiddenSize, DecoderFfnDim);

    /// <inheritdoc/>
    public override void Validate()
    {
        RequirePositive(("vocab_size", VocabSize), ("d_model", HiddenSize),
            ("encoder_attention_heads", EncoderAttentionHeads), ("decoder_attention_heads", DecoderAttentionHeads),
            ("encoder_ffn_dim", EncoderFfnDim), ("decoder_ffn_dim", DecoderFfnDim), ("max_position_embeddings", MaxPositionEmbeddings));
        RequireLayerCount(("encoder_layers", EncoderLayers), ("decoder_layers", DecoderLayers));
        RequireTokens();
        RequireProbability(("dropout", Dropout), ("attention_dropout", AttentionDropout));
        if (HiddenSize % EncoderAttentionHeads != 0 || HiddenSize % DecoderAttentionHeads != 0)
            throw new ArgumentException($"config.json: d_model {HiddenSize} is not a multiple of the attention heads {EncoderAttentionHeads} and {DecoderAttentionHeads}");
        ActivationFunctions.Find(ActivationFunction);
    }

    private BlockOptions Block(int heads, int intermediate) => new()
    {
        HiddenSize = HiddenSize,
        HeadCount = heads,
        IntermediateSize = intermediate,
        Activation = ActivationFunction,
        HiddenDropout = Dropout,
        AttentionDropout = AttentionDropout,
        LayerNormEpsilon = 1e-5,
    };
}

/// <summary>Configuration of BART (Lewis et al. 2019, arXiv:1910.13461).</summary>
public sealed record BartConfig : BartFamilyConfig
{
    /// <inheritdoc/>
    public override string ModelType => "bart";

    internal override double LeastValueCount => base.LeastValueCount + (2.0 * MaxPositionEmbeddings * HiddenSize);
}

/// <summary>BART (Lewis et al. 2019, section 2.1): post-norm stacks with learned positions and normalised embeddings, one matrix for all tokens in and out.</summary>
public sealed class BartModel : Seq2SeqModel
{
    // Published checkpoints keep the first two rows of the position tables for a padding rule of fairseq that is long gone.
    private const int FirstPosition = 2;

    [ComponentName(Name = "words")] private readonly Embedding _words;
    [ComponentName(Name = "encoder_positions")] private readonly Embedding _encoderPositions;
    [ComponentName(Name = "encoder_norm")] private readonly LayerNorm _encoderNorm;
    [ComponentName(Name = "encoder")] private readonly ModuleList<EncoderBlock> _encoder;
    [ComponentName(Name = "decoder_positions")] private readonly Embedding _decoderPositions;
    [ComponentName(Name = "decoder_norm")] private readonly LayerNorm _decoderNorm;
    [ComponentName(Name = "decoder")] private readonly ModuleList<DecoderBlock> _decoder;
    [ComponentName(Name = "logits_bias")] private readonly Parameter _logitsBias;
    private readonly BartConfig _config;

    /// <summary>Creates the model with freshly drawn weights.</summary>
    /// <exception cref="ArgumentException">The configuration's numbers do not fit each other.</exception>
    public BartModel(BartConfig config) : base(nameof(BartModel))
    {
        config.Validate();
        _config = config;
        _words = Embedding(config.VocabSize, config.HiddenSize, padding_idx: config.PadTokenId);
        _encoderPositions = Embedding(config.MaxPositionEmbeddings + FirstPosition, config.HiddenSize);
        _decoderPositions = Embedding(config.MaxPositionEmbeddings + FirstPosition, config.HiddenSize);
        _encoderNorm = LayerNorm(config.HiddenSize);
        _decoderNorm = LayerNorm(config.HiddenSize);
        _encoder = ModuleList([.. Enumerable.Range(0, config.EncoderLayers).Select(_ => new EncoderBlock(config.EncoderBlock))]);
        _decoder = ModuleList([.. Enumerable.Range(0, config.DecoderLayers).Select(_ => new DecoderBlock(config.DecoderBlock))]);
        _logitsBias = new Parameter(zeros(1, config.VocabSize), requires_grad: false);
        RegisterComponents();
        Initialization.Normal(this, config.InitStd);
    }

    /// <inheritdoc/>
    public override Seq2SeqConfig Config => _config;

    /// <inheritdoc/>
    public override int DecoderLayerCount => _config.DecoderLayers;

    /// <inheritdoc/>
    public override int MaxSourceTokens => _config.MaxPositionEmbeddings;

    /// <inheritdoc/>
    public override int MaxTargetTokens => _config.MaxPositionEmbeddings;

    /// <inheritdoc/>
    public override Tensor Encode(Tensor ids, Tensor? mask, Trace? trace = null)
    {
        var hidden = Embed(ids, _encoderPositions, 0, _encoderNorm);               // [batch, source, hidden]
        var bias = mask is null ? null : Attention.MaskToBias(mask, hidden.dtype);
        hidden = EncoderBlock.Run(_encoder, hidden, bias, null, trace);
        return hidden;
    }

    /// <inheritdoc/>
    public override Tensor Decode(Tensor ids, DecoderState state, Trace? trace = null) =>
        state.Run(_decoder, Embed(ids, _decoderPositions, state.Length, _decoderNorm), trace);

    /// <inheritdoc/>
    public override Tensor Project(Tensor hidden) => Products.Linear(hidden, _words.weight!) + _logitsBias;

    /// <summary>The row of BART in the table of architectures.</summary>
    internal static Seq2SeqArchitecture Architecture { get; } = new()
    {
        ModelType = "bart",
        ConfigType = typeof(BartConfig),
        ClassName = "BartForConditionalGeneration",
        CreateConfig = (size, vocabSize) => new BartConfig
        {
            VocabSize = vocabSize,
            HiddenSize = size.HiddenSize,
            EncoderLayers = size.EncoderLayerCount,
            DecoderLayers = size.DecoderLayerCount,
            EncoderAttentionHeads = size.HeadCount,
            DecoderAttentionHeads = size.HeadCount,
            EncoderFfnDim = size.IntermediateSize,
            DecoderFfnDim = size.IntermediateSize,
            Dropout = size.Dropout,
            MaxPositionEmbeddings = size.MaxPositionEmbeddings,
        },
        Create = config => new BartModel((BartConfig)config),
        Keys = new KeyMap
        {
            Prefix = "model.",
            Rules =
            [
                new("words", "shared"),
                new("encoder_positions", "encoder.embed_positions"),
                new("encoder_norm", "encoder.layernorm_embedding"),
                new("decoder_positions", "decoder.embed_positions"),
                new("decoder_norm", "decoder.layernorm_embedding"),
                .. BlockKeys("encoder"),
                .. BlockKeys("decoder"),
                new("logits_bias", "final_logits_bias") { IsAbsolute = true },
            ],
            Ignored = ["encoder.embed_tokens.", "decoder.embed_tokens.", "lm_head.", "encoder.version", "decoder.version"],
            Optional = ["final_logits_bias"],
        },
    };

    /// <summary>Names of the blocks in checkpoints of BART and its relatives.</summary>
    /// <param name="stack">"encoder" or "decoder".</param>
    internal static KeyRule[] BlockKeys(string stack)
    {
        var (ours, theirs) = ($"{stack}.*.", $"{stack}.layers.*.");
        KeyRule[] rules =
        [
            new($"{ours}attention.qkv", $"{theirs}self_attn.q_proj", $"{theirs}self_attn.k_proj", $"{theirs}self_attn.v_proj"),
            new($"{ours}attention.output", $"{theirs}self_attn.out_proj"),
            new($"{ours}attention_norm", $"{theirs}self_attn_layer_norm"),
            new($"{ours}feed_forward.inner", $"{theirs}fc1"),
            new($"{ours}feed_forward.outer", $"{theirs}fc2"),
            new($"{ours}feed_forward_norm", $"{theirs}final_layer_norm"),
        ];
        return stack == "encoder" ? rules :
        [
            .. rules,
            new($"{ours}cross.query", $"{theirs}encoder_attn.q_proj"),
            new($"{ours}cross.kv", $"{theirs}encoder_attn.k_proj", $"{theirs}encoder_attn.v_proj"),
            new($"{ours}cross.output", $"{theirs}encoder_attn.out_proj"),
            new($"{ours}cross_norm", $"{theirs}encoder_attn_layer_norm"),
        ];
    }

    private Tensor Embed(Tensor ids, Embedding positions, int start, LayerNorm norm)
    {
        var words = _words.call(ids);                                              // [batch, seq, hidden]
        if (_config.ScaleEmbedding) words = words * Math.Sqrt(_config.HiddenSize);
        var embedded = norm.call(words + positions.weight!.narrow(0, start + FirstPosition, ids.shape[1]));
        return training && _config.Dropout > 0 ? Layers.Dropout.Apply(embedded, _config.Dropout) : embedded;
    }
}
