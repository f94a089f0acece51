using System.Diagnostics;
using System.Globalization;
using Attend.Layers;
using Attend.Models;
using Attend.Text.Baselines;
using Attend.Text.Data;
using Attend.Training;

namespace Attend.Bench;

/// <summary>Real data sets, trained from scratch with three seeds, beside bag-of-words logistic regression on the same split.</summary>
internal static class RealClassification
{
    private static readonly DataSet[] DataSets =
    [
        new("sst2", "sst2/train.tsv.gz", "sst2/dev.tsv.gz", new LabeledTextOptions { HasHeader = false },
            new TrainOptions { Epochs = 4, LearningRate = 1e-3, BatchSize = 64 }, TokenDropout: 0.4, Dropout: 0.2),
        new("banking77", "banking77/train.csv.gz", null, new LabeledTextOptions(), new TrainOptions { Epochs = 20, LearningRate = 2e-3 }, TokenDropout: 0.2, Dropout: 0.1),
        new("chnsenticorp-htl", "chnsenticorp-htl/train.tsv.gz", null, new LabeledTextOptions { HasHeader = false },
            new TrainOptions { Epochs = 6, LearningRate = 1e-3 }, TokenDropout: 0.2, Dropout: 0.1),
    ];

    public static int RunBaseline(string[] arguments)
    {
        foreach (var set in DataSets)
        {
            var (train, dev) = set.Read(arguments[0]);
            var time = Stopwatch.StartNew();
            var (accuracy, words) = Baseline(train, dev);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{set.Name}: train {train.Count}, dev {dev.Count}, bag of words accuracy {accuracy:0.0000} ({words.FeatureCount} words and pairs of words, C {words.InverseRegularization}, {time.Elapsed.TotalSeconds:0.0} s)"));
        }
        return 0;
    }

    public static int Run(string[] arguments)
    {
        var output = Directory.CreateTempSubdirectory("attend-bench-").FullName;
        Console.WriteLine("| data | train | dev | bag of words | seed 1 | seed 2 | seed 3 | mean | F1 macro | seconds a run |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
        var precision = arguments.Contains("bfloat16") ? Precision.BFloat16 : Precision.Float32;
        foreach (var set in DataSets.Where(set => !DataSets.Any(named => arguments.Contains(named.Name)) || arguments.Contains(set.Name)))
        {
            var (train, dev) = set.Read(arguments[0]);
            var (baseline, _) = Baseline(train, dev);
            var cards = new ulong[] { 1, 2, 3 }.Select(seed => set.Train(arguments[0], Path.Combine(output, $"{set.Name}-{seed}"), seed, precision)).ToArray();
            var best = cards.Select(card => card.History.Single(epoch => epoch.Epoch == card.BestEpoch).DevMetrics).ToArray();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {set.Name} | {train.Count} | {dev.Count} | {baseline:0.0000} | {string.Join(" | ", best.Select(metrics => metrics["accuracy"].ToString("0.0000", CultureInfo.InvariantCulture)))} | {best.Average(metrics => metrics["accuracy"]):0.0000} | {best.Average(metrics => metrics["f1_macro"]):0.0000} | {cards.Average(card => card.Seconds):0} |"));
        }
        Directory.Delete(output, recursive: true);
        return 0;
    }

    private static (double Accuracy, BagOfWordsClassifier Words) Baseline(IReadOnlyList<LabeledText> train, IReadOnlyList<LabeledText> dev)
    {
        string[] labels = [.. train.Select(example => example.Labels[0]).Distinct().Order(StringComparer.Ordinal)];
        var words = BagOfWordsClassifier.Train([.. train.Select(example => new BaselineExample([example.Text], [Array.IndexOf(labels, example.Labels[0])]))], labels.Length);
        return (dev.Average(example => labels[words.Predict(example.Text).Labels[0]] == example.Labels[0] ? 1.0 : 0), words);
    }

    private sealed record DataSet(string Name, string TrainFile, string? DevFile, LabeledTextOptions Format, TrainOptions Options, double TokenDropout, double Dropout)
    {
        // The split is the same for every seed and for the baseline.
        private const ulong SplitSeed = 2024;

        public (IReadOnlyList<LabeledText> Train, IReadOnlyList<LabeledText> Dev) Read(string folder)
        {
            LabeledText[] train = [.. LabeledTextFile.Read(Path.Combine(folder, TrainFile), Format)];
            return DevFile is null ? Split.Stratified(train, 0.1, SplitSeed) : (train, [.. LabeledTextFile.Read(Path.Combine(folder, DevFile), Format)]);
        }

        public RunCard Train(string folder, string output, ulong seed, Precision precision)
        {
            var (train, dev) = Read(folder);
            string Write(string name, IReadOnlyList<LabeledText> examples)
            {
                var path = Path.Combine(Path.GetDirectoryName(output)!, $"{Path.GetFileName(output)}-{name}.jsonl");
                File.WriteAllLines(path, examples.Select(example => System.Text.Json.JsonSerializer.Serialize(new { text = example.Text, label = example.Labels[0] })));
                return path;
            }
            return new ClassifierTraining
            {
                Data = Write("train", train),
                Dev = Write("dev", dev),
                Out = output,
                Size = EncoderSize.Named["tiny"] with { Dropout = Dropout },
                Options = Options with { Seed = seed, Precision = precision },
                TaskOptions = new() { TokenDropout = TokenDropout, LabelSmoothing = 0.1 },
            }.Run();
        }
    }
}
