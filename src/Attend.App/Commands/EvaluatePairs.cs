using Attend.Checkpoints;
using Attend.Text.Data;

namespace Attend.App.Commands;

/// <summary>`evaluate` of a model over pairs of texts.</summary>
internal static class EvaluatePairs
{
    /// <param name="request">What was asked.</param>
    /// <param name="model">The model's folder.</param>
    /// <param name="format">How the file is read, given how the training data were.</param>
    public static int Run(EvaluateRequest request, ModelFolder model, Func<TextPairOptions?, TextPairOptions> format)
    {
        var folder = request.Folder(model.Path);
        var columns = format(PairFormatOptions.Before(model.Path)) with { KeepColumns = request.SliceBy };
        if (!model.Config.IsRegression)
        {
            using var classifier = TextClassifier.Load(request.Model, request.Device);
            classifier.UsePrecision(request.Precision, Console.Error.WriteLine);
            if (classifier.ReadsPairs == false) throw new ArgumentException($"{request.Model} reads single texts; --text2-column is for models of pairs");
            return EvaluateCommand.Report(ClassifierEvaluation.Run(classifier, request.Data, columns, folder, request.Cancel), folder, request.Json);
        }
        using var scorer = PairScorer.Load(request.Model, request.Device);
        scorer.UsePrecision(request.Precision, Console.Error.WriteLine);
        var card = PairScorerEvaluation.Run(scorer, request.Data, columns, folder, request.Cancel).Card;
        if (request.Json) Output.WriteJson(new { Folder = folder, card.Metrics, card.Intervals, card.Signatures, card.Slices, card.Notes });
        else EvaluationDisplay.Show(card, folder, "spearman", "pearson", "mse");
        return 0;
    }
}
