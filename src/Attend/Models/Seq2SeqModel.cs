using Attend.Layers;
using static TorchSharp.torch;

namespace Attend.Models;

/// <summary>What an encoder-decoder reads when it learns: the source, and the target that it is to say, one token late.</summary>
/// <param name="SourceIds">[batch, source], int64.</param>
/// <param name="SourceMask">[batch, source], bool, true = a real token; null = all are.</param>
/// <param name="TargetIds">What the decoder has said before each position: the start token, then the target without its last token; [batch, target], int64. Padding at the end needs no mask: nothing before it sees it.</param>
/// <param name="Trace">Keeps intermediate tensors.</param>
public sealed record Seq2SeqInput(Tensor SourceIds, Tensor? SourceMask, Tensor TargetIds, Trace? Trace = null);

/// <summary>A Transformer that reads one text and writes another (Vaswani et al. 2017). Its owner opens the dispose scope; the model never does.</summary>
public abstract class Seq2SeqModel(string name) : nn.Module<Seq2SeqInput, Tensor>(name), IProductLayer
{
    /// <summary>How the words of the target are scored where the projection is a matrix of the model's own.</summary>
    private protected Products Products { get; } = new();

    Products IProductLayer.Products => Products;

    /// <summary>What the model was built from.</summary>
    public abstract Seq2SeqConfig Config { get; }

    /// <summary>Number of decoder blocks.</summary>
    public abstract int DecoderLayerCount { get; }

    /// <summary>Longest source the model can hold, special tokens included.</summary>
    public abstract int MaxSourceTokens { get; }

    /// <summary>Longest target the model can hold, start token included.</summary>
    public abstract int MaxTargetTokens { get; }

    /// <summary>Reads a source.</summary>
    /// <param name="ids">[batch, source], int64.</param>
    /// <param name="mask">[batch, source], bool, true = a real token; null = all are.</param>
    /// <param name="trace">Keeps intermediate tensors.</param>
    /// <returns>[batch, source, hidden].</returns>
    public abstract Tensor Encode(Tensor ids, Tensor? mask, Trace? trace = null);

    /// <summary>Goes on writing.</summary>
    /// <param name="ids">The tokens since the last call, [row, new], int64.</param>
    /// <param name="state">What has been read and written; is changed.</param>
    /// <param name="trace">Keeps intermediate tensors.</param>
    /// <returns>[row, new, hidden].</returns>
    public abstract Tensor Decode(Tensor ids, DecoderState state, Trace? trace = null);

    /// <summary>Scores of all tokens of the target vocabulary before the softmax.</summary>
    /// <param name="hidden">From <see cref="Decode"/>, [..., hidden].</param>
    /// <returns>[..., vocab].</returns>
    public abstract Tensor Project(Tensor hidden);

    /// <summary>The decoder's hidden states [batch, target, hidden] for a whole target; <see cref="Project"/> makes scores of those that are needed.</summary>
    public override Tensor forward(Seq2SeqInput input)
    {
        var memory = Encode(input.SourceIds, input.SourceMask, input.Trace);       // [batch, source, hidden]
        return Decode(input.TargetIds, DecoderState.WithoutMemory(memory, input.SourceMask), input.Trace);
    }

    /// <summary>Begins to write. What is remembered belongs to the state, whatever dispose scope it was made in.</summary>
    /// <param name="memory">From <see cref="Encode"/>; becomes the state's.</param>
    /// <param name="mask">The source's mask.</param>
    public DecoderState Begin(Tensor memory, Tensor? mask) => new(memory.DetachFromDisposeScope(), mask, DecoderLayerCount);

    /// <summary>Chooses the attention kernel of every block.</summary>
    public void UseKernel(AttentionKernel kernel)
    {
        foreach (var attention in modules().OfType<IAttentionLayer>()) attention.Kernel = kernel;
    }
}

/// <summary>What a decoder has read and written so far.</summary>
public sealed class DecoderState : IDisposable
{
    private readonly KeyValueCache[] _layers;
    private readonly RowHistory _history;

    internal DecoderState(Tensor memory, Tensor? mask, int layerCount)
    {
        Memory = memory;
        SourceBias = mask is null ? null : Attention.MaskToBias(mask, memory.dtype);
        _history = new RowHistory((int)memory.shape[0], mask is null || layerCount == 0 ? null : Places(mask));
        _layers = [.. Enumerable.Range(0, layerCount).Select(_ => new KeyValueCache(_history))];
        if (layerCount > 0) SourceBias?.DetachFromDisposeScope();
    }

    /// <summary>What the encoder made of the source; needed until the first step only.</summary>
    public Tensor? Memory { get; private set; }

    /// <summary>[batch, 1, 1, source] or null.</summary>
    public Tensor? SourceBias { get; private set; }

    /// <summary>Number of tokens written before the ones at hand.</summary>
    public int Length => _history.Length;

    /// <summary>For a whole target at once: nothing is remembered.</summary>
    internal static DecoderState WithoutMemory(Tensor memory, Tensor? mask) => new(memory, mask, 0);

