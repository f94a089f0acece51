using System.CommandLine;
using Attend.Checkpoints;
using Attend.Text.Data;

namespace Attend.App.Commands;

internal static class TrainEmbedCommand
{
    private static readonly RunDefaults Defaults = new(New: new() { Epochs = 10, LearningRate = 1e-3, BatchSize = 64 }, Tuned: new() { Epochs = 3, LearningRate = 5e-5, BatchSize = 64 }, MaxInputTokens: 128);

    private enum Target
    {
        Pairs,
        Score,
    }

    public static Command Create(CancellationToken cancel)
    {
        var run = new RunOptions(Defaults, "pairs of texts that belong together, or pairs with a score of how near they are (.csv .tsv .jsonl .parquet, also .gz)");
        run.Data.Required = true;
        var encoder = new NewEncoderOptions();
        var format = new FormatOptions();
        var pairs = new PairFormatOptions(format);
        var target = new Option<Target?>("--target") { Description = "what is learnt from: that pairs belong together, or their scores  [default: score where the column is named so or most of its values are numbers and not whole, else pairs]", HelpName = "pairs|score" };
        var positiveLabel = new Option<string?>("--positive-label") { Description = "of labelled pairs, only those with this label belong together and are learnt from (entailment)", HelpName = "LABEL" };
        var dimensions = new Option<int[]>("--dimensions") { Description = "further numbers of dimensions at which vectors are to be good when cut to them: 32 64; may be repeated", AllowMultipleArgumentsPerToken = true };
        var pooling = new Option<string?>("--pooling") { Description = "how states of tokens become a vector  [default: as the model says, else mean]", HelpName = "mean|cls|max" };
        var scale = new Option<double>("--scale") { Description = "what cosines are multiplied by in the loss", DefaultValueFactory = _ => 20.0 };
        var tokenDropout = new Option<double?>("--token-dropout") { Description = "probability of hiding a token in training  [default: 0, or 0.1 for a new model]" };
        var command = new Command("embed", """
            Teaches a model to make vectors of texts, for search: near texts get near vectors. Of pairs that belong together, the other
            texts of a batch serve as those that do not, so that large batches teach more.

            Examples:
              attend train embed --data questions-and-answers.tsv --out runs/search --batch-size 128
              attend train embed --data similarity.csv --out runs/similarity --from google-bert/bert-base-uncased
              attend train embed --data nli.tsv --positive-label entailment --dimensions 32 64 --out runs/nested
            """);
        run.AddTo(command);
        encoder.AddTo(command);
        foreach (var option in (Option[])[target, positiveLabel, dimensions, pooling, scale, tokenDropout]) command.Add(option);
        format.AddTo(command, severalLabels: false);
        pairs.AddTo(command);
        pooling.AcceptOnlyFromAmong("mean", "cls", "max");
        command.SetAction(parsed =>
        {
            var data = parsed.GetValue(run.Data)!;
            var columns = pairs.Read(parsed);
            var label = parsed.GetValue(positiveLabel);
            columns = columns with
            {
                Target = parsed.GetValue(target) switch
                {
                    Target.Pairs => label is null ? PairTarget.None : throw new ArgumentException("--positive-label chooses among labelled pairs; with --target pairs all belong together"),
                    Target.Score => PairTarget.Score,
                    _ => columns.Target == PairTarget.Score ? PairTarget.Score : label is not null ? PairTarget.Label : TextPairFile.FindTarget(data, columns),
                },
            };
            var training = new EmbedderTraining
            {
                Data = data,
                Dev = run.Dev(parsed),
                Out = run.Out(parsed),
                From = run.From(parsed, cancel),
                Size = encoder.Size(parsed),
                Architecture = encoder.Architecture(parsed),
                Vocabulary = encoder.Vocabulary(parsed),
                Format = columns,
                PositiveLabel = label,
                Options = run.Train(parsed),
                TaskOptions = new()
                {
                    MaxInputTokens = run.MaxInputTokens(parsed),
                    NestedDimensions = parsed.GetValue(dimensions) ?? [],
                    Scale = parsed.GetValue(scale),
                    TokenDropout = parsed.GetValue(tokenDropout) ?? (run.IsNew(parsed) ? 0.1 : 0),
                },
                Pooling = Pooling(parsed.GetValue(pooling)),
                Device = run.Device(parsed),
                Resume = run.Resume(parsed),
                Overwrite = run.Overwrite(parsed),
            };
            return run.Run(parsed, (progress, notice) => training.Run(progress, notice, cancel), $"attend embed {training.Out} --input texts.txt --output vectors.parquet");
        });
        return command;
    }

    internal static PoolingMode? Pooling(string? name) => name switch { "mean" => PoolingMode.Mean, "cls" => PoolingMode.First, "max" => PoolingMode.Max, _ => null };
}
