using System.Text.Json.Serialization;
using Attend.Layers;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Attend.Models;

/// <summary>Configuration of T5 (Raffel et al. 2019, arXiv:1910.10683), with the keys and defaults of Hugging Face's config.json.</summary>
public sealed record T5Config : Seq2SeqConfig
{
    /// <inheritdoc/>
    public override string ModelType => "t5";

    /// <summary>Width of the hidden states.</summary>
    [JsonPropertyName("d_model")]
    public int HiddenSize { get; init; } = 512;

    /// <summary>Width of one head; heads times this need not be the hidden width.</summary>
    [JsonPropertyName("d_kv")]
    public int HeadSize { get; init; } = 64;

    /// <summary>Width of the feed-forward layers.</summary>
    [JsonPropertyName("d_ff")]
    public int IntermediateSize { get; init; } = 2048;

    /// <summary>Number of encoder blocks.</summary>
    public int NumLayers { get; init; } = 6;

    /// <summary>Number of decoder blocks; null = as many as encoder blocks.</summary>
    public int? NumDecoderLayers { get; init; }

    /// <summary>Number of attention heads.</summary>
    public int NumHeads { get; init; } = 8;

    /// <summary>Number of kinds of distances that attention tells apart.</summary>
    public int RelativeAttentionNumBuckets { get; init; } = 32;

    /// <summary>Distances from here on are one kind.</summary>
    public int RelativeAttentionMaxDistance { get; init; } = 128;

    /// <summary>Dropout, in [0, 1).</summary>
    public double DropoutRate { get; init; } = 0.1;

    /// <summary>Added to the mean square in RMSNorm.</summary>
    public double LayerNormEpsilon { get; init; } = 1e-6;

    /// <summary>"relu" of the paper, or "gated-gelu" of version 1.1.</summary>
    public string FeedForwardProj { get; init; } = "relu";

    /// <summary>Whether the output matrix is the embedding matrix.</summary>
    public bool TieWordEmbeddings { get; init; } = true;

    /// <summary>Factor on the standard deviations of freshly drawn weights.</summary>
    public double InitializerFactor { get; init; } = 1;

    /// <summary>Longest text that is accepted, in tokens; the architecture itself has no limit.</summary>
    [JsonPropertyName("n_positions")]
    public int MaxPositionEmbeddings { get; init; } = 512;

    internal override double LeastValueCount => ((double)VocabSize * HiddenSize) + (2.0 * RelativeAttentionNumBuckets * NumHeads)
        + (((double)NumLayers + (NumDecoderLayers ?? NumLayers)) * HiddenSize * ((4.0 * HeadSize * NumHeads) + (2.0 * IntermediateSize)));

    /// <inheritdoc/>
    public override void Validate()
    {
        RequirePositive(("vocab_size", VocabSize), ("d_model", HiddenSize), ("d_kv", HeadSize), ("d_ff", IntermediateSize),
            ("num_heads", NumHeads), ("relative_attention_max_distance", RelativeAttentionMaxDistance), ("n_positions", MaxPositionEmbeddings));
        RequireLayerCount(("num_layers", NumLayers), ("num_decoder_layers", NumDecoderLayers ?? 1));
        RequireTokens();
        RequireProbability(("dropout_rate", DropoutRate));
        RequireOneOf("feed_forward_proj", FeedForwardProj, "relu", "gated-gelu");
        if (RelativeAttentionNumBuckets < 4 || RelativeAttentionNumBuckets % 4 != 0)
            throw new ArgumentException($"config.json: relative_attention_num_buckets is {RelativeAttentionNumBuckets}; expected a positive multiple of 4");
    }
}

/// <summary>T5 (Raffel et al. 2019, section 2.1): pre-norm stacks without biases; attention knows distances, not positions.</summary>
public sealed class T5Model : Seq2SeqModel
{
    [ComponentName(Name = "words")] private readonly Embedding _words;
    [ComponentName(Name = "encoder_distances")] private readonly Embedding _encoderDistances;
    [ComponentName(Name = "encoder")] private readonly ModuleList<T5Block> _encoder;
    [ComponentName(Name = "encoder_norm")] private readonly RmsNorm _encoderNorm;
    [ComponentName(Name = "decoder_distances")] private readonly Embedding _decoderDistances;
    [ComponentName(Name = "decoder")] private readonly ModuleList<T5Block> _decoder;
    [ComponentName(Name = "decoder_norm")] private readonly RmsNorm _decoderNorm;
    [ComponentName(Name = "projection")] private readonly Linear? _projection;
    private readonly T5Config _config;

