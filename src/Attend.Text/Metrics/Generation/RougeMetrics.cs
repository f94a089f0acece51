namespace Attend.Text.Metrics;

/// <summary>How ROUGE cuts texts into words.</summary>
public enum RougeTokenizer
{
    /// <summary>As google-research's: runs of the letters a-z and digits, in lower case. Other scripts vanish.</summary>
    LatinWords,

    /// <summary>Each ideograph alone; runs of other letters and digits, of any script, in lower case. For Chinese and mixed text.</summary>
    Characters,
}

/// <summary>The choices that change ROUGE's value.</summary>
public sealed record RougeOptions
{
    /// <summary>How texts are cut into words.</summary>
    public RougeTokenizer Tokenizer { get; init; } = RougeTokenizer.LatinWords;

    /// <summary>Whether words of more than three letters are stemmed (Porter, as in NLTK).</summary>
    public bool Stemmer { get; init; }
}

/// <summary>ROUGE-1, ROUGE-2, ROUGE-L and ROUGE-Lsum (Lin 2004), as google-research's rouge_score computes them; each is the mean over the examples.</summary>
/// <remarks>
/// Keeps sums only. Of several references the one with the best F1 counts, for each kind on its own. ROUGE-Lsum takes lines for sentences.
/// google-research's aggregator reports the median of a bootstrap instead of the mean: <see cref="BootstrapMetric{TAnswer}"/> gives both.
/// </remarks>
public sealed class RougeMetrics : TextMetric
{
    private static readonly string[] Kinds = ["rouge1", "rouge2", "rougeL", "rougeLsum"];

    private readonly RougeOptions _options;

    /// <summary>Empty sums.</summary>
    /// <param name="options">The choices; null for the defaults.</param>
    public RougeMetrics(RougeOptions? options = null) => _options = options ?? new RougeOptions();

    /// <inheritdoc/>
    public override string Signature => $"ROUGE|nrefs:{ReferenceCount}|refs:best-f1|tok:{RougeTokens.Name(_options.Tokenizer)}"
        + $"|stem:{(_options.Stemmer ? "porter-nltk" : "no")}|lsum:lines|aggregate:mean|scale:0-1|version:{LabelSet.Version}";

    /// <inheritdoc/>
    public override void Measure(TextAnswer predicted, TextAnswer expected, ExampleTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        var scores = Scores(predicted, expected);
        terms.Add(0, 1);
        for (var kind = 0; kind < Kinds.Length; kind++)
        {
            terms.Add(1 + 3 * kind, scores[kind].Precision);
            terms.Add(2 + 3 * kind, scores[kind].Recall);
            terms.Add(3 + 3 * kind, scores[kind].F1);
        }
    }

    /// <summary>rouge1, rouge2, rougeL and rougeLsum (F1), then each with _precision and _recall; all in [0, 1]. Nothing without examples.</summary>
    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Figures(ReadOnlySpan<double> sums)
    {
        var figures = new OrderedDictionary<string, double>();
        var count = At(sums, 0);
        if (count == 0) return figures;
        for (var kind = 0; kind < Kinds.Length; kind++) figures[Kinds[kind]] = At(sums, 3 + 3 * kind) / count;
        for (var kind = 0; kind < Kinds.Length; kind++)
        {
            figures[Kinds[kind] + "_precision"] = At(sums, 1 + 3 * kind) / count;
            figures[Kinds[kind] + "_recall"] = At(sums, 2 + 3 * kind) / count;
        }
        return figures;
    }

    /// <summary>ROUGE of a single text, by kind: rouge1, rouge2, rougeL, rougeLsum; counts nothing.</summary>
    public IReadOnlyDictionary<string, PrecisionRecallF1> SentenceScores(TextAnswer predicted, TextAnswer expected)
    {
        var scores = Scores(predicted, expected);
        return new OrderedDictionary<string, PrecisionRecallF1>(Kinds.Select((kind, i) => KeyValuePair.Create(kind, scores[i])));
    }

    private PrecisionRecallF1[] Scores(TextAnswer predicted, TextAnswer expected)
    {
        var (text, references) = Check(predicted, expected);
        var best = new PrecisionRecallF1[Kinds.Length];
        Array.Fill(best, new PrecisionRecallF1(0, 0, -1));
        var words = Words(text);
        var lines = Lines(text);
        foreach (var reference in references)
        {
            var referenceWords = Words(reference);
            Take(0, Ngrams(words, referenceWords, 1));
            Take(1, Ngrams(words, referenceWords, 2));
            Take(2, Score(RougeSubsequences.Length(referenceWords, words), words.Count, referenceWords.Count));
            var referenceLines = Lines(reference);
            Take(3, Score(RougeSubsequences.UnionHits(referenceLines, lines), lines.Sum(line => line.Count), referenceLines.Sum(line => line.Count)));
        }
        return best;

        void Take(int kind, PrecisionRecallF1 score)
        {
            if (score.F1 > best[kind].F1) best[kind] = score;
        }
    }

    private List<string> Words(string text) => RougeTokens.Tokenize(text, _options);

    private List<string>[] Lines(string text) => [.. text.Split('\n').Where(line => line.Length > 0).Select(Words)];

    private static PrecisionRecallF1 Ngrams(List<string> predicted, List<string> reference, int order)
    {
        var index = new NgramIndex();
        var (words, referenceWords) = (index.Words(predicted), index.Words(reference));
        var (ngrams, referenceNgrams) = (index.Number(words, order)[order - 1], index.Number(referenceWords, order)[order - 1]);
        var (counts, referenceCounts) = (index.Counts(ngrams, order), index.Counts(referenceNgrams, order));
        var hits = 0;
        for (var i = 0; i < counts.Length; i++) hits += Math.Min(counts[i], referenceCounts[i]);
        return Score(hits, ngrams.Length, referenceNgrams.Length);
    }

    private static PrecisionRecallF1 Score(int hits, int predicted, int reference)
    {
        double precision = Ratio(hits, predicted), recall = Ratio(hits, reference);
        return new PrecisionRecallF1(precision, recall, Ratio(2 * precision * recall, precision + recall));
    }
}
