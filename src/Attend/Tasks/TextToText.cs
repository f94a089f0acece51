using Attend.Decoding;
using Attend.Models;
using Attend.Text.Data;
using Attend.Text.Metrics;
using Attend.Text.Tokenizers;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Attend.Tasks;

/// <summary>Choices of a task that writes text.</summary>
public sealed record TextToTextOptions
{
    /// <summary>Where a source is cut, in tokens, special tokens included.</summary>
    public int MaxInputTokens { get; init; } = 256;

    /// <summary>Where a target is cut in training, and where generation stops, in tokens, the end token included.</summary>
    public int MaxNewTokens { get; init; } = 256;

    /// <summary>Share of the probability spread evenly over the vocabulary in training (Szegedy et al. 2016, section 7), in [0, 1).</summary>
    public double LabelSmoothing { get; init; } = 0.1;

    /// <summary>How texts are written when the model is judged.</summary>
    public DecodingOptions Decoding { get; init; } = new();
}

/// <summary>A batch of sources and their targets.</summary>
/// <param name="Sources">Token ids of each source.</param>
/// <param name="Targets">Token ids of each target, the end token included; null without targets.</param>
public sealed record TextToTextBatch(IReadOnlyList<int[]> Sources, IReadOnlyList<int[]>? Targets) : Batch
{
    /// <inheritdoc/>
    public override int ExampleCount => Sources.Count;

    /// <summary>Number of target tokens.</summary>
    public override double LossCount => Targets?.Sum(target => target.Length) ?? 0;

    /// <inheritdoc/>
    public override long PaddedTokenCount => (long)Sources.Count * (Sources.Max(source => source.Length) + (Targets?.Max(target => target.Length) ?? 0));

    /// <inheritdoc/>
    public override long TokenCount => Sources.Sum(source => (long)source.Length) + (long)LossCount;
}

/// <summary>What the task's forward pass gives, and what is needed to write the texts.</summary>
/// <param name="Logits">Scores at each target token, row by row without padding: [token, vocab].</param>
/// <param name="LossSum">A scalar; null without targets.</param>
/// <param name="Sources">Token ids of each source.</param>
public sealed record TextToTextOutput(Tensor Logits, Tensor? LossSum, IReadOnlyList<int[]> Sources) : TaskOutput(Logits, LossSum);

/// <summary>Any text to any text: an encoder-decoder that learns the next token of the target (Vaswani et al. 2017, section 5), and is judged by what it writes.</summary>
public sealed class TextToText : LearningTask<ParallelText, TextToTextBatch, TextAnswer>
{
    [ComponentName(Name = "model")] private readonly Seq2SeqModel _model;
    private readonly ITokenizer _tokenizer;
    private readonly TextToTextOptions _options;
    private readonly Func<MetricSet<TextAnswer>> _metric;

    /// <summary>Puts the task on a model.</summary>
    /// <param name="model">Becomes a part of the task.</param>
    /// <param name="tokenizer">Fits both vocabularies of the model.</param>
    /// <param name="options">Lengths, smoothing and decoding.</param>
    /// <param name="metric">Makes what the model is judged by, and says which of its figures decides.</param>
    /// <param name="device">Where the model computes.</param>
    /// <exception cref="ArgumentException">An option is out of range or larger than the model.</exception>
    public TextToText(Seq2SeqModel model, ITokenizer tokenizer, TextToTextOptions options, (Func<MetricSet<TextAnswer>> Create, string Primary) metric, Device device) : base(nameof(TextToText))
    {
        if (options.MaxInputTokens < 2 || options.MaxInputTokens > model.MaxSourceTokens)
            throw new ArgumentException($"MaxInputTokens is {options.MaxInputTokens}; the model reads 2 to {model.MaxSourceTokens} tokens", nameof(options));
        if (options.MaxNewTokens < 2 || options.MaxNewTokens > model.MaxTargetTokens)
            throw new ArgumentException($"MaxNewTokens is {options.MaxNewTokens}; the model writes 2 to {model.MaxTargetTokens} tokens", nameof(options));
        if (!(options.LabelSmoothing >= 0 && options.LabelSmoothing < 1)) throw new ArgumentException($"LabelSmoothing is {options.LabelSmoothing}; expected a share in [0, 1)", nameof(options));
        options.Decoding.Validate();
        (_model, _tokenizer, _options, Device) = (model, tokenizer, options, device);
        (_metric, PrimaryMetric) = metric;
        RegisterComponents();
        this.to(device);
    }

    /// <inheritdoc/>
    public override Device Device { get; }

    /// <inheritdoc/>
    public override string PrimaryMetric { get; }

    /// <summary>Lengths, smoothing and decoding.</summary>
    public TextToTextOptions Options => _options;

