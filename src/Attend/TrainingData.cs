using Attend.Text.Data;

namespace Attend;

/// <summary>The examples of a training run, read and checked before anything is computed.</summary>
internal sealed record TrainingData(IReadOnlyList<LabeledText> Train, IReadOnlyList<LabeledText> Dev, IReadOnlyList<string> Labels, DataCard TrainCard, DataCard? DevCard)
{
    public static TrainingData Read(ClassifierTraining training, Action<string> notice)
    {
        IReadOnlyList<LabeledText> train = [.. LabeledTextFile.Read(training.Data, training.Format)];
        var trainCount = train.Count;
        if (trainCount == 0) throw new DataFileException(training.Data, null, "holds no example");
        var labels = train.SelectMany(example => example.Labels).Distinct().Order(StringComparer.Ordinal).ToArray();
        if (labels.Length < 2 && training.Format.LabelSeparator is null)
            throw new DataFileException(training.Data, null, $"has only one label, '{labels.FirstOrDefault()}', in {train.Count} examples; a classifier needs at least two");

        IReadOnlyList<LabeledText> dev;
        DataCard? devCard = null;
        if (training.Dev is { } devPath)
        {
            dev = [.. LabeledTextFile.Read(devPath, training.Format)];
            if (dev.Count == 0) throw new DataFileException(devPath, null, "holds no example");
            CheckLabels(devPath, dev, labels, training.Data);
            devCard = new DataCard(devPath, DatasetHash.Of(devPath), dev.Count);
        }
        else
        {
            if (!(training.DevShare > 0 && training.DevShare < 1)) throw new ArgumentException($"DevShare is {training.DevShare}; expected a share in (0, 1)");
            (train, dev) = Split.Stratified(train, training.DevShare, training.Options.Seed);
            notice($"no --dev file: {dev.Count} of {trainCount} examples are split off to judge the model by");
        }
        return new TrainingData(train, dev, labels, new DataCard(training.Data, DatasetHash.Of(training.Data), train.Count), devCard);
    }

    /// <summary>Weights that make every label count the same, in label order.</summary>
    public IReadOnlyList<double> BalancedWeights()
    {
        var counts = Train.SelectMany(example => example.Labels).CountBy(label => label).ToDictionary();
        return [.. Labels.Select(label => (double)Train.Count / (Labels.Count * Math.Max(1, counts.GetValueOrDefault(label))))];
    }

    /// <summary>Throws at the first label that is not among the known ones.</summary>
    public static void CheckLabels(string path, IEnumerable<LabeledText> examples, IReadOnlyList<string> labels, string where)
    {
        var known = labels.ToHashSet();
        foreach (var example in examples)
            foreach (var label in example.Labels)
                if (!known.Contains(label))
                    throw new DataFileException(path, example.Line, $"label '{label}' never occurs in {where}; known labels: {Abridged(labels)}");
    }

    private static string Abridged(IReadOnlyList<string> labels) => labels.Count <= 20 ? string.Join(", ", labels) : $"{string.Join(", ", labels.Take(20))} and {labels.Count - 20} more";
}
