using Attend.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Attend.Models;

/// <summary>Configuration of Marian's translation models (Junczys-Dowmunt et al. 2018, arXiv:1804.00344), as Hugging Face stores them.</summary>
public sealed record MarianConfig : BartFamilyConfig
{
    /// <inheritdoc/>
    public override string ModelType => "marian";

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        if (HiddenSize % 2 != 0) throw new ArgumentException($"config.json: d_model {HiddenSize} is odd; sinusoidal positions need an even one");
    }
}

/// <summary>Marian: the Transformer of Vaswani et al. 2017, post-norm with sinusoidal positions, one matrix for all tokens in and out, and a bias on its scores.</summary>
public sealed class MarianModel : Seq2SeqModel
{
    [ComponentName(Name = "words")] private readonly Embedding _words;
    [ComponentName(Name = "encoder")] private readonly ModuleList<EncoderBlock> _encoder;
    [ComponentName(Name = "decoder")] private readonly ModuleList<DecoderBlock> _decoder;
    [ComponentName(Name = "logits_bias")] private readonly Parameter _logitsBias;
    private readonly SinusoidalPositions _positions;
    private readonly MarianConfig _config;

    /// <summary>Creates the model with freshly drawn weights.</summary>
    /// <exception cref="ArgumentException">The configuration's numbers do not fit each other.</exception>
    public MarianModel(MarianConfig config) : base(nameof(MarianModel))
    {
        config.Validate();
        _config = config;
        _words = Embedding(config.VocabSize, config.HiddenSize, padding_idx: config.PadTokenId);
        _encoder = ModuleList([.. Enumerable.Range(0, config.EncoderLayers).Select(_ => new EncoderBlock(config.EncoderBlock))]);
        _decoder = ModuleList([.. Enumerable.Range(0, config.DecoderLayers).Select(_ => new DecoderBlock(config.DecoderBlock))]);
        _logitsBias = new Parameter(zeros(1, config.VocabSize), requires_grad: false);
        _positions = new SinusoidalPositions(config.HiddenSize, SinusoidLayout.Halves);
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
        var hidden = Embed(ids, 0);                                                // [batch, source, hidden]
        var bias = mask is null ? null : Attention.MaskToBias(mask, hidden.dtype);
        hidden = EncoderBlock.Run(_encoder, hidden, bias, null, trace);
        return hidden;
    }

    /// <inheritdoc/>
    public override Tensor Decode(Tensor ids, DecoderState state, Trace? trace = null) => state.Run(_decoder, Embed(ids, state.Length), trace);

    /// <inheritdoc/>
    public override Tensor Project(Tensor hidden) => Products.Linear(hidden, _words.weight!) + _logitsBias;

    /// <summary>The row of Marian in the table of architectures.</summary>
    internal static Seq2SeqArchitecture Architecture { get; } = new()
    {
        ModelType = "marian",
        ConfigType = typeof(MarianConfig),
        ClassName = "MarianMTModel",
        CreateConfig = (size, vocabSize) => new MarianConfig
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
        Create = config => new MarianModel((MarianConfig)config),
        Keys = new KeyMap
        {
            Prefix = "model.",
            Rules = [new("words", "shared"), .. BartModel.BlockKeys("encoder"), .. BartModel.BlockKeys("decoder"), new("logits_bias", "final_logits_bias") { IsAbsolute = true }],
            // Positions are computed; the embeddings are one matrix under several names.
            Ignored = ["encoder.embed_positions.", "decoder.embed_positions.", "encoder.embed_tokens.", "decoder.embed_tokens.", "lm_head."],
            Optional = ["final_logits_bias"],
        },
    };

    private Tensor Embed(Tensor ids, int start)
    {
        var words = _words.call(ids);                                              // [batch, seq, hidden]
        if (_config.ScaleEmbedding) words = words * Math.Sqrt(_config.HiddenSize);
        var embedded = words + _positions.At(start, (int)ids.shape[1], ids.device);
        return training && _config.Dropout > 0 ? Layers.Dropout.Apply(embedded, _config.Dropout) : embedded;
    }
}
