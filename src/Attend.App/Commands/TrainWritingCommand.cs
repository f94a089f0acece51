using System.CommandLine;
using Attend.Models;
using Attend.Text.Tokenizers.Training;

namespace Attend.App.Commands;

/// <summary>`train translate`, `train summarize` and `train generate`: one way, judged by different metrics.</summary>
internal static class TrainWritingCommand
{
    private static readonly RunDefaults Defaults = new(
        New: new() { Epochs = 20, LearningRate = 2e-3, BatchTokens = 4096, SecondMomentDecay = 0.98, WeightDecay = 1e-4, AverageLast = 5 },
        Tuned: new() { Epochs = 5, LearningRate = 5e-5, BatchTokens = 4096 },
        MaxInputTokens: 256);

    public static Command Create(WritingKind kind, CancellationToken cancel)
    {
        var run = new RunOptions(Defaults with { MaxInputTokens = kind == WritingKind.Summary ? 512 : 256 }, "pairs of texts to learn from (.tsv .csv .jsonl .parquet, also .gz)");
        var format = new ParallelFormatOptions();
        var size = new Option<string>("--size") { Description = "size of a new model", DefaultValueFactory = _ => "mini", HelpName = "tiny|mini|small|base" };
        var postNorm = new Option<bool>("--post-norm") { Description = "a new model normalises after each sublayer, as in the paper, instead of before" };
        var dropout = new Option<double?>("--dropout") { Description = "dropout of a new model, in [0, 1)  [default: 0.1]" };
        var tokenizer = new Option<string?>("--tokenizer") { Description = "tokenizer of a new model; without it one is trained on both sides of --data", HelpName = "FOLDER" };
        var tokenizerType = new Option<TokenizerType>("--tokenizer-type") { Description = "kind of the tokenizer that is trained", DefaultValueFactory = _ => TokenizerType.Bpe, HelpName = "bpe|bytebpe|unigram" };
        var vocabSize = new Option<int>("--vocab-size") { Description = "vocabulary of a new model, in tokens, for both sides together", DefaultValueFactory = _ => 8192 };
        var maxNewTokens = new Option<int>("--max-new-tokens") { Description = "where a target is cut, and where generation stops, in tokens", DefaultValueFactory = _ => 256 };
        var labelSmoothing = new Option<double>("--label-smoothing") { Description = "share of the probability spread over the vocabulary", DefaultValueFactory = _ => 0.1 };
        var beams = new Option<int>("--beams") { Description = "beams by which the model is judged", DefaultValueFactory = _ => 1 };
        var maxRatio = new Option<double>("--max-length-ratio") { Description = "leave out pairs with one side more than so many times as long as the other; 0 = any", DefaultValueFactory = _ => 0 };
        var dropLong = new Option<bool>("--drop-long") { Description = "leave out pairs that would have to be cut" };
        var (name, summary, example) = kind switch
        {
            WritingKind.Translation => ("translate", "Teaches a model to translate, and keeps the evaluation with the best BLEU.", "--data train.tsv --dev dev.tsv --out runs/en-de"),
            WritingKind.Summary => ("summarize", "Teaches a model to summarize, and keeps the evaluation with the best ROUGE-L.", "--data scitldr.jsonl --out runs/tldr"),
            _ => ("generate", "Teaches a model to answer one text by another, and keeps the evaluation with the most exact matches.", "--data questions.tsv --out runs/answers"),
        };
        var command = new Command(name, $"""
            {summary}

            Examples:
              attend train {name} {example}
              attend train {name} --source train.a --target train.b --dev dev.a --dev-target dev.b --out runs/a-b
            """);
        run.AddTo(command);
        format.AddTo(command);
        foreach (var option in (Option[])[size, postNorm, dropout, tokenizer, tokenizerType, vocabSize, maxNewTokens, labelSmoothing, beams, maxRatio, dropLong]) command.Add(option);
        size.AcceptOnlyFromAmong([.. Seq2SeqSize.Named.Keys]);
        command.SetAction(parsed =>
        {
            var (data, target) = format.Files(parsed, parsed.GetValue(run.Data));
            var shape = Seq2SeqSize.Named[parsed.GetValue(size)!];
            var training = new TextToTextTraining
            {
                Kind = kind,
                Data = data,
                DataTarget = target,
                Dev = run.Dev(parsed),
                DevTarget = format.DevTarget(parsed),
                Out = run.Out(parsed),
                From = run.From(parsed, cancel),
                Format = format.Read(parsed),
                Size = shape with { Dropout = parsed.GetValue(dropout) ?? shape.Dropout },
                PreNorm = !parsed.GetValue(postNorm),
                Tokenizer = parsed.GetValue(tokenizer),
                TokenizerType = parsed.GetValue(tokenizerType),
                VocabSize = parsed.GetValue(vocabSize),
                TaskOptions = new()
                {
                    MaxInputTokens = run.MaxInputTokens(parsed),
                    MaxNewTokens = parsed.GetValue(maxNewTokens),
                    LabelSmoothing = parsed.GetValue(labelSmoothing),
                    Decoding = new() { Beams = parsed.GetValue(beams) },
                },
                Filter = new() { MaxLengthRatio = parsed.GetValue(maxRatio), DropLong = parsed.GetValue(dropLong) },
                Options = run.Train(parsed),
                Device = run.Device(parsed),
                Resume = run.Resume(parsed),
                Overwrite = run.Overwrite(parsed),
            };
            return run.Run(parsed, (progress, notice) => training.Run(progress, notice, cancel), $"attend translate {training.Out} --text \"...\"");
        });
        return command;
    }
}