    /// <summary>Creates the model with freshly drawn weights.</summary>
    /// <exception cref="ArgumentException">The configuration's numbers do not fit each other.</exception>
    public T5Model(T5Config config) : base(nameof(T5Model))
    {
        config.Validate();
        _config = config;
        _words = Embedding(config.VocabSize, config.HiddenSize);
        _encoderDistances = Embedding(config.RelativeAttentionNumBuckets, config.NumHeads);
        _decoderDistances = Embedding(config.RelativeAttentionNumBuckets, config.NumHeads);
        _encoder = ModuleList([.. Enumerable.Range(0, config.NumLayers).Select(_ => new T5Block(config, isDecoder: false))]);
        _decoder = ModuleList([.. Enumerable.Range(0, DecoderLayerCount).Select(_ => new T5Block(config, isDecoder: true))]);
        _encoderNorm = new RmsNorm(config.HiddenSize, config.LayerNormEpsilon);
        _decoderNorm = new RmsNorm(config.HiddenSize, config.LayerNormEpsilon);
        _projection = config.TieWordEmbeddings ? null : new Linear(config.HiddenSize, config.VocabSize, hasBias: false);
        RegisterComponents();
        Initialization.Xavier(this);
        Initialization.Embeddings(this, config.InitializerFactor);
    }

    /// <inheritdoc/>
    public override Seq2SeqConfig Config => _config;

    /// <inheritdoc/>
    public override int DecoderLayerCount => _config.NumDecoderLayers ?? _config.NumLayers;

    /// <inheritdoc/>
    public override int MaxSourceTokens => _config.MaxPositionEmbeddings;

    /// <inheritdoc/>
    public override int MaxTargetTokens => _config.MaxPositionEmbeddings;

    /// <inheritdoc/>
    public override Tensor Encode(Tensor ids, Tensor? mask, Trace? trace = null)
    {
        var hidden = Drop(_words.call(ids));                                       // [batch, source, hidden]
        var length = (int)ids.shape[1];
        var bias = DistanceBias(_encoderDistances, 0, length, isDecoder: false);   // [1, head, source, source]
        if (mask is not null) bias = bias + Attention.MaskToBias(mask, hidden.dtype);
        for (var layer = 0; layer < _encoder.Count; layer++)
            hidden = _encoder[layer].call(hidden, new DecoderBlockInput(null, null, bias, Trace: new(trace, layer)));
        return Drop(_encoderNorm.call(hidden));
    }

    /// <inheritdoc/>
    public override Tensor Decode(Tensor ids, DecoderState state, Trace? trace = null)
    {
        var hidden = Drop(_words.call(ids));                                       // [row, new, hidden]
        var (before, count) = (state.Length, (int)ids.shape[1]);
        var bias = DistanceBias(_decoderDistances, before, count, isDecoder: true);   // [1, head, new, length]
        if (Attention.CausalBias(count, before + count, hidden.dtype, hidden.device) is { } causal) bias = bias + causal;
        state.Advance(hidden);
        for (var layer = 0; layer < _decoder.Count; layer++) hidden = _decoder[layer].call(hidden, state.Input(layer, bias, trace));
        state.HasRead();
        return Drop(_decoderNorm.call(hidden));
    }

    /// <inheritdoc/>
    public override Tensor Project(Tensor hidden) =>
        _projection?.call(hidden) ?? Products.Linear(hidden * Math.Pow(_config.HiddenSize, -0.5), _words.weight!);

