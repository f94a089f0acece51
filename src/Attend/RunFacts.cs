using System.Globalization;
using Attend.Plots;

namespace Attend;

/// <summary>What a page says of the run that made its model, the same for every task.</summary>
internal static class RunFacts
{
    public static IEnumerable<ReportFact> Of(RunCard card)
    {
        yield return new ReportFact("Parameters", card.ParameterCount.ToString("N0"));
        yield return new ReportFact("Trained on", Describe(card.Train));
        yield return new ReportFact("Judged by", card.Dev is { } dev ? Describe(dev)
            : card.DevShare is { } share ? $"{100 * share:0.##} % of the training data, split off by the seed {card.Options.Seed}" : "nothing");
        if (card.Tokenizer is { Files.Count: > 0 } tokenizer)
            yield return new ReportFact("Tokenizer", $"{tokenizer.VocabularySize:N0} tokens; {string.Join(", ", tokenizer.Files.Select(file => $"{file.Name} sha256 {file.Sha256}"))}");
        yield return new ReportFact("Started from", card.From ?? "nothing (new weights)");
        yield return new ReportFact("Training", $"best epoch {card.BestEpoch} of {card.History.Count}, learning rate {card.Options.LearningRate}, batch {card.Options.BatchSize}, seed {card.Options.Seed}");
        yield return new ReportFact("Time", Time(card.Seconds));
        yield return new ReportFact("Energy", Energy(card));
        if (card.Machine is { } machine)
            yield return new ReportFact("Machine", string.Create(CultureInfo.InvariantCulture, $"{machine.Processor}, {machine.LogicalProcessors} logical processors, {machine.Threads} threads, {machine.MemoryGigabytes} GB of memory; computed on {machine.Device}"));
        yield return new ReportFact("Versions", string.Join(", ", card.Versions.Select(version => $"{version.Key} {version.Value}")));
    }

    /// <summary>What was used, as far as it was measured.</summary>
    public static string Energy(RunCard card) => card.EnergyJoules is { } joules
        ? string.Create(CultureInfo.InvariantCulture, $"{joules / 3.6e6:0.0000} kWh, by the processors' own counters (RAPL): packages only, everything that ran on the machine included")
        : "not measured (no energy counter that could be read throughout)";

    /// <summary>Seconds as a reader reads them.</summary>
    public static string Time(double seconds) => TimeSpan.FromSeconds(seconds) is var time && seconds < 60 ? $"{seconds:0.0} s" : $"{(int)time.TotalHours}:{time:mm\\:ss} h";

    private static string Describe(DataCard data) => $"{data.Path}, {data.ExampleCount} examples, sha256 {data.Sha256}";
}
