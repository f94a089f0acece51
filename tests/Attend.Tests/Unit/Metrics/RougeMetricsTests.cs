using Attend.Text.Metrics;

namespace Attend.Tests.Unit.Metrics;

public sealed class RougeMetricsTests
{
    [Theory]
    [InlineData("rouge1", "testing one two", "testing", 1, 1 / 3.0, 0.5)]
    [InlineData("rouge2", "testing one two", "testing one", 1, 0.5, 2 / 3.0)]
    [InlineData("rougeL", "testing one two", "testing two", 1, 2 / 3.0, 0.8)]
    [InlineData("rougeL", "a b c d e", "b e c d", 0.75, 0.6, 2 / 3.0)]
    [InlineData("rougeLsum", "w1 w2 w3 w4 w5", "w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5", 0.4, 0.8, 1.6 / 3)]
    [InlineData("rouge1", "one two", "", 0, 0, 0)]
    [InlineData("rougeLsum", "", "w1", 0, 0, 0)]
    [InlineData("rougeLsum", "w1 w2", "/", 0, 0, 0)]
    [InlineData("rouge1", "the the the cat", "the cat the mat", 0.75, 0.75, 0.75)]
    public void ScoresFollowTheirDefinitions(string kind, string reference, string predicted, double precision, double recall, double f1)
    {
        var score = new RougeMetrics().SentenceScores(new TextAnswer(predicted), new TextAnswer(reference))[kind];
        Assert.Equal(precision, score.Precision, 12);
        Assert.Equal(recall, score.Recall, 12);
        Assert.Equal(f1, score.F1, 12);
    }

    [Fact]
    public void FigureIsTheMeanOverTheExamples()
    {
        var metrics = new RougeMetrics();
        metrics.Add(new TextAnswer("testing"), new TextAnswer("testing one two"));
        metrics.Add(new TextAnswer("x"), new TextAnswer("y"));
        Assert.Equal(0.25, metrics.Result()["rouge1"], 12);
        Assert.Equal(0.5, metrics.Result()["rouge1_precision"], 12);
        Assert.Equal(1 / 6.0, metrics.Result()["rouge1_recall"], 12);
        Assert.Equal(["rouge1", "rouge2", "rougeL", "rougeLsum"], metrics.Result().Keys.Take(4));
        Assert.Equal($"ROUGE|nrefs:1|refs:best-f1|tok:latin-words|stem:no|lsum:lines|aggregate:mean|scale:0-1|version:{LabelSet.Version}", metrics.Signature);
        Assert.Empty(new RougeMetrics().Result());
    }

    [Fact]
    public void BestReferenceCountsForEachKind()
    {
        var scores = new RougeMetrics().SentenceScores(new TextAnswer("b a c"), new TextAnswer(["a b c", "b a x y"]));
        Assert.Equal(1, scores["rouge1"].F1, 12);   // of the first
        Assert.Equal(0.4, scores["rouge2"].F1, 12); // of the second
    }

    [Fact]
    public void ChineseIsCutIntoCharacters()
    {
        var metrics = new RougeMetrics(new RougeOptions { Tokenizer = RougeTokenizer.Characters });
        var scores = metrics.SentenceScores(new TextAnswer("我爱Python 3，你呢？"), new TextAnswer("我爱 python！"));
        // 我 爱 python 3 你 呢 | 我 爱 python
        Assert.Equal(0.5, scores["rouge1"].Precision, 12);
        Assert.Equal(1, scores["rouge1"].Recall, 12);
        Assert.Equal(0, new RougeMetrics().SentenceScores(new TextAnswer("我爱你"), new TextAnswer("我爱你"))["rouge1"].F1);
        Assert.Contains("tok:ideographs+words", metrics.Signature, StringComparison.Ordinal);
    }

    // Porter's own examples (1980), and where NLTK departs from them.
    [Theory]
    [InlineData("caresses caress cats ponies flies dies", "caress caress cat poni fli die")]
    [InlineData("agreed feed plastered bled motoring sing hopping falling filing", "agre feed plaster bled motor sing hop fall file")]
    [InlineData("happy sky enjoy spied died", "happi sky enjoy spi die")]
    [InlineData("relational conditional rational valenci digitizer radicalli vietnamization formaliti sensibiliti", "relat condit ration valenc digit radic vietnam formal sensibl")]
    [InlineData("triplicate formative electriciti hopeful goodness geologi", "triplic form electr hope good geolog")]
    [InlineData("revival allowance adjustable replacement adoption communism effective", "reviv allow adjust replac adopt commun effect")]
    [InlineData("probate rate cease controll roll proceed news dying use", "probat rate ceas control roll proceed news die use")]
    public void WordsAreStemmed(string words, string expected) => Assert.Equal(expected, string.Join(' ', words.Split(' ').Select(PorterStemmer.Stem)));

    [Fact]
    public void OnlyWordsOfMoreThanThreeLettersAreStemmed()
    {
        var metrics = new RougeMetrics(new RougeOptions { Stemmer = true });
        Assert.Equal(1, metrics.SentenceScores(new TextAnswer("Testing"), new TextAnswer("tested"))["rouge1"].F1);
        Assert.Equal(0, metrics.SentenceScores(new TextAnswer("has"), new TextAnswer("ha"))["rouge1"].F1);
        Assert.Contains("stem:porter-nltk", metrics.Signature, StringComparison.Ordinal);
    }

    [Fact]
    public void BootstrapGivesTheMedianThatGoogleReports()
    {
        var metric = new BootstrapMetric<TextAnswer>(new RougeMetrics());
        for (var i = 0; i < 60; i++) metric.Add(new TextAnswer(i % 3 == 0 ? "one two" : "one"), new TextAnswer("one two three"));
        var (figures, intervals) = (metric.Result(), metric.Intervals());
        Assert.Equal(figures.Keys, intervals.Keys);
        Assert.Equal(figures["rougeL"], intervals["rougeL"].Median, 0.01);
        Assert.InRange(figures["rougeL"], intervals["rougeL"].Low, intervals["rougeL"].High);
    }
}
