using System.CommandLine;
using Attend.Text.Data;

namespace Attend.App.Commands;

internal static class TrainTagCommand
{
    private static readonly RunDefaults Defaults = new(New: new() { Epochs = 15, LearningRate = 1e-3 }, Tuned: new() { Epochs = 5, LearningRate = 1e-4 }, MaxInputTokens: 128);

    public static Command Create(CancellationToken cancel)
    {
        var run = new RunOptions(Defaults, "texts with labelled stretches to learn from: columns of words and tags (IOB1, IOB2, BIOES, BMES, BILOU), or .jsonl with character spans; also .gz");
        run.Data.Required = true;
        var encoder = new NewEncoderOptions();
        var format = new TaggingFormatOptions();
        var stride = new Option<int?>("--stride") { Description = "tokens that neighbouring windows of a long text share  [default: a quarter of --max-input-tokens]" };
        var modelScheme = new Option<TagScheme?>("--model-scheme") { Description = "scheme of the model's own tags  [default: that of the data, iob2 for iob1 and spans]", HelpName = "iob2|bioes|bmes|bilou" };
        var command = new Command("tag", """
            Teaches a model to find and name stretches of texts, such as persons and places, and keeps the epoch with the best F1.

            Examples:
              attend train tag --data train.conll --dev dev.conll --out runs/ner
              attend train tag --data train.jsonl --out runs/ner --from google-bert/bert-base-cased
            """);
        run.AddTo(command);
        encoder.AddTo(command);
        format.AddTo(command);
        command.Add(stride);
        command.Add(modelScheme);
        command.SetAction(parsed =>
        {
            var training = new TaggerTraining
            {
                Data = parsed.GetValue(run.Data)!,
                Dev = run.Dev(parsed),
                Out = run.Out(parsed),
                From = run.From(parsed, cancel),
                Size = encoder.Size(parsed),
                Architecture = encoder.Architecture(parsed),
                Vocabulary = encoder.Vocabulary(parsed),
                Format = format.Read(parsed),
                Scheme = parsed.GetValue(modelScheme),
                Options = run.Train(parsed),
                TaskOptions = new() { MaxInputTokens = run.MaxInputTokens(parsed), Stride = parsed.GetValue(stride) },
                Device = run.Device(parsed),
                Resume = run.Resume(parsed),
                Overwrite = run.Overwrite(parsed),
            };
            return run.Run(parsed, (progress, notice) => training.Run(progress, notice, cancel), $"attend evaluate {training.Out} --data test.conll");
        });
        return command;
    }
}
