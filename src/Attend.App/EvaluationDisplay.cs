using System.Globalization;
using Attend.Text.Metrics;

namespace Attend.App;

/// <summary>Shows the figures of an evaluation to eyes.</summary>
internal static class EvaluationDisplay
{
    /// <param name="card">The evaluation.</param>
    /// <param name="folder">Where its files are.</param>
    /// <param name="names">The figures to show; those that are not there are left out.</param>
    public static void Show(EvaluationCard card, string folder, params string[] names)
    {
        static string Number(double value) => value.ToString(Math.Abs(value) > 1.5 ? "0.00" : "0.0000", CultureInfo.InvariantCulture);
        string Value(IReadOnlyDictionary<string, double> metrics, IReadOnlyDictionary<string, BootstrapInterval> intervals, string name) => metrics.TryGetValue(name, out var value)
            ? Number(value) + (intervals.TryGetValue(name, out var interval) ? $" [{Number(interval.Low)}, {Number(interval.High)}]" : "")
            : "";
        var rows = names.Where(card.Metrics.ContainsKey).Select(name => (string[])
            [name, Value(card.Metrics, card.Intervals, name), .. card.Baselines.Select(baseline => Value(baseline.Metrics, baseline.Intervals, name))]);
        Output.WriteColumns(Console.Out, rows.Prepend(["", $"{(card.Baselines.Count > 0 ? "this model" : "value")} [95 %]", .. card.Baselines.Select(baseline => baseline.Name)]));
        foreach (var table in card.Slices.Where(table => table.Slices.Count > 1))
        {
            Console.Out.WriteLine();
            Output.WriteColumns(Console.Out, table.Slices.Select(slice => (string[])[slice.Name, .. names.Where(slice.Figures.ContainsKey).Select(name => Number(slice.Figures[name])), slice.ExampleCount.ToString()])
                .Prepend([table.By, .. names.Where(table.Slices[0].Figures.ContainsKey), "examples"]));
        }
        Console.Out.WriteLine();
        foreach (var signature in card.Signatures) Console.Out.WriteLine(signature);
        foreach (var note in card.Notes) Console.Out.WriteLine($"note: {note}");
        Console.Out.WriteLine($"report   {Path.Combine(folder, "report.html")}");
    }
}
