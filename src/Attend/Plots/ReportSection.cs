using Attend.Text.Metrics;

namespace Attend.Plots;

/// <summary>A part of the page under a heading of its own.</summary>
/// <param name="Heading">Its heading.</param>
public abstract record ReportSection(string Heading)
{
    /// <summary>How to read it, in whole sentences; null where that is plain.</summary>
    public string? Legend { get; init; }
}

/// <summary>A picture, two pixels to a point, as the pictures of this namespace are.</summary>
/// <param name="Heading">Its heading.</param>
/// <param name="Png">A PNG file.</param>
/// <param name="Description">What it shows, for those who cannot see it.</param>
public sealed record ReportPicture(string Heading, byte[] Png, string Description) : ReportSection(Heading);

/// <summary>What a column of a table holds.</summary>
public enum ReportColumnKind
{
    /// <summary>Names and words.</summary>
    Text,

    /// <summary>Numbers, one below the other.</summary>
    Number,

    /// <summary>Whole texts with their line breaks; as wide as may be.</summary>
    LongText,
}

/// <summary>A column of a table.</summary>
/// <param name="Name">Its head.</param>
/// <param name="Meaning">What stands in it, shown where the reader points at its head; null where that is plain.</param>
/// <param name="Kind">What it holds.</param>
public sealed record ReportColumn(string Name, string? Meaning = null, ReportColumnKind Kind = ReportColumnKind.Text);

/// <summary>A table.</summary>
/// <param name="Heading">Its heading.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="Rows">Its rows; each with as many cells as there are columns.</param>
public sealed record ReportTable(string Heading, IReadOnlyList<ReportColumn> Columns, IReadOnlyList<IReadOnlyList<ReportCell>> Rows) : ReportSection(Heading)
{
    /// <summary>Rows that sum up the others, at the end.</summary>
    public IReadOnlyList<IReadOnlyList<ReportCell>> Totals { get; init; } = [];
}

/// <summary>A stretch of a text that is marked, such as a named entity or an answer.</summary>
/// <param name="Start">Where it begins in the text, in UTF-16 units.</param>
/// <param name="End">Where it ends, exclusive.</param>
/// <param name="Name">What stands behind it, small; empty for nothing.</param>
/// <param name="IsWrong">Whether it is shown as a mistake.</param>
public sealed record ReportMark(int Start, int End, string Name, bool IsWrong = false);

/// <summary>A cell of a table.</summary>
/// <param name="Text">What it says.</param>
public sealed record ReportCell(string Text)
{
    /// <summary>The length of a bar behind the text, in [0, 1]; null for none.</summary>
    public double? Bar { get; init; }

    /// <summary>Where the value lies over resampled examples, small beside it; null for nothing.</summary>
    public string? Range { get; init; }

    /// <summary>Marked stretches of the text; of overlapping ones the first in the list is shown.</summary>
    public IReadOnlyList<ReportMark> Marks { get; init; } = [];

    /// <summary>An empty cell.</summary>
    public static ReportCell Empty { get; } = new("");

    /// <summary>A text.</summary>
    /// <param name="text">What the cell says.</param>
    public static implicit operator ReportCell(string text) => FromString(text);

    /// <summary>A text.</summary>
    /// <param name="text">What the cell says.</param>
    public static ReportCell FromString(string text) => new(text);

    /// <summary>A figure.</summary>
    /// <param name="value">NaN and infinities are shown as "undefined".</param>
    /// <param name="scale">How it is written.</param>
    /// <param name="interval">Where it lies over resampled examples, or null.</param>
    public static ReportCell Figure(double value, FigureScale scale = FigureScale.Plain, BootstrapInterval? interval = null) =>
        new(FigureText.Of(value, scale)) { Range = interval is null ? null : FigureText.Range(interval, scale) };

    /// <summary>A whole number.</summary>
    /// <param name="count">The number.</param>
    public static ReportCell Count(long count) => new(count.ToString("N0"));
}