    /// <summary>The row of T5 in the table of architectures.</summary>
    internal static Seq2SeqArchitecture Architecture { get; } = new()
    {
        ModelType = "t5",
        ConfigType = typeof(T5Config),
        ClassName = "T5ForConditionalGeneration",
        CreateConfig = (size, vocabSize) => new T5Config
        {
            VocabSize = vocabSize,
            HiddenSize = size.HiddenSize,
            HeadSize = size.HiddenSize / size.HeadCount,
            NumHeads = size.HeadCount,
            IntermediateSize = size.IntermediateSize,
            NumLayers = size.EncoderLayerCount,
            NumDecoderLayers = size.DecoderLayerCount,
            DropoutRate = size.Dropout,
            MaxPositionEmbeddings = size.MaxPositionEmbeddings,
            FeedForwardProj = "gated-gelu",
            TieWordEmbeddings = false,
        },
        Create = config => new T5Model((T5Config)config),
        Keys = new KeyMap
        {
            Rules =
            [
                new("words", "shared"),
                new("encoder_distances", "encoder.block.0.layer.0.SelfAttention.relative_attention_bias"),
                new("decoder_distances", "decoder.block.0.layer.0.SelfAttention.relative_attention_bias"),
                .. BlockKeys("encoder", isDecoder: false),
                .. BlockKeys("decoder", isDecoder: true),
                new("encoder_norm", "encoder.final_layer_norm"),
                new("decoder_norm", "decoder.final_layer_norm"),
                new("projection", "lm_head"),
            ],
            // Some checkpoints repeat the tied embeddings, and have a table of distances for the source that nothing reads.
            Ignored = ["encoder.embed_tokens.", "decoder.embed_tokens.", "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias."],
        },
    };

    private static IEnumerable<KeyRule> BlockKeys(string stack, bool isDecoder)
    {
        var (ours, theirs, last) = ($"{stack}.*.", $"{stack}.block.*.layer.", isDecoder ? 2 : 1);
        yield return new($"{ours}attention.query", $"{theirs}0.SelfAttention.q");
        yield return new($"{ours}attention.kv", $"{theirs}0.SelfAttention.k", $"{theirs}0.SelfAttention.v");
        yield return new($"{ours}attention.output", $"{theirs}0.SelfAttention.o");
        yield return new($"{ours}attention_norm", $"{theirs}0.layer_norm");
        if (isDecoder)
        {
            yield return new($"{ours}cross.query", $"{theirs}1.EncDecAttention.q");
            yield return new($"{ours}cross.kv", $"{theirs}1.EncDecAttention.k", $"{theirs}1.EncDecAttention.v");
            yield return new($"{ours}cross.output", $"{theirs}1.EncDecAttention.o");
            yield return new($"{ours}cross_norm", $"{theirs}1.layer_norm");
        }
        yield return new($"{ours}feed_forward.inner", $"{theirs}{last}.DenseReluDense.wi");
        yield return new($"{ours}feed_forward.gate", $"{theirs}{last}.DenseReluDense.wi_0");
        yield return new($"{ours}feed_forward.gated", $"{theirs}{last}.DenseReluDense.wi_1");
        yield return new($"{ours}feed_forward.outer", $"{theirs}{last}.DenseReluDense.wo");
        yield return new($"{ours}feed_forward_norm", $"{theirs}{last}.layer_norm");
    }

    private Tensor Drop(Tensor x) => training && _config.DropoutRate > 0 ? Layers.Dropout.Apply(x, _config.DropoutRate) : x;

    // A learned number per head and kind of distance, added to the scores (section 2.1).
    private Tensor DistanceBias(Embedding distances, int before, int count, bool isDecoder)
    {
        var length = before + count;
        var kinds = new long[count * length];
        for (var target = 0; target < count; target++)
            for (var seen = 0; seen < length; seen++)
                kinds[target * length + seen] = Bucket(seen - (before + target), isDecoder);
        var bias = distances.call(tensor(kinds, [count, length], device: distances.weight!.device));   // [new, length, head]
        return bias.permute(2, 0, 1).unsqueeze(0);                                 // [1, head, new, length]
    }

    internal long Bucket(int distance, bool isDecoder) => DistanceKinds.Of(distance, _config.RelativeAttentionNumBuckets, _config.RelativeAttentionMaxDistance, oneSided: isDecoder);
}

