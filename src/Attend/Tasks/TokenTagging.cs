using System.Runtime.CompilerServices;
using Attend.Models;
using Attend.Text.Data;
using Attend.Text.Metrics;
using Attend.Text.Tokenizers;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Attend.Tasks;

/// <summary>Choices of the tagging task.</summary>
public sealed record TaggingOptions
{
    /// <summary>Length of a window in tokens, special tokens included; a longer text is read in several.</summary>
    public int MaxInputTokens { get; init; } = 128;

    /// <summary>How many tokens neighbouring windows share; null = a quarter of a window.</summary>
    public int? Stride { get; init; }
}

/// <summary>A stretch of a text that was found.</summary>
/// <param name="Start">Where it begins in the raw text, in UTF-16 code units.</param>
/// <param name="End">The first code unit after it.</param>
/// <param name="Label">What it is.</param>
/// <param name="Score">Probability of exactly this span, in [0, 1], over all sequences of tags that the model's scheme allows.</param>
public sealed record EntitySpan(int Start, int End, string Label, double Score)
{
    /// <summary>The piece of the raw text that the span covers.</summary>
    /// <param name="text">The text it was found in.</param>
    public string Of(string text) => text[Start..End];
}

/// <summary>Windows of texts that are computed at once.</summary>
/// <param name="Tokens">The windows.</param>
/// <param name="Positions">The tokens that speak for words: row * seq + column.</param>
public sealed record TaggingPiece(TokenBatch Tokens, long[] Positions);

/// <summary>A batch of texts to tag.</summary>
/// <param name="Pieces">All windows, those of one text one after the other; more than one piece only where a text is very long.</param>
/// <param name="Targets">Index of the right tag of each word.</param>
/// <param name="Texts">The texts and their words.</param>
public sealed record TaggingBatch(IReadOnlyList<TaggingPiece> Pieces, long[] Targets, IReadOnlyList<(TaggedText Example, IReadOnlyList<TextSpan> Words)> Texts) : Batch
{
    /// <inheritdoc/>
    public override int ExampleCount => Texts.Count;

    /// <inheritdoc/>
    public override double LossCount => Targets.Length;

    /// <inheritdoc/>
    public override long PaddedTokenCount => Pieces.Sum(piece => (long)piece.Tokens.ExampleCount * piece.Tokens.SeqLength);

    /// <inheritdoc/>
    public override long TokenCount => Pieces.Sum(piece => piece.Tokens.TokenCount);
}

/// <summary>What tagging gives.</summary>
/// <param name="Logits">[word, tag], word after word, text after text.</param>
/// <param name="LossSum">Sum over the words.</param>
/// <param name="Texts">The texts of the batch and their words.</param>
public sealed record TaggingOutput(Tensor Logits, Tensor LossSum, IReadOnlyList<(TaggedText Example, IReadOnlyList<TextSpan> Words)> Texts) : TaskOutput(Logits, LossSum);

/// <summary>Tagging of words, such as named entities: an encoder and a score per tag on the first token of each word (Devlin et al. 2018, section 5.3).</summary>
/// <remarks>A text longer than a window is read in overlapping ones. Each word counts once, in the window that shows most around it; the tags of the whole text are decoded together.</remarks>
public sealed class TokenTagging : LearningTask<TaggedText, TaggingBatch, SpanAnswer>
{
    // Most padded tokens computed at once where one text alone has more.
    private const int MostTokens = 8192;

    [ComponentName(Name = "encoder")] private readonly EncoderModel _encoder;
    [ComponentName(Name = "head")] private readonly ClassificationHead _head;
    private readonly ITokenizer _tokenizer;
    private readonly TaggingOptions _options;
    private readonly int _stride;
    private readonly TagDecoder _decoder;
    // Encoded once for as long as the example lives.
    private readonly ConditionalWeakTable<TaggedText, Encoded> _encoded = [];

