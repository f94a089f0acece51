using System.CommandLine;
using Attend.Text.Metrics;

namespace Attend.App.Commands;

internal static class TrainAnswerCommand
{
    private static readonly RunDefaults Defaults = new(New: new() { Epochs = 10, LearningRate = 1e-3 }, Tuned: new() { Epochs = 3, LearningRate = 1e-4 }, MaxInputTokens: 384);

    public static Option<SquadRules?> Rules() => new("--rules")
    {
        Description = "answering: whose rules judge answers  [default: squad20 where questions may have no answer, cmrc2018 for Chinese, else squad11]",
        HelpName = "squad11|squad20|cmrc2018",
    };

    public static Command Create(CancellationToken cancel)
    {
        var run = new RunOptions(Defaults, "questions on texts to learn from, in the format of SQuAD 1.1 or 2.0 (.json, also .gz)");
        run.Data.Required = true;
        var encoder = new NewEncoderOptions();
        var rules = Rules();
        var defaults = new Tasks.AnsweringOptions();
        var stride = new Option<int?>("--stride") { Description = "tokens that neighbouring windows of a long context share  [default: a third of --max-input-tokens]" };
        var maxQuestionTokens = new Option<int?>("--max-question-tokens") { Description = "where a question is cut, in tokens  [default: a quarter of --max-input-tokens]" };
        var maxAnswerTokens = new Option<int>("--max-answer-tokens") { Description = "longest answer, in tokens", DefaultValueFactory = _ => defaults.MaxAnswerTokens };
        var command = new Command("answer", """
            Teaches a model to answer questions by pieces of a text, and keeps the epoch with the best F1.

            Examples:
              attend train answer --data train-v1.1.json --dev dev-v1.1.json --out runs/qa --from google-bert/bert-base-uncased
              attend train answer --data train-v2.0.json --out runs/qa
            """);
        run.AddTo(command);
        encoder.AddTo(command);
        foreach (var option in (Option[])[rules, stride, maxQuestionTokens, maxAnswerTokens]) command.Add(option);
        command.SetAction(parsed =>
        {
            var training = new AnswererTraining
            {
                Data = parsed.GetValue(run.Data)!,
                Dev = run.Dev(parsed),
                Out = run.Out(parsed),
                From = run.From(parsed, cancel),
                Size = encoder.Size(parsed),
                Architecture = encoder.Architecture(parsed),
                Vocabulary = encoder.Vocabulary(parsed),
                Rules = parsed.GetValue(rules),
                Options = run.Train(parsed),
                TaskOptions = new()
                {
                    MaxInputTokens = run.MaxInputTokens(parsed),
                    Stride = parsed.GetValue(stride),
                    MaxQuestionTokens = parsed.GetValue(maxQuestionTokens),
                    MaxAnswerTokens = parsed.GetValue(maxAnswerTokens),
                },
                Device = run.Device(parsed),
                Resume = run.Resume(parsed),
                Overwrite = run.Overwrite(parsed),
            };
            return run.Run(parsed, (progress, notice) => training.Run(progress, notice, cancel), $"attend predict {training.Out} --question \"...\" --context-file text.txt");
        });
        return command;
    }
}
