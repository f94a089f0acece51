using Attend.Text.Data;

namespace Attend;

/// <summary>The data that a model learned from, as far as they are still there.</summary>
internal static class TrainingData
{
    /// <summary>Why baselines cannot be learned from them, as a note; null where they can.</summary>
    public static string? WhyNot(RunCard? card)
    {
        if (card is null) return "No baselines stand beside the figures: it is not known what the model was trained on.";
        var data = card.Train;
        if (!File.Exists(data.Path)) return $"No baselines stand beside the figures: the training data, {data.Path}, are not there any more (looked for from {Environment.CurrentDirectory}).";
        return DatasetHash.Of(data.Path) == data.Sha256 ? null : $"No baselines stand beside the figures: the training data, {data.Path}, have changed since the model was trained.";
    }

    /// <summary>A note where a model is measured on what it has learned from; null where it is not.</summary>
    public static string? Overlap(RunCard? card, DataCard data)
    {
        if (card is null) return null;
        if (card.Train.Sha256 == data.Sha256) return "These are the data that the model was trained on: the figures say nothing of how good it is on other texts.";
        return card.Dev?.Sha256 == data.Sha256 ? "The model's best epoch was chosen by these very data: the figures are a little too good." : null;
    }
}
