using System.Text.Json;
using Attend.Checkpoints;
using Attend.Text.Metrics;
using Attend.Training;

namespace Attend;

/// <summary>A run of a comparison.</summary>
/// <param name="Name">What it is called there.</param>
/// <param name="Folder">As it was named.</param>
/// <param name="Evaluation">The folder of its evaluation.</param>
/// <param name="Card">Its figures with their intervals.</param>
public sealed record ComparedRun(string Name, string Folder, string Evaluation, EvaluationCard Card);

/// <summary>A setting in which the runs differ.</summary>
/// <param name="Name">Its place in run.json: "options.learning_rate".</param>
/// <param name="Values">Its value in each run; null where the run does not say.</param>
public sealed record SettingDifference(string Name, IReadOnlyList<string?> Values);

/// <summary>An example that one run answered better than another.</summary>
/// <param name="Line">Line of the data file.</param>
/// <param name="Text">The raw text.</param>
/// <param name="Gold">What was right.</param>
/// <param name="First">The first run's answer.</param>
/// <param name="Second">The second run's answer.</param>
/// <param name="Gain">By how much the second answer is better; negative where it is worse.</param>
public sealed record ChangedExample(long Line, string Text, string Gold, string First, string Second, double Gain)
{
    // What an example may consist of, task by task.
    private static readonly string[] Texts = ["text", "text2", "question"];

    internal static ChangedExample Of(JsonElement first, JsonElement second, double gain)
    {
        string[] texts = [.. Texts.Where(name => first.TryGetProperty(name, out _)).Select(name => first.GetProperty(name).GetString()!)];
        var text = string.Join('\n', texts);
        return new(first.TryGetProperty("line", out var line) ? line.GetInt64() : 0, text, Show(first.GetProperty("gold"), text), Show(first.GetProperty("predicted"), text), Show(second.GetProperty("predicted"), text), gain);
    }

    private static string Show(JsonElement answer, string text) => answer.ValueKind switch
    {
        JsonValueKind.String => answer.GetString()!,
        JsonValueKind.Array => answer.GetArrayLength() == 0 ? "(none)" : string.Join(" / ", answer.EnumerateArray().Select(each => Show(each, text))),
        // A span.
        JsonValueKind.Object => $"{text[answer.GetProperty("start").GetInt32()..answer.GetProperty("end").GetInt32()]} [{answer.GetProperty("label").GetString()}]",
        _ => answer.ToString(),
    };
}

/// <summary>Two runs, answer by answer.</summary>
/// <param name="First">The one.</param>
/// <param name="Second">The other.</param>
/// <param name="Figures">Each figure that follows from sums over the examples, and correlations, with the tests of its difference.</param>
/// <param name="McNemar">The test of the examples that only one of the two answered right; null where answers are more than right or wrong.</param>
/// <param name="Gained">The examples that the second run answered better, by most first.</param>
/// <param name="Lost">The examples that the second run answered worse, by most first.</param>
public sealed record RunPair(
    string First, string Second, IReadOnlyDictionary<string, PairedFigure> Figures, McNemarTest? McNemar, IReadOnlyList<ChangedExample> Gained, IReadOnlyList<ChangedExample> Lost);

