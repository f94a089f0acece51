using System.Text.RegularExpressions;
using Attend.Text.Data;

namespace Attend.Bench;

/// <summary>The baseline: multinomial logistic regression on binary word counts (single words; single Chinese characters), L2, AdaGrad.</summary>
internal sealed partial class BagOfWords
{
    private const double LearningRate = 0.5;
    private readonly Dictionary<string, int> _words = [];
    private readonly string[] _labels;
    private readonly float[] _weights;

    private BagOfWords(IReadOnlyList<LabeledText> train, double decay, int epochs, ulong seed)
    {
        foreach (var word in train.SelectMany(example => Words(example.Text)).CountBy(word => word).Where(entry => entry.Value >= 2)) _words.TryAdd(word.Key, _words.Count);
        _labels = [.. train.Select(example => example.Labels[0]).Distinct().Order(StringComparer.Ordinal)];
        _weights = new float[(_words.Count + 1) * _labels.Length];
        var squares = new float[_weights.Length];
        var rows = train.Select(example => (Features: Features(example.Text), Label: Array.IndexOf(_labels, example.Labels[0]))).ToArray();
        var random = new DeterministicRandom(seed);
        var scores = new double[_labels.Length];
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            random.Shuffle(rows.AsSpan());
            foreach (var (features, label) in rows)
            {
                Scores(features, scores);
                scores[label] -= 1;
                foreach (var feature in features)
                    for (var k = 0; k < _labels.Length; k++)
                    {
                        var place = feature * _labels.Length + k;
                        var gradient = (float)(scores[k] / Math.Sqrt(features.Length) + decay * _weights[place]);
                        squares[place] += gradient * gradient;
                        if (gradient != 0) _weights[place] -= (float)(LearningRate * gradient / (Math.Sqrt(squares[place]) + 1e-6));
                    }
            }
        }
    }

    /// <summary>Trains with the decay that does best on a tenth of the training data, then on all of it; accuracy on dev in [0, 1].</summary>
    public static (double Accuracy, double Decay) TrainAndTest(IReadOnlyList<LabeledText> train, IReadOnlyList<LabeledText> dev)
    {
        var (part, held) = Split.Stratified(train, 0.1, 17);
        var decay = new[] { 1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2 }.MaxBy(candidate => new BagOfWords(part, candidate, 15, 1).Accuracy(held));
        return (new BagOfWords(train, decay, 15, 1).Accuracy(dev), decay);
    }

    private double Accuracy(IReadOnlyList<LabeledText> examples)
    {
        var scores = new double[_labels.Length];
        return examples.Average(example =>
        {
            Scores(Features(example.Text), scores);
            return _labels[Array.IndexOf(scores, scores.Max())] == example.Labels[0] ? 1.0 : 0;
        });
    }

    // Softmax of the summed weights, divided by √(feature count) so that long texts do not shout.
    private void Scores(int[] features, double[] scores)
    {
        Array.Clear(scores);
        foreach (var feature in features)
            for (var k = 0; k < scores.Length; k++) scores[k] += _weights[feature * scores.Length + k];
        for (var k = 0; k < scores.Length; k++) scores[k] /= Math.Sqrt(features.Length);
        var most = scores.Max();
        for (var k = 0; k < scores.Length; k++) scores[k] = Math.Exp(scores[k] - most);
        var sum = scores.Sum();
        for (var k = 0; k < scores.Length; k++) scores[k] /= sum;
    }

    private int[] Features(string text) => [_words.Count, .. Words(text).Distinct().Where(_words.ContainsKey).Select(word => _words[word])];

    private static IEnumerable<string> Words(string text) => WordOrIdeograph().Matches(text.ToLowerInvariant()).Select(match => match.Value);

    [GeneratedRegex(@"\p{IsCJKUnifiedIdeographs}|[\p{L}\p{N}'-[\p{IsCJKUnifiedIdeographs}]]+|[^\s\p{L}\p{N}]")]
    private static partial Regex WordOrIdeograph();
}
