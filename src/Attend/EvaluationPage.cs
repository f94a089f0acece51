using Attend.Checkpoints;
using Attend.Plots;
using Attend.Text.Metrics;

namespace Attend;

/// <summary>report.html of an evaluation, as far as it is the same for every task.</summary>
/// <param name="card">The evaluation.</param>
/// <param name="figures">Its figures.</param>
/// <param name="model">The model that was measured.</param>
/// <param name="folder">Where the page goes.</param>
internal sealed class EvaluationPage(EvaluationCard card, IReadOnlyList<MeasuredFigure> figures, ModelFolder model, string folder)
{
    private readonly RunCard? _run = RunCard.Read(model.Path);

    /// <summary>The page's sections, to be added to.</summary>
    public List<ReportSection> Sections { get; } = [];

    /// <summary>What else is to be known of the evaluation, to be added to.</summary>
    public List<ReportFact> Facts { get; } = [];

    /// <summary>Writes a picture beside the page.</summary>
    public byte[] Save(string name, byte[] png)
    {
        AtomicFile.Write(Path.Combine(folder, name), stream => stream.Write(png));
        return png;
    }

    /// <summary>Adds the curves of the training, where it is known.</summary>
    public void AddCurves()
    {
        if (_run is { History.Count: > 0 }) Sections.Add(new ReportPicture("Training", Save("curves.png", TrainingCurves.Png(model.Path, _run)), "Curves over the course of training."));
    }

    /// <summary>Adds the model's figures beside those of the baselines, where there are any.</summary>
    /// <param name="shown">Names of the figures; those that are not there are left out.</param>
    public void AddBaselines(IReadOnlyList<string> shown)
    {
        if (card.Baselines.Count == 0) return;
        MeasuredFigure[] known = [.. shown.SelectMany(name => figures.Where(figure => figure.Name == name && card.Baselines[0].Metrics.ContainsKey(name)))];
        var columns = known.Select(figure => FigureDefinitions.Column(figure.Name, figure.Signature)).ToArray();
        IReadOnlyList<ReportCell> Row(string name, IReadOnlyDictionary<string, double> metrics, IReadOnlyDictionary<string, BootstrapInterval> intervals) =>
            [name, .. known.Select((figure, i) => ReportCell.Figure(metrics[figure.Name], columns[i].Scale, intervals.GetValueOrDefault(figure.Name)) with { Bar = i == 0 ? ReportSections.BarOf(metrics[figure.Name], columns[i].Scale) : null })];
        Sections.Add(new ReportTable("Beside baselines", [new(""), .. columns.Select(column => column.Column)],
            [Row("this model", card.Metrics, card.Intervals), .. card.Baselines.Select(baseline => Row(baseline.Name, baseline.Metrics, baseline.Intervals))])
        {
            Legend = string.Join(" ", card.Baselines.Select(baseline => $"{char.ToUpperInvariant(baseline.Name[0])}{baseline.Name[1..]}: {char.ToLowerInvariant(baseline.Description[0])}{baseline.Description[1..]}")),
        });
    }

    /// <summary>Adds the picture of how far the model's certainty can be believed, where it gave answers.</summary>
    /// <param name="bins">Ranges of certainty.</param>
    /// <param name="description">What is counted as right.</param>
    public void AddReliability(IReadOnlyList<ReliabilityBin> bins, string description)
    {
        if (bins.Count > 0) Sections.Add(new ReportPicture("Reliability", Save("reliability.png", ReliabilityPlot.Png(bins)), description));
    }

    /// <summary>Writes the page.</summary>
    /// <param name="examples">What was measured, beside the number of examples.</param>
    /// <param name="shown">Names of the figures at its head; those that are not there are left out.</param>
    public void Write(string examples, IReadOnlyList<string> shown) => HtmlReport.Save(Path.Combine(folder, "report.html"), new ReportContent
    {
        Title = $"How good is {Path.GetFileName(Path.TrimEndingDirectorySeparator(model.Path))}?",
        Facts =
        [
            new ReportFact("Model", model.Path),
            new ReportFact("Measured on", $"{card.Data.Path}, {card.Data.ExampleCount} examples, sha256 {card.Data.Sha256}"),
            .. Facts,
            .. _run is null ? [] : RunFacts.Of(_run),
        ],
        Figures =
        [
            new ReportFigure("Examples", card.Data.ExampleCount, examples) { Scale = FigureScale.Count },
            .. shown.SelectMany(name => figures.Where(figure => figure.Name == name)).Select(FigureDefinitions.Describe),
        ],
        Notes = card.Notes,
        Sections = Sections,
        Signatures = card.IntervalSignature is null ? [] : [card.IntervalSignature],
    });
}