/// <summary>Runs side by side, by what their evaluations on the same data left; each is tested against the first.</summary>
/// <param name="Data">What they were measured on.</param>
/// <param name="Task">What was measured.</param>
/// <param name="Primary">The name of the figure that decides.</param>
/// <param name="Signatures">The rules that all were measured by.</param>
/// <param name="TestSignature">The choices that p-values and intervals of differences depend on.</param>
/// <param name="Runs">The runs.</param>
/// <param name="Pairs">Each run but the first beside the first.</param>
/// <param name="Differences">The settings in which the runs differ.</param>
/// <param name="Notes">What a reader must know before trusting a figure.</param>
public sealed record RunComparison(
    DataCard Data, string Task, string Primary, IReadOnlyList<string> Signatures, string TestSignature, IReadOnlyList<ComparedRun> Runs, IReadOnlyList<RunPair> Pairs,
    IReadOnlyList<SettingDifference> Differences, IReadOnlyList<string> Notes)
{
    private const double Level = 0.05;

    // What the answers of two runs to one example have in common.
    private static readonly string[] Shared = ["line", "id", "text", "text2", "question", "gold"];

    // Of run.json: what says nothing of how a model came to be.
    private static readonly string[] Left = ["history", "status", "started", "options.checkpoint_seconds", "train.path", "dev.path", "interval_signature"];

    /// <summary>Compares runs.</summary>
    /// <param name="folders">At least two: folders of runs, names of published models that were evaluated from here, or folders of evaluations.</param>
    /// <param name="name">Name of the evaluation (of its folder, which is that of the data file); null where the runs share only one.</param>
    /// <param name="cancel">Stops.</param>
    /// <exception cref="ArgumentException">Fewer than two runs, one that is named twice, or several evaluations that could be meant.</exception>
    /// <exception cref="CheckpointException">A run was never evaluated, or the evaluations differ in task, data or rules, or do not belong together; the message says in what.</exception>
    public static RunComparison Of(IReadOnlyList<string> folders, string? name = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(folders);
        if (folders.Count < 2) throw new ArgumentException("there is nothing to compare: name two runs at least");
        if (folders.GroupBy(folder => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new ArgumentException($"{twice.First()} is named twice: a run cannot be compared with itself");
        var evaluations = EvaluationFolder.Shared(folders, name);
        var names = NamesOf(folders);
        ComparedRun[] runs = [.. evaluations.Select((evaluation, i) => new ComparedRun(names[i], folders[i], evaluation.Path, evaluation.Card))];
        var compared = Read(folders, evaluations, cancel);
        // Only what the evaluations tell of: of cosines, say, no squared error.
        RunPair[] pairs = [.. compared.Pairs(names).Select(pair => pair with { Figures = new OrderedDictionary<string, PairedFigure>(pair.Figures.Where(figure => evaluations.All(each => each.Card.Metrics.ContainsKey(figure.Key)))) })];
        var card = evaluations[0].Card;
        RunCard?[] cards = [.. folders.Select((folder, i) => RunCard.Read(folder) ?? RunCard.Read(evaluations[i].Card.Model))];
        return new RunComparison(card.Data, card.Task, compared.Primary, card.Signatures, compared.TestSignature, runs, pairs, DifferencesOf(cards, [.. evaluations.Select(each => each.Card)]), [.. NotesOf(runs, pairs, cards)]);
    }

    /// <summary>Whether two runs differ in the figure that decides by more than chance, in a sentence.</summary>
    /// <param name="pair">One of <see cref="Pairs"/>.</param>
    public string Verdict(RunPair pair)
    {
        if (!pair.Figures.TryGetValue(Primary, out var figure)) return $"{Primary} could not be tested.";
        var p = figure.RandomizationP;
        var better = figure.Difference > 0 ? pair.Second : pair.First;
        return p < Level ? $"{better} is better than {(figure.Difference > 0 ? pair.First : pair.Second)} by {Primary}: a difference like this comes by chance with p = {p:0.0000}."
            : $"No difference by {Primary} between {pair.First} and {pair.Second} that chance would not explain (p = {p:0.00}).";
    }

    private static ComparedAnswers Read(IReadOnlyList<string> folders, IReadOnlyList<EvaluationFolder> evaluations, CancellationToken cancel)
    {
        foreach (var evaluation in evaluations)
            if (!File.Exists(evaluation.Predictions)) throw new CheckpointException(evaluation.Predictions, "is missing, and without the single answers nothing can be compared", advice: "Evaluate the run again.");
        var readers = evaluations.Select(evaluation => File.ReadLines(evaluation.Predictions).GetEnumerator()).ToArray();
        try
        {
            ComparedAnswers? compared = null;
            var count = 0L;
            while (true)
            {
                cancel.ThrowIfCancellationRequested();
                bool[] more = [.. readers.Select(reader => reader.MoveNext())];
                if (!more.Contains(true)) break;
                if (Array.IndexOf(more, false) is >= 0 and var ended)
                    throw new CheckpointException(evaluations[ended].Predictions, $"ends after {count} answers, before the others", advice: "Evaluate the run again.");
                count++;
                JsonDocument[] documents = [.. readers.Select((reader, i) => Parse(reader.Current, evaluations[i], count))];
                JsonElement[] lines = [.. documents.Select(document => document.RootElement)];
                for (var i = 1; i < lines.Length; i++) CheckSameExample(lines[0], lines[i], evaluations[0], evaluations[i], count);
                compared = Take(compared, lines, folders, evaluations, count);
                foreach (var document in documents) document.Dispose();
            }
            foreach (var evaluation in evaluations)
                if (evaluation.Card.Data.ExampleCount != count) throw new CheckpointException(evaluation.Predictions, $"has {count} answers, but {EvaluationCard.FileName} beside it tells of {evaluation.Card.Data.ExampleCount}", advice: "Evaluate the run again.");
            return compared ?? throw new CheckpointException(evaluations[0].Predictions, "is empty", advice: "Evaluate the run again.");
        }
        finally
        {
            foreach (var reader in readers) reader.Dispose();
        }
    }

    private static ComparedAnswers Take(ComparedAnswers? compared, JsonElement[] lines, IReadOnlyList<string> folders, IReadOnlyList<EvaluationFolder> evaluations, long count)
    {
        try
        {
            compared ??= ComparedAnswers.Of(evaluations[0].Card, lines);
            compared.Add(lines);
            return compared;
        }
        catch (NotSupportedException fault)
        {
            throw new CheckpointException(string.Join(", ", folders), $"cannot be compared: {fault.Message}", advice: "Evaluate them again with this version.", inner: fault);
        }
        catch (Exception fault) when (fault is KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new CheckpointException($"{evaluations[0].Predictions}:{count}", $"or that line of another run, is not an answer of this task: {fault.Message}", advice: "Evaluate the runs again.", inner: fault);
        }
    }

    private static JsonDocument Parse(string line, EvaluationFolder evaluation, long number)
    {
        try
        {
            return JsonDocument.Parse(line);
        }
        catch (JsonException fault)
        {
            throw new CheckpointException($"{evaluation.Predictions}:{number}", $"is not JSON: {fault.Message}", advice: "Evaluate the run again.", inner: fault);
        }
    }

    private static void CheckSameExample(JsonElement first, JsonElement other, EvaluationFolder one, EvaluationFolder another, long number)
    {
        foreach (var name in Shared)
        {
            var there = first.TryGetProperty(name, out var left);
            if (there != other.TryGetProperty(name, out var right) || (there && !JsonElement.DeepEquals(left, right)))
                throw new CheckpointException($"{another.Predictions}:{number}", $"answers another example than {one.Predictions}:{number}: its {name} is not the same", advice: "Evaluate both runs on the same columns of the data, with the same version.");
        }
    }

    // The shortest ends of the paths that tell the runs apart.
    private static string[] NamesOf(IReadOnlyList<string> folders)
    {
        string[][] parts = [.. folders.Select(folder => Path.TrimEndingDirectorySeparator(folder).Split('/', '\\'))];
        for (var length = 1; length < parts.Max(part => part.Length); length++)
        {
            string[] names = [.. parts.Select(part => string.Join('/', part.TakeLast(length)))];
            if (names.Distinct().Count() == names.Length) return names;
        }
        return [.. folders];
    }

    private static IReadOnlyList<SettingDifference> DifferencesOf(RunCard?[] cards, EvaluationCard[] evaluations)
    {
        Dictionary<string, string>[] settings = [.. cards.Select((card, i) =>
        {
            var found = new Dictionary<string, string>();
            if (card is not null) Flatten("", RunJson.Element(card), found);
            if (evaluations[i].Report is { ValueKind: JsonValueKind.Object } report && report.TryGetProperty("decoding", out var decoding)) Flatten("decoding", decoding, found);
            return found;
        })];
        return [.. settings.SelectMany(each => each.Keys).Distinct()
            .Select(key => new SettingDifference(key, [.. settings.Select(each => each.GetValueOrDefault(key))]))
            .Where(setting => setting.Values.Distinct().Count() > 1)];
    }

    private static void Flatten(string place, JsonElement value, Dictionary<string, string> found)
    {
        if (Left.Contains(place) || value.ValueKind == JsonValueKind.Null) return;
        if (value.ValueKind != JsonValueKind.Object)
        {
            var text = value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number != Math.Floor(number) ? $"{number:G5}" : value.ToString();
            found[place] = place.EndsWith("sha256", StringComparison.Ordinal) ? text[..12] + "..." : text;
            return;
        }
        foreach (var property in value.EnumerateObject()) Flatten(place.Length == 0 ? property.Name : $"{place}.{property.Name}", property.Value, found);
    }

    private static IEnumerable<string> NotesOf(ComparedRun[] runs, RunPair[] pairs, RunCard?[] cards)
    {
        for (var i = 0; i < runs.Length; i++)
            if (TrainingData.Overlap(cards[i], runs[i].Card.Data) is { } overlap) yield return $"{runs[i].Name}: {overlap}";
        if (cards.OfType<RunCard>().Select(card => card.Train.Sha256).Distinct().Count() > 1) yield return "The runs learned from different training data.";
        if (pairs.Length > 1) yield return $"Each p-value is that of one comparison. With {pairs.Length} of them, hold each against {Level / pairs.Length:0.####} instead of {Level} (Bonferroni).";
        foreach (var pair in pairs)
        {
            // A figure that the answers do not give again was not computed from them alone, or the file was changed.
            var recorded = runs.Single(run => run.Name == pair.Second).Card.Metrics;
            var differing = pair.Figures.Where(figure => figure.Key is not ("log_loss" or "calibration_error") && recorded.TryGetValue(figure.Key, out var value) && Math.Abs(value - figure.Value.Second) > 1e-5 * Math.Max(1, Math.Abs(value))).Select(figure => figure.Key).ToArray();
            if (differing.Length > 0) yield return $"The answers of {pair.Second} in {EvaluationCard.PredictionsFile} do not give just its figures in {EvaluationCard.FileName}: {string.Join(", ", differing)}.";
        }
    }
}
