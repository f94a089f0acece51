using Attend.Text.Data;
using Attend.Text.Metrics;

namespace Attend.Text.Baselines;

/// <summary>The baseline that reads words but no sentences: logistic regression on which words a text has.</summary>
/// <remarks>Deterministic: the same examples, in the same order, give the same answers on every machine of one kind. Safe for several threads.</remarks>
public sealed class BagOfWordsClassifier
{
    // 16 MB of weights; L-BFGS keeps a dozen vectors of this size.
    private const int MostWeights = 2_000_000;
    private const int SampleSize = 1000;

    private static readonly double[] Strengths = [0.3, 1, 3, 10, 30, 100];

    private readonly BagOfWordsFeatures _features;
    private readonly double[] _weights;
    private readonly int _labelCount;
    private readonly bool _multiLabel;

    private BagOfWordsClassifier(BagOfWordsFeatures features, double[] weights, int labelCount, bool multiLabel)
    {
        (_features, _weights, _labelCount, _multiLabel) = (features, weights, labelCount, multiLabel);
    }

    /// <summary>How many examples it learned from: all, or as many, evenly spaced, as keep it a matter of seconds.</summary>
    public int ExampleCount { get; private init; }

    /// <summary>How many words and pairs of words it looks at.</summary>
    public int FeatureCount => _features.Count;

    /// <summary>The inverse strength C of the regularisation that was given or chosen.</summary>
    public double InverseRegularization { get; private init; }

    /// <summary>Learns from examples.</summary>
    /// <param name="examples">At least one; each with the same number of texts.</param>
    /// <param name="labelCount">How many labels there are; at least 2, or 1 where an example may have any number of them.</param>
    /// <param name="multiLabel">Whether an example has any number of labels instead of exactly one: each label is then decided on its own.</param>
    /// <param name="options">What to look at; null for the defaults.</param>
    /// <param name="cancel">Stops between the steps.</param>
    /// <exception cref="ArgumentException">There is no example, or one has not exactly one label.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A label index, or an option, is outside of its range.</exception>
    public static BagOfWordsClassifier Train(IReadOnlyList<BaselineExample> examples, int labelCount, bool multiLabel = false, BagOfWordsOptions? options = null, CancellationToken cancel = default)
    {
        options ??= new BagOfWordsOptions();
        BaselineExample.Check(examples, labelCount, multiLabel);
        if (options.InverseRegularization is { } given) ArgumentOutOfRangeException.ThrowIfNegativeOrZero(given);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MinCount);
        var learner = new Learner(labelCount, multiLabel, options);
        examples = Affordable(examples, labelCount, options);
        var strength = options.InverseRegularization ?? learner.Choose(examples, cancel);
        return learner.Learn(examples, [strength], leastGain: 1e-6, cancel).Last();
    }

    /// <summary>The most probable label of a text, or of a pair of texts (of any number of labels, those that are more probable than not), with the probabilities of all.</summary>
    /// <param name="texts">As many as each training example had.</param>
    public ClassAnswer Predict(params IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var probabilities = new double[_labelCount];
        LogisticRegression.Probabilities(_weights, _features.Of(texts), _multiLabel, probabilities);
        float[] rounded = [.. probabilities.Select(probability => (float)probability)];
        return _multiLabel
            ? new ClassAnswer([.. Enumerable.Range(0, _labelCount).Where(label => probabilities[label] >= 0.5)], rounded)
            : new ClassAnswer(Array.IndexOf(probabilities, probabilities.Max()), rounded);
    }

    private static IReadOnlyList<BaselineExample> Affordable(IReadOnlyList<BaselineExample> examples, int labelCount, BagOfWordsOptions options)
    {
        var words = EvenlySpaced(examples, SampleSize).Average(example => (double)BagOfWordsFeatures.CountOf(example.Texts, options));
        return EvenlySpaced(examples, (int)Math.Clamp(options.MostProducts / labelCount / Math.Max(1, words), SampleSize, int.MaxValue));
    }

    private static IReadOnlyList<BaselineExample> EvenlySpaced(IReadOnlyList<BaselineExample> examples, int count) =>
        examples.Count <= count ? examples : [.. Enumerable.Range(0, count).Select(i => examples[(int)((long)i * examples.Count / count)])];

    private sealed record Learner(int LabelCount, bool MultiLabel, BagOfWordsOptions Options)
    {
        private const int FewestToChoose = 20;
        private const double HeldOutShare = 0.1;

        /// <summary>The classifiers for strengths of C, each learned from where the one before ended.</summary>
        public IEnumerable<BagOfWordsClassifier> Learn(IReadOnlyList<BaselineExample> examples, IEnumerable<double> strengths, double leastGain, CancellationToken cancel)
        {
            var features = new BagOfWordsFeatures(examples.Select(example => example.Texts), Options, Math.Max(1000, MostWeights / LabelCount));
            var regression = new LogisticRegression([.. examples.Select(example => features.Of(example.Texts))], [.. examples.Select(example => example.Labels)], features.Count, LabelCount, MultiLabel);
            foreach (var strength in strengths)
            {
                regression.Minimize(strength, leastGain, cancel);
                yield return new BagOfWordsClassifier(features, regression.Weights, LabelCount, MultiLabel) { ExampleCount = examples.Count, InverseRegularization = strength };
            }
        }

        /// <summary>The C whose classifier does best on examples held out; of equally good ones the smallest.</summary>
        public double Choose(IReadOnlyList<BaselineExample> examples, CancellationToken cancel)
        {
            if (examples.Count < FewestToChoose) return 1;
            LabeledText[] numbered = [.. examples.Select((example, i) => new LabeledText("", [.. example.Labels.Select(label => $"{label}")], i))];
            var (part, held) = Split.Stratified(numbered, HeldOutShare, Options.Seed);
            var (best, most) = (Strengths[0], double.NegativeInfinity);
            foreach (var classifier in Learn([.. part.Select(entry => examples[(int)entry.Line])], Strengths, leastGain: 1e-4, cancel))
            {
                var (correct, given, gold) = (0, 0, 0);
                foreach (var example in held.Select(entry => examples[(int)entry.Line]))
                {
                    var labels = classifier.Predict(example.Texts).Labels;
                    correct += labels.Count(example.Labels.Contains);
                    given += labels.Count;
                    gold += example.Labels.Count;
                }
                // Micro F1, which is accuracy where each example has one label.
                var f1 = 2.0 * correct / Math.Max(1, given + gold);
                if (f1 > most) (best, most) = (classifier.InverseRegularization, f1);
            }
            return best;
        }
    }
}