/// <summary>One block of T5: self-attention, in the decoder attention to the source, feed-forward; each normalised before and added after.</summary>
public sealed class T5Block : Module<Tensor, DecoderBlockInput, Tensor>
{
    [ComponentName(Name = "attention")] private readonly T5Attention _attention;
    [ComponentName(Name = "attention_norm")] private readonly RmsNorm _attentionNorm;
    [ComponentName(Name = "cross")] private readonly T5Attention? _cross;
    [ComponentName(Name = "cross_norm")] private readonly RmsNorm? _crossNorm;
    [ComponentName(Name = "feed_forward")] private readonly T5FeedForward _feedForward;
    [ComponentName(Name = "feed_forward_norm")] private readonly RmsNorm _feedForwardNorm;
    private readonly double _dropout;

    /// <summary>Creates the block.</summary>
    public T5Block(T5Config config, bool isDecoder) : base(nameof(T5Block))
    {
        _attention = new T5Attention(config, isDecoder ? TraceNames.DecoderAttentionWeights : TraceNames.AttentionWeights);
        _attentionNorm = new RmsNorm(config.HiddenSize, config.LayerNormEpsilon);
        if (isDecoder)
        {
            _cross = new T5Attention(config, TraceNames.CrossAttentionWeights);
            _crossNorm = new RmsNorm(config.HiddenSize, config.LayerNormEpsilon);
        }
        _feedForward = new T5FeedForward(config);
        _feedForwardNorm = new RmsNorm(config.HiddenSize, config.LayerNormEpsilon);
        _dropout = config.DropoutRate;
        RegisterComponents();
    }

    /// <summary>Runs the block.</summary>
    /// <param name="hidden">[row, seq, hidden].</param>
    /// <param name="input">Biases, source and what is remembered.</param>
    /// <returns>[row, seq, hidden].</returns>
    public override Tensor forward(Tensor hidden, DecoderBlockInput input)
    {
        hidden = hidden + Drop(_attention.AttendToSelf(_attentionNorm.call(hidden), input));
        if (_cross is not null) hidden = hidden + Drop(_cross.AttendToSource(_crossNorm!.call(hidden), input));
        hidden = hidden + Drop(_feedForward.call(_feedForwardNorm.call(hidden)));
        input.Trace.Add(TraceNames.Hidden, hidden);
        return hidden;
    }

    private Tensor Drop(Tensor x) => training && _dropout > 0 ? Layers.Dropout.Apply(x, _dropout) : x;
}

/// <summary>T5's multi-head attention: no biases, no scaling of the scores, heads of their own width.</summary>
public sealed class T5Attention : Module<Tensor, Tensor>, IAttentionLayer
{
    [ComponentName(Name = "query")] private readonly Linear _query;
    [ComponentName(Name = "kv")] private readonly Linear _kv;
    [ComponentName(Name = "output")] private readonly Linear _output;
    private readonly T5Config _config;
    private readonly string _traceName;

