using System.Text.Json;
using Attend.Text.Data;
using Attend.Text.Metrics;

namespace Attend.Tests.Unit.Metrics;

public sealed class BleuMetricsTests
{
    // Expected values: computed by sacreBLEU (commit f615c72) from these sentences.
    private static readonly string[] Predicted = ["The cat sat on 3.5 mats, didn't it?", "A dog-house costs $1,000.50 (net).", "nobody WAS there -- really!"];
    private static readonly string[] First = ["The cat sat on 3.5 mats, did it not?", "The dog-house costs $1,000.50 (gross).", "There was nobody -- really."];
    private static readonly string[] Second = ["A cat was sitting on mats.", "A dog house costs 1,000.50 dollars net.", "Nobody at all was there!"];

    [Theory]
    [InlineData("a b, c. d", "a b , c . d")]
    [InlineData("3,5 and 3.5 but 3, 5. x", "3,5 and 3.5 but 3 , 5 . x")]
    [InlineData("5-6 a-b {x}~", "5 - 6 a-b { x } ~")]
    [InlineData("&quot;A&amp;B&lt;&gt;&quot;", "\" A & B < > \"")]
    [InlineData("a<skipped>b c-\nd e\nf", "ab cd e f")]
    [InlineData("it's 5'", "it's 5'")]
    public void V13AFollowsMteval(string text, string expected) => AssertTokens(BleuTokenizer.V13A, expected, text);

    [Theory]
    [InlineData("a,b 1,5 «x»…", "a , b 1,5 « x » …")]
    [InlineData("€5 2+2=4 😀x", "€ 5 2 + 2 = 4 😀 x")]
    [InlineData("in 1999.", "in 1999.")] // as the reference: nothing follows the period
    public void InternationalSeparatesAllScripts(string text, string expected) => AssertTokens(BleuTokenizer.International, expected, text);

    [Theory]
    [InlineData("我有3.5个apple。", "我 有 3.5 个 apple 。")]
    [InlineData("“好”—x", "“ 好 ” — x")] // general punctuation counts as Chinese in the reference
    [InlineData("\U00020000\U00020001", "\U00020000\U00020001")] // and planes beyond the first do not
    public void ChineseCharactersStandAlone(string text, string expected) => AssertTokens(BleuTokenizer.Chinese, expected, text);

    [Fact]
    public void CharactersAndNone()
    {
        AssertTokens(BleuTokenizer.Characters, "a 文 😀 .", "a文 😀.");
        AssertTokens(BleuTokenizer.None, "a, b.", " a,\u00a0b. ");
    }

    [Theory]
    [InlineData("der mann (links) sagt: „hallo, welt.“", "der mann ( links ) sagt : \" hallo , welt \" .")]
    [InlineData("nummer 10. und z.b. der dr. kommt.", "nummer 10. und z.b. der dr. kommt .")]
    [InlineData("mcdonald's t-shirt...", "mcdonald ' s t-shirt ...")]
    [InlineData("1.000,50 euro, 3 % mehr", "1.000,50 euro , 3 % mehr")]
    [InlineData("das ist gut. Sehr gut.", "das ist gut . Sehr gut .")]
    public void MosesTokenizesGerman(string text, string expected) => AssertTokens(BleuTokenizer.MosesGerman, expected, text);

    [Theory]
    [InlineData("the man's dog doesn't \"bark.\"", "the man 's dog doesn 't \" bark . \"")]
    [InlineData("mr. smith, the 1990's u.s. star, said 'no.'", "mr. smith , the 1990 's u.s. star , said ' no . '")]
    public void MosesTokenizesEnglish(string text, string expected) => AssertTokens(BleuTokenizer.MosesEnglish, expected, text);

    [Theory]
    [InlineData(BleuTokenizer.V13A, false, 50.97494106149772)]
    [InlineData(BleuTokenizer.V13A, true, 52.56154353026098)]
    [InlineData(BleuTokenizer.International, false, 54.72239692114738)]
    [InlineData(BleuTokenizer.None, false, 43.12889041861895)]
    [InlineData(BleuTokenizer.Characters, false, 78.46469912124996)]
    public void ScoresAreThoseOfSacreBleu(BleuTokenizer tokenizer, bool lowercase, double expected) =>
        Assert.Equal(expected, Measure(new BleuOptions { Tokenizer = tokenizer, Lowercase = lowercase }).Report().Score, 12);

