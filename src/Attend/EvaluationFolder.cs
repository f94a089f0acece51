using Attend.Checkpoints;

namespace Attend;

/// <summary>What an evaluation left: its figures and an answer for each example.</summary>
/// <param name="Path">The folder.</param>
/// <param name="Card">Its metrics.json.</param>
internal sealed record EvaluationFolder(string Path, EvaluationCard Card)
{
    /// <summary>The file of answers.</summary>
    public string Predictions => System.IO.Path.Combine(Path, EvaluationCard.PredictionsFile);

    /// <summary>The evaluations of a run, newest first.</summary>
    /// <param name="run">A run's folder, the name of a published model that was evaluated from here, or the folder of an evaluation itself.</param>
    /// <exception cref="CheckpointException">There is no such folder, or nothing in it that can be compared.</exception>
    public static IReadOnlyList<EvaluationFolder> Of(string run)
    {
        if (Directory.Exists(run) && File.Exists(System.IO.Path.Combine(run, EvaluationCard.FileName)))
            return [new(run, EvaluationCard.Read(run)!)];
        // The folder is where `evaluate` writes to.
        var folder = Directory.Exists(run) ? System.IO.Path.GetDirectoryName(EvaluationCard.DefaultFolder(run, "data"))! : EvaluationCard.PublishedFolder(run);
        string[] written = Directory.Exists(folder) ? [.. Directory.EnumerateDirectories(folder).Where(each => File.Exists(System.IO.Path.Combine(each, EvaluationCard.FileName)))] : [];
        if (written.Length == 0)
        {
            throw Directory.Exists(run)
                ? new CheckpointException(run, $"was never evaluated: there is no {folder}/NAME/{EvaluationCard.FileName}", advice: $"Evaluate it first (attend evaluate {run} --data FILE), or let compare do it: --data FILE.")
                : new CheckpointException(run, "no such run", advice: "Name the folder of a run.");
        }
        var read = new List<EvaluationFolder>();
        CheckpointException? fault = null;
        foreach (var each in written.OrderByDescending(each => File.GetLastWriteTimeUtc(System.IO.Path.Combine(each, EvaluationCard.FileName))).ThenBy(each => each, StringComparer.Ordinal))
        {
            try
            {
                read.Add(new EvaluationFolder(each, EvaluationCard.Read(each)!));
            }
            catch (CheckpointException exception)
            {
                // A language model's evaluation, or one of an older version, may stand beside others.
                fault ??= exception;
            }
        }
        return read.Count > 0 ? read : throw fault!;
    }

    /// <summary>The evaluations of several runs on the same data.</summary>
    /// <param name="runs">The runs as they were named, at least two.</param>
    /// <param name="name">Name of the evaluation's folder; null where the runs share one data file only.</param>
    /// <exception cref="CheckpointException">There is none, or the data or signatures differ; the message says which.</exception>
    /// <exception cref="ArgumentException">There are several, and none was named.</exception>
    public static IReadOnlyList<EvaluationFolder> Shared(IReadOnlyList<string> runs, string? name)
    {
        EvaluationFolder[][] all = [.. runs.Select(run => Of(run).ToArray())];
        if (name is not null)
        {
            for (var i = 0; i < all.Length; i++)
            {
                EvaluationFolder[] named = [.. all[i].Where(each => System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(each.Path)) == name)];
                all[i] = named.Length > 0 ? named : throw new CheckpointException(runs[i], $"was not evaluated on {name}", found: string.Join(", ", all[i].Select(each => System.IO.Path.GetFileName(each.Path))), advice: $"Evaluate it: attend evaluate {runs[i]} --data FILE.");
            }
        }
        string[] shared = [.. all[0].Select(each => each.Card.Data.Sha256).Distinct().Where(hash => all.All(run => run.Any(each => each.Card.Data.Sha256 == hash)))];
        if (shared.Length == 0)
        {
            throw new CheckpointException(string.Join(", ", runs), "were measured on different data, so that their figures cannot be compared: "
                + string.Join("; ", runs.Select((run, i) => $"{run} on {string.Join(", ", all[i].Select(each => $"{each.Card.Data.Path} (sha256 {each.Card.Data.Sha256[..12]}...)"))}")),
                advice: "Evaluate them on the same file, or let compare do it: --data FILE.");
        }
        if (shared.Length > 1)
            throw new ArgumentException($"the runs share {shared.Length} evaluations; say which by --on: {string.Join(", ", all[0].Where(each => shared.Contains(each.Card.Data.Sha256)).Select(each => System.IO.Path.GetFileName(each.Path)))}");
        EvaluationFolder[] chosen = [.. all.Select(run => run.First(each => each.Card.Data.Sha256 == shared[0]))];
        CheckSame(runs, chosen);
        return chosen;
    }

    private static void CheckSame(IReadOnlyList<string> runs, EvaluationFolder[] chosen)
    {
        if (chosen.Select(each => each.Card.Task).Distinct().Count() > 1)
            throw new CheckpointException(string.Join(", ", runs), $"are of different tasks: {string.Join("; ", runs.Select((run, i) => $"{run}: {chosen[i].Card.Task}"))}", advice: "Only runs of one task can be compared.");
        for (var i = 1; i < chosen.Length; i++)
        {
            string[] only = [.. chosen[0].Card.Signatures.Except(chosen[i].Card.Signatures)], others = [.. chosen[i].Card.Signatures.Except(chosen[0].Card.Signatures)];
            if (only.Length == 0 && others.Length == 0) continue;
            throw new CheckpointException($"{runs[0]}, {runs[i]}", "were measured by different rules, so that their figures cannot be compared: " + Differences(runs[0], only, runs[i], others), advice: "Evaluate them again with the same version and options.");
        }
    }

    // Of two signatures of one metric, only the parts that differ.
    private static string Differences(string first, string[] only, string second, string[] others)
    {
        var parts = new List<string>();
        foreach (var signature in only)
        {
            var twin = Array.Find(others, other => NameOf(other) == NameOf(signature));
            if (twin is null) parts.Add($"only {first} has {signature}");
            else parts.Add($"{NameOf(signature)} is {string.Join('|', signature.Split('|').Except(twin.Split('|')))} in {first}, {string.Join('|', twin.Split('|').Except(signature.Split('|')))} in {second}");
        }
        parts.AddRange(others.Where(other => !only.Any(signature => NameOf(other) == NameOf(signature))).Select(other => $"only {second} has {other}"));
        return string.Join("; ", parts);

        static string NameOf(string signature) => signature.Split('|')[0];
    }
}
