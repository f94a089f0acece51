using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Attend.Checkpoints;
using Attend.Text.Tokenizers.Training;

namespace Attend.App.Commands;

/// <summary>`tokenizer train`.</summary>
internal sealed class TokenizerTrainCommand
{
    private readonly Option<string> _type = new("--type") { Description = "kind of tokenizer", DefaultValueFactory = _ => "wordpiece", HelpName = string.Join('|', Types.Keys) };
    private readonly Option<string[]> _data = new("--data") { Description = "text to learn from, one paragraph a line: a file or a pattern such as \"corpus/*.txt.gz\" (.txt .csv .tsv .jsonl .parquet, also .gz); may be repeated", Required = true, HelpName = "FILE" };
    private readonly Option<string> _out = new("--out") { Description = "the folder to write; must not exist, or be empty", Required = true, HelpName = "FOLDER" };
    private readonly Option<int> _vocabSize = new("--vocab-size") { Description = "entries of the vocabulary, special tokens included", DefaultValueFactory = _ => 8192 };
    private readonly Option<int> _minFrequency = new("--min-frequency") { Description = "pairs of pieces seen less often are not joined", DefaultValueFactory = _ => 2 };
    private readonly Option<bool> _cased = new("--cased") { Description = "keep upper case and accents (wordpiece; the others always do)" };
    private readonly Option<double> _coverage = new("--character-coverage") { Description = "share of the ideographs to keep (of other characters, a tenth of what is missing to 1 is given up); the rare rest becomes unknown", DefaultValueFactory = _ => 0.9995 };
    private readonly Option<bool> _byteFallback = new("--byte-fallback") { Description = "unigram: write characters that are not kept as bytes, not as unknown (bpe always does)" };
    private readonly Option<int> _limitAlphabet = new("--limit-alphabet") { Description = "most distinct characters", DefaultValueFactory = _ => 6000 };
    private readonly Option<int> _maxDistinctWords = new("--max-distinct-words") { Description = "most distinct words kept in memory, about 50 bytes each; beyond, the rarest are forgotten", DefaultValueFactory = _ => 10_000_000 };
    private readonly Option<bool> _json = CommonOptions.Json();

    private static readonly Dictionary<string, TokenizerType> Types = new()
    {
        ["wordpiece"] = TokenizerType.WordPiece,
        ["bpe"] = TokenizerType.Bpe,
        ["bytebpe"] = TokenizerType.ByteBpe,
        ["unigram"] = TokenizerType.Unigram,
    };

    public Command Create(CancellationToken cancel)
    {
        var command = new Command("train", """
            Makes a vocabulary out of texts. The files may be larger than memory; the same files give the same vocabulary.

            Examples:
              attend tokenizer train --type wordpiece --data corpus.txt --vocab-size 8192 --out tokenizers/mine
              attend tokenizer train --type bytebpe --data corpus.txt.gz --vocab-size 32000 --out tokenizers/bytes
              attend tokenizer train --data "en/*.txt.gz" --data zh.txt --vocab-size 16384 --out tokenizers/en-zh
            """)
        { _type, _data, _out, _vocabSize, _minFrequency, _cased, _coverage, _byteFallback, _limitAlphabet, _maxDistinctWords, _json };
        _type.AcceptOnlyFromAmong([.. Types.Keys]);
        command.SetAction(parsed =>
        {
            Run(parsed, cancel);
            return 0;
        });
        return command;
    }

    private void Run(ParseResult parsed, CancellationToken cancel)
    {
        var start = Stopwatch.GetTimestamp();
        var folder = parsed.GetValue(_out)!;
        RequireFree(folder);
        var training = new TokenizerTraining
        {
            Type = Types[parsed.GetValue(_type)!],
            Data = parsed.GetValue(_data)!,
            VocabSize = parsed.GetValue(_vocabSize),
            MinFrequency = parsed.GetValue(_minFrequency),
            Cased = parsed.GetValue(_cased),
            CharacterCoverage = parsed.GetValue(_coverage),
            ByteFallback = parsed.GetValue(_byteFallback),
            LimitAlphabet = parsed.GetValue(_limitAlphabet),
            MaxDistinctWords = parsed.GetValue(_maxDistinctWords),
        };
        var trained = TokenizerTrainingDisplay.Show(progress => training.Run(progress, cancel));
        if (Directory.Exists(folder)) Directory.Delete(folder);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(Path.TrimEndingDirectorySeparator(folder)))!);
        AtomicFolder.Write(folder, trained.Save);
        Report(trained, folder, Stopwatch.GetElapsedTime(start).TotalSeconds, parsed.GetValue(_json));
    }

    private static void RequireFree(string folder)
    {
        if (File.Exists(folder)) throw new IOException($"{folder}: is a file; --out names a folder.");
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new IOException($"{folder}: is not empty, and nothing in it is overwritten. Choose another --out, or empty it first.");
    }

    private static void Report(TrainedTokenizer trained, string folder, double seconds, bool json)
    {
        if (json)
        {
            Output.WriteJson(new
            {
                Tokenizer = folder,
                trained.VocabSize,
                trained.TextCount,
                trained.WordCount,
                trained.DistinctWordCount,
                trained.LargestCountLoss,
                trained.CharacterCount,
                trained.CharacterCoverage,
                Seconds = Math.Round(seconds, 3),
            });
            return;
        }
        static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
        var forgotten = trained.LargestCountLoss == 0 ? "" : $"; rare ones were forgotten, counts may be too low by {Number(trained.LargestCountLoss)} (raise --max-distinct-words for exact ones)";
        Output.WriteColumns(Console.Out,
        [
            ["tokenizer", folder],
            ["vocabulary", Number(trained.VocabSize)],
            ["characters", string.Create(CultureInfo.InvariantCulture, $"{trained.CharacterCount:N0}, {100 * trained.CharacterCoverage:0.000} % of those seen")],
            ["learnt from", $"{Number(trained.TextCount)} lines, {Number(trained.WordCount)} words, {Number(trained.DistinctWordCount)} distinct{forgotten}"],
            ["seconds", seconds.ToString("0.0", CultureInfo.InvariantCulture)],
        ]);
    }
}