    [Fact]
    public void EveryOrderHasItsScore()
    {
        double[] expected = [88.39262840201374, 68.06148444975209, 57.22544083357769, 50.97494106149772, 45.71243520910139, 39.564437981703925];
        for (var order = 1; order <= expected.Length; order++)
            Assert.Equal(expected[order - 1], Measure(new BleuOptions { MaxOrder = order }).Report().Score, 12);
    }

    [Theory]
    [InlineData(BleuSmoothing.Exponential, null, 16.70067963244422)]
    [InlineData(BleuSmoothing.Floor, null, 8.881915596542086)]
    [InlineData(BleuSmoothing.AddK, null, 23.61832763705074)]
    [InlineData(BleuSmoothing.AddK, 0.5, 18.07288326053166)]
    [InlineData(BleuSmoothing.None, null, 0.0)]
    public void SentencesAreSmoothed(BleuSmoothing smoothing, double? value, double expected)
    {
        var metrics = new BleuMetrics(new BleuOptions { Smoothing = smoothing, SmoothingValue = value });
        Assert.Equal(expected, metrics.SentenceScore(new TextAnswer("the cat ran home"), new TextAnswer("the cat walked to its home again")), 12);
        Assert.Equal(0, metrics.ExampleCount);
    }

    [Fact]
    public void PartsAreReported()
    {
        var report = Measure(null, [Predicted[0]], [First[0]]).Report();
        // The cat sat on 3.5 mats , didn't it ? | The cat sat on 3.5 mats , did it not ?
        Assert.Equal([9, 6, 5, 4], report.Counts);
        Assert.Equal([10, 9, 8, 7], report.Totals);
        Assert.Equal((10, 11), (report.PredictedLength, report.ReferenceLength));
        Assert.Equal(Math.Exp(1 - 11.0 / 10), report.BrevityPenalty, 12);
        Assert.Equal(90, report.Precisions[0], 12);
    }

    [Fact]
    public void NearestReferenceLengthCountsAndTiesGoToTheShorter()
    {
        Assert.Equal(2, Length("a b c", "a b", "a b c d"));
        Assert.Equal(4, Length("a b c d", "a", "a b c d e f g", "a b c d"));

        static long Length(string predicted, params string[] references)
        {
            var metrics = new BleuMetrics();
            metrics.Add(new TextAnswer(predicted), new TextAnswer(references));
            return metrics.Report().ReferenceLength;
        }
    }

    [Fact]
    public void NothingInCommonIsZero()
    {
        Assert.Equal(0, Measure(null, ["x y z"], ["a b c"]).Report().Score);
        Assert.Equal(0, Measure(null, [""], ["a b c"]).Report().Score);
        Assert.Equal(0, new BleuMetrics().Report().Score);
        Assert.Equal(0, Measure(null, ["a"], [""]).Report().Score);
    }

    [Fact]
    public void SignatureNamesEveryChoice()
    {
        Assert.Equal($"BLEU|nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:{LabelSet.Version}", new BleuMetrics().Signature);
        Assert.Contains("nrefs:2|case:mixed|eff:no|tok:13a|smooth:exp", Measure(new BleuOptions()).Signature, StringComparison.Ordinal);
        Assert.StartsWith("BLEU2|nrefs:1|case:lc|eff:yes|tok:zh|smooth:floor[0.10]|", new BleuMetrics(new BleuOptions
        { Lowercase = true, EffectiveOrder = true, Tokenizer = BleuTokenizer.Chinese, Smoothing = BleuSmoothing.Floor, MaxOrder = 2 }).Signature, StringComparison.Ordinal);
        Assert.StartsWith("BLEU|nrefs:1|case:lc|eff:no|tok:moses-normalize-de|smooth:none|", new BleuMetrics(BleuOptions.MultiBleuGerman).Signature, StringComparison.Ordinal);
        var varying = new BleuMetrics();
        varying.Add(new TextAnswer("a"), new TextAnswer("a"));
        varying.Add(new TextAnswer("a"), new TextAnswer(["a", "b"]));
        Assert.Contains("nrefs:var", varying.Signature, StringComparison.Ordinal);
    }