    /// <summary>Token ids of a source, and how many tokens were cut.</summary>
    public (int[] Ids, int Cut) EncodeSource(string text)
    {
        var encoding = _tokenizer.Encode(text, maxInputTokens: _options.MaxInputTokens);
        return (encoding.Ids, encoding.TruncatedTokenCount);
    }

    /// <summary>Token ids of a target, the end token included, and how many tokens were cut.</summary>
    public (int[] Ids, int Cut) EncodeTarget(string text)
    {
        // What a tokenizer puts in front is what the decoder is given first, unless the architecture has another start token: then it is said.
        var start = _model.Config.DecoderStartTokenId;
        var whole = _tokenizer.Encode(text, maxInputTokens: int.MaxValue).Ids;
        if (whole.Length > 0 && whole[0] == start && start != _model.Config.EosTokenId) whole = whole[1..];
        if (whole.Length == 0 || whole[^1] != _model.Config.EosTokenId) whole = [.. whole, _model.Config.EosTokenId];
        return whole.Length <= _options.MaxNewTokens ? (whole, 0) : ([.. whole[..(_options.MaxNewTokens - 1)], whole[^1]], whole.Length - _options.MaxNewTokens);
    }

    /// <summary>The text of token ids that were written.</summary>
    public string DecodeTarget(IEnumerable<int> ids) => _tokenizer.Decode(ids);

    /// <inheritdoc/>
    public override int TokenCount(ParallelText example) => EncodeSource(example.Source).Ids.Length + (example.References.Count == 0 ? 0 : EncodeTarget(example.References[0]).Ids.Length);

    /// <inheritdoc/>
    public override TextToTextBatch Collate(IReadOnlyList<ParallelText> examples) => new(
        [.. examples.Select(example => EncodeSource(example.Source).Ids)],
        examples.All(example => example.References.Count > 0) ? [.. examples.Select(example => EncodeTarget(example.References[0]).Ids)] : null);

    /// <inheritdoc/>
    public override TaskOutput forward(TextToTextBatch batch)
    {
        if (batch.Targets is not { } targets) return new TextToTextOutput(empty(0), null, batch.Sources);
        var (sourceIds, sourceMask) = Padded(batch.Sources, _model.Config.PadTokenId);
        // The decoder is given the start token and the target up to, not including, the token it is to say.
        var (targetIds, _) = Padded([.. targets.Select(target => new[] { _model.Config.DecoderStartTokenId }.Concat(target.SkipLast(1)).ToArray())], _model.Config.PadTokenId);
        var hidden = _model.call(new Seq2SeqInput(sourceIds, sourceMask, targetIds));              // [batch, target, hidden]

        // Padding reaches neither the projection nor the loss.
        var length = targets.Max(target => target.Length);
        var places = targets.SelectMany((target, row) => Enumerable.Range(0, target.Length).Select(column => (long)row * length + column)).ToArray();
        var spoken = hidden.reshape(-1, hidden.shape[^1]).index_select(0, tensor(places, device: Device));   // [token, hidden]
        var logits = _model.Project(spoken);                                                       // [token, vocab]
        var labels = tensor([.. targets.SelectMany(target => target.Select(id => (long)id))], device: Device);
        var loss = functional.cross_entropy(logits, labels, reduction: Reduction.Sum, label_smoothing: training ? _options.LabelSmoothing : 0);
        return new TextToTextOutput(logits, loss, batch.Sources);
    }

    /// <summary>The texts the model writes, by real decoding.</summary>
    public override IReadOnlyList<TextAnswer> Answer(TaskOutput output)
    {
        var sources = ((TextToTextOutput)output).Sources;
        var texts = new Decoder(_model).Decode([.. sources.Select(ids => new DecodingRequest(ids))], _options.Decoding with { MaxNewTokens = _options.MaxNewTokens });
        return [.. texts.Select(best => new TextAnswer(DecodeTarget(best[0].Ids)))];
    }

    /// <inheritdoc/>
    public override TextAnswer Expected(ParallelText example) => new(example.References);

    /// <inheritdoc/>
    public override IMetric<TextAnswer> CreateMetric() => _metric();

    /// <inheritdoc/>
    public override string Describe(ParallelText example) => $"line {example.Line}";

    private (Tensor Ids, Tensor? Mask) Padded(IReadOnlyList<int[]> rows, int padId)
    {
        var length = rows.Max(row => row.Length);
        var ids = new long[rows.Count * length];
        var mask = new bool[ids.Length];
        Array.Fill(ids, padId);
        for (var row = 0; row < rows.Count; row++)
        {
            for (var column = 0; column < rows[row].Length; column++) ids[row * length + column] = rows[row][column];
            mask.AsSpan(row * length, rows[row].Length).Fill(true);
        }
        return (tensor(ids, [rows.Count, length], device: Device), Array.TrueForAll(mask, real => real) ? null : tensor(mask, [rows.Count, length], device: Device));
    }
}
