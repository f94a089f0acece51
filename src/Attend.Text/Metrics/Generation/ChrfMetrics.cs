namespace Attend.Text.Metrics;

/// <summary>The choices that change chrF's value; the defaults are sacreBLEU's (chrF2).</summary>
public sealed record ChrfOptions
{
    /// <summary>The longest character n-grams, at least 1.</summary>
    public int CharacterOrder { get; init; } = 6;

    /// <summary>The longest word n-grams; 0 for chrF, 2 for chrF++.</summary>
    public int WordOrder { get; init; }

    /// <summary>How many times more recall counts than precision.</summary>
    public int Beta { get; init; } = 2;

    /// <summary>Whether the texts are lower-cased first.</summary>
    public bool Lowercase { get; init; }

    /// <summary>Whether white space counts as characters.</summary>
    public bool Whitespace { get; init; }

    /// <summary>Whether an order without n-grams counts as almost 0, as in chrF++.py, instead of being left out.</summary>
    public bool EpsilonSmoothing { get; init; }

    /// <summary>chrF++ (Popović 2017).</summary>
    public static ChrfOptions PlusPlus { get; } = new() { WordOrder = 2 };
}

/// <summary>chrF (Popović 2015) of a corpus: F-score of character n-grams, as sacreBLEU computes it.</summary>
/// <remarks>Keeps sums only. Of several references the one that fits best counts.</remarks>
public sealed class ChrfMetrics : TextMetric
{
    private const double Epsilon = 1e-16;
    private const string Punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    private readonly ChrfOptions _options;
    private readonly NgramIndex _characters = new();
    private readonly NgramIndex _words = new();
    private readonly string _name;

    /// <summary>An empty count.</summary>
    /// <param name="options">The choices; null for sacreBLEU's defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An order or beta is too small.</exception>
    public ChrfMetrics(ChrfOptions? options = null)
    {
        _options = options ?? new ChrfOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.CharacterOrder, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(_options.WordOrder);
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Beta, 1);
        _name = $"chrF{_options.Beta}{new string('+', _options.WordOrder)}";
    }

    /// <summary>sacreBLEU's signature, after the metric's name and with our version.</summary>
    public override string Signature => $"{_name}|nrefs:{ReferenceCount}|case:{(_options.Lowercase ? "lc" : "mixed")}|eff:{(_options.EpsilonSmoothing ? "no" : "yes")}"
        + $"|nc:{_options.CharacterOrder}|nw:{_options.WordOrder}|space:{(_options.Whitespace ? "yes" : "no")}|version:{LabelSet.Version}";

    /// <inheritdoc/>
    public override void Measure(TextAnswer predicted, TextAnswer expected, ExampleTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        var (text, references) = Check(predicted, expected);
        _characters.Clear();
        _words.Clear();
        var ngrams = Ngrams(text);
        double[]? best = null;
        var bestScore = -1.0;
        foreach (var reference in references)
        {
            var statistics = Match(ngrams, Ngrams(reference));
            var score = Score(statistics);
            if (score > bestScore) (best, bestScore) = (statistics, score);
        }
        for (var i = 0; i < best!.Length; i++) terms.Add(i, best[i]);
    }

    /// <summary>chrf, or chrf++ where word n-grams count, in [0, 100].</summary>
    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Figures(ReadOnlySpan<double> sums)
    {
        var all = new double[3 * (_options.CharacterOrder + _options.WordOrder)];
        sums[..Math.Min(sums.Length, all.Length)].CopyTo(all);
        return new OrderedDictionary<string, double> { ["chrf" + new string('+', _options.WordOrder)] = Score(all) };
    }

    /// <summary>chrF of a single text, in [0, 100]; counts nothing.</summary>
    public double SentenceScore(TextAnswer predicted, TextAnswer expected)
    {
        var terms = new ExampleTerms();
        Measure(predicted, expected, terms);
        var sums = new double[3 * (_options.CharacterOrder + _options.WordOrder)];
        for (var i = 0; i < terms.Count; i++) sums[terms.Places[i]] += terms.Values[i];
        return Score(sums);
    }

    private int[][] Ngrams(string text)
    {
        if (_options.Lowercase) text = UnicodeText.Lower(text);
        var characters = UnicodeText.CodePoints(_options.Whitespace ? text : string.Concat(UnicodeText.Split(text)));
        var ngrams = _characters.Number(characters, _options.CharacterOrder);
        return _options.WordOrder == 0 ? ngrams : [.. ngrams, .. _words.Number(_words.Words(Words(text)), _options.WordOrder)];
    }

    // One punctuation mark is parted from the end of a word, or else from its beginning.
    private static List<string> Words(string text)
    {
        var words = new List<string>();
        foreach (var word in UnicodeText.Split(text))
        {
            if (word.Length == 1) words.Add(word);
            else if (Punctuation.Contains(word[^1], StringComparison.Ordinal)) words.AddRange([word[..^1], word[^1..]]);
            else if (Punctuation.Contains(word[0], StringComparison.Ordinal)) words.AddRange([word[..1], word[1..]]);
            else words.Add(word);
        }
        return words;
    }

    // For each order: n-grams predicted (none where the reference has none), n-grams of the reference, matches.
    private double[] Match(int[][] predicted, int[][] reference)
    {
        var statistics = new double[3 * predicted.Length];
        for (var i = 0; i < predicted.Length; i++)
        {
            var (index, order) = i < _options.CharacterOrder ? (_characters, i + 1) : (_words, i - _options.CharacterOrder + 1);
            var (counts, referenceCounts) = (index.Counts(predicted[i], order), index.Counts(reference[i], order));
            var matches = 0;
            for (var ngram = 0; ngram < counts.Length; ngram++) matches += Math.Min(counts[ngram], referenceCounts[ngram]);
            statistics[3 * i] = reference[i].Length == 0 ? 0 : predicted[i].Length;
            statistics[3 * i + 1] = reference[i].Length;
            statistics[3 * i + 2] = matches;
        }
        return statistics;
    }

    private double Score(ReadOnlySpan<double> statistics)
    {
        var factor = (double)(_options.Beta * _options.Beta);
        double scores = 0, precisions = 0, recalls = 0;
        var orders = 0;
        for (var i = 0; i < statistics.Length; i += 3)
        {
            double predicted = statistics[i], reference = statistics[i + 1], matches = statistics[i + 2];
            var precision = predicted > 0 ? matches / predicted : Epsilon;
            var recall = reference > 0 ? matches / reference : Epsilon;
            var weighted = factor * precision + recall;
            scores += weighted > 0 ? (1 + factor) * precision * recall / weighted : Epsilon;
            if (predicted == 0 || reference == 0) continue;
            precisions += precision;
            recalls += recall;
            orders++;
        }
        if (_options.EpsilonSmoothing) return 100 * scores / (statistics.Length / 3);
        if (orders == 0 || precisions + recalls == 0) return 0;
        precisions /= orders;
        recalls /= orders;
        return 100 * ((1 + factor) * precisions * recalls / (factor * precisions + recalls));
    }
}
