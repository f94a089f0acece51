using System.Text.Json;
using Attend.Checkpoints;
using Attend.Models;
using Attend.Runtime;
using Attend.Tasks;
using Attend.Text.Data;
using Attend.Text.Metrics;

namespace Attend;

/// <summary>How an answerer looks for answers.</summary>
public sealed record AnswererOptions
{
    /// <summary>Length of a window in tokens; null = as in training, else what the model can hold.</summary>
    public int? MaxInputTokens { get; init; }

    /// <summary>How many tokens of the context neighbouring windows share; null = as in training, else a third of a window.</summary>
    public int? Stride { get; init; }

    /// <summary>Longest answer, in tokens; null = as in training, else 30.</summary>
    public int? MaxAnswerTokens { get; init; }

    /// <summary>Whether it may say that a context holds no answer; null = as the model was taught.</summary>
    public bool? MayBeUnanswerable { get; init; }
}

/// <summary>A trained answerer: finds the piece of a text that answers a question.</summary>
/// <example><code>
/// using var answerer = QuestionAnswerer.Load("runs/qa");
/// var answer = answerer.Answer("Where was he born?", article);
/// </code></example>
public sealed class QuestionAnswerer : TrainedModel<QuestionAnswering>
{

    private QuestionAnswerer(ModelFolder folder, EncoderModel encoder, QuestionAnswering task) : base(folder, encoder, task, task.Device)
    {
    }

    /// <summary>Whether it can say that a context holds no answer.</summary>
    public bool MayBeUnanswerable => Task.Rules == SquadRules.Squad20;

    /// <summary>Loads an answerer from a run or any model folder with such a head.</summary>
    /// <param name="path">The folder, or the name of a pulled model: "owner/name".</param>
    /// <param name="device">"auto", "cpu", "cuda", "cuda:1" ...</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="CheckpointException">Not a model folder, or it has no such head, or no weights yet.</exception>
    /// <exception cref="CheckpointMismatchException">Configuration and weights do not fit each other.</exception>
    public static QuestionAnswerer Load(string path, string device = "auto", AnswererOptions? options = null)
    {
        options ??= new AnswererOptions();
        var (folder, card) = TaskFolder.Open(path, HeadKind.QuestionAnswering, "an answerer of questions", "answer");
        var tokenizer = folder.LoadTokenizer();
        Engine.Start();
        var encoder = folder.Architecture.Create(folder.Config);
        var settings = card?.Task == AnsweringSettings.TaskName ? RunCard.As<AnsweringSettings>(card.TaskOptions) : null;
        var defaults = new AnsweringOptions();
        var taught = folder.Config.Unknown?.TryGetValue(AnsweringSettings.NoAnswerKey, out var value) == true && value.ValueKind == JsonValueKind.True;
        var limit = options.MaxInputTokens ?? Math.Min(settings?.MaxInputTokens ?? defaults.MaxInputTokens, encoder.MaxPositionEmbeddings);
        // Settings that were made for another length of window may not fit this one.
        var sameLength = limit == settings?.MaxInputTokens;
        var task = folder.Build(() => new QuestionAnswering(encoder, tokenizer, new AnsweringOptions
        {
            MaxInputTokens = limit,
            Stride = options.Stride ?? (sameLength ? settings?.Stride : null),
            MaxQuestionTokens = sameLength ? settings?.MaxQuestionTokens : null,
            MaxAnswerTokens = options.MaxAnswerTokens ?? settings?.MaxAnswerTokens ?? defaults.MaxAnswerTokens,
            Rules = options.MayBeUnanswerable ?? taught ? SquadRules.Squad20 : SquadRules.Squad11,
        }, DeviceChoice.Parse(device)));
        folder.LoadWeights(new CheckpointPart(encoder, folder.Architecture.Keys), new CheckpointPart(task.Head, folder.Architecture.Heads[HeadKind.QuestionAnswering].Keys));
        task.eval();
        return new QuestionAnswerer(folder, encoder, task);
    }

    /// <summary>Answers one question.</summary>
    /// <param name="question">The question.</param>
    /// <param name="context">The text to find the answer in, of any length.</param>
    /// <param name="count">How many of the best answers.</param>
    public AnswerPrediction Answer(string question, string context, int count = 1) => Answer([(question, context)], count)[0];

    /// <summary>Answers questions; answer n belongs to question n, and is the same in any company.</summary>
    /// <param name="questions">Each with the text to find the answer in.</param>
    /// <param name="count">How many of the best answers to each.</param>
    /// <param name="cancel">Stops between batches.</param>
    public IReadOnlyList<AnswerPrediction> Answer(IReadOnlyList<(string Question, string Context)> questions, int count = 1, CancellationToken cancel = default) => [.. Stream(questions, count, cancel)];

    /// <summary>As <see cref="Answer(IReadOnlyList{ValueTuple{string, string}}, int, CancellationToken)"/>, for questions of any number: a bounded number is in memory at a time.</summary>
    /// <param name="questions">Read while answers are taken.</param>
    /// <param name="count">How many of the best answers to each.</param>
    /// <param name="cancel">Stops between batches.</param>
    public IEnumerable<AnswerPrediction> Stream(IEnumerable<(string Question, string Context)> questions, int count = 1, CancellationToken cancel = default) =>
        Stream(questions.Select((entry, index) => new QuestionExample { Id = $"{index + 1}", Question = entry.Question, Context = entry.Context, Answers = [], Line = index + 1 }), count, cancel).Select(entry => entry.Result);

    /// <summary>As <see cref="Stream(IEnumerable{ValueTuple{string, string}}, int, CancellationToken)"/>, for questions of a file; each is given back with its answer.</summary>
    /// <param name="questions">Read while answers are taken.</param>
    /// <param name="count">How many of the best answers to each.</param>
    /// <param name="cancel">Stops between batches.</param>
    public IEnumerable<(QuestionExample Example, AnswerPrediction Result)> Stream(IEnumerable<QuestionExample> questions, int count, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return Inference.Stream(Task, questions, output => Task.Search(output, count), cancel);
    }
}