    [Fact]
    public void BadAnswersAreRefused()
    {
        Assert.Contains("Expected one predicted text, found 2", Assert.Throws<ArgumentException>(() => new BleuMetrics().Add(new TextAnswer(["a", "b"]), new TextAnswer("a"))).Message);
        Assert.Throws<ArgumentException>(() => new TextAnswer([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BleuMetrics(new BleuOptions { MaxOrder = 0 }));
    }

    [Theory]
    [InlineData("lium-nmt")]
    [InlineData("promt-rule-based")]
    [InlineData("zh")]
    [InlineData("two_refs")]
    public void AgreesWithSacreBleuOnRealSystems(string name)
    {
        var (expected, predicted, references) = SacreBleuSets.Read(name);
        foreach (var entry in expected.EnumerateObject().Where(entry => entry.Name.StartsWith("bleu_", StringComparison.Ordinal)))
        {
            var tokenizer = entry.Name[5..].Split('_')[0] switch
            {
                "13a" => BleuTokenizer.V13A,
                "intl" => BleuTokenizer.International,
                "none" => BleuTokenizer.None,
                "char" => BleuTokenizer.Characters,
                _ => BleuTokenizer.Chinese,
            };
            var report = Measure(new BleuOptions { Tokenizer = tokenizer, Lowercase = entry.Name.EndsWith("_lc", StringComparison.Ordinal) }, predicted, references).Report();
            Assert.Equal(entry.Value.GetProperty("score").GetDouble(), report.Score, 12);
            Assert.Equal(entry.Value.GetProperty("counts").Deserialize<long[]>()!, report.Counts);
            Assert.Equal(entry.Value.GetProperty("totals").Deserialize<long[]>()!, report.Totals);
            Assert.Equal(entry.Value.GetProperty("bp").GetDouble(), report.BrevityPenalty, 14);
            Assert.Equal(entry.Value.GetProperty("sys_len").GetInt64(), report.PredictedLength);
            Assert.Equal(entry.Value.GetProperty("ref_len").GetInt64(), report.ReferenceLength);
            foreach (var (value, precision) in entry.Value.GetProperty("precisions").Deserialize<double[]>()!.Zip(report.Precisions)) Assert.Equal(value, precision, 12);
        }
        var sentences = expected.GetProperty("sentence_bleu_first10").Deserialize<double[]>()!;
        for (var i = 0; i < sentences.Length; i++)
            Assert.Equal(sentences[i], new BleuMetrics().SentenceScore(new TextAnswer(predicted[i]), new TextAnswer([.. references.Select(lines => lines[i])])), 12);
    }

    [Fact]
    public void AgreesWithSacreBleuOnEdgeCases()
    {
        foreach (var edge in SacreBleuSets.Edges())
        {
            var (predicted, reference) = (new TextAnswer(edge.GetProperty("hyp").GetString()!), new TextAnswer(edge.GetProperty("ref").GetString()!));
            Assert.Equal(edge.GetProperty("bleu_13a").GetDouble(), Measure(null, [.. predicted.Texts], [.. reference.Texts]).Report().Score, 12);
            Assert.Equal(edge.GetProperty("sentence_bleu_exp").GetDouble(), new BleuMetrics().SentenceScore(predicted, reference), 12);
            Assert.Equal(edge.GetProperty("chrf2").GetDouble(), new ChrfMetrics().SentenceScore(predicted, reference), 12);
        }
    }

    // The published BLEU4 of Multi30k counts 12,103 German words in test2016.
    [Fact]
    public void MosesCutsMulti30kIntoThePublishedNumberOfWords()
    {
        string[] lines = [.. PlainTextFile.Read(Repository.SharedData("multi30k-en-de", "test_2016_flickr.de.gz"))];
        var report = Measure(BleuOptions.MultiBleuGerman, lines, lines).Report();
        Assert.Equal(12103, report.ReferenceLength);
        Assert.Equal(100, report.Score, 10);
    }

    private static BleuMetrics Measure(BleuOptions? options) => Measure(options, Predicted, First, Second);

    private static BleuMetrics Measure(BleuOptions? options, string[] predicted, params string[][] references)
    {
        var metrics = new BleuMetrics(options);
        for (var i = 0; i < predicted.Length; i++) metrics.Add(new TextAnswer(predicted[i]), new TextAnswer([.. references.Select(lines => lines[i])]));
        return metrics;
    }

    private static void AssertTokens(BleuTokenizer tokenizer, string expected, string text) =>
        Assert.Equal(expected, string.Join(' ', BleuTokenizers.Tokenize(tokenizer, text)));
}
