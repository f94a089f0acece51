using Attend.Text.Metrics;
using Attend.Text.Vectors;

namespace Attend.Tasks;

/// <summary>What was found for a query among all second texts.</summary>
/// <param name="Text">The query.</param>
/// <param name="Found">Where its right texts came.</param>
/// <param name="Ideal">Where they would come at best.</param>
/// <param name="First">The text that came first.</param>
/// <param name="Right">One of the right texts.</param>
/// <param name="Index">Which pair of all the query stands in first.</param>
internal sealed record RankedQuery(string Text, RetrievalAnswer Found, RetrievalAnswer Ideal, string First, string Right, int Index);

/// <summary>Pairs as a search: each first text is a query, the second texts of all pairs are what it is looked for in; right are those it stands in a pair with.</summary>
internal sealed class RetrievalCorpus
{
    private readonly OrderedDictionary<string, (float[] Vector, HashSet<int> Right, int Index)> _queries = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<string, float[]> _texts = new(StringComparer.Ordinal);
    private int _pairCount;

    public int TextCount => _texts.Count;

    public void Add(IReadOnlyList<string> texts, IReadOnlyList<float[]> vectors)
    {
        _texts.TryAdd(texts[1], vectors[1]);
        if (!_queries.TryGetValue(texts[0], out var query)) _queries.Add(texts[0], query = (vectors[0], [], _pairCount));
        query.Right.Add(_texts.IndexOf(texts[1]));
        _pairCount++;
    }

    /// <summary>The rank of every right text among all, by cosine; a text that is as near as a right one counts as before it.</summary>
    /// <param name="dimensions">How many of the vectors' first numbers are looked at; null = all.</param>
    public IReadOnlyList<RankedQuery> Rank(int? dimensions = null)
    {
        float[] Cut(float[] vector) => dimensions is { } count ? vector[..count] : vector;
        double[][] units = [.. _texts.Values.Select(vector => Cosine.Unit(Cut(vector)))];
        var ranked = new RankedQuery[_queries.Count];
        Parallel.For(0, ranked.Length, index =>
        {
            var (text, query) = _queries.GetAt(index);
            var cosines = new double[units.Length];
            Cosine.Of(units, Cut(query.Vector), cosines);
            int[] ranks = [.. query.Right.Select(right => 1 + cosines.Where((cosine, other) => !query.Right.Contains(other) && cosine >= cosines[right]).Count())];
            // Right texts do not stand in each other's way: the n-th nearest of them has n - 1 before it.
            Array.Sort(ranks);
            for (var i = 0; i < ranks.Length; i++) ranks[i] += i;
            var first = Enumerable.Range(0, cosines.Length).MaxBy(other => cosines[other]);
            ranked[index] = new(text, new RetrievalAnswer(ranks), new RetrievalAnswer([.. Enumerable.Range(1, ranks.Length)]), _texts.GetAt(first).Key, _texts.GetAt(query.Right.First()).Key, query.Index);
        });
        return ranked;
    }
}
