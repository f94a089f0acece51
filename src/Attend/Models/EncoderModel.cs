using Attend.Layers;
using Attend.Onnx;
using static TorchSharp.torch;

namespace Attend.Models;

/// <summary>What an encoder reads.</summary>
/// <param name="Ids">Token ids [batch, seq], int64.</param>
/// <param name="Mask">[batch, seq], bool, true = a real token; null = all are.</param>
/// <param name="SegmentIds">[batch, seq], int64, 0 for the first text, 1 for the second; null = all 0.</param>
/// <param name="Trace">Keeps intermediate tensors, asked for by name.</param>
public sealed record EncoderInput(Tensor Ids, Tensor? Mask = null, Tensor? SegmentIds = null, Trace? Trace = null)
{
    /// <summary>Places of the flattened batch, [place], int64, whose last states are wanted: the first token of each row, then any others. Null = all. What nobody reads is not computed.</summary>
    public Tensor? Places { get; init; }

    /// <summary>This input, of which only the first tokens and some further places will be read.</summary>
    /// <param name="further">Places of the flattened batch.</param>
    internal EncoderInput ReadAt(params long[] further)
    {
        var (batch, seq) = (Ids.shape[0], Ids.shape[1]);
        return this with { Places = tensor([.. Enumerable.Range(0, (int)batch).Select(row => row * seq), .. further], device: Ids.device) };
    }
}

/// <summary>What an encoder gives.</summary>
/// <param name="Hidden">Last hidden states [batch, seq, hidden], or [place, hidden] where the input names places.</param>
/// <param name="Pooled">The architecture's own summary of the text [batch, hidden]; null where it has none.</param>
public sealed record EncoderOutput(Tensor Hidden, Tensor? Pooled = null);

/// <summary>What an encoder reads in a graph.</summary>
/// <param name="Ids">[batch, seq], int64.</param>
/// <param name="Mask">[batch, seq], int64, 1 = a real token.</param>
/// <param name="SegmentIds">[batch, seq], int64; null = the model does not tell segments apart.</param>
internal sealed record OnnxTokens(OnnxValue Ids, OnnxValue Mask, OnnxValue? SegmentIds);

/// <summary>What an encoder gives in a graph.</summary>
/// <param name="Hidden">[batch, seq, hidden].</param>
/// <param name="Pooled">[batch, hidden]; null where the architecture has no summary of its own.</param>
internal sealed record OnnxEncoded(OnnxValue Hidden, OnnxValue? Pooled = null);

/// <summary>A bidirectional Transformer encoder. Its owner opens the dispose scope; the model never does.</summary>
public abstract class EncoderModel(string name) : nn.Module<EncoderInput, EncoderOutput>(name)
{
    /// <summary>What the model was built from.</summary>
    public abstract ModelConfig Config { get; }

    /// <summary>Width of the hidden states.</summary>
    public abstract int HiddenSize { get; }

    /// <summary>Longest input the model can hold, special tokens included.</summary>
    public abstract int MaxPositionEmbeddings { get; }

    /// <summary>Probability of dropping an input of a classification head in training.</summary>
    public abstract double ClassifierDropout { get; }

    /// <summary>Standard deviation of freshly drawn weights.</summary>
    public abstract double InitializerRange { get; }

    /// <summary>Embedding of each word, [vocab, embedding]; the decoder of a <see cref="MaskedLanguageHead"/> is tied to it.</summary>
    public abstract Tensor WordEmbeddings { get; }

    /// <summary>Checks that the model can hold inputs of a length.</summary>
    /// <exception cref="ArgumentException">It cannot.</exception>
    internal void RequireRoom(int maxInputTokens, string parameter)
    {
        if (maxInputTokens > MaxPositionEmbeddings) throw new ArgumentException($"MaxInputTokens is {maxInputTokens}, but the model can hold {MaxPositionEmbeddings} tokens", parameter);
    }

    /// <summary>The architecture's own head over the summary of a text or over its tokens, freshly drawn.</summary>
    /// <param name="kind">SequenceClassification reads <see cref="Summary"/>; TokenClassification, QuestionAnswering (two scores: start and end) and ReplacedTokenDetection (one score) read each hidden state.</param>
    /// <param name="labelCount">Number of scores.</param>
    /// <exception cref="ArgumentException">The architecture has no such head.</exception>
    public ClassificationHead CreateHead(HeadKind kind, int labelCount) => kind is HeadKind.MaskedLanguageModel or HeadKind.PreTraining
        ? throw new ArgumentException($"{kind} is no head of scores per label", nameof(kind))
        : new ClassificationHead(HeadOptions(kind, labelCount));

