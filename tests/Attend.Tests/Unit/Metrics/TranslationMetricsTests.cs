using Attend.Text.Metrics;

namespace Attend.Tests.Unit.Metrics;

public sealed class TranslationMetricsTests
{
    // Expected values of chrF and TER: computed by sacreBLEU (commit f615c72) from these sentences.
    private const string Predicted = "The quick brown fox, (they say) jumps over lazy dogs!", Reference = "Over the lazy dogs jumps (they say) the quick brown fox.";

    [Theory]
    [InlineData(6, 0, 2, 64.3400519901875)]
    [InlineData(6, 2, 2, 62.95668507030933)]
    [InlineData(4, 1, 3, 72.76095135322099)]
    public void ChrfIsThatOfSacreBleu(int characterOrder, int wordOrder, int beta, double expected)
    {
        var metrics = new ChrfMetrics(new ChrfOptions { CharacterOrder = characterOrder, WordOrder = wordOrder, Beta = beta });
        Assert.Equal(expected, metrics.SentenceScore(new TextAnswer(Predicted), new TextAnswer(Reference)), 12);
    }

    [Theory]
    [InlineData(true, false, false, 68.17658079651684)]
    [InlineData(false, true, false, 72.06178932485497)]
    [InlineData(false, false, true, 64.3400184067417)]
    public void ChrfOptionsChangeTheScore(bool lowercase, bool whitespace, bool epsilon, double expected)
    {
        var metrics = new ChrfMetrics(new ChrfOptions { Lowercase = lowercase, Whitespace = whitespace, EpsilonSmoothing = epsilon });
        Assert.Equal(expected, metrics.SentenceScore(new TextAnswer(Predicted), new TextAnswer(Reference)), 12);
    }

    [Fact]
    public void ChrfTakesTheBestReferenceOfEachSentence()
    {
        var metrics = new ChrfMetrics();
        metrics.Add(new TextAnswer("abc"), new TextAnswer(["xyz", "abc"]));
        metrics.Add(new TextAnswer("def"), new TextAnswer(["def", "ghi"]));
        Assert.Equal(100, metrics.Result()["chrf"], 10);
        Assert.Contains("nrefs:2|case:mixed|eff:yes|nc:6|nw:0|space:no|", metrics.Signature, StringComparison.Ordinal);
        Assert.StartsWith("chrF2++|", new ChrfMetrics(ChrfOptions.PlusPlus).Signature, StringComparison.Ordinal);
        Assert.Equal(["chrf++"], new ChrfMetrics(ChrfOptions.PlusPlus).Result().Keys);
        Assert.Equal(0, new ChrfMetrics().Result()["chrf"]);
    }

    [Theory]
    [InlineData(false, false, false, false, 63.63636363636363)]
    [InlineData(true, false, false, false, 42.857142857142854)]
    [InlineData(false, true, false, false, 45.45454545454545)]
    [InlineData(false, false, false, true, 72.72727272727273)]
    public void TerIsThatOfSacreBleu(bool normalized, bool noPunctuation, bool asian, bool caseSensitive, double expected) =>
        Assert.Equal(expected, Ter(Predicted, Reference, new TerOptions { Normalized = normalized, NoPunctuation = noPunctuation, AsianSupport = asian, CaseSensitive = caseSensitive }), 12);

    [Theory]
    [InlineData("a b c d e", "a b c d e", 0)]
    [InlineData("d e a b c", "a b c d e", 20)]           // one shift
    [InlineData("a b x c", "a b c", 100 / 3.0)]
    [InlineData("", "a b", 100)]
    [InlineData("a b", "", 100)]
    [InlineData("", "", 0)]
    [InlineData("我 爱 你", "你 爱 我", 200 / 3.0)]
    public void EditsAndShiftsAreCounted(string predicted, string reference, double expected) => Assert.Equal(expected, Ter(predicted, reference), 12);

    [Fact]
    public void TerTakesTheNearestReferenceAndTheMeanLength()
    {
        var metrics = new TerMetrics();
        metrics.Add(new TextAnswer("a b c"), new TextAnswer(["a b d", "x y z x y"]));
        Assert.Equal(25, metrics.Result()["ter"], 12);
        Assert.Equal($"TER|nrefs:2|case:lc|tok:tercom|norm:no|punct:yes|asian:no|version:{LabelSet.Version}", metrics.Signature);
    }

    [Theory]
    [InlineData("lium-nmt")]
    [InlineData("promt-rule-based")]
    [InlineData("zh")]
    [InlineData("two_refs")]
    public void AgreeWithSacreBleuOnRealSystems(string name)
    {
        var (expected, predicted, references) = SacreBleuSets.Read(name);
        foreach (var (key, figure, metrics) in new (string, string, TextMetric)[]
            { ("chrf2", "chrf", new ChrfMetrics()), ("chrf2pp", "chrf++", new ChrfMetrics(ChrfOptions.PlusPlus)), ("ter", "ter", new TerMetrics()) })
        {
            for (var i = 0; i < predicted.Length; i++) metrics.Add(new TextAnswer(predicted[i]), new TextAnswer([.. references.Select(lines => lines[i])]));
            Assert.Equal(expected.GetProperty(key).GetDouble(), metrics.Result()[figure], 12);
        }
    }

    [Fact]
    public void ErrorRatesFollowTheirDefinitions()
    {
        var metrics = new TextMatchMetrics();
        metrics.Add(new TextAnswer("the cat"), new TextAnswer("the cat"));
        metrics.Add(new TextAnswer("a hat"), new TextAnswer(["the bat", "a cat sat"]));
        // "a hat": 3 + 1 edits to "the bat" (7), 5 to "a cat sat" (9); 2 words wrong of 2, or 2 of 3: the longer reference.
        var figures = metrics.Result();
        Assert.Equal(0.5, figures["exact_match"]);
        Assert.Equal(4.0 / 14, figures["character_error_rate"], 12);
        Assert.Equal(2.0 / 5, figures["word_error_rate"], 12);
        Assert.Contains("nrefs:var|", metrics.Signature, StringComparison.Ordinal);
        Assert.Empty(new TextMatchMetrics().Result());
    }

    [Theory]
    [InlineData("kitten", "sitting", 3 / 7.0)]
    [InlineData("", "ab", 1)]
    [InlineData("a😀b", "a😁b", 1 / 3.0)]
    public void CharactersAreCodePoints(string predicted, string reference, double expected)
    {
        var metrics = new TextMatchMetrics();
        metrics.Add(new TextAnswer(predicted), new TextAnswer(reference));
        Assert.Equal(expected, metrics.Result()["character_error_rate"], 12);
    }

    private static double Ter(string predicted, string reference, TerOptions? options = null)
    {
        var metrics = new TerMetrics(options);
        metrics.Add(new TextAnswer(predicted), new TextAnswer(reference));
        return metrics.Result()["ter"];
    }
}
