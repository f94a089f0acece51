using System.CommandLine;
using System.Globalization;
using Attend.Checkpoints;
using Attend.Text.Metrics;

namespace Attend.App.Commands;

internal static class CompareCommand
{
    public static Command Create(CancellationToken cancel)
    {
        var runs = new Argument<string[]>("RUNS") { Description = "two runs or more that were evaluated on the same data, each tested against the first", Arity = new ArgumentArity(1, 100) };
        var data = new Option<string?>("--data") { Description = "evaluate all runs on this file first", HelpName = "FILE" };
        var on = new Option<string?>("--on") { Description = "which evaluation, where the runs share several: the name of its folder, such as test", HelpName = "NAME" };
        var output = new Option<string?>("--out") { Description = "the page  [default: beside-RUNS.html in the first run's evaluation]", HelpName = "FILE.html" };
        var device = CommonOptions.Device();
        var json = CommonOptions.Json();
        var command = new Command("compare", """
            Sets runs side by side and tells whether their difference may be chance, by paired tests over their answers.

            Examples:
              attend compare runs/a runs/b
              attend compare runs/a runs/b runs/c --data test.tsv
            """)
        { runs, data, on, output, device, json };
        command.SetAction(parsed =>
        {
            var folders = parsed.GetValue(runs)!;
            var name = parsed.GetValue(on);
            if (parsed.GetValue(data) is { } path)
            {
                if (name is not null) throw new ArgumentException("--data and --on exclude each other: --data evaluates anew");
                foreach (var folder in folders) Evaluate(folder, path, parsed.GetValue(device)!, cancel);
                name = Path.GetFileName(EvaluationCard.DefaultFolder(folders[0], path));
            }
            var comparison = RunComparison.Of(folders, name, cancel);
            var page = parsed.GetValue(output) ?? ComparisonPage.DefaultPath(comparison);
            ComparisonPage.Write(comparison, page);
            if (parsed.GetValue(json))
            {
                Output.WriteJson(new
                {
                    comparison.Data,
                    comparison.Task,
                    comparison.Primary,
                    comparison.Signatures,
                    comparison.TestSignature,
                    Runs = comparison.Runs.Select(run => new { run.Name, run.Folder, run.Evaluation, run.Card.Metrics, run.Card.Intervals }),
                    Pairs = comparison.Pairs.Select(pair => new { pair.First, pair.Second, Verdict = comparison.Verdict(pair), pair.Figures, McNemar = pair.McNemar, pair.Gained, pair.Lost }),
                    comparison.Differences,
                    comparison.Notes,
                    Page = page,
                });
            }
            else Show(comparison, page);
            return 0;
        });
        return command;
    }

    // As `evaluate` does it, whose own report goes to the standard error here.
    private static void Evaluate(string folder, string data, string device, CancellationToken cancel)
    {
        var standard = Console.Out;
        Console.SetOut(Console.Error);
        try
        {
            Console.Error.WriteLine($"attend evaluate {folder} --data {data}");
            var code = Program.CreateRoot(cancel).Parse(["evaluate", folder, "--data", data, "--device", device])
                .Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
            if (code != 0) throw new CheckpointException(folder, "could not be evaluated", advice: "See above.");
        }
        finally
        {
            Console.SetOut(standard);
        }
    }

    private static void Show(RunComparison comparison, string page)
    {
        static string Number(double value) => value.ToString(Math.Abs(value) > 1.5 ? "0.00" : "0.0000", CultureInfo.InvariantCulture);
        static string Signed(double value) => (value > 0 ? "+" : "") + Number(value);
        static string Between(BootstrapInterval? interval) => interval is null ? "" : $" [{Number(interval.Low)}, {Number(interval.High)}]";
        Console.Out.WriteLine($"{comparison.Task} on {comparison.Data.Path}, {comparison.Data.ExampleCount} examples");
        Console.Out.WriteLine();
        string[] names = [.. comparison.Runs.SelectMany(run => run.Card.Metrics.Keys).Distinct()];
        Output.WriteColumns(Console.Out, names.Select(name => (string[])
            [name, .. comparison.Runs.Select(run => run.Card.Metrics.TryGetValue(name, out var value) ? Number(value) + Between(run.Card.Intervals.GetValueOrDefault(name)) : "")])
            .Prepend(["", .. comparison.Runs.Select(run => run.Name)]));
        foreach (var pair in comparison.Pairs)
        {
            Console.Out.WriteLine();
            Output.WriteColumns(Console.Out, pair.Figures.Select(figure => (string[])
                [figure.Key, Signed(figure.Value.Difference) + Between(figure.Value.Interval), figure.Value.RandomizationP.ToString("0.0000", CultureInfo.InvariantCulture), figure.Value.BootstrapP.ToString("0.0000", CultureInfo.InvariantCulture)])
                .Prepend([$"{pair.Second} - {pair.First}", "difference [95 %]", "p", "p (bootstrap)"]));
            if (pair.McNemar is { } test) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"only {pair.First} right: {test.OnlyFirstRight}, only {pair.Second} right: {test.OnlySecondRight}, McNemar p {test.PValue:0.0000} ({test.Method})"));
            Console.Out.WriteLine(comparison.Verdict(pair));
        }
        if (comparison.Differences.Count > 0)
        {
            Console.Out.WriteLine();
            Output.WriteColumns(Console.Out, comparison.Differences.Select(setting => (string[])[setting.Name, .. setting.Values.Select(value => value ?? "-")])
                .Prepend(["what differs", .. comparison.Runs.Select(run => run.Name)]));
        }
        Console.Out.WriteLine();
        foreach (var signature in comparison.Signatures.Append(comparison.TestSignature)) Console.Out.WriteLine(signature);
        foreach (var note in comparison.Notes) Console.Out.WriteLine($"note: {note}");
        Console.Out.WriteLine($"report   {page}");
    }
}