    /// <summary>Creates the task with a freshly drawn head.</summary>
    /// <param name="encoder">Its configuration bears the tags as labels; becomes a part of the task.</param>
    /// <param name="tokenizer">Fits the encoder's vocabulary.</param>
    /// <param name="options">Windows.</param>
    /// <param name="device">Where the model computes.</param>
    /// <exception cref="ArgumentException">The configuration's labels are not the tags of a scheme, or an option is out of range.</exception>
    public TokenTagging(EncoderModel encoder, ITokenizer tokenizer, TaggingOptions options, Device device) : base(nameof(TokenTagging))
    {
        try
        {
            _decoder = new TagDecoder(encoder.Config.Labels);
        }
        catch (FormatException fault)
        {
            throw new ArgumentException($"the model's labels are not tags of one scheme: {fault.Message}", nameof(encoder), fault);
        }
        encoder.RequireRoom(options.MaxInputTokens, nameof(options));
        var room = options.MaxInputTokens - tokenizer.SpecialTokenCount(pair: false);
        _stride = options.Stride ?? options.MaxInputTokens / 4;
        if (_stride < 0 || room <= _stride)
            throw new ArgumentException($"Stride is {_stride}; expected 0 or more, and less than the {Math.Max(room, 0)} tokens of text that a window of {options.MaxInputTokens} holds", nameof(options));
        (_encoder, _tokenizer, _options, Device) = (encoder, tokenizer, options, device);
        _head = encoder.CreateHead(HeadKind.TokenClassification, encoder.Config.Labels.Count);
        Labels = [.. encoder.Config.Labels.Select(SpanTags.LabelOf).OfType<string>().Distinct()];
        RegisterComponents();
        this.to(device);
    }

    /// <summary>What spans can be, in the order of the model's tags.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>The scheme of the model's tags; that of the data may be another.</summary>
    public TagScheme Scheme => _decoder.Scheme;

    /// <summary>The head on the encoder.</summary>
    public ClassificationHead Head => _head;

    /// <inheritdoc/>
    public override Device Device { get; }

    /// <inheritdoc/>
    public override string PrimaryMetric => "f1_micro";

