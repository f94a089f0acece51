using System.CommandLine;
using Attend.Models;
using Attend.Training;

namespace Attend.App.Commands;

internal static class TrainCommand
{
    public static Command Create(CancellationToken cancel) => new("train", "Teaches a model a task.") { new ClassifyOptions().Create(cancel) };

    // The options of `train classify`, and how they become a training.
    private sealed class ClassifyOptions
    {
        private readonly Option<string> _data = new("--data") { Description = "labelled texts to learn from (.csv .tsv .jsonl .parquet, also .gz)", Required = true, HelpName = "FILE" };
        private readonly Option<string?> _dev = new("--dev") { Description = "labelled texts to judge the model by; without it a tenth of --data is split off", HelpName = "FILE" };
        private readonly Option<string> _out = new("--out") { Description = "the run's folder", Required = true, HelpName = "FOLDER" };
        private readonly Option<string?> _from = CommonOptions.From("without it a new model is trained from nothing");
        private readonly Option<string> _size = new("--size") { Description = "size of a new model", DefaultValueFactory = _ => "tiny", HelpName = "tiny|mini|small|medium|base" };
        private readonly Option<string> _architecture = new("--architecture") { Description = "architecture of a new model", DefaultValueFactory = _ => "bert", HelpName = "NAME" };
        private readonly Option<int> _vocabSize = new("--vocab-size") { Description = "vocabulary of a new model, in tokens", DefaultValueFactory = _ => 8192 };
        private readonly Option<bool> _cased = new("--cased") { Description = "a new model's vocabulary keeps upper case and accents" };
        private readonly Option<double?> _dropout = new("--dropout") { Description = "dropout of a new model, in [0, 1)  [default: 0.1]" };
        private readonly Option<int?> _epochs = new("--epochs") { Description = "passes over the data  [default: 3, or 10 for a new model]" };
        private readonly Option<double?> _learningRate = new("--learning-rate") { Description = "highest learning rate  [default: 5e-5, or 1e-3 for a new model]" };
        private readonly Option<int> _batchSize = new("--batch-size") { Description = "examples per update", DefaultValueFactory = _ => 32 };
        private readonly Option<int> _maxInputTokens = new("--max-input-tokens") { Description = "where a text is cut, in tokens", DefaultValueFactory = _ => 128 };
        private readonly Option<int> _maxBatchTokens = new("--max-batch-tokens") { Description = "padded tokens computed at once; changes memory and speed, no result", DefaultValueFactory = _ => 8192 };
        private readonly Option<ScheduleKind> _schedule = new("--schedule") { Description = "course of the learning rate", DefaultValueFactory = _ => ScheduleKind.Linear, HelpName = "linear|cosine|constant" };
        private readonly Option<double> _warmup = new("--warmup") { Description = "share of the updates over which the learning rate rises", DefaultValueFactory = _ => 0.1 };
        private readonly Option<double> _weightDecay = new("--weight-decay") { Description = "decoupled weight decay", DefaultValueFactory = _ => 0.01 };
        private readonly Option<double?> _labelSmoothing = new("--label-smoothing") { Description = "share of the probability spread over all labels  [default: 0, or 0.1 for a new model]" };
        private readonly Option<double?> _tokenDropout = new("--token-dropout") { Description = "probability of hiding a token in training  [default: 0, or 0.1 for a new model]" };
        private readonly Option<ClassWeighting> _classWeights = new("--class-weights") { Description = "weight of the labels in the loss", DefaultValueFactory = _ => ClassWeighting.None, HelpName = "none|balanced" };
        private readonly Option<string?> _pooling = new("--pooling") { Description = "what the head reads: the pooled [CLS] state or the mean of all  [default: as the model says, mean for a new one]", HelpName = "cls|mean" };
        private readonly Option<int> _patience = new("--patience") { Description = "stop after so many epochs without a better dev score; 0 = never", DefaultValueFactory = _ => 0 };
        private readonly Option<ulong> _seed = new("--seed") { Description = "seeds weights, order and dropout", DefaultValueFactory = _ => 1UL };
        private readonly Option<double> _checkpointSeconds = new("--checkpoint-seconds") { Description = "seconds between checkpoints", DefaultValueFactory = _ => 60.0 };
        private readonly Option<bool> _resume = new("--resume") { Description = "go on with the run in --out" };
        private readonly Option<bool> _overwrite = new("--overwrite") { Description = "replace the run in --out" };
        private readonly Option<string> _device = CommonOptions.Device();
        private readonly Option<bool> _json = CommonOptions.Json();
        private readonly FormatOptions _format = new();

