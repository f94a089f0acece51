using System.Globalization;
using Attend.Checkpoints;
using Attend.Models;
using Attend.Text.Data;

namespace Attend.App.Commands;

/// <summary>`predict` with a model over pairs of texts: labels, or a number.</summary>
internal static class PredictPairs
{
    // Pairs answered at once: enough for batches of like length, few enough that a stream flows.
    private const int WindowSize = 512;

    /// <param name="request">What was asked.</param>
    /// <param name="model">The model's folder.</param>
    /// <param name="second">The second text of each that was given on the command line.</param>
    /// <param name="format">How a file is read.</param>
    public static int Run(PredictRequest request, ModelFolder model, string[] second, TextPairOptions format)
    {
        if (model.Head != HeadKind.SequenceClassification || RunCard.Read(model.Path)?.Task == "text classification") throw new ArgumentException($"{request.Model} reads single texts; --text2 and --text2-column are for models of pairs");
        if (request.Texts.Length != second.Length)
            throw new ArgumentException($"{request.Model} reads pairs of texts: give --text and --text2 the same number of times, found {request.Texts.Length} and {second.Length}");
        var pairs = request.Texts.Length > 0 ? request.Texts.Zip(second)
            : request.Input is { } path ? TextPairFile.Open(path, format with { Target = PairTarget.None }).Read().Select(pair => (pair.Text, pair.Text2))
            : PlainTextFile.Read(Console.OpenStandardInput(), "standard input").Select(Cut);
        return model.Config.IsRegression ? Score(request, pairs) : Classify(request, pairs);
    }

    private static int Classify(PredictRequest request, IEnumerable<(string Text, string Text2)> pairs)
    {
        using var classifier = TextClassifier.Load(request.Model, request.Device, request.MaxInputTokens);
        classifier.UsePrecision(request.Precision, Console.Error.WriteLine);
        var truncated = 0L;
        var answers = pairs.Chunk(WindowSize).SelectMany(window => window.Zip(classifier.Predict(window, request.Cancel), (pair, answer) => (pair.Text, pair.Text2, Answer: answer)));
        var code = request.Write(answers.Select(line => Count(line, line.Answer.Truncated, ref truncated)),
            line => new
            {
                line.Text,
                line.Text2,
                line.Answer.Labels,
                line.Answer.Probability,
                Probabilities = line.Answer.Probabilities.ToDictionary(entry => entry.Label, entry => Math.Round(entry.Probability, 6)),
                line.Answer.Truncated,
            },
            line => string.Create(CultureInfo.InvariantCulture, $"{line.Answer.Label}\t{line.Answer.Probability:0.0000}"),
            line =>
            {
                Show(line.Text, line.Text2);
                Output.WriteColumns(Console.Out, line.Answer.Probabilities.Take(3).Select(entry => new[] { line.Answer.Labels.Contains(entry.Label) ? "  >" : "   ", entry.Label, entry.Probability.ToString("0.000", CultureInfo.InvariantCulture) }));
            });
        Tell(truncated, classifier.MaxInputTokens);
        return code;
    }

    private static int Score(PredictRequest request, IEnumerable<(string Text, string Text2)> pairs)
    {
        using var scorer = PairScorer.Load(request.Model, request.Device, request.MaxInputTokens);
        scorer.UsePrecision(request.Precision, Console.Error.WriteLine);
        var truncated = 0L;
        // Read once: the pairs may be standard input.
        var waiting = new Queue<(string Text, string Text2)>();
        IEnumerable<(string Text, string Text2)> Kept()
        {
            foreach (var pair in pairs)
            {
                waiting.Enqueue(pair);
                yield return pair;
            }
        }
        var answers = scorer.Stream(Kept(), request.Cancel).Select(score => (Pair: waiting.Dequeue(), Score: score));
        var code = request.Write(answers.Select(line => Count(line, line.Score.Truncated, ref truncated)),
            line => new { line.Pair.Text, line.Pair.Text2, Score = Math.Round(line.Score.Value, 6), line.Score.Truncated },
            line => line.Score.Value.ToString("0.0000", CultureInfo.InvariantCulture),
            line =>
            {
                Show(line.Pair.Text, line.Pair.Text2);
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  > {line.Score.Value:0.000}"));
            });
        Tell(truncated, scorer.MaxInputTokens);
        return code;
    }

    private static (string, string) Cut(string line, int index) => line.Split('\t') is [var text, var text2]
        ? (text, text2)
        : throw new DataFileException("standard input", index + 1, "expected two texts with a tab between them");

    private static T Count<T>(T line, bool isTruncated, ref long truncated)
    {
        if (isTruncated) truncated++;
        return line;
    }

    private static void Show(string text, string text2)
    {
        Console.Out.WriteLine(text);
        Console.Out.WriteLine(text2);
    }

    private static void Tell(long truncated, int limit)
    {
        if (truncated > 0) Console.Error.WriteLine($"{truncated} pair(s) were longer than {limit} tokens and were cut");
    }
}
