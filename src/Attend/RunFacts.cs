using Attend.Plots;

namespace Attend;

/// <summary>What a page says of the run that made its model, the same for every task.</summary>
internal static class RunFacts
{
    public static IEnumerable<ReportFact> Of(RunCard card)
    {
        yield return new ReportFact("Parameters", card.ParameterCount.ToString("N0"));
        yield return new ReportFact("Trained on", $"{card.Train.Path}, {card.Train.ExampleCount} examples, sha256 {card.Train.Sha256}");
        yield return new ReportFact("Started from", card.From ?? "nothing (new weights)");
        yield return new ReportFact("Training", $"best epoch {card.BestEpoch} of {card.History.Count}, learning rate {card.Options.LearningRate}, batch {card.Options.BatchSize}, seed {card.Options.Seed}, {card.Seconds:0} s");
        yield return new ReportFact("Versions", string.Join(", ", card.Versions.Select(version => $"{version.Key} {version.Value}")));
    }
}
