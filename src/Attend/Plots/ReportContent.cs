using Attend.Text.Metrics;

namespace Attend.Plots;

/// <summary>A line of the table of facts: which model, which data, which settings.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">Its value, as text.</param>
public sealed record ReportFact(string Name, string Value);

/// <summary>How a figure is written.</summary>
public enum FigureScale
{
    /// <summary>As it is, with four digits after the point.</summary>
    Plain,

    /// <summary>A share in [0, 1], shown as a percentage.</summary>
    Share,

    /// <summary>A figure that runs to 100 by its definition, such as BLEU: two digits after the point.</summary>
    Hundred,

    /// <summary>A whole number.</summary>
    Count,
}

/// <summary>A figure at the head of the page.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value; NaN and infinities are shown as "undefined".</param>
/// <param name="Definition">One sentence that says what the number means.</param>
public sealed record ReportFigure(string Name, double Value, string Definition)
{
    /// <summary>How it is written.</summary>
    public FigureScale Scale { get; init; }

    /// <summary>Where it lies over resampled examples, or null where that is not known.</summary>
    public BootstrapInterval? Interval { get; init; }

    /// <summary>See <see cref="IMetric{TAnswer}.Signature"/>; listed at the foot of the page. Null where there is nothing to choose.</summary>
    public string? Signature { get; init; }
}

/// <summary>What <see cref="HtmlReport"/> puts on its page, whatever the task: facts, figures and notes, then sections one after the other.</summary>
public sealed record ReportContent
{
    /// <summary>Headline of the page.</summary>
    public required string Title { get; init; }

    /// <summary>Table of facts at the head of the page.</summary>
    public IReadOnlyList<ReportFact> Facts { get; init; } = [];

    /// <summary>The results, most important first.</summary>
    public IReadOnlyList<ReportFigure> Figures { get; init; } = [];

    /// <summary>What a reader must know before trusting a figure; whole sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Pictures and tables, in the order of the page.</summary>
    public IReadOnlyList<ReportSection> Sections { get; init; } = [];

    /// <summary>Signatures besides those of the <see cref="Figures"/>.</summary>
    public IReadOnlyList<string> Signatures { get; init; } = [];
}
