using Attend.Text.Baselines;
using Attend.Text.Metrics;

namespace Attend;

/// <summary>How good something simple is on the same examples, so that a model's figures mean something.</summary>
/// <param name="Name">What it is: "majority class".</param>
/// <param name="Description">What it answers, and what it learned from, in a sentence.</param>
/// <param name="Metrics">Its figures, under the names and by the metric of the model's own.</param>
/// <param name="Intervals">Where they lie over the same resampled examples.</param>
public sealed record BaselineCard(string Name, string Description, IReadOnlyDictionary<string, double> Metrics, IReadOnlyDictionary<string, BootstrapInterval> Intervals);

/// <summary>Something simple that is measured beside a model, example by example.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Description">What it answers, and what it learned from, in a sentence.</param>
/// <param name="Answer">Its answer to an example.</param>
/// <param name="Metric">The metric of the model, empty.</param>
internal sealed record Baseline<TExample, TAnswer>(string Name, string Description, Func<TExample, TAnswer> Answer, ISummedMetric<TAnswer> Metric)
{
    private readonly BootstrapMetric<TAnswer> _measured = new(Metric);

    public void Add(TExample example, TAnswer expected) => _measured.Add(Answer(example), expected);

    public BaselineCard Card() => new(Name, Description, _measured.Result(), _measured.Intervals());
}

/// <summary>What baselines of labelled examples are learned from.</summary>
/// <param name="Card">The model's run; null where it is not known.</param>
/// <param name="Labels">The model's labels.</param>
/// <param name="IsMultiLabel">Whether an example has any number of labels.</param>
/// <param name="Read">Reads the examples that the model learned from, without those held out.</param>
/// <param name="TextsOf">The text, or the texts, of an example.</param>
/// <param name="LabelsOf">The labels of an example.</param>
/// <param name="Create">Makes the model's metric, empty.</param>
internal sealed record LabelBaselineSource<TExample>(
    RunCard? Card, IReadOnlyList<string> Labels, bool IsMultiLabel, Func<IEnumerable<TExample>> Read,
    Func<TExample, IReadOnlyList<string>> TextsOf, Func<TExample, IEnumerable<string>> LabelsOf, Func<ISummedMetric<ClassAnswer>> Create);

/// <summary>The baselines of tasks whose examples have labels.</summary>
internal static class LabelBaselines
{
    /// <summary>Learns the baselines from what the model has learned from; none, with a note that says why, where that is not to be had.</summary>
    public static (IReadOnlyList<Baseline<TExample, ClassAnswer>> Baselines, string? Note) Train<TExample>(LabelBaselineSource<TExample> source, CancellationToken cancel)
    {
        if (TrainingData.WhyNot(source.Card) is { } why) return ([], why);
        var index = source.Labels.Select((label, i) => (label, i)).ToDictionary(entry => entry.label, entry => entry.i);
        BaselineExample[] examples = [.. source.Read().Select(example => new BaselineExample(source.TextsOf(example), [.. source.LabelsOf(example).Select(label => index[label])]))];
        var majority = MajorityClass.Train(examples, source.Labels.Count, source.IsMultiLabel).Predict();
        var words = BagOfWordsClassifier.Train(examples, source.Labels.Count, source.IsMultiLabel, cancel: cancel);
        var always = majority.Labels.Count == 0 ? "no label" : string.Join(", ", majority.Labels.Select(label => $"\"{source.Labels[label]}\""));
        return ([
            new("bag of words", $"Logistic regression on which of {words.FeatureCount:N0} words and pairs of neighbouring words (single characters where Chinese) a text has, learned from {Of(words.ExampleCount, examples.Length)} training examples; C = {words.InverseRegularization:0.##}.",
                example => words.Predict(source.TextsOf(example)), source.Create()),
            new("majority class", $"Always {always}, the most frequent of {examples.Length:N0} training examples.", _ => majority, source.Create()),
        ], null);
    }

    private static string Of(int some, int all) => some == all ? $"{all:N0}" : $"{some:N0} of {all:N0}";
}
