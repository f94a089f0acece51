using Attend.Tasks;
using Attend.Text.Metrics;

namespace Attend.Tests.Unit.Metrics;

public sealed class RetrievalMetricsTests
{
    [Fact]
    public void FiguresFollowTheirDefinitions()
    {
        var metric = new RetrievalMetrics();
        metric.Add(new([1]), new([1]));
        metric.Add(new([4]), new([1]));
        metric.Add(new([2, 12]), new([1, 2]));
        var figures = metric.Result();
        Assert.Equal(1 / 3.0, figures["recall_at_1"], 12);
        Assert.Equal(2.5 / 3, figures["recall_at_5"], 12);
        Assert.Equal(2.5 / 3, figures["recall_at_10"], 12);
        Assert.Equal((1 + 0.25 + 0.5) / 3, figures["mean_reciprocal_rank"], 12);
        Assert.Equal((1 + 1 / Math.Log2(5) + 1 / Math.Log2(3) / (1 + 1 / Math.Log2(3))) / 3, figures["ndcg_at_10"], 12);
        Assert.Empty(new RetrievalMetrics().Result());
        Assert.Throws<ArgumentException>(() => metric.Add(new([1, 2]), new([1])));
    }

    [Fact]
    public void RanksAreThoseAmongAllSecondTexts()
    {
        var corpus = new RetrievalCorpus();
        void Add(string query, string text, float[] vector, float[] other) => corpus.Add([query, text], [vector, other]);
        Add("q1", "a", [1, 0], [1, 0.1f]);
        Add("q1", "b", [1, 0], [1, 2]);
        Add("q2", "c", [0, 1], [1, 0]);
        Add("q2", "a", [0, 1], [1, 0.1f]);
        Add("q3", "d", [1, 0], [1, 0]);
        var ranked = corpus.Rank();
        Assert.Equal(4, corpus.TextCount);
        // q1: c and d are nearest; a and b are right and third and fourth.
        Assert.Equal([3, 4], ranked[0].Found.Ranks);
        Assert.Equal([1, 2], ranked[0].Ideal.Ranks);
        // q2: b is nearest, then a; c is as near as d, which counts as before it.
        Assert.Equal([2, 4], ranked[1].Found.Ranks);
        // q3: c is as near as d.
        Assert.Equal([2], ranked[2].Found.Ranks);
        Assert.Equal(("b", 4), (ranked[1].First, ranked[2].Index));
    }
}
