using Attend.Text.Data;

namespace Attend.Text.Metrics;

/// <summary>The answer to one tagging example: the tags of its words, or its spans.</summary>
public sealed class SpanAnswer
{
    /// <summary>An answer of one tag per word.</summary>
    /// <param name="tags">Tags of any scheme, such as "B-person".</param>
    public SpanAnswer(IReadOnlyList<string> tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        Tags = tags;
    }

    /// <summary>An answer of spans.</summary>
    /// <param name="spans">Spans over words or over a text; one that occurs twice counts once.</param>
    public SpanAnswer(IReadOnlyList<LabeledSpan> spans)
    {
        ArgumentNullException.ThrowIfNull(spans);
        Spans = [.. spans.Distinct()];
    }

    /// <summary>One tag per word, or null for an answer of spans.</summary>
    public IReadOnlyList<string>? Tags { get; }

    /// <summary>The spans, or null for an answer of tags.</summary>
    public IReadOnlyList<LabeledSpan>? Spans { get; }
}
