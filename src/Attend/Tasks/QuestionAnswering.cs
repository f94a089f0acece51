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

/// <summary>Choices of extractive question answering.</summary>
public sealed record AnsweringOptions
{
    /// <summary>Length of a window in tokens: question, a piece of the context, special tokens.</summary>
    public int MaxInputTokens { get; init; } = 384;

    /// <summary>How many tokens of the context neighbouring windows share; null = a third of a window.</summary>
    public int? Stride { get; init; }

    /// <summary>Where a question is cut, in tokens; null = a quarter of a window.</summary>
    public int? MaxQuestionTokens { get; init; }

    /// <summary>Longest answer, in tokens.</summary>
    public int MaxAnswerTokens { get; init; } = 30;

    /// <summary>Whose rules judge answers while the model learns; by those of SQuAD 2.0 a context may hold no answer.</summary>
    public SquadRules Rules { get; init; } = SquadRules.Squad11;
}

/// <summary>Windows of questions and contexts that are computed at once.</summary>
/// <param name="Tokens">The windows.</param>
/// <param name="Allowed">[row * seq], true where an answer may begin or end: in the context, and at the first token, which says that there is none.</param>
/// <param name="Starts">Column of the right answer's first token in each row; 0 where the window does not hold it.</param>
/// <param name="Ends">Column of its last token.</param>
public sealed record AnsweringPiece(TokenBatch Tokens, bool[] Allowed, long[] Starts, long[] Ends);

/// <summary>A batch of questions.</summary>
/// <param name="Pieces">All windows, those of one question one after the other; more than one piece only where a context is very long.</param>
/// <param name="Questions">The questions and their windows.</param>
public sealed record AnsweringBatch(IReadOnlyList<AnsweringPiece> Pieces, IReadOnlyList<(QuestionExample Example, IReadOnlyList<Encoding> Windows)> Questions) : Batch
{
    /// <inheritdoc/>
    public override int ExampleCount => Questions.Count;

    /// <summary>The windows: the loss is their mean.</summary>
    public override double LossCount => Pieces.Sum(piece => piece.Tokens.ExampleCount);

    /// <inheritdoc/>
    public override long PaddedTokenCount => Pieces.Sum(piece => (long)piece.Tokens.ExampleCount * piece.Tokens.SeqLength);

    /// <inheritdoc/>
    public override long TokenCount => Pieces.Sum(piece => piece.Tokens.TokenCount);
}

/// <summary>What question answering gives.</summary>
/// <param name="Logits">[row, seq, 2]: scores of each token as the first and as the last of the answer; minus infinity where it cannot be.</param>
/// <param name="LossSum">Sum over the windows.</param>
/// <param name="Questions">The questions of the batch and their windows, one per row.</param>
public sealed record AnsweringOutput(Tensor Logits, Tensor LossSum, IReadOnlyList<(QuestionExample Example, IReadOnlyList<Encoding> Windows)> Questions) : TaskOutput(Logits, LossSum);

/// <summary>Extractive question answering: an encoder and two scores per token, for the beginning and the end of the answer (Devlin et al. 2018, sections 4.2 and 4.3).</summary>
/// <remarks>
/// A context longer than a window is read in overlapping ones; a window that does not hold the answer points to its first token. Deviation: only
/// tokens of the context, and the first one, take part in the softmax.
/// </remarks>
public sealed class QuestionAnswering : LearningTask<QuestionExample, AnsweringBatch, QuestionAnswer>
{
    // Most padded tokens computed at once where one context alone has more.
    private const int MostTokens = 8192;

    [ComponentName(Name = "encoder")] private readonly EncoderModel _encoder;
    [ComponentName(Name = "head")] private readonly ClassificationHead _head;
    private readonly ITokenizer _tokenizer;
    private readonly AnsweringOptions _options;
    private readonly int _stride;
    private readonly int _maxQuestionTokens;
    // Encoded once for as long as the example lives.
    private readonly ConditionalWeakTable<QuestionExample, IReadOnlyList<Encoding>> _encoded = [];