    /// <summary>Runs the hidden states through a stack of blocks.</summary>
    internal Tensor Run(IEnumerable<DecoderBlock> blocks, Tensor hidden, Trace? trace)
    {
        var bias = Attention.CausalBias(hidden.shape[1], Length + hidden.shape[1], hidden.dtype, hidden.device);
        Advance(hidden);
        var layer = 0;
        foreach (var block in blocks) hidden = block.call(hidden, Input(layer++, bias, trace));
        HasRead();
        return hidden;
    }

    /// <summary>The tokens at hand, [row, new, hidden], count as written from here on.</summary>
    internal void Advance(Tensor hidden)
    {
        if (_layers.Length > 0) _history.Advance((int)hidden.shape[0], (int)hidden.shape[1]);
    }

    /// <summary>What one block of the stack reads.</summary>
    internal DecoderBlockInput Input(int layer, Tensor? targetBias, Trace? trace) =>
        new(Memory, SourceBias, targetBias, _layers.Length == 0 ? null : _layers[layer], new(trace, layer));

    /// <summary>Every block has read the source: what it needs of it stands in its cache.</summary>
    internal void HasRead()
    {
        if (_layers.Length > 0) ForgetMemory();
    }

    /// <summary>Puts other rows in the places of the rows: hypotheses are copied, dropped, moved.</summary>
    /// <param name="rows">The row that comes into each place.</param>
    public void SelectRows(ReadOnlySpan<int> rows) => _history.SelectRows(rows);

    /// <summary>Keeps some sentences only; their rows are chosen by <see cref="SelectRows"/>.</summary>
    /// <param name="sentences">Their indices among those that are there.</param>
    public void SelectSentences(ReadOnlySpan<int> sentences)
    {
        _history.SelectSentences(sentences);
        if (SourceBias is null) return;
        var kept = tensor([.. sentences], dtype: ScalarType.Int64, device: SourceBias.device);
        using (SourceBias) SourceBias = SourceBias.index_select(0, kept).DetachFromDisposeScope();
    }

    /// <summary>Frees what is remembered.</summary>
    public void Dispose()
    {
        foreach (var layer in _layers) layer.Dispose();
        if (_layers.Length == 0) return;
        SourceBias?.Dispose();
        ForgetMemory();
    }

    private void ForgetMemory()
    {
        Memory?.Dispose();
        Memory = null;
    }

    // Which places of each source are tokens.
    private static int[][] Places(Tensor mask)
    {
        var length = (int)mask.shape[1];
        using var onProcessor = mask.cpu();
        var isToken = onProcessor.data<bool>().ToArray();
        return [.. Enumerable.Range(0, (int)mask.shape[0]).Select(row => Enumerable.Range(0, length).Where(place => isToken[row * length + place]).ToArray())];
    }
}

/// <summary>Size of a new encoder-decoder.</summary>
/// <param name="EncoderLayerCount">Number of encoder blocks.</param>
/// <param name="DecoderLayerCount">Number of decoder blocks.</param>
/// <param name="HiddenSize">Width of the hidden states.</param>
/// <param name="HeadCount">Number of attention heads.</param>
/// <param name="IntermediateSize">Width of the feed-forward layers.</param>
public sealed record Seq2SeqSize(int EncoderLayerCount, int DecoderLayerCount, int HiddenSize, int HeadCount, int IntermediateSize)
{
    /// <summary>Named sizes; base is that of Vaswani et al. 2017 (table 3).</summary>
    public static IReadOnlyDictionary<string, Seq2SeqSize> Named { get; } = new Dictionary<string, Seq2SeqSize>
    {
        ["tiny"] = new(2, 2, 128, 4, 256),
        ["mini"] = new(4, 4, 128, 4, 256),
        ["small"] = new(4, 4, 256, 4, 1024),
        ["base"] = new(6, 6, 512, 8, 2048),
    };

    /// <summary>Longest text, in tokens.</summary>
    public int MaxPositionEmbeddings { get; init; } = 1024;

    /// <summary>Dropout, in [0, 1).</summary>
    public double Dropout { get; init; } = 0.1;
}

/// <summary>What config.json says of an encoder-decoder.</summary>
public abstract record Seq2SeqConfig : ModelConfig
{
    /// <summary>Id that fills a batch up to its longest row.</summary>
    public override int PadTokenId { get; init; }

    /// <summary>Id that ends a text.</summary>
    public int EosTokenId { get; init; } = 2;

    /// <summary>Id that the decoder is given first.</summary>
    public int DecoderStartTokenId { get; init; }

    /// <summary>Id that every output must begin with; null = none.</summary>
    public int? ForcedBosTokenId { get; init; }

    /// <summary>Number of target tokens; the source's where both share one vocabulary.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public virtual int OutputVocabSize => VocabSize;

    /// <summary>Throws where a token with a meaning of its own is no token.</summary>
    protected void RequireTokens()
    {
        RequirePadding();
        foreach (var (key, id) in new[] { ("eos_token_id", EosTokenId), ("decoder_start_token_id", DecoderStartTokenId), ("forced_bos_token_id", ForcedBosTokenId ?? 0) })
            if (id < 0 || id >= OutputVocabSize) throw new ArgumentException($"config.json: {key} is {id}; expected a token's id below {OutputVocabSize}");
    }
}