    /// <summary>Padded tokens of all windows of a text.</summary>
    public override int TokenCount(TaggedText example)
    {
        var windows = Encode(example).Windows;
        return windows.Count * windows[0].Length;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">An example bears a label that the model does not know.</exception>
    public override TaggingBatch Collate(IReadOnlyList<TaggedText> examples)
    {
        var texts = examples.Select(Encode).ToArray();
        var tokens = TokenBatch.CollateInPieces([.. texts.SelectMany(text => text.Windows)], _tokenizer.PadId, _options.MaxInputTokens, MostTokens);
        // Windows over all texts, and where each piece of them begins.
        WordPlace[] places = [.. texts.Zip(FirstWindows(texts)).SelectMany(pair => pair.First.Places.Select(place => place with { Window = pair.Second + place.Window }))];
        var pieces = new List<TaggingPiece>(tokens.Count);
        var (window, word) = (0, 0);
        foreach (var piece in tokens)
        {
            var first = word;
            while (word < places.Length && places[word].Window < window + piece.ExampleCount) word++;
            pieces.Add(new TaggingPiece(piece, [.. places[first..word].Select(place => (long)(place.Window - window) * piece.SeqLength + place.Token)]));
            window += piece.ExampleCount;
        }
        return new TaggingBatch(pieces, [.. texts.SelectMany(text => text.Targets)], [.. examples.Zip(texts, (example, text) => (example, (IReadOnlyList<TextSpan>)text.Words))]);
    }

    /// <summary>Logits [word, tag] and the sum of the losses.</summary>
    public override TaskOutput forward(TaggingBatch batch)
    {
        var logits = cat([.. batch.Pieces.Where(piece => piece.Positions.Length > 0).Select(Score).DefaultIfEmpty(zeros(0, _encoder.Config.Labels.Count, device: Device))]);   // [word, tag]
        var loss = functional.cross_entropy(logits, tensor(batch.Targets, device: Device), reduction: Reduction.Sum);
        return new TaggingOutput(logits, loss, batch.Texts);
    }

    /// <summary>The windows of a text as examples of their own, so that a long text is learnt from piece by piece; those without words are left out.</summary>
    public IEnumerable<TaggedText> Parts(TaggedText example)
    {
        var text = Encode(example);
        if (text.Words.Length == 0) yield break;
        if (text.Windows.Count == 1)
        {
            yield return example;
            yield break;
        }
        for (int window = 0, first = 0; window < text.Windows.Count; window++)
        {
            var end = first;
            while (end < text.Places.Length && text.Places[end].Window == window) end++;
            var part = example with { };
            _encoded.Add(part, new Encoded([text.Windows[window]], text.Words[first..end], [.. text.Places[first..end].Select(place => place with { Window = 0 })], text.Targets[first..end]));
            if (end > first) yield return part;
            first = end;
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<SpanAnswer> Answer(TaskOutput output) =>
        [.. Spans(output).Zip(((TaggingOutput)output).Texts, (spans, text) => AnswerOf(text.Example, [.. spans.Select(span => new LabeledSpan(span.Start, span.End, span.Label))]))];

    /// <summary>What was found in each text of a batch, in order, without overlap.</summary>
    /// <param name="output">What <c>call</c> gave.</param>
    public IReadOnlyList<IReadOnlyList<EntitySpan>> Spans(TaskOutput output)
    {
        using var scope = NewDisposeScope();
        float[] logits = output.Logits.shape[0] == 0 ? [] : output.Logits.to(ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
        var tagCount = _encoder.Config.Labels.Count;
        var found = new List<IReadOnlyList<EntitySpan>>();
        var at = 0;
        foreach (var (_, words) in ((TaggingOutput)output).Texts)
        {
            var spans = _decoder.Decode(logits.AsSpan(at * tagCount, words.Count * tagCount));
            found.Add([.. spans.Select(span => new EntitySpan(words[span.Start].Start, words[span.End - 1].End, span.Label, span.Score))]);
            at += words.Count;
        }
        return found;
    }

    /// <inheritdoc/>
    public override SpanAnswer Expected(TaggedText example) => example.Words.Count > 0 ? new SpanAnswer(example.Tags) : new SpanAnswer(example.Spans);

    /// <inheritdoc/>
    public override IMetric<SpanAnswer> CreateMetric() => new SpanMetrics();

    /// <inheritdoc/>
    public override string Describe(TaggedText example) => $"line {example.Line}";

    /// <summary>How many spans of a text the model cannot give exactly, as they do not begin and end at its words, or have none.</summary>
    public int CountInexact(TaggedText example)
    {
        var words = Encode(example).Words;
        var (starts, ends) = (words.Select(word => word.Start).ToHashSet(), words.Select(word => word.End).ToHashSet());
        return example.Spans.Count(span => !starts.Contains(span.Start) || !ends.Contains(span.End));
    }

    /// <summary>Spans in the form of the example's own answer: tags of its words, or stretches of its text.</summary>
    internal static SpanAnswer AnswerOf(TaggedText example, IReadOnlyList<LabeledSpan> spans) => example.Words.Count == 0
        ? new SpanAnswer(spans)
        : new SpanAnswer(SpanTags.FromSpans(OverWords(spans, [.. example.Words.Select(word => new TextSpan(word.Start.Value, word.End.Value))]), example.Words.Count, example.Scheme ?? TagScheme.Iob2));

    private sealed record Encoded(IReadOnlyList<Encoding> Windows, TextSpan[] Words, WordPlace[] Places, long[] Targets);

    private Encoded Encode(TaggedText example) => _encoded.GetValue(example, EncodeAnew);

    private Encoded EncodeAnew(TaggedText example)
    {
        TextSpan[]? words = example.Words.Count == 0 ? null : [.. example.Words.Select(word => new TextSpan(word.Start.Value, word.End.Value))];
        var text = WordWindows.Of(_tokenizer, example.Text, words, _options.MaxInputTokens, _stride);
        try
        {
            return new Encoded(text.Windows, [.. text.Words], [.. text.Places], _decoder.Spell(OverWords(example.Spans, text.Words), text.Words.Count));
        }
        catch (ArgumentException fault)
        {
            throw new ArgumentException($"{Describe(example)}: {fault.Message}", nameof(example), fault);
        }
    }

    // Which window of all is the first of each text.
    private static IEnumerable<int> FirstWindows(Encoded[] texts)
    {
        var window = 0;
        foreach (var text in texts)
        {
            yield return window;
            window += text.Windows.Count;
        }
    }

    private Tensor Score(TaggingPiece piece)
    {
        var hidden = _encoder.call(piece.Tokens.ToInput(Device)).Hidden;                                                 // [row, seq, hidden]
        return _head.call(hidden.reshape(-1, hidden.shape[^1]).index_select(0, tensor(piece.Positions, device: Device)));   // [word, tag]
    }

    // The words that each span touches; of two spans that touch the same word, the first has it.
    private static List<LabeledSpan> OverWords(IReadOnlyList<LabeledSpan> spans, IReadOnlyList<TextSpan> words)
    {
        var over = new List<LabeledSpan>(spans.Count);
        var word = 0;
        foreach (var span in spans)
        {
            while (word < words.Count && words[word].End <= span.Start) word++;
            var first = word;
            while (word < words.Count && words[word].Start < span.End) word++;
            if (word > first) over.Add(new LabeledSpan(first, word, span.Label));
        }
        return over;
    }
}
