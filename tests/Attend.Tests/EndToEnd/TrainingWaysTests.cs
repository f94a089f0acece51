using Attend.Checkpoints;
using Attend.Models;
using Attend.Tests.Golden;

namespace Attend.Tests.EndToEnd;

/// <summary>The ways to train a classifier that the command-line tests do not take, through the library.</summary>
public sealed class TrainingWaysTests
{
    private static readonly EncoderSize Small = new(1, 32, 2, 64) { MaxPositionEmbeddings = 32, Dropout = 0 };

    [Fact]
    public void SeveralLabelsToAText()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(4);
        string[] colours = ["red", "green", "blue"];
        var rows = Enumerable.Range(0, 300).Select(_ =>
        {
            var present = colours.Where(_ => random.Next(2) == 0).ToArray();
            return $"a {string.Join(" and ", present.Append("thing"))} here\t{string.Join('|', present)}";
        });
        var data = folder.Write("many.tsv", "text\tlabel\n" + string.Join('\n', rows) + "\n");
        var format = new Text.Data.LabeledTextOptions { LabelSeparator = "|", LabelsRequired = false };
        var card = new ClassifierTraining { Data = data, Out = folder.File("run"), Size = Small, Format = format, Options = new() { Epochs = 12, LearningRate = 1e-2, BatchSize = 16 } }.Run();
        Assert.Equal("f1_micro", card.PrimaryMetric);
        using var classifier = TextClassifier.Load(folder.File("run"));
        Assert.Equal(["blue", "red"], classifier.Predict("a red and blue thing here").Labels.Order());
        Assert.Empty(classifier.Predict("a thing here").Labels);
        var evaluation = ClassifierEvaluation.Run(classifier, data, format, folder.File("results"));
        Assert.True(evaluation.Card.Metrics["f1_micro"] > 0.95);
        Assert.True(File.Exists(folder.File("results", "report.html")));
    }

    [Fact]
    public void FromACheckpointWithOtherLabels()
    {
        using var folder = new TemporaryFolder();
        var data = folder.Write("data.tsv", TrainedRun.Table(60, 3));
        var training = new ClassifierTraining { Data = data, Out = folder.File("run"), From = TinyBert.Folder, TaskOptions = new() { MaxInputTokens = 24 }, Options = new() { Epochs = 1 } };
        var notices = new List<string>();
        training.Run(notice: notices.Add);
        Assert.Contains(notices, notice => notice.Contains("split off"));
        Assert.Contains(notices, notice => notice.Contains("other labels"));
        var config = ModelFolder.Open(folder.File("run")).Config;
        Assert.Equal(["fruit", "工具"], config.Labels);
        Assert.Equal("cls", config.ClassifierPooling);
        Assert.Equal(File.ReadAllText(TinyBert.File("vocab.txt")), File.ReadAllText(folder.File("run", "vocab.txt")));
    }

    [Fact]
    public void BalancedWeightsLiftTheRareLabel()
    {
        using var folder = new TemporaryFolder();
        // Nothing in the text tells the labels apart: only the weights move the probabilities.
        var data = folder.Write("data.tsv", "text\tlabel\n" + string.Concat(Enumerable.Range(0, 200).Select(row => $"same words\t{(row % 10 == 0 ? "rare" : "usual")}\n")));
        double Rare(ClassWeighting weighting)
        {
            new ClassifierTraining { Data = data, Out = folder.File(weighting.ToString()), Size = Small, ClassWeights = weighting, Options = new() { Epochs = 6, LearningRate = 1e-2, BatchSize = 20 } }.Run();
            using var classifier = TextClassifier.Load(folder.File(weighting.ToString()));
            return classifier.Predict("same words").Probabilities.Single(entry => entry.Label == "rare").Probability;
        }
        Assert.InRange(Rare(ClassWeighting.None), 0.02, 0.25);
        Assert.InRange(Rare(ClassWeighting.Balanced), 0.35, 0.65);
    }

    [Fact]
    public void SameSeedSameModelAnotherSeedAnother()
    {
        using var folder = new TemporaryFolder();
        var data = folder.Write("data.tsv", TrainedRun.Table(80, 3));
        byte[] Weights(string name, ulong seed)
        {
            new ClassifierTraining { Data = data, Out = folder.File(name), Size = Small with { Dropout = 0.2 }, Options = new() { Epochs = 2, Seed = seed } }.Run();
            return File.ReadAllBytes(folder.File(name, ModelFolder.WeightsFile));
        }
        var first = Weights("a", 1);
        Assert.Equal(first, Weights("b", 1));
        Assert.NotEqual(first, Weights("c", 2));
    }
}
