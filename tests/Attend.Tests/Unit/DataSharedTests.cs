using Attend.Text.Data;

namespace Attend.Tests.Unit;

/// <summary>Real data sets are read whole.</summary>
public sealed class DataSharedTests
{
    private static readonly LabeledTextOptions NoHeader = new() { HasHeader = false };

    private static Dictionary<string, int> Counts(IEnumerable<LabeledText> examples) => examples.CountBy(example => Assert.Single(example.Labels)).ToDictionary();

    [Theory]
    [InlineData("sst2/train.tsv.gz", 3310, 3610)]
    [InlineData("sst2/dev.tsv.gz", 428, 444)]
    [InlineData("chnsenticorp-htl/train.tsv.gz", 1954, 4258)]
    [InlineData("sentence-polarity-ccby/train.tsv.gz", 4798, 4798)]
    public void SentimentFilesHaveTheirCounts(string name, int negative, int positive)
    {
        var path = Repository.SharedData(name.Split('/'));
        var examples = LabeledTextFile.Read(path, NoHeader).ToList();
        Assert.Equal(new Dictionary<string, int> { ["0"] = negative, ["1"] = positive }, Counts(examples));
        // No text is lost or changed: the same as cutting each line at its tab.
        Assert.Equal(PlainTextFile.Read(path).Select(line => line.Split('\t')[0]), examples.Select(example => example.Text));
        Assert.Contains("--no-header", Assert.Throws<DataFileException>(() => LabeledTextFile.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Banking77HasItsCounts()
    {
        var counts = Counts(LabeledTextFile.Read(Repository.SharedData("banking77", "train.csv.gz")));
        Assert.Equal((77, 10003), (counts.Count, counts.Values.Sum()));
    }

    [Fact]
    public void AgNewsHasItsCounts()
    {
        var examples = LabeledTextFile.Read(Repository.SharedData("ag-news-7600", "train6000.csv.gz"), NoHeader with { TextColumn = "3", LabelColumn = "1" });
        Assert.Equal(new Dictionary<string, int> { ["1"] = 1519, ["2"] = 1493, ["3"] = 1470, ["4"] = 1518 }, Counts(examples));
    }

    [Fact]
    public void OcnliHasItsCounts()
    {
        var path = Repository.SharedData("ocnli-zh", "train.10k.jsonl.gz");
        var counts = Counts(LabeledTextFile.Read(path, new LabeledTextOptions { TextColumn = "sentence1" }));
        Assert.Equal((3242, 3434, 3309, 15), (counts["contradiction"], counts["neutral"], counts["entailment"], counts["-"]));
    }
}
