namespace Attend.Text.Data;

/// <summary>A text with labelled stretches, for tagging.</summary>
public sealed record TaggedText
{
    /// <summary>The text: as in the file, or the words of a column file put together.</summary>
    public required string Text { get; init; }

    /// <summary>The labelled stretches, in UTF-16 code units of <see cref="Text"/>, in order, without overlap.</summary>
    public required IReadOnlyList<LabeledSpan> Spans { get; init; }

    /// <summary>Where the words of a column file lie in <see cref="Text"/>; empty where the file has no words.</summary>
    public IReadOnlyList<Range> Words { get; init; } = [];

    /// <summary>The tags of the words, as in the file; empty where the file has no words.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The scheme of <see cref="Tags"/>; null where there are none.</summary>
    public TagScheme? Scheme { get; init; }

    /// <summary>The line where it begins, from 1.</summary>
    public required long Line { get; init; }

    /// <summary>Other columns that were asked for, by name, such as a source to slice the figures by.</summary>
    public IReadOnlyDictionary<string, string> Kept { get; init; } = KeptColumns.None;
}
