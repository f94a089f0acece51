namespace Attend.Text.Metrics;

/// <summary>The answer to one example of a task that writes text: a translation, a summary, a pronunciation.</summary>
public sealed class TextAnswer
{
    /// <summary>A predicted text, or a gold standard of one reference.</summary>
    public TextAnswer(string text) : this([text])
    {
    }

    /// <summary>A gold standard of several references.</summary>
    /// <param name="texts">At least one; each is as good as the others.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public TextAnswer(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        if (texts.Count == 0) throw new ArgumentException("Expected at least one text, found none.", nameof(texts));
        foreach (var text in texts) ArgumentNullException.ThrowIfNull(text, nameof(texts));
        Texts = texts;
    }

    /// <summary>The texts, at least one.</summary>
    public IReadOnlyList<string> Texts { get; }

    /// <summary>The one text of a prediction.</summary>
    internal string Single(string parameter) => Texts.Count == 1 ? Texts[0] : throw new ArgumentException($"Expected one predicted text, found {Texts.Count}.", parameter);
}
