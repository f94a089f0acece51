using System.CommandLine;
using System.Globalization;
using Attend.Layers;
using Attend.Models;
using Attend.Text.Pretraining;
using Attend.Training;

namespace Attend.App.Commands;

/// <summary>The options of `pretrain`, and how they become a training.</summary>
internal sealed class PretrainCommand
{
    private readonly Option<string[]> _text = new("--text") { Description = "raw text: UTF-8, also .gz; one paragraph or sentence a line, an empty line between documents; * and ** in quotes; may be given several times", Required = true, HelpName = "FILES" };
    private readonly Option<string?> _dev = new("--dev") { Description = "text to judge the model by; without it a share of the documents is held out", HelpName = "FILES" };
    private readonly Option<double> _devShare = new("--dev-share") { Description = "share of the documents that is held out without --dev", DefaultValueFactory = _ => 0.02 };
    private readonly Option<string> _out = new("--out") { Description = "the run's folder", Required = true, HelpName = "FOLDER" };
    private readonly Option<string?> _from = CommonOptions.From("without it a new model");
    private readonly Option<string> _size = new("--size") { Description = "size of a new model", DefaultValueFactory = _ => "mini", HelpName = "tiny|mini|small|medium|base" };
    private readonly Option<double> _dropout = new("--dropout") { Description = "dropout while the language is learned, in [0, 1); fine-tuning has the model's own", DefaultValueFactory = _ => 0.0 };
    private readonly Option<string?> _tokenizer = new("--tokenizer") { Description = "tokenizer of a new model: a folder, or the name of a pulled model; without it its vocabulary is trained from the text", HelpName = "FOLDER" };
    private readonly Option<int> _vocabSize = new("--vocab-size") { Description = "vocabulary of a new model, in tokens", DefaultValueFactory = _ => 16384 };
    private readonly Option<bool> _cased = new("--cased") { Description = "a new model's vocabulary keeps upper case and accents" };
    private readonly Option<string> _objective = new("--objective") { Description = "hidden words and pairs of segments, or hidden words alone", DefaultValueFactory = _ => "mlm+nsp", HelpName = "mlm+nsp|mlm" };
    private readonly Option<double?> _minutes = new("--minutes") { Description = "length of the run in minutes of wall time  [default: 60, without another budget]" };
    private readonly Option<long?> _steps = new("--steps") { Description = "length of the run in updates" };
    private readonly Option<long?> _tokens = new("--tokens") { Description = "length of the run in tokens" };
    private readonly Option<int> _maxInputTokens = new("--max-input-tokens") { Description = "longest input, in tokens", DefaultValueFactory = _ => 128 };
    private readonly Option<double> _maskShare = new("--mask-share") { Description = "share of the tokens that is to be guessed", DefaultValueFactory = _ => 0.15 };
    private readonly Option<int> _ideographRun = new("--chinese-run") { Description = "most neighbouring Chinese characters that are hidden together", DefaultValueFactory = _ => 1 };
    private readonly Option<double> _learningRate = new("--learning-rate") { Description = "highest learning rate", DefaultValueFactory = _ => 1e-3 };
    private readonly Option<ScheduleKind> _schedule = new("--schedule") { Description = "course of the learning rate", DefaultValueFactory = _ => ScheduleKind.Linear, HelpName = "linear|cosine|onecycle|trapezoid|constant" };
    private readonly Option<double> _warmup = new("--warmup") { Description = "share of the run over which the learning rate rises", DefaultValueFactory = _ => 0.06 };
    private readonly Option<int> _batchSize = new("--batch-size") { Description = "inputs per update", DefaultValueFactory = _ => 64 };
    private readonly Option<double> _batchGrowth = new("--batch-growth") { Description = "how many times larger the last update is than the first", DefaultValueFactory = _ => 1.0 };
    private readonly Option<int> _maxBatchTokens = new("--max-batch-tokens") { Description = "padded tokens computed at once; changes memory and speed, no result", DefaultValueFactory = _ => 4096 };
    private readonly Option<double> _weightDecay = new("--weight-decay") { Description = "decoupled weight decay", DefaultValueFactory = _ => 0.01 };
    private readonly Option<int> _evaluations = new("--evaluations") { Description = "how often the model is judged and saved in the course of the run", DefaultValueFactory = _ => 20 };
    private readonly Option<int> _average = new("--average") { Description = "average the weights of so many last evaluations at the end, and keep that if it is better; 0 = never", DefaultValueFactory = _ => 0 };
    private readonly Option<string?> _cache = new("--cache") { Description = "folder of tokenized text  [default: attend/tokens in the user's cache folder]", HelpName = "FOLDER" };
    private readonly Option<ulong> _seed = new("--seed") { Description = "seeds weights, order, pairs, masks and dropout", DefaultValueFactory = _ => 1UL };
    private readonly Option<double> _checkpointSeconds = new("--checkpoint-seconds") { Description = "seconds between checkpoints", DefaultValueFactory = _ => 60.0 };
    private readonly Option<bool> _resume = new("--resume") { Description = "go on with the run in --out" };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "replace the run in --out" };
    private readonly Option<Precision> _precision = CommonOptions.Precision(Precision.Auto);
    private readonly Option<string> _device = CommonOptions.Device();
    private readonly Option<bool> _json = CommonOptions.Json();

    public static Command Create(CancellationToken cancel) => new PretrainCommand().Build(cancel);

    private Command Build(CancellationToken cancel)
    {
        var command = new Command("pretrain", """
            Teaches a BERT a language from raw text: to fill in hidden words, and to tell which segment follows another.

            Examples:
              attend pretrain --text 'corpus/*.txt.gz' --size mini --out runs/bert-mini --minutes 60
              attend pretrain --text 'corpus/*.txt.gz' --size mini --out runs/bert-mini --minutes 60 --resume
              attend pretrain --text 'mails/**/*.txt' --from bert-base-uncased --objective mlm --learning-rate 1e-4 --steps 5000 --out runs/our-words
            """)
        {
            _text, _dev, _devShare, _out, _from, _size, _dropout, _tokenizer, _vocabSize, _cased, _objective, _minutes, _steps, _tokens, _maxInputTokens, _maskShare,
            _ideographRun, _learningRate, _schedule, _warmup, _batchSize, _batchGrowth, _maxBatchTokens, _weightDecay, _evaluations, _average, _cache, _seed,
            _checkpointSeconds, _resume, _overwrite, _precision, _device, _json,
        };
        _size.AcceptOnlyFromAmong(["tiny", "mini", "small", "medium", "base"]);
        _objective.AcceptOnlyFromAmong("mlm+nsp", "mlm");
        command.SetAction(parsed =>
        {
            var training = Read(parsed) with { From = PullDisplay.Ensure(parsed.GetValue(_from), cancel) };
            var card = TrainingDisplay.Show((progress, notice) => training.Run(progress, notice, cancel));
            var last = card.History.FirstOrDefault(stretch => stretch.Epoch == card.BestEpoch);
            if (parsed.GetValue(_json)) Output.WriteJson(new { Run = training.Out, Dev = last?.DevMetrics, card.Seconds, card.ParameterCount });
            else
            {
                foreach (var (name, value) in last?.DevMetrics ?? new Dictionary<string, double>()) Console.Out.WriteLine($"{name,-20} {value.ToString("0.0000", CultureInfo.InvariantCulture)}");
                Console.Out.WriteLine($"model    {training.Out}");
                Console.Out.WriteLine($"next     attend train classify --from {training.Out} --data train.tsv --out FOLDER");
            }
            return 0;
        });
        return command;
    }

    private Pretraining Read(ParseResult parsed)
    {
        var (steps, tokens, minutes) = (parsed.GetValue(_steps), parsed.GetValue(_tokens), parsed.GetValue(_minutes));
        return new Pretraining
        {
            Data = string.Join(Pretraining.PatternSeparator, parsed.GetValue(_text)!),
            Dev = parsed.GetValue(_dev),
            DevShare = parsed.GetValue(_devShare),
            Out = parsed.GetValue(_out)!,
            Size = EncoderSize.Named[parsed.GetValue(_size)!],
            Dropout = parsed.GetValue(_dropout),
            Tokenizer = parsed.GetValue(_tokenizer),
            Vocabulary = new() { VocabSize = parsed.GetValue(_vocabSize), DoLowerCase = !parsed.GetValue(_cased) },
            Inputs = new()
            {
                Objective = parsed.GetValue(_objective) == "mlm" ? PretrainingObjective.Mlm : PretrainingObjective.MlmNsp,
                MaxInputTokens = parsed.GetValue(_maxInputTokens),
                MaskShare = parsed.GetValue(_maskShare),
                MaxIdeographRun = parsed.GetValue(_ideographRun),
                Seed = parsed.GetValue(_seed),
            },
            CacheFolder = parsed.GetValue(_cache),
            Options = new()
            {
                Steps = steps,
                Tokens = tokens,
                Minutes = minutes ?? (steps is null && tokens is null ? 60 : null),
                LearningRate = parsed.GetValue(_learningRate),
                Schedule = parsed.GetValue(_schedule),
                WarmupFraction = parsed.GetValue(_warmup),
                BatchSize = parsed.GetValue(_batchSize),
                BatchGrowth = parsed.GetValue(_batchGrowth),
                MaxBatchTokens = parsed.GetValue(_maxBatchTokens),
                WeightDecay = parsed.GetValue(_weightDecay),
                SecondMomentDecay = 0.98,
                Evaluations = parsed.GetValue(_evaluations),
                AverageLast = parsed.GetValue(_average),
                Seed = parsed.GetValue(_seed),
                CheckpointSeconds = parsed.GetValue(_checkpointSeconds),
                Precision = parsed.GetValue(_precision),
            },
            Device = parsed.GetValue(_device)!,
            Resume = parsed.GetValue(_resume),
            Overwrite = parsed.GetValue(_overwrite),
        };
    }
}
