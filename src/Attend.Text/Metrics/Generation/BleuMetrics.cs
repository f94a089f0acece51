namespace Attend.Text.Metrics;

/// <summary>BLEU (Papineni et al. 2002) of a corpus, as sacreBLEU computes it (Post 2018).</summary>
/// <remarks>Keeps sums only.</remarks>
public sealed class BleuMetrics : TextMetric
{
    // Places of the sums: these, the matches of each order, all n-grams of each order.
    private const int PredictedLength = 0, ReferenceLength = 1, FirstMatch = 2;

    private readonly BleuOptions _options;
    private readonly NgramIndex _index = new();

    /// <summary>An empty count.</summary>
    /// <param name="options">The choices; null for sacreBLEU's defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">The longest order is not at least 1, or a smoothing value is negative.</exception>
    public BleuMetrics(BleuOptions? options = null)
    {
        _options = options ?? new BleuOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.MaxOrder, 1);
        if (_options.SmoothingValue is { } value) ArgumentOutOfRangeException.ThrowIfNegative(value);
    }

    /// <summary>sacreBLEU's signature, after the metric's name and with our version.</summary>
    public override string Signature
    {
        get
        {
            var smoothing = _options.Smoothing switch
            {
                BleuSmoothing.None => "none",
                BleuSmoothing.Floor => $"floor[{SmoothingValue:0.00}]",
                BleuSmoothing.AddK => $"add-k[{SmoothingValue:0.00}]",
                _ => "exp",
            };
            return $"BLEU{(_options.MaxOrder == 4 ? "" : _options.MaxOrder)}|nrefs:{ReferenceCount}|case:{(_options.Lowercase ? "lc" : "mixed")}"
                + $"|eff:{(_options.EffectiveOrder ? "yes" : "no")}|tok:{BleuTokenizers.Name(_options.Tokenizer)}|smooth:{smoothing}|version:{LabelSet.Version}";
        }
    }

    private double SmoothingValue => _options.SmoothingValue ?? (_options.Smoothing == BleuSmoothing.Floor ? 0.1 : 1);

    /// <inheritdoc/>
    public override void Measure(TextAnswer predicted, TextAnswer expected, ExampleTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        var (text, references) = Check(predicted, expected);
        _index.Clear();
        var words = _index.Words(Words(text));
        int[][] referenceWords = [.. references.Select(reference => _index.Words(Words(reference)))];
        var ngrams = _index.Number(words, _options.MaxOrder);
        int[][][] referenceNgrams = [.. referenceWords.Select(reference => _index.Number(reference, _options.MaxOrder))];

        terms.Add(PredictedLength, words.Length);
        terms.Add(ReferenceLength, referenceWords.Select(reference => reference.Length).OrderBy(length => Math.Abs(length - words.Length)).ThenBy(length => length).First());
        for (var order = 1; order <= _options.MaxOrder; order++)
        {
            var counts = _index.Counts(ngrams[order - 1], order);
            int[][] referenceCounts = [.. referenceNgrams.Select(reference => _index.Counts(reference[order - 1], order))];
            var matches = 0;
            for (var i = 0; i < counts.Length; i++) matches += Math.Min(counts[i], referenceCounts.Max(reference => reference[i]));
            terms.Add(FirstMatch + order - 1, matches);
            terms.Add(FirstMatch + _options.MaxOrder + order - 1, ngrams[order - 1].Length);
        }
    }

    /// <summary>bleu, in [0, 100].</summary>
    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Figures(ReadOnlySpan<double> sums) =>
        new OrderedDictionary<string, double> { [_options.MaxOrder == 4 ? "bleu" : $"bleu{_options.MaxOrder}"] = Score(sums, _options.EffectiveOrder).Score };

    /// <summary>BLEU with its parts.</summary>
    public BleuReport Report() => Score(Sums, _options.EffectiveOrder);

    /// <summary>BLEU of a single text, in [0, 100], without orders longer than the text; counts nothing.</summary>
    public double SentenceScore(TextAnswer predicted, TextAnswer expected)
    {
        var terms = new ExampleTerms();
        Measure(predicted, expected, terms);
        var sums = new double[FirstMatch + 2 * _options.MaxOrder];
        for (var i = 0; i < terms.Count; i++) sums[terms.Places[i]] += terms.Values[i];
        return Score(sums, effectiveOrder: true).Score;
    }

    private List<string> Words(string text) => BleuTokenizers.Tokenize(_options.Tokenizer, UnicodeText.TrimEnd(_options.Lowercase ? UnicodeText.Lower(text) : text));

    private BleuReport Score(ReadOnlySpan<double> sums, bool effectiveOrder)
    {
        var maxOrder = _options.MaxOrder;
        double predictedLength = At(sums, PredictedLength), referenceLength = At(sums, ReferenceLength);
        double[] matches = new double[maxOrder], totals = new double[maxOrder], precisions = new double[maxOrder];
        for (var i = 0; i < maxOrder; i++) (matches[i], totals[i]) = (At(sums, FirstMatch + i), At(sums, FirstMatch + maxOrder + i));
        var penalty = predictedLength >= referenceLength ? 1 : predictedLength == 0 ? 0 : Math.Exp(1 - referenceLength / predictedLength);
        var score = Array.TrueForAll(matches, count => count == 0) ? 0 : penalty * GeometricMean(matches, totals, precisions, effectiveOrder);
        return new BleuReport(score, precisions, penalty, (long)predictedLength, (long)referenceLength,
            [.. matches.Select(count => (long)count)], [.. totals.Select(count => (long)count)], Signature);
    }

    private double GeometricMean(double[] matches, double[] totals, double[] precisions, bool effectiveOrder)
    {
        var orders = precisions.Length;
        var halved = 1.0;
        for (var i = 0; i < precisions.Length; i++)
        {
            var added = _options.Smoothing == BleuSmoothing.AddK && i > 0 ? SmoothingValue : 0;
            double match = matches[i] + added, total = totals[i] + added;
            if (total == 0) break;
            if (effectiveOrder) orders = i + 1;
            precisions[i] = 100 * match / total;
            if (match > 0) continue;
            if (_options.Smoothing == BleuSmoothing.Exponential) precisions[i] = 100 / ((halved *= 2) * total);
            if (_options.Smoothing == BleuSmoothing.Floor) precisions[i] = 100 * SmoothingValue / total;
        }
        var logarithms = 0.0;
        for (var i = 0; i < orders; i++)
        {
            if (precisions[i] == 0) return 0;
            logarithms += Math.Log(precisions[i]);
        }
        return Math.Exp(logarithms / orders);
    }
}
