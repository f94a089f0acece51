using Attend.Text.Metrics;
using Attend.Text.Vectors;

namespace Attend.Tasks;

/// <summary>How good vectors of pairs are: their cosines against scores, or how early the second text is found for the first.</summary>
/// <remarks>Keeps two numbers, or two vectors, per example: ranks need all by definition.</remarks>
internal sealed class EmbeddingMetrics(bool scored) : IMetric<EmbeddedExample>
{
    private readonly RegressionMetrics _cosines = new();
    private readonly RetrievalCorpus _corpus = new();

    public string Signature => scored ? $"cosine-{_cosines.Signature}" : new RetrievalMetrics().Signature;

    public void Add(EmbeddedExample predicted, EmbeddedExample expected)
    {
        if (scored) _cosines.Add(Cosine.Between(predicted.Vectors[0], predicted.Vectors[1]), expected.Example!.Score!.Value);
        else _corpus.Add(expected.Example!.Texts, predicted.Vectors);
    }

    public IReadOnlyDictionary<string, double> Result()
    {
        // The unit of the scores is not that of cosines: their squared difference means nothing.
        if (scored) return new OrderedDictionary<string, double>(_cosines.Result().Where(figure => figure.Key != "mse"));
        var metric = new RetrievalMetrics();
        foreach (var query in _corpus.Rank()) metric.Add(query.Found, query.Ideal);
        return metric.Result();
    }
}
