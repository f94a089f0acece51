using System.CommandLine;

namespace Attend.App.Commands;

internal static class TrainClassifyCommand
{
    private static readonly RunDefaults Defaults = new(New: new() { Epochs = 10, LearningRate = 1e-3 }, Tuned: new() { Epochs = 3, LearningRate = 5e-5 }, MaxInputTokens: 128);

    public static Command Create(CancellationToken cancel)
    {
        var run = new RunOptions(Defaults, "labelled texts to learn from (.csv .tsv .jsonl .parquet, also .gz)");
        run.Data.Required = true;
        var encoder = new NewEncoderOptions();
        var format = new FormatOptions();
        var labelSmoothing = new Option<double?>("--label-smoothing") { Description = "share of the probability spread over all labels  [default: 0, or 0.1 for a new model]" };
        var tokenDropout = new Option<double?>("--token-dropout") { Description = "probability of hiding a token in training  [default: 0, or 0.1 for a new model]" };
        var classWeights = new Option<ClassWeighting>("--class-weights") { Description = "weight of the labels in the loss", DefaultValueFactory = _ => ClassWeighting.None, HelpName = "none|balanced" };
        var pooling = new Option<string?>("--pooling") { Description = "what the head reads: the pooled [CLS] state or the mean of all  [default: as the model says, mean for a new one]", HelpName = "cls|mean" };
        var command = new Command("classify", """
            Teaches a model to put labels on texts, and keeps the best epoch.

            Examples:
              attend train classify --data train.tsv --dev dev.tsv --out runs/tickets
              attend train classify --data train.csv --out runs/tickets --from google-bert/bert-base-uncased --epochs 3
              attend train classify --data train.tsv --dev dev.tsv --out runs/tickets --resume
            """);
        run.AddTo(command);
        encoder.AddTo(command);
        foreach (var option in (Option[])[labelSmoothing, tokenDropout, classWeights, pooling]) command.Add(option);
        format.AddTo(command);
        pooling.AcceptOnlyFromAmong("cls", "mean");
        command.SetAction(parsed =>
        {
            var isNew = run.IsNew(parsed);
            var training = new ClassifierTraining
            {
                Data = parsed.GetValue(run.Data)!,
                Dev = run.Dev(parsed),
                Out = run.Out(parsed),
                From = run.From(parsed, cancel),
                Size = encoder.Size(parsed),
                Architecture = encoder.Architecture(parsed),
                Vocabulary = encoder.Vocabulary(parsed),
                Format = format.Read(parsed),
                Options = run.Train(parsed),
                TaskOptions = new()
                {
                    MaxInputTokens = run.MaxInputTokens(parsed),
                    LabelSmoothing = parsed.GetValue(labelSmoothing) ?? (isNew ? 0.1 : 0),
                    TokenDropout = parsed.GetValue(tokenDropout) ?? (isNew ? 0.1 : 0),
                },
                ClassWeights = parsed.GetValue(classWeights),
                Pooling = parsed.GetValue(pooling),
                Device = run.Device(parsed),
                Resume = run.Resume(parsed),
                Overwrite = run.Overwrite(parsed),
            };
            return run.Run(parsed, (progress, notice) => training.Run(progress, notice, cancel), $"attend evaluate {training.Out} --data test.tsv");
        });
        return command;
    }
}