    /// <summary>Creates the task with a freshly drawn head.</summary>
    /// <param name="encoder">Becomes a part of the task.</param>
    /// <param name="tokenizer">Fits the encoder's vocabulary.</param>
    /// <param name="options">Windows and rules.</param>
    /// <param name="device">Where the model computes.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public QuestionAnswering(EncoderModel encoder, ITokenizer tokenizer, AnsweringOptions options, Device device) : base(nameof(QuestionAnswering))
    {
        encoder.RequireRoom(options.MaxInputTokens, nameof(options));
        (_stride, _maxQuestionTokens) = (options.Stride ?? options.MaxInputTokens / 3, options.MaxQuestionTokens ?? options.MaxInputTokens / 4);
        if (_maxQuestionTokens < 1) throw new ArgumentException($"MaxQuestionTokens is {_maxQuestionTokens}; expected at least 1", nameof(options));
        if (options.MaxAnswerTokens < 1) throw new ArgumentException($"MaxAnswerTokens is {options.MaxAnswerTokens}; expected at least 1", nameof(options));
        var room = options.MaxInputTokens - _maxQuestionTokens - tokenizer.SpecialTokenCount(pair: true);
        if (_stride < 0 || room <= _stride)
            throw new ArgumentException($"Stride is {_stride}; expected 0 or more, and less than the {Math.Max(room, 0)} tokens of context that a window of {options.MaxInputTokens} holds beside a question of {_maxQuestionTokens}", nameof(options));
        (_encoder, _tokenizer, _options, Device) = (encoder, tokenizer, options, device);
        _head = encoder.CreateHead(HeadKind.QuestionAnswering, 2);
        RegisterComponents();
        this.to(device);
    }

    /// <summary>The head on the encoder.</summary>
    public ClassificationHead Head => _head;

    /// <summary>Whose rules judge answers.</summary>
    public SquadRules Rules => _options.Rules;

    /// <inheritdoc/>
    public override Device Device { get; }

    /// <inheritdoc/>
    public override string PrimaryMetric => "f1";

    /// <summary>Padded tokens of all windows of a question.</summary>
    public override int TokenCount(QuestionExample example)
    {
        var windows = Windows(example);
        return windows.Count * windows[0].Length;
    }

    /// <summary>The windows of a question and its context; at least one.</summary>
    public IReadOnlyList<Encoding> Windows(QuestionExample example) => _encoded.GetValue(example, Encode);

    /// <summary>Whether a question is longer than the limit and will be cut.</summary>
    public bool IsQuestionCut(QuestionExample example) => Windows(example)[0].Text.Length < example.Question.Length;

    /// <inheritdoc/>
    public override AnsweringBatch Collate(IReadOnlyList<QuestionExample> examples)
    {
        var questions = examples.Select(example => (example, Windows(example))).ToArray();
        var rows = questions.SelectMany(question => question.Item2.Select(window => (Window: window, Answer: Locate(question.example, window)))).ToArray();
        var pieces = new List<AnsweringPiece>();
        var row = 0;
        foreach (var tokens in TokenBatch.CollateInPieces([.. rows.Select(each => each.Window)], _tokenizer.PadId, _options.MaxInputTokens, MostTokens))
        {
            var own = rows.AsSpan(row, tokens.ExampleCount);
            var allowed = new bool[own.Length * tokens.SeqLength];
            for (var i = 0; i < own.Length; i++)
            {
                allowed[i * tokens.SeqLength] = true;
                for (var token = 0; token < own[i].Window.Length; token++) allowed[i * tokens.SeqLength + token] |= own[i].Window.TextIds[token] == 1;
            }
            var answers = own.ToArray().Select(each => each.Answer);
            pieces.Add(new AnsweringPiece(tokens, allowed, [.. answers.Select(answer => (long)answer.Start)], [.. answers.Select(answer => (long)answer.End)]));
            row += own.Length;
        }
        return new AnsweringBatch(pieces, questions);
    }

