using Attend.Text.Metrics;

namespace Attend;

/// <summary>What texts that were written are judged by.</summary>
internal static class WritingMetrics
{
    // From this share of Chinese characters on a text is cut into characters, for it has no blanks.
    private const double ChineseShare = 0.3;

    /// <summary>The metrics of a kind of writing, and the figure that decides.</summary>
    /// <param name="kind">What is written.</param>
    /// <param name="references">Texts of the target language; they decide how texts are cut into words.</param>
    /// <param name="bleu">How BLEU is computed; null = as sacreBLEU does, with the tokenizer that the references ask for.</param>
    public static (Func<MetricSet<TextAnswer>> Create, string Primary) Of(WritingKind kind, IEnumerable<string> references, BleuOptions? bleu = null)
    {
        var isChinese = IsChinese(references);
        return kind switch
        {
            WritingKind.Translation => (() => new MetricSet<TextAnswer>(new BleuMetrics(bleu ?? new BleuOptions { Tokenizer = isChinese ? BleuTokenizer.Chinese : BleuTokenizer.V13A }), new ChrfMetrics()), "bleu"),
            WritingKind.Summary => (() => new MetricSet<TextAnswer>(new RougeMetrics(new RougeOptions { Tokenizer = isChinese ? RougeTokenizer.Characters : RougeTokenizer.LatinWords, Stemmer = !isChinese })), "rougeL"),
            _ => (() => new MetricSet<TextAnswer>(new TextMatchMetrics()), "exact_match"),
        };
    }

    /// <summary>Every metric, in every form, that texts may have been judged by.</summary>
    public static IEnumerable<ISummedMetric<TextAnswer>> All()
    {
        foreach (var tokenizer in Enum.GetValues<BleuTokenizer>())
            foreach (var lowercase in new[] { false, true })
                foreach (var smoothing in new[] { BleuSmoothing.Exponential, BleuSmoothing.None }) yield return new BleuMetrics(new BleuOptions { Tokenizer = tokenizer, Lowercase = lowercase, Smoothing = smoothing });
        yield return new ChrfMetrics();
        foreach (var tokenizer in Enum.GetValues<RougeTokenizer>())
            foreach (var stemmer in new[] { false, true }) yield return new RougeMetrics(new RougeOptions { Tokenizer = tokenizer, Stemmer = stemmer });
        yield return new TextMatchMetrics();
    }

    /// <summary>How good one text is, in [0, 1], to tell the best from the worst: chrF, ROUGE-L, or one less the character error rate.</summary>
    public static double Quality(WritingKind kind, IReadOnlyDictionary<string, double> figures) => kind switch
    {
        WritingKind.Translation => figures.GetValueOrDefault("chrf") / 100,
        WritingKind.Summary => figures.GetValueOrDefault("rougeL"),
        _ => 1 - Math.Min(1, figures.GetValueOrDefault("character_error_rate", 1)),
    };

    /// <summary>The kind that a run was trained for; translation where nothing is known.</summary>
    public static WritingKind KindOf(RunCard? card) => card?.Task switch { "summarization" => WritingKind.Summary, "text generation" => WritingKind.Answer, _ => WritingKind.Translation };

    private static bool IsChinese(IEnumerable<string> texts)
    {
        var (letters, chinese) = (0L, 0L);
        foreach (var text in texts.Take(1000))
            foreach (var character in text)
            {
                if (char.IsLetter(character)) letters++;
                if (character is >= '\u4E00' and <= '\u9FFF') chinese++;
            }
        return chinese > ChineseShare * letters;
    }
}
