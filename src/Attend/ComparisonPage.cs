using Attend.Plots;
using Attend.Text.Metrics;

namespace Attend;

/// <summary>The page of a comparison.</summary>
public static class ComparisonPage
{
    private const double Level = 0.05;

    /// <summary>Where the page goes unless another file is named: beside the first run's evaluation.</summary>
    /// <param name="comparison">What was compared.</param>
    public static string DefaultPath(RunComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        return Path.Combine(comparison.Runs[0].Evaluation, $"beside-{string.Join('-', comparison.Runs.Skip(1).Select(run => run.Name.Replace('/', '_')))}.html");
    }

    /// <summary>Writes the page; an older file is replaced.</summary>
    /// <param name="comparison">What was compared.</param>
    /// <param name="path">Where to; usually ends in .html.</param>
    public static void Write(RunComparison comparison, string path)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        var sections = new List<ReportSection> { Figures(comparison) };
        foreach (var pair in comparison.Pairs)
        {
            sections.Add(Tests(comparison, pair));
            if (pair.McNemar is { } test) sections.Add(McNemar(pair, test));
        }
        if (comparison.Differences.Count > 0) sections.Add(Settings(comparison));
        foreach (var pair in comparison.Pairs)
        {
            sections.AddRange(Examples($"Where {pair.Second} is better than {pair.First}", pair, pair.Gained));
            sections.AddRange(Examples($"Where {pair.First} is better than {pair.Second}", pair, pair.Lost));
        }
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
        HtmlReport.Save(path, new ReportContent
        {
            Title = string.Join(" beside ", comparison.Runs.Select(run => run.Name)),
            Facts =
            [
                new ReportFact("Task", comparison.Task),
                new ReportFact("Measured on", $"{comparison.Data.Path}, {comparison.Data.ExampleCount} examples, sha256 {comparison.Data.Sha256}"),
                .. comparison.Runs.Select(run => new ReportFact(run.Name, run.Evaluation)),
            ],
            Notes = [.. comparison.Pairs.Select(comparison.Verdict), .. comparison.Notes],
            Sections = sections,
            Signatures = [.. comparison.Signatures, .. comparison.Runs.Select(run => run.Card.IntervalSignature).OfType<string>().Distinct(), comparison.TestSignature],
        });
    }

    private static ReportTable Figures(RunComparison comparison)
    {
        string[] names = [.. comparison.Runs.SelectMany(run => run.Card.Metrics.Keys).Distinct()];
        return new ReportTable("Side by side", [new("Figure"), .. comparison.Runs.Select(run => new ReportColumn(run.Name, Kind: ReportColumnKind.Number))],
            [.. names.Select(name =>
            {
                var (column, scale) = Column(comparison, name);
                return (IReadOnlyList<ReportCell>)[column.Name, .. comparison.Runs.Select(run => run.Card.Metrics.TryGetValue(name, out var value) ? ReportCell.Figure(value, scale, run.Card.Intervals.GetValueOrDefault(name)) : "–")];
            })])
        {
            Legend = "Small: 95% intervals of each run by itself. Whether two runs differ is told by the tests below, which see the same examples answered by both, and not by whether intervals overlap.",
        };
    }

    private static ReportTable Tests(RunComparison comparison, RunPair pair) => new($"{pair.Second} against {pair.First}",
        [
            new("Figure"), new(pair.First, Kind: ReportColumnKind.Number), new(pair.Second, Kind: ReportColumnKind.Number), new("Difference", "Second minus first", ReportColumnKind.Number),
            new("Higher", $"Share of the resampled sets in which {pair.Second} has the higher figure", ReportColumnKind.Number),
            new("p", "Approximate randomization, two-sided", ReportColumnKind.Number), new("p (bootstrap)", "Paired bootstrap, two-sided", ReportColumnKind.Number),
        ],
        [.. pair.Figures.Select(entry =>
        {
            var (column, scale) = Column(comparison, entry.Key);
            var figure = entry.Value;
            return (IReadOnlyList<ReportCell>)
            [
                column.Name, ReportCell.Figure(figure.First, scale), ReportCell.Figure(figure.Second, scale), Signed(figure, scale),
                $"{100 * figure.SecondHigherShare:0.0}%", P(figure.RandomizationP), P(figure.BootstrapP),
            ];
        })])
    {
        Legend = $"Difference: {pair.Second} minus {pair.First}, with its 95% interval over resampled examples, the same for both. "
            + $"p: how often a difference at least as large comes about when it is chance which run gave which answer (approximate randomization; second: paired bootstrap); both two-sided. Marked: below {Level}. A small p says that there is a difference, not that it is large.",
    };

    private static ReportTable McNemar(RunPair pair, McNemarTest test) => new($"Right and wrong: {pair.Second} against {pair.First}",
        [new($"Only {pair.First} right", Kind: ReportColumnKind.Number), new($"Only {pair.Second} right", Kind: ReportColumnKind.Number), new("p", Kind: ReportColumnKind.Number), new("Test")],
        [[ReportCell.Count(test.OnlyFirstRight), ReportCell.Count(test.OnlySecondRight), P(test.PValue), $"McNemar, {test.Method}"]])
    {
        Legend = "Examples that both answer right, or both wrong, say nothing of which run is better; McNemar's test looks at the others.",
    };

    private static ReportTable Settings(RunComparison comparison) => new("What differs",
        [new("Setting"), .. comparison.Runs.Select(run => new ReportColumn(run.Name))],
        [.. comparison.Differences.Select(setting => (IReadOnlyList<ReportCell>)[setting.Name, .. setting.Values.Select(value => (ReportCell)(value ?? "–"))])])
    {
        Legend = "From run.json of each run; everything else there is the same.",
    };

    private static IEnumerable<ReportTable> Examples(string heading, RunPair pair, IReadOnlyList<ChangedExample> examples)
    {
        if (examples.Count == 0) yield break;
        yield return new ReportTable(heading,
            [new("Line", Kind: ReportColumnKind.Number), new("Text", Kind: ReportColumnKind.LongText), new("Gold"), new(pair.First), new(pair.Second)],
            [.. examples.Select(example => (IReadOnlyList<ReportCell>)[ReportCell.Count(example.Line), example.Text, example.Gold, example.First, example.Second])])
        {
            Legend = $"The {examples.Count} examples with the largest difference.",
        };
    }

    private static ReportCell Signed(PairedFigure figure, FigureScale scale)
    {
        var cell = ReportCell.Figure(figure.Difference, scale, figure.Interval);
        return figure.Difference > 0 ? cell with { Text = "+" + cell.Text } : cell;
    }

    private static ReportCell P(double p) => new(p < 0.0001 ? "< 0.0001" : $"{p:0.0000}") { Bar = p < Level ? 1 : null };

    private static (ReportColumn Column, FigureScale Scale) Column(RunComparison comparison, string name)
    {
        // Where several metrics measured, the one that defines the figure is not known; a name that is known to any of them will do.
        var columns = comparison.Signatures.Select(signature => FigureDefinitions.Column(name, signature)).ToArray();
        return Array.Find(columns, column => column.Column.Name != name) is { Column: not null } known ? known : columns[0];
    }
}
