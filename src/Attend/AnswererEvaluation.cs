using System.Text.Json;
using Attend.Checkpoints;
using Attend.Text.Data;
using Attend.Text.Metrics;

namespace Attend;

/// <summary>A question that was answered wrongly.</summary>
/// <param name="Example">The question.</param>
/// <param name="Predicted">The answer; null where the model saw none.</param>
/// <param name="Probability">How probable the model thought it.</param>
/// <param name="F1">Its F1, in [0, 1].</param>
public sealed record AnswerMistake(QuestionExample Example, Tasks.FoundAnswer? Predicted, double Probability, double F1);

/// <summary>How good an answerer is on questions it has not seen.</summary>
/// <param name="Card">The figures with intervals, signatures and slices, as in metrics.json.</param>
/// <param name="Figures">The figures, each with the signature of its metric.</param>
/// <param name="Threshold">What the best threshold on "no answer" would reach; null where there always is an answer.</param>
/// <param name="ReliabilityBins">Probabilities of the answers against the share of them that matches exactly.</param>
/// <param name="HardestMistakes">The wrong answers given with most certainty, worst first.</param>
public sealed record AnswererEvaluation(EvaluationCard Card, IReadOnlyList<MeasuredFigure> Figures, NoAnswerThreshold? Threshold, IReadOnlyList<ReliabilityBin> ReliabilityBins, IReadOnlyList<AnswerMistake> HardestMistakes)
{
    private const int MistakesKept = 50;

    /// <summary>The answers by question id, as the official scripts of SQuAD and CMRC read them.</summary>
    public const string OfficialFile = "answers.json";

    /// <summary>Measures an answerer and writes metrics.json, predictions.jsonl, answers.json and report.html.</summary>
    /// <remarks>Streams the data: memory does not grow with the number of questions, but for 24 bytes each that the best threshold on "no answer" needs by definition.</remarks>
    /// <param name="answerer">The model.</param>
    /// <param name="dataPath">Questions in the format of SQuAD.</param>
    /// <param name="rules">Whose rules judge answers; null = SQuAD 2.0's where questions may have no answer, CMRC 2018's for Chinese, else SQuAD 1.1's.</param>
    /// <param name="folder">Where the results go; files of an earlier evaluation there are replaced.</param>
    /// <param name="cancel">Stops between batches; earlier results stay whole.</param>
    /// <exception cref="DataFileException">The data cannot be used.</exception>
    public static AnswererEvaluation Run(QuestionAnswerer answerer, string dataPath, SquadRules? rules, string folder, CancellationToken cancel = default)
    {
        var file = SquadFile.Open(dataPath, new SquadOptions { MayBeUnanswerable = rules is null ? null : rules == SquadRules.Squad20 });
        var chosen = rules ?? QuestionLanguage.RulesFor(file.MayBeUnanswerable, file.Read());
        var measurement = new Measurement<QuestionAnswer>(() => new SquadMetrics(chosen), "length of the context in characters");
        var threshold = chosen == SquadRules.Squad20 ? new SquadMetrics(chosen) : null;
        var reliability = new ReliabilityCounts();
        var hardest = new Foremost<AnswerMistake>(MistakesKept);
        var (count, questionsCut, windows) = (0L, 0L, 0L);
        Directory.CreateDirectory(folder);
        AtomicFile.Write(Path.Combine(folder, EvaluationCard.PredictionsFile), stream => AtomicFile.Write(Path.Combine(folder, OfficialFile), official =>
        {
            using var json = new Utf8JsonWriter(official, new JsonWriterOptions { Encoder = EvaluationCard.LineJson.Encoder });
            json.WriteStartObject();
            foreach (var (example, found) in answerer.Stream(file.Read(), 5, cancel))
            {
                var answer = new QuestionAnswer(found.Text);
                var expected = answerer.Task.Expected(example);
                measurement.Add(answer, expected, example.Context.Length, example.Title.Length > 0 ? new Dictionary<string, string> { ["article"] = example.Title } : null);
                // The threshold chooses between the best answer and none.
                threshold?.Add(new QuestionAnswer(found.Best.Count > 0 ? found.Best[0].Text : "", found.NoAnswerScore), expected);
                var best = found.HasAnswer && found.Best.Count > 0 ? found.Best[0] : null;
                var probability = best?.Probability ?? found.NoAnswerProbability;
                EvaluationCard.WriteLine(stream, new
                {
                    example.Id,
                    example.Line,
                    example.Question,
                    Gold = expected.Texts,
                    Predicted = found.Text,
                    best?.Start,
                    best?.End,
                    Probability = Math.Round(probability, 6),
                    NoAnswerScore = answerer.MayBeUnanswerable ? (double?)Math.Round(found.NoAnswerScore, 4) : null,
                    Others = found.Best.Skip(best is null ? 0 : 1).Select(other => new { other.Text, other.Start, other.End, Probability = Math.Round(other.Probability, 6) }),
                });
                json.WriteString(example.Id, found.Text);
                var (exact, f1) = Judge(chosen, answer, expected);
                if (found.Best.Count > 0) reliability.Add((float)probability, exact == 1);
                if (f1 < 1) hardest.Add(probability * (1 - f1), () => new AnswerMistake(example, best, probability, f1));
                if (answerer.Task.IsQuestionCut(example)) questionsCut++;
                windows += answerer.Task.Windows(example).Count;
                count++;
            }
            json.WriteEndObject();
        }));

        var notes = ((SquadMetrics)measurement.Metric).Notes().ToList();
        if (file.MisplacedCount > 0) notes.Add($"{file.MisplacedCount} of {file.AnswerCount} gold answers do not stand at the offset that the data give; they count as any other.");
        if (chosen == SquadRules.Squad20 && !answerer.MayBeUnanswerable) notes.Add("The model was not taught that a text may hold no answer: it gives one to every question.");
        if (questionsCut > 0) notes.Add($"{questionsCut} questions were longer than the model reads and were cut.");
        notes.Add($"{count:N0} questions were read in {windows:N0} windows.");
        var figures = measurement.Figures();
        var bestThreshold = threshold?.BestThreshold();
        var bins = reliability.Bins();
        var evaluation = new AnswererEvaluation(EvaluationCard.Of(answerer.Folder.Path, AnsweringSettings.TaskName, DataCard.Of(dataPath, count), figures) with
        {
            IntervalSignature = measurement.IntervalSignature,
            Slices = measurement.Slices(),
            Notes = notes,
            Report = EvaluationCard.Element(new { BestThreshold = bestThreshold, ReliabilityBins = bins }),
        }, figures, bestThreshold, bins, hardest.Sorted());
        evaluation.Card.Write(folder);
        AnswererReport.Write(evaluation, answerer, folder);
        return evaluation;
    }

    private static (double Exact, double F1) Judge(SquadRules rules, QuestionAnswer answer, QuestionAnswer expected)
    {
        var metric = new SquadMetrics(rules);
        metric.Add(answer, expected);
        var figures = metric.Result();
        return (figures["exact_match"] / 100, figures["f1"] / 100);
    }
}
