using Attend.Text.Metrics;

namespace Attend.Plots;

/// <summary>A line of the table of facts: which model, which data, which settings.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">Its value, as text.</param>
public sealed record ReportFact(string Name, string Value);

/// <summary>A figure beyond those of the <see cref="ClassificationReport"/>, such as ROC-AUC.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value; NaN and infinities are shown as "undefined".</param>
/// <param name="Definition">One sentence that says what the number means.</param>
/// <param name="Signature">See <see cref="IMetric{TAnswer}.Signature"/>.</param>
public sealed record ReportMetric(string Name, double Value, string Definition, string Signature);

/// <summary>An example that was answered wrongly.</summary>
/// <param name="Text">The raw text of the example.</param>
/// <param name="Gold">The right label, or labels.</param>
/// <param name="Predicted">The label given, or labels.</param>
/// <param name="Probability">How probable the model thought its answer, in [0, 1]; null where unknown.</param>
public sealed record ReportMistake(string Text, string Gold, string Predicted, double? Probability);

/// <summary>What <see cref="HtmlReport"/> puts on its page.</summary>
public sealed record ReportContent
{
    /// <summary>Headline of the page.</summary>
    public required string Title { get; init; }

    /// <summary>The figures, their table per label, their signature and their notes.</summary>
    public required ClassificationReport Metrics { get; init; }

    /// <summary>Table of facts at the head of the page.</summary>
    public IReadOnlyList<ReportFact> Facts { get; init; } = [];

    /// <summary>Figures shown after those of <see cref="Metrics"/>.</summary>
    public IReadOnlyList<ReportMetric> FurtherMetrics { get; init; } = [];

    /// <summary>A picture made by <see cref="ConfusionMatrixPlot.Png"/>, or null for none.</summary>
    public byte[]? ConfusionMatrixPng { get; init; }

    /// <summary>A picture made by <see cref="CurvesPlot.Png"/>, or null for none.</summary>
    public byte[]? CurvesPng { get; init; }

    /// <summary>Examples answered wrongly, in the order of the page: the surest mistake first tells most.</summary>
    public IReadOnlyList<ReportMistake> HardestMistakes { get; init; } = [];

    /// <summary>What else a reader must know; whole sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