    /// <summary>The architecture's own head over hidden tokens, freshly drawn.</summary>
    /// <exception cref="ArgumentException">The model's words and its decoder are not one matrix (tie_word_embeddings is false).</exception>
    public MaskedLanguageHead CreateMaskedLanguageHead() => Config.Unknown?.TryGetValue("tie_word_embeddings", out var tied) == true && tied.ValueKind == System.Text.Json.JsonValueKind.False
        ? throw new ArgumentException("config.json: tie_word_embeddings is false; Attend computes masked language heads whose decoder is the word embedding")
        : new MaskedLanguageHead(MaskedLanguageOptions);

    /// <summary>What a classifier reads of a text: the mean of the hidden states where config.json says so, else the pooler's output, else the first token's state.</summary>
    /// <param name="output">What <c>call</c> gave; all states where their mean is read, else those of the first tokens suffice.</param>
    /// <param name="mask">[batch, seq], bool, true = a real token; null = all are.</param>
    /// <returns>[batch, hidden].</returns>
    public Tensor Summary(EncoderOutput output, Tensor? mask) =>
        ReadsFirstTokens ? output.Pooled ?? Pooling.First(output.Hidden, output.Hidden.shape[0]) : Pooling.Mean(output.Hidden, mask);

    /// <summary>Whether <see cref="Summary"/> reads nothing but the first token's states.</summary>
    internal bool ReadsFirstTokens => Config.ClassifierPooling != "mean";

    /// <summary>Whether the model tells segments apart.</summary>
    internal abstract bool ReadsSegments { get; }

    /// <summary>Writes what <c>call</c> computes into a graph.</summary>
    internal abstract OnnxEncoded Export(OnnxGraph graph, OnnxTokens tokens);

    /// <summary>What <see cref="Summary"/> computes, as a graph.</summary>
    internal OnnxValue ExportSummary(OnnxGraph graph, OnnxEncoded encoded, OnnxValue mask) =>
        Config.ClassifierPooling == "mean" ? Pooling.ExportMean(graph, encoded.Hidden, mask) : encoded.Pooled ?? graph.Select(encoded.Hidden, 1, 0);

    /// <summary>Sizes and choices of a head of scores per label.</summary>
    protected virtual ClassificationHeadOptions HeadOptions(HeadKind kind, int labelCount) => new()
    {
        HiddenSize = HiddenSize,
        LabelCount = labelCount,
        Dropout = kind == HeadKind.QuestionAnswering ? 0 : ClassifierDropout,
        InitializerRange = InitializerRange,
    };

    /// <summary>Sizes and choices of the head over hidden tokens.</summary>
    protected abstract MaskedLanguageHeadOptions MaskedLanguageOptions { get; }

    /// <summary>Chooses the attention kernel of every block.</summary>
    public void UseKernel(AttentionKernel kernel)
    {
        foreach (var attention in modules().OfType<IAttentionLayer>()) attention.Kernel = kernel;
    }
}

/// <summary>Size of a new encoder.</summary>
/// <param name="LayerCount">Number of blocks.</param>
/// <param name="HiddenSize">Width of the hidden states.</param>
/// <param name="HeadCount">Number of attention heads.</param>
/// <param name="IntermediateSize">Width of the feed-forward layers.</param>
public sealed record EncoderSize(int LayerCount, int HiddenSize, int HeadCount, int IntermediateSize)
{
    /// <summary>Named sizes: tiny, mini, small, medium and base of Turc et al. 2019 (google-research/bert), and the ones in between.</summary>
    public static IReadOnlyDictionary<string, EncoderSize> Named { get; } = new Dictionary<string, EncoderSize>
    {
        ["tiny"] = new(2, 128, 2, 512),
        ["mini"] = new(4, 256, 4, 1024),
        ["small"] = new(4, 512, 8, 2048),
        ["medium"] = new(8, 512, 8, 2048),
        ["base"] = new(12, 768, 12, 3072),
    };

    /// <summary>Longest input, in tokens.</summary>
    public int MaxPositionEmbeddings { get; init; } = 512;

    /// <summary>Dropout of hidden states and attention weights, in [0, 1).</summary>
    public double Dropout { get; init; } = 0.1;
}