        public Command Create(CancellationToken cancel)
        {
            var command = new Command("classify", """
                Teaches a model to put labels on texts, and keeps the best epoch.

                Examples:
                  attend train classify --data train.tsv --dev dev.tsv --out runs/tickets
                  attend train classify --data train.csv --out runs/tickets --from google-bert/bert-base-uncased --epochs 3
                  attend train classify --data train.tsv --dev dev.tsv --out runs/tickets --resume
                """)
            {
                _data, _dev, _out, _from, _size, _architecture, _vocabSize, _cased, _dropout, _epochs, _learningRate, _batchSize, _maxInputTokens, _maxBatchTokens, _schedule, _warmup,
                _weightDecay, _labelSmoothing, _tokenDropout, _classWeights, _pooling, _patience, _seed, _checkpointSeconds, _resume, _overwrite, _device, _json,
            };
            _format.AddTo(command);
            _size.AcceptOnlyFromAmong(["tiny", "mini", "small", "medium", "base"]);
            _architecture.AcceptOnlyFromAmong([.. Architectures.All.Select(row => row.ModelType)]);
            _pooling.AcceptOnlyFromAmong("cls", "mean");
            command.SetAction(parsed =>
            {
                var training = Read(parsed) with { From = PullDisplay.Ensure(parsed.GetValue(_from), cancel) };
                var card = TrainingDisplay.Show((progress, notice) => training.Run(progress, notice, cancel));
                Report(card, training.Out, parsed.GetValue(_json));
                return 0;
            });
            return command;
        }

        private ClassifierTraining Read(ParseResult parsed)
        {
            var isNew = parsed.GetValue(_from) is null;
            var size = EncoderSize.Named[parsed.GetValue(_size)!];
            return new ClassifierTraining
            {
                Data = parsed.GetValue(_data)!,
                Dev = parsed.GetValue(_dev),
                Out = parsed.GetValue(_out)!,
                Size = size with { Dropout = parsed.GetValue(_dropout) ?? size.Dropout },
                Architecture = parsed.GetValue(_architecture)!,
                Vocabulary = new() { VocabSize = parsed.GetValue(_vocabSize), DoLowerCase = !parsed.GetValue(_cased) },
                Format = _format.Read(parsed),
                Options = new()
                {
                    Epochs = parsed.GetValue(_epochs) ?? (isNew ? 10 : 3),
                    LearningRate = parsed.GetValue(_learningRate) ?? (isNew ? 1e-3 : 5e-5),
                    BatchSize = parsed.GetValue(_batchSize),
                    MaxBatchTokens = parsed.GetValue(_maxBatchTokens),
                    Schedule = parsed.GetValue(_schedule),
                    WarmupFraction = parsed.GetValue(_warmup),
                    WeightDecay = parsed.GetValue(_weightDecay),
                    Patience = parsed.GetValue(_patience),
                    Seed = parsed.GetValue(_seed),
                    CheckpointSeconds = parsed.GetValue(_checkpointSeconds),
                },
                TaskOptions = new() { MaxInputTokens = parsed.GetValue(_maxInputTokens), LabelSmoothing = parsed.GetValue(_labelSmoothing) ?? (isNew ? 0.1 : 0), TokenDropout = parsed.GetValue(_tokenDropout) ?? (isNew ? 0.1 : 0) },
                ClassWeights = parsed.GetValue(_classWeights),
                Pooling = parsed.GetValue(_pooling),
                Device = parsed.GetValue(_device)!,
                Resume = parsed.GetValue(_resume),
                Overwrite = parsed.GetValue(_overwrite),
            };
        }

        private static void Report(RunCard card, string folder, bool json)
        {
            var best = card.History.FirstOrDefault(epoch => epoch.Epoch == card.BestEpoch);
            if (json) Output.WriteJson(new { Run = folder, card.BestEpoch, Dev = best?.DevMetrics, card.Seconds, card.ParameterCount });
            else
            {
                if (best is not null) Console.Out.WriteLine($"best epoch {best.Epoch}: dev {card.PrimaryMetric} {best.DevMetrics[card.PrimaryMetric!]:0.0000}");
                Console.Out.WriteLine($"model    {folder}");
                Console.Out.WriteLine($"next     attend evaluate {folder} --data test.tsv");
            }
        }
    }
}