    /// <summary>Logits [row, seq, 2] and the sum of the losses.</summary>
    public override TaskOutput forward(AnsweringBatch batch)
    {
        var longest = batch.Pieces.Max(piece => piece.Tokens.SeqLength);
        var logits = new List<Tensor>();
        var losses = new List<Tensor>();
        foreach (var piece in batch.Pieces)
        {
            var scores = _head.call(_encoder.call(piece.Tokens.ToInput(Device)).Hidden).to(ScalarType.Float32);              // [row, seq, 2]
            var allowed = tensor(piece.Allowed, [piece.Tokens.ExampleCount, piece.Tokens.SeqLength, 1], device: Device);
            scores = scores.masked_fill(allowed.logical_not(), float.NegativeInfinity);
            foreach (var (side, targets) in new[] { (0, piece.Starts), (1, piece.Ends) })
                losses.Add(functional.cross_entropy(scores.select(2, side), tensor(targets, device: Device), reduction: Reduction.Sum) / 2);
            logits.Add(piece.Tokens.SeqLength == longest ? scores : functional.pad(scores, [0, 0, 0, longest - piece.Tokens.SeqLength], PaddingModes.Constant, double.NegativeInfinity));
        }
        return new AnsweringOutput(logits.Count == 1 ? logits[0] : cat(logits), losses.Aggregate((sum, loss) => sum + loss), batch.Questions);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<QuestionAnswer> Answer(TaskOutput output) =>
        [.. Search(output, 1).Select(found => Rules == SquadRules.Squad20 ? new QuestionAnswer(found.Text, found.NoAnswerScore) : new QuestionAnswer(found.Best.Count > 0 ? found.Best[0].Text : ""))];

    /// <summary>The answers to each question of a batch.</summary>
    /// <param name="output">What <c>call</c> gave.</param>
    /// <param name="count">How many of the best answers.</param>
    public IReadOnlyList<AnswerPrediction> Search(TaskOutput output, int count)
    {
        using var scope = NewDisposeScope();
        var given = (AnsweringOutput)output;
        var seq = (int)output.Logits.shape[1];
        var scores = output.Logits.cpu().contiguous().data<float>().ToArray();
        var row = 0;
        var options = new AnswerSearchOptions(_options.MaxAnswerTokens, count, _stride, Rules == SquadRules.Squad20);
        var found = new List<AnswerPrediction>(given.Questions.Count);
        foreach (var (example, windows) in given.Questions)
        {
            found.Add(AnswerSearch.Find(example.Context, windows, scores.AsSpan(2 * seq * row, 2 * seq * windows.Count), options));
            row += windows.Count;
        }
        return found;
    }

    /// <inheritdoc/>
    public override QuestionAnswer Expected(QuestionExample example) => new([.. example.Answers.Select(answer => answer.Text)]);

    /// <inheritdoc/>
    public override IMetric<QuestionAnswer> CreateMetric() => new SquadMetrics(Rules);

    /// <inheritdoc/>
    public override string Describe(QuestionExample example) => $"question {example.Id}";

    /// <summary>The windows of a question as examples of their own, so that a long context is learnt from piece by piece; nothing where the answers do not stand where the data say.</summary>
    public IEnumerable<QuestionExample> Parts(QuestionExample example)
    {
        if (example.Answers.Count > 0 && example.Answers.All(answer => answer.Start is null)) yield break;
        var windows = Windows(example);
        if (windows.Count == 1)
        {
            yield return example;
            yield break;
        }
        foreach (var window in windows)
        {
            var part = example with { };
            _encoded.Add(part, [window]);
            yield return part;
        }
    }

    private IReadOnlyList<Encoding> Encode(QuestionExample example)
    {
        var question = example.Question;
        var alone = _tokenizer.Encode(question, null, new EncodeOptions { AddSpecialTokens = false });
        if (alone.Length > _maxQuestionTokens) question = question[..alone.Offsets[_maxQuestionTokens - 1].End];
        return _tokenizer.EncodeWindows(question, example.Context, new EncodeOptions { MaxInputTokens = _options.MaxInputTokens, Stride = _stride, Truncation = TruncationStrategy.OnlySecond });
    }

    // First and last token of the first gold answer that the window holds whole; 0 where it holds none.
    private static (int Start, int End) Locate(QuestionExample example, Encoding window)
    {
        foreach (var answer in example.Answers)
        {
            if (answer.Start is not { } from || answer.End is not { } to || from == to) continue;
            var (start, end) = (-1, -1);
            for (var token = 0; token < window.Length; token++)
            {
                if (window.TextIds[token] != 1) continue;
                var offset = window.Offsets[token];
                if (start < 0 && offset.Start <= from && from < offset.End) start = token;
                if (offset.Start < to && to <= offset.End) end = token;
            }
            if (start >= 0 && end >= start) return (start, end);
        }
        return (0, 0);
    }
}
