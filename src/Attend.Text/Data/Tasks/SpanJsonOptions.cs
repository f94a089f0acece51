namespace Attend.Text.Data;

/// <summary>How a JSON Lines file of texts with spans is read.</summary>
public sealed record SpanJsonOptions
{
    /// <summary>The key of the text; null finds text, sentence, content or data.</summary>
    public string? TextKey { get; init; }

    /// <summary>The key of the spans; null finds spans, entities, labels or label.</summary>
    public string? SpansKey { get; init; }

    /// <summary>What the offsets count.</summary>
    public OffsetUnit Offsets { get; init; } = OffsetUnit.Utf16;

    /// <summary>Whether each text must have a list of spans, empty or not; where false, texts to predict on are read too.</summary>
    public bool SpansRequired { get; init; } = true;

    /// <summary>Further keys to keep, with strings, numbers or truth values.</summary>
    public IReadOnlyList<string> KeepKeys { get; init; } = [];
}
