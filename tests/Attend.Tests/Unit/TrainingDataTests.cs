using System.Text.Json;

namespace Attend.Tests.Unit;

public sealed class TrainingDataTests
{
    [Fact]
    public void ChangedAndMissingTrainingDataAreTold()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("train.tsv", "text\tlabel\na\tb\n");
        var card = Card(DataCard.Of(path, 1));
        Assert.Null(TrainingData.WhyNot(card));
        Assert.Contains("not known", TrainingData.WhyNot(null));
        File.AppendAllText(path, "c\td\n");
        Assert.Contains("have changed", TrainingData.WhyNot(card));
        File.Delete(path);
        Assert.Contains(path + ", are not there any more", TrainingData.WhyNot(card));
    }

    [Fact]
    public void MeasuringOnWhatWasLearnedFromIsTold()
    {
        var (train, dev) = (new DataCard("train.tsv", "1", 3), new DataCard("dev.tsv", "2", 3));
        var card = Card(train) with { Dev = dev };
        Assert.Contains("trained on", TrainingData.Overlap(card, train with { Path = "copy.tsv" }));
        Assert.Contains("best epoch", TrainingData.Overlap(card, dev));
        Assert.Null(TrainingData.Overlap(card, new DataCard("train.tsv", "3", 3)));
        Assert.Null(TrainingData.Overlap(null, train));
    }

    private static RunCard Card(DataCard train)
    {
        using var empty = JsonDocument.Parse("{}");
        return new RunCard { Status = "finished", Task = "text classification", Started = default, Train = train, Format = empty.RootElement.Clone(), Options = new(), TaskOptions = empty.RootElement.Clone() };
    }
}
