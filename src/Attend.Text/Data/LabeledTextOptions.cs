namespace Attend.Text.Data;

/// <summary>Where in a table the texts and labels are.</summary>
public sealed record LabeledTextOptions
{
    /// <summary>Whether the first row of a CSV or TSV file names the columns.</summary>
    public bool HasHeader { get; init; } = true;

    /// <summary>Name, or number from 1, of the column with the texts; null finds it by <see cref="LabeledTextFile"/>'s rule.</summary>
    public string? TextColumn { get; init; }

    /// <summary>Name, or number from 1, of the column with the labels; null finds it by <see cref="LabeledTextFile"/>'s rule.</summary>
    public string? LabelColumn { get; init; }

    /// <summary>What stands between the labels of one text, for example "|"; null when a text has one label.</summary>
    public string? LabelSeparator { get; init; }

    /// <summary>Whether each text must have a label; where false, a file may also lack the label column.</summary>
    public bool LabelsRequired { get; init; } = true;

    /// <summary>Names, or numbers from 1, of columns to keep beside the others, for example to slice the figures by.</summary>
    public IReadOnlyList<string> KeepColumns { get; init; } = [];
}
