using System.Text.Json;
using Attend.Models;
using Attend.Tasks;
using Attend.Text.Data;
using Attend.Text.Metrics;
using Attend.Text.Tokenizers;
using Attend.Training;
using static TorchSharp.torch;

namespace Attend;

/// <summary>Teaches a model to answer questions by pieces of a text: from a file in the format of SQuAD 1.1 or 2.0 to a model folder that answers.</summary>
public sealed record AnswererTraining : EncoderTraining<QuestionExample, AnsweringBatch, QuestionAnswer>
{
    /// <summary>Windows. Its rules are taken from <see cref="Rules"/>.</summary>
    public AnsweringOptions TaskOptions { get; init; } = new();

    /// <summary>Whose rules judge answers while the model learns; null = SQuAD 2.0's where questions may have no answer, CMRC 2018's for Chinese, else SQuAD 1.1's.</summary>
    public SquadRules? Rules { get; init; }

    /// <inheritdoc/>
    protected override string TaskName => AnsweringSettings.TaskName;

    /// <inheritdoc/>
    protected override HeadKind? Head => HeadKind.QuestionAnswering;

    /// <inheritdoc/>
    protected override object DataFormat => new { };

    /// <inheritdoc/>
    protected override object Settings => new AnsweringSettings(TaskOptions.MaxInputTokens, TaskOptions.Stride, TaskOptions.MaxQuestionTokens, TaskOptions.MaxAnswerTokens, Rules);

    /// <inheritdoc/>
    protected override int InputLimit => TaskOptions.MaxInputTokens;

    /// <inheritdoc/>
    protected override TrainingSet<QuestionExample> ReadData(Action<string> notice)
    {
        var file = SquadFile.Open(Data, new SquadOptions { MayBeUnanswerable = Rules is null ? null : Rules == SquadRules.Squad20 });
        IReadOnlyList<QuestionExample> train = [.. file.Read()];
        var rules = Rules ?? QuestionLanguage.RulesFor(file.MayBeUnanswerable, train);
        if (train.All(example => example.Answers.All(answer => answer.Start is null)))
            throw new DataFileException(Data, null, "has no answer that stands where it says; there is nothing to learn");
        if (file.UnlearnableCount > 0) notice($"{file.UnlearnableCount} of {file.QuestionCount} questions have no answer that stands at its offset: they are left out of the training");
        else if (file.MisplacedCount > 0) notice($"{file.MisplacedCount} of {file.AnswerCount} answers do not stand at their offset and are not learnt from");
        if (Dev is { } devPath)
        {
            IReadOnlyList<QuestionExample> dev = [.. SquadFile.Open(devPath, new SquadOptions { MayBeUnanswerable = rules == SquadRules.Squad20 }).Read()];
            return new Set(train, dev, DataCard.Of(Data, train.Count), DataCard.Of(devPath, dev.Count), rules);
        }
        // Questions on the same text stay together.
        var (rest, heldOut) = HoldOut(train, example => example.Context, notice);
        return new Set(rest, heldOut, DataCard.Of(Data, rest.Count), null, rules);
    }

    /// <inheritdoc/>
    protected override IEnumerable<string> TextsOf(QuestionExample example) => [example.Question, example.Context];

    /// <inheritdoc/>
    protected override ModelConfig Configure(ModelConfig config, bool isNew, TrainingSet<QuestionExample> data)
    {
        var unknown = new Dictionary<string, JsonElement>(config.Unknown ?? []);
        unknown.Remove(AnsweringSettings.NoAnswerKey);
        if (((Set)data).Rules == SquadRules.Squad20) unknown[AnsweringSettings.NoAnswerKey] = JsonSerializer.SerializeToElement(true);
        return config.WithTokenLabels([]) with { Unknown = unknown };
    }

    /// <inheritdoc/>
    protected override (LearningTask<QuestionExample, AnsweringBatch, QuestionAnswer> Task, nn.Module? Head) CreateTask(EncoderModel encoder, ITokenizer tokenizer, TrainingSet<QuestionExample> data, Device device)
    {
        var options = TaskOptions with { MaxInputTokens = Math.Min(TaskOptions.MaxInputTokens, encoder.MaxPositionEmbeddings), Rules = ((Set)data).Rules };
        var task = new QuestionAnswering(encoder, tokenizer, options, device);
        return (task, task.Head);
    }

    /// <inheritdoc/>
    protected override UpdateSource<AnsweringBatch> CreateSource(TaskModel<QuestionExample, AnsweringBatch, QuestionAnswer> model, TrainingSet<QuestionExample> data)
    {
        QuestionExample[] parts = [.. data.Train.SelectMany(((QuestionAnswering)model.Task).Parts)];
        return new ListSource<QuestionExample, AnsweringBatch, QuestionAnswer>(model.Task, parts, Options);
    }

    private sealed record Set(IReadOnlyList<QuestionExample> Questions, IReadOnlyList<QuestionExample> DevQuestions, DataCard Card, DataCard? DevQuestionsCard, SquadRules Rules)
        : TrainingSet<QuestionExample>(Questions, DevQuestions, Card, DevQuestionsCard, []);
}

/// <summary>What run.json says of an answerer's options.</summary>
internal sealed record AnsweringSettings(int MaxInputTokens, int? Stride, int? MaxQuestionTokens, int MaxAnswerTokens, SquadRules? Rules)
{
    public const string TaskName = "question answering";

    /// <summary>Key of config.json that says whether the model was taught that there may be no answer.</summary>
    public const string NoAnswerKey = "may_be_unanswerable";
}

/// <summary>By whose rules answers are to be judged where nobody says so.</summary>
internal static class QuestionLanguage
{
    private const int Looked = 100;
    private const double ChineseShare = 0.3;

    public static SquadRules RulesFor(bool mayBeUnanswerable, IEnumerable<QuestionExample> examples) =>
        mayBeUnanswerable ? SquadRules.Squad20 : IsChinese(examples) ? SquadRules.Cmrc2018 : SquadRules.Squad11;

    private static bool IsChinese(IEnumerable<QuestionExample> examples)
    {
        var (han, all) = (0L, 0L);
        foreach (var example in examples.Take(Looked))
        {
            all += example.Context.Length;
            han += example.Context.Count(unit => unit is >= '\u4E00' and <= '\u9FFF');
        }
        return han > ChineseShare * all;
    }
}
