using System.Text.Json;
using Attend.Checkpoints;
using Attend.Text.Data;

namespace Attend.App.Commands;

/// <summary>`evaluate` of a model that makes vectors.</summary>
internal static class EvaluateEmbedding
{
    /// <summary>Whether a model without a head is one that makes vectors of texts.</summary>
    public static bool IsMeant(ModelFolder folder) => SentencePooling.Read(folder.Path) is not null;

    /// <param name="request">What was asked.</param>
    /// <param name="model">The model's folder.</param>
    /// <param name="format">How the file is read, given how the training data were.</param>
    public static int Run(EvaluateRequest request, ModelFolder model, Func<TextPairOptions?, TextPairOptions> format)
    {
        var folder = request.Folder(model.Path);
        var columns = format(PairFormatOptions.Before(model.Path)) with { KeepColumns = request.SliceBy };
        // A model may be measured by scores, whatever it learnt from.
        if (columns.Target != PairTarget.Score && TextPairFile.FindTarget(request.Data, columns) is var target && (target != PairTarget.Label || columns.Target != PairTarget.None)) columns = columns with { Target = target };
        var label = RunCard.Read(model.Path) is { Task: "text embedding" } card && card.TaskOptions.TryGetProperty("positive_label", out var found) && found.ValueKind == JsonValueKind.String ? found.GetString() : null;
        using var embedder = TextEmbedder.Load(request.Model, device: request.Device);
        embedder.UsePrecision(request.Precision, Console.Error.WriteLine);
        var evaluation = EmbedderEvaluation.Run(embedder, request.Data, columns, label, folder, request.Cancel).Card;
        if (request.Json) Output.WriteJson(new { Folder = folder, evaluation.Metrics, evaluation.Intervals, evaluation.Signatures, evaluation.Slices, evaluation.Notes });
        else EvaluationDisplay.Show(evaluation, folder, [.. evaluation.Metrics.Keys]);
        return 0;
    }
}
