namespace Attend.Text.Metrics;

/// <summary>The choices that change TER's value; the defaults are sacreBLEU's.</summary>
public sealed record TerOptions
{
    /// <summary>Whether punctuation is separated and XML entities are resolved, as Tercom's -N does.</summary>
    public bool Normalized { get; init; }

    /// <summary>Whether punctuation is removed.</summary>
    public bool NoPunctuation { get; init; }

    /// <summary>Whether the other two options also treat Chinese and Japanese characters.</summary>
    public bool AsianSupport { get; init; }

    /// <summary>Whether letter case counts.</summary>
    public bool CaseSensitive { get; init; }
}

/// <summary>Translation edit rate (Snover et al. 2006) of a corpus: insertions, deletions, substitutions and shifts per word, as sacreBLEU's Tercom.</summary>
/// <remarks>Keeps sums only. Edits are those to the nearest reference, the length is the mean of all. Lower is better.</remarks>
public sealed class TerMetrics : TextMetric
{
    private const int Edits = 0, ReferenceLength = 1;

    private readonly TerOptions _options;

    /// <summary>An empty count.</summary>
    /// <param name="options">The choices; null for sacreBLEU's defaults.</param>
    public TerMetrics(TerOptions? options = null) => _options = options ?? new TerOptions();

    /// <summary>sacreBLEU's signature, after the metric's name and with our version.</summary>
    public override string Signature => $"TER|nrefs:{ReferenceCount}|case:{(_options.CaseSensitive ? "mixed" : "lc")}|tok:tercom|norm:{YesNo(_options.Normalized)}"
        + $"|punct:{YesNo(!_options.NoPunctuation)}|asian:{YesNo(_options.AsianSupport)}|version:{LabelSet.Version}";

    /// <inheritdoc/>
    public override void Measure(TextAnswer predicted, TextAnswer expected, ExampleTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        var (text, references) = Check(predicted, expected);
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var words = Words(text);
        var edits = int.MaxValue;
        var length = 0.0;
        foreach (var reference in references)
        {
            // Twice, because sacreBLEU does: normalisation separates in its second pass what it left together in the first.
            var referenceWords = Words(string.Join(' ', Tokens(reference)));
            edits = Math.Min(edits, TercomEdits.Count(words, referenceWords));
            length += referenceWords.Length;
        }
        terms.Add(Edits, edits);
        terms.Add(ReferenceLength, length / references.Count);

        int[] Words(string line) => [.. Tokens(line).Select(token => numbers.TryAdd(token, numbers.Count) ? numbers.Count - 1 : numbers[token])];
    }

    /// <summary>ter: edits per 100 words of the reference, at least 0; 100 where words were written for none.</summary>
    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Figures(ReadOnlySpan<double> sums)
    {
        double edits = At(sums, Edits), length = At(sums, ReferenceLength);
        return new OrderedDictionary<string, double> { ["ter"] = 100 * (length > 0 ? edits / length : edits > 0 ? 1 : 0) };
    }

    private List<string> Tokens(string line) => UnicodeText.Split(TercomTokenizer.Tokenize(UnicodeText.TrimEnd(line), _options));

    private static string YesNo(bool value) => value ? "yes" : "no";
}
