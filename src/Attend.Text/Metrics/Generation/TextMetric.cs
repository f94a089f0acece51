namespace Attend.Text.Metrics;

/// <summary>A metric on written texts, which knows how many references the examples had.</summary>
public abstract class TextMetric : SummedMetric<TextAnswer>
{
    private int _fewestReferences = int.MaxValue;
    private int _mostReferences;

    private protected TextMetric()
    {
    }

    /// <summary>As sacreBLEU writes it: the number of references, or "var" where it varies.</summary>
    private protected string ReferenceCount => _mostReferences == 0 ? "1" : _fewestReferences == _mostReferences ? $"{_mostReferences}" : "var";

    /// <summary>Examples so far.</summary>
    public long ExampleCount { get; private set; }

    private protected override void OnCounted(TextAnswer predicted, TextAnswer expected)
    {
        ExampleCount++;
        _fewestReferences = Math.Min(_fewestReferences, expected.Texts.Count);
        _mostReferences = Math.Max(_mostReferences, expected.Texts.Count);
    }

    private protected static (string Predicted, IReadOnlyList<string> References) Check(TextAnswer predicted, TextAnswer expected)
    {
        ArgumentNullException.ThrowIfNull(predicted);
        ArgumentNullException.ThrowIfNull(expected);
        return (predicted.Single(nameof(predicted)), expected.Texts);
    }
}
