using Attend.Text.Baselines;
using Attend.Text.Data;

namespace Attend.Tests.Unit.Baselines;

public sealed class BaselineTests
{
    private static readonly BagOfWordsOptions EveryWord = new() { MinCount = 1, Bigrams = false, InverseRegularization = 1 };

    [Fact]
    public void MajorityIsTheMostFrequentLabelAndOfEqualsTheFirst()
    {
        var answer = MajorityClass.Train([Example("", 0), Example("", 2), Example("", 2), Example("", 1)], 3).Predict();
        Assert.Equal([2], answer.Labels);
        Assert.Equal([0.25f, 0.25f, 0.5f], answer.Probabilities!);
        Assert.Equal([1], MajorityClass.Train([Example("", 2), Example("", 1)], 3).Predict().Labels);
    }

    [Fact]
    public void MajorityOfSetsIsTheMostFrequentSet()
    {
        // Label 0 is in three of five, but no set is as frequent as {1, 2}.
        var answer = MajorityClass.Train([Example("", 0), Example("", 2, 1), Example("", 1, 2), Example("", 0, 1), Example("", 0, 2)], 3, multiLabel: true).Predict();
        Assert.Equal([1, 2], answer.Labels);
        Assert.Equal([0.6f, 0.6f, 0.6f], answer.Probabilities!);
        Assert.Empty(MajorityClass.Train([Example(""), Example(""), Example("", 0)], 1, multiLabel: true).Predict().Labels);
    }

    [Fact]
    public void WithoutWordsOnlyTheFrequenciesAreLearned()
    {
        // No word occurs twice, so that only the biases are left: their optimum is the share of each label.
        var classifier = BagOfWordsClassifier.Train([Example("a", 0), Example("b", 0), Example("c", 1), Example("d", 0)], 2);
        Assert.Equal(0, classifier.FeatureCount);
        Assert.Equal(0.75, classifier.Predict("whatever").Probabilities![0], 1e-3);
    }

    [Fact]
    public void WeightsAreTheOptimumOfTheirDefinition()
    {
        // By symmetry the weights are ±v without biases, and d/dv (4 ln(1 + e^-2v) + 2v²) = 0 gives v = 2 / (1 + e^2v) = 0.5213.
        BaselineExample[] examples = [Example("pear", 1), Example("saw", 0), Example("Pear", 1), Example("SAW", 0)];
        var classifier = BagOfWordsClassifier.Train(examples, 2, options: EveryWord);
        Assert.Equal(2, classifier.FeatureCount);
        Assert.Equal(1 - 0.5213 / 2, classifier.Predict("pear").Probabilities![1], 1e-3);
        Assert.Equal(0.5, classifier.Predict("neither").Probabilities![1], 1e-3);

        // Each label by itself: 4 ln(1 + e^-v) + v² for each, so that v = 2 / (1 + e^v) = 0.6748.
        var multiple = BagOfWordsClassifier.Train(examples, 2, multiLabel: true, EveryWord);
        Assert.Equal(1 / (1 + Math.Exp(-0.6748)), multiple.Predict("pear").Probabilities![1], 2e-3);
        Assert.Equal([1], multiple.Predict("pear").Labels);
    }

    [Fact]
    public void WordsOfAPairAreToldApart()
    {
        BaselineExample[] examples = [.. Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? new BaselineExample(["苹果", "锤子"], [0]) : new BaselineExample(["锤子", "苹果"], [1]))];
        var classifier = BagOfWordsClassifier.Train(examples, 2);
        Assert.Equal([0], classifier.Predict("苹果", "锤子").Labels);
        Assert.Equal([1], classifier.Predict("锤子", "苹果").Labels);
    }

    [Fact]
    public void NeighboursTellWhatSingleWordsCannot()
    {
        BaselineExample[] examples = [.. Enumerable.Range(0, 60).Select(i => i % 2 == 0 ? Example("not good but bad", 0) : Example("not bad but good", 1))];
        Assert.Equal([0], BagOfWordsClassifier.Train(examples, 2).Predict("not good but bad").Labels);
        Assert.Equal([1], BagOfWordsClassifier.Train(examples, 2).Predict("not bad but good").Labels);
        Assert.Equal(0.5, BagOfWordsClassifier.Train(examples, 2, options: new() { Bigrams = false }).Predict("not bad but good").Probabilities![0], 1e-3);
    }

    [Fact]
    public void LearnsAndIsTheSameEveryTime()
    {
        var (train, test) = (Texts(400, 1), Texts(100, 2));
        var (first, second) = (BagOfWordsClassifier.Train(train, 2), BagOfWordsClassifier.Train(train, 2));
        Assert.True(test.Count(example => first.Predict(example.Texts).Labels[0] == example.Labels[0]) > 95);
        foreach (var example in test) Assert.Equal(first.Predict(example.Texts).Probabilities!, second.Predict(example.Texts).Probabilities!);
        Assert.Contains(first.InverseRegularization, new[] { 0.3, 1, 3, 10, 30, 100 });
        Assert.Equal(400, first.ExampleCount);
    }

    [Fact]
    public void TooManyExamplesAreThinnedOut()
    {
        var classifier = BagOfWordsClassifier.Train(Texts(2500, 3), 2, options: new() { MostProducts = 1, InverseRegularization = 1 });
        Assert.Equal(1000, classifier.ExampleCount);
    }

    [Fact]
    public void WrongExamplesAreTold()
    {
        Assert.Throws<ArgumentException>(() => MajorityClass.Train([], 2));
        Assert.Throws<ArgumentException>(() => BagOfWordsClassifier.Train([Example("a", 0, 1)], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => BagOfWordsClassifier.Train([Example("a", 2)], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => BagOfWordsClassifier.Train([Example("a", 0)], 2, options: new() { InverseRegularization = 0 }));
    }

    private static BaselineExample Example(string text, params int[] labels) => new([text], labels);

    private static BaselineExample[] Texts(int count, ulong seed)
    {
        string[][] words = [["apple", "pear", "plum"], ["hammer", "saw", "drill"]];
        var random = new DeterministicRandom(seed);
        return [.. Enumerable.Range(0, count).Select(i => Example($"the {random.Next(9)} {words[i % 2][random.Next(3)]} {random.Next(9)} here", i % 2))];
    }
}