    /// <summary>Creates the layer.</summary>
    public T5Attention(T5Config config, string traceName) : base(nameof(T5Attention))
    {
        var inner = config.NumHeads * config.HeadSize;
        _query = new Linear(config.HiddenSize, inner, hasBias: false);
        _kv = new Linear(config.HiddenSize, 2 * inner, hasBias: false);
        _output = new Linear(inner, config.HiddenSize, hasBias: false);
        (_config, _traceName) = (config, traceName);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public AttentionKernel Kernel { get; set; }

    /// <summary>Self-attention without bias.</summary>
    public override Tensor forward(Tensor hidden) => AttendToSelf(hidden, default);

    /// <summary>Attends to the positions at hand and to those remembered.</summary>
    /// <param name="hidden">[row, seq, hidden].</param>
    /// <param name="input">Bias on the scores, and what is remembered.</param>
    /// <returns>[row, seq, hidden].</returns>
    public Tensor AttendToSelf(Tensor hidden, DecoderBlockInput input)
    {
        var cache = input.Cache;
        var projected = Projected(hidden);
        cache?.Append(projected, Heads.Width);
        if (cache is not null && KeyValueCache.ReadsInPlace(hidden, Options(input.Trace))) return _output.call(cache.Attend(_query.call(hidden), Heads, input.TargetBias));
        return Attend(hidden, cache is null ? KeyValueCache.Split(projected, _config.NumHeads, projected.dtype) : cache.Gather(_config.NumHeads, Heads.Width, projected.dtype), input.TargetBias, input.Trace);
    }

    /// <summary>Attends to the source; rows of one source stand together.</summary>
    /// <param name="hidden">[row, seq, hidden].</param>
    /// <param name="input">The source, its bias and what is remembered.</param>
    /// <returns>[row, seq, hidden].</returns>
    public Tensor AttendToSource(Tensor hidden, DecoderBlockInput input)
    {
        var cache = input.Cache;
        if (cache is { HasSource: false }) cache.SetSource(Projected(input.Memory!));
        if (cache is not null && KeyValueCache.ReadsInPlace(hidden, Options(input.Trace))) return _output.call(cache.AttendToSource(_query.call(hidden), Heads));
        var dtype = _query.Round(hidden).dtype;
        return Attend(hidden, cache is null ? KeyValueCache.Split(Projected(input.Memory!), _config.NumHeads, dtype) : cache.GatherSource(_config.NumHeads, dtype), input.SourceBias, input.Trace);
    }

    // Scores are not scaled.
    private HeadShape Heads => new(_config.NumHeads, _config.HeadSize, 1);

    private AttentionOptions Options(LayerTrace trace) => new(Kernel, trace, _traceName);

    // Keys beside values: [batch, seq, 2 * head * headDim].
    private Tensor Projected(Tensor hidden) => _kv.call(_kv.Round(hidden));

    private Tensor Attend(Tensor hidden, (Tensor Keys, Tensor Values) seen, Tensor? bias, LayerTrace trace)
    {
        var (rows, seq, batch) = (hidden.shape[0], hidden.shape[1], seen.Keys.shape[0]);
        var query = _query.call(_query.Round(hidden)).view(batch, rows / batch * seq, _config.NumHeads, _config.HeadSize).transpose(1, 2) * Math.Sqrt(_config.HeadSize);
        var attended = Attention.Attend(query, seen.Keys, seen.Values, bias, training ? _config.DropoutRate : 0, Options(trace));
        return _output.call(attended.transpose(1, 2).reshape(rows, seq, Heads.Width));
    }
}

/// <summary>T5's feed-forward layer: relu (section 2.1), or the gated gelu of version 1.1 (Shazeer 2020, equation 6), both without biases.</summary>
public sealed class T5FeedForward : Module<Tensor, Tensor>
{
    [ComponentName(Name = "inner")] private readonly Linear? _inner;
    [ComponentName(Name = "gate")] private readonly Linear? _gate;
    [ComponentName(Name = "gated")] private readonly Linear? _gated;
    [ComponentName(Name = "outer")] private readonly Linear _outer;
    private readonly double _dropout;

    /// <summary>Creates the layer.</summary>
    public T5FeedForward(T5Config config) : base(nameof(T5FeedForward))
    {
        Linear Widen() => new Linear(config.HiddenSize, config.IntermediateSize, hasBias: false);
        if (config.FeedForwardProj == "gated-gelu") (_gate, _gated) = (Widen(), Widen());
        else _inner = Widen();
        _outer = new Linear(config.IntermediateSize, config.HiddenSize, hasBias: false);
        _dropout = config.DropoutRate;
        RegisterComponents();
    }

    /// <summary>Maps each position by itself.</summary>
    /// <param name="hidden">[batch, seq, hidden].</param>
    /// <returns>[batch, seq, hidden].</returns>
    public override Tensor forward(Tensor hidden)
    {
        hidden = _outer.Round(hidden);
        var inner = _inner is not null ? functional.relu(_inner.call(hidden)) : ActivationFunctions.Find("gelu_new")(_gate!.call(hidden)) * _gated!.call(hidden);
        return _outer.call(training && _dropout > 0 ? Layers.Dropout.Apply(inner, _dropout) : inner);
    }
}
