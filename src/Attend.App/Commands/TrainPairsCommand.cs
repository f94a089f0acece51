using System.CommandLine;
using Attend.Text.Data;

namespace Attend.App.Commands;

internal static class TrainPairsCommand
{
    private static readonly RunDefaults Defaults = new(New: new() { Epochs = 10, LearningRate = 1e-3 }, Tuned: new() { Epochs = 3, LearningRate = 5e-5 }, MaxInputTokens: 128);

    private enum Target
    {
        Label,
        Score,
    }

    public static Command Create(CancellationToken cancel)
    {
        var run = new RunOptions(Defaults, "pairs of texts to learn from, each with a label or a number (.csv .tsv .jsonl .parquet, also .gz)");
        run.Data.Required = true;
        var encoder = new NewEncoderOptions();
        var format = new FormatOptions();
        var pairs = new PairFormatOptions(format);
        var target = new Option<Target?>("--target") { Description = "what is learnt of a pair  [default: score where the column is named so or most of its values are numbers and not whole, else label]", HelpName = "label|score" };
        var noLabel = new Option<string>("--no-label") { Description = "label of the pairs that have none; they are left out", DefaultValueFactory = _ => "-", HelpName = "TEXT" };
        var labelSmoothing = new Option<double?>("--label-smoothing") { Description = "labels: share of the probability spread over all of them  [default: 0, or 0.1 for a new model]" };
        var tokenDropout = new Option<double?>("--token-dropout") { Description = "probability of hiding a token in training  [default: 0, or 0.1 for a new model]" };
        var classWeights = new Option<ClassWeighting>("--class-weights") { Description = "labels: their weight in the loss", DefaultValueFactory = _ => ClassWeighting.None, HelpName = "none|balanced" };
        var pooling = new Option<string?>("--pooling") { Description = "what the head reads: the pooled [CLS] state or the mean of all  [default: as the model says, mean for a new one]", HelpName = "cls|mean" };
        var command = new Command("pairs", """
            Teaches a model what two texts are to each other: a label (entailment, duplicate) or a number (similarity). Both are read together.

            Examples:
              attend train pairs --data nli.tsv --dev nli-dev.tsv --out runs/nli
              attend train pairs --data similarity.csv --out runs/similarity --from google-bert/bert-base-uncased
              attend train pairs --data ratings.csv --score-column rating --out runs/ratings
            """);
        run.AddTo(command);
        encoder.AddTo(command);
        foreach (var option in (Option[])[target, noLabel, labelSmoothing, tokenDropout, classWeights, pooling]) command.Add(option);
        format.AddTo(command, severalLabels: false);
        pairs.AddTo(command);
        pooling.AcceptOnlyFromAmong("cls", "mean");
        command.SetAction(parsed =>
        {
            var data = parsed.GetValue(run.Data)!;
            var columns = pairs.Read(parsed) with { NoLabel = parsed.GetValue(noLabel) };
            var isScore = parsed.GetValue(target) is { } said ? said == Target.Score : columns.Target == PairTarget.Score || TextPairFile.FindTarget(data, columns) == PairTarget.Score;
            columns = columns with { Target = isScore ? PairTarget.Score : PairTarget.Label };
            if (isScore && (parsed.GetValue(labelSmoothing) is not null || parsed.GetValue(classWeights) != ClassWeighting.None))
                throw new ArgumentException("--label-smoothing and --class-weights are for labels, and the pairs have scores; --target label learns the numbers as labels");
            var defaultDropout = run.IsNew(parsed) ? 0.1 : 0;
            // One of the two is used.
            var labels = new ClassifierTraining
            {
                Data = data,
                Dev = run.Dev(parsed),
                Out = run.Out(parsed),
                From = run.From(parsed, cancel),
                Size = encoder.Size(parsed),
                Architecture = encoder.Architecture(parsed),
                Vocabulary = encoder.Vocabulary(parsed),
                Pairs = columns,
                Options = run.Train(parsed),
                TaskOptions = new()
                {
                    MaxInputTokens = run.MaxInputTokens(parsed),
                    LabelSmoothing = parsed.GetValue(labelSmoothing) ?? defaultDropout,
                    TokenDropout = parsed.GetValue(tokenDropout) ?? defaultDropout,
                },
                ClassWeights = parsed.GetValue(classWeights),
                Pooling = parsed.GetValue(pooling),
                Device = run.Device(parsed),
                Resume = run.Resume(parsed),
                Overwrite = run.Overwrite(parsed),
            };
            var scores = new PairScorerTraining
            {
                Data = data,
                Dev = labels.Dev,
                Out = labels.Out,
                From = labels.From,
                Size = labels.Size,
                Architecture = labels.Architecture,
                Vocabulary = labels.Vocabulary,
                Format = columns,
                Options = labels.Options,
                TaskOptions = new() { MaxInputTokens = run.MaxInputTokens(parsed), TokenDropout = parsed.GetValue(tokenDropout) ?? defaultDropout },
                Pooling = labels.Pooling,
                Device = labels.Device,
                Resume = labels.Resume,
                Overwrite = labels.Overwrite,
            };
            return run.Run(parsed, (progress, notice) => isScore ? scores.Run(progress, notice, cancel) : labels.Run(progress, notice, cancel), $"attend evaluate {labels.Out} --data test.tsv");
        });
        return command;
    }
}
