using Attend.Text.Metrics;

namespace Attend.Plots;

/// <summary>Names and meanings of the metrics' figures, so that each has its definition beside it wherever it is shown.</summary>
internal static class FigureDefinitions
{
    private sealed record Definition(string Name, FigureScale Scale, string Meaning);

    // By name; where one name means different things, by the metric's name, which its signature begins with, and the figure's.
    private static readonly Dictionary<string, Definition> Known = new()
    {
        ["classification/accuracy"] = new("Accuracy", FigureScale.Share, "Share of examples answered right."),
        ["multi-label/accuracy"] = new("Accuracy", FigureScale.Share, "Share of examples whose set of labels is exactly right."),
        ["f1_micro"] = new("Micro F1", FigureScale.Plain, "F1 of all yes/no decisions counted together. From 0 to 1."),
        ["f1_macro"] = new("Macro F1", FigureScale.Plain, "Mean of the labels' F1: each label counts the same, however rare. From 0 to 1."),
        ["f1_weighted"] = new("Weighted F1", FigureScale.Plain, "Mean of the labels' F1, weighted by their number of gold examples. From 0 to 1."),
        ["f1_samples"] = new("Samples F1", FigureScale.Plain, "Mean of the examples' own F1. From 0 to 1."),
        ["precision_macro"] = new("Macro precision", FigureScale.Plain, "Mean of the labels' precision. From 0 to 1."),
        ["recall_macro"] = new("Macro recall", FigureScale.Plain, "Mean of the labels' recall. From 0 to 1."),
        ["precision_weighted"] = new("Weighted precision", FigureScale.Plain, "Mean of the labels' precision, weighted by their number of gold examples. From 0 to 1."),
        ["recall_weighted"] = new("Weighted recall", FigureScale.Plain, "Mean of the labels' recall, weighted by their number of gold examples. From 0 to 1."),
        ["precision_micro"] = new("Micro precision", FigureScale.Plain, "Of all labels given, the share that is right. From 0 to 1."),
        ["recall_micro"] = new("Micro recall", FigureScale.Plain, "Of all gold labels, the share that was given. From 0 to 1."),
        ["hamming_loss"] = new("Hamming loss", FigureScale.Plain, "Share of single yes/no decisions that are wrong; 0 is best."),
        ["matthews_correlation"] = new("Matthews correlation", FigureScale.Plain, "Agreement beyond chance: 1 perfect, 0 no better than guessing by frequency."),
        ["log_loss"] = new("Log loss", FigureScale.Plain, "Mean of −ln of the probability given to the gold label; 0 is best."),
        ["calibration_error"] = new("Calibration error", FigureScale.Plain, "How far stated confidence lies from the share that is right, on average; 0 is best."),
        ["roc_auc"] = new("ROC-AUC", FigureScale.Plain, "Probability that a random example of a label is scored above a random one without it; averaged over the labels."),
        ["average_precision"] = new("Average precision", FigureScale.Plain, "Sum over the ranked examples of precision times the step in recall; averaged over the labels."),
        ["spans/f1_micro"] = new("F1", FigureScale.Plain, "Of all spans counted together: right are those with the right boundaries and label. From 0 to 1."),
        ["spans/precision_micro"] = new("Precision", FigureScale.Plain, "Of the spans given, the share that is right. From 0 to 1."),
        ["spans/recall_micro"] = new("Recall", FigureScale.Plain, "Of the gold spans, the share that was found. From 0 to 1."),
        ["spans/f1_weighted"] = new("Weighted F1", FigureScale.Plain, "Mean of the labels' F1, weighted by their number of gold spans. From 0 to 1."),
        ["strict_f1_micro"] = new("F1, strict", FigureScale.Plain, "As F1, but only spans count whose tags follow their scheme throughout. From 0 to 1."),
        ["token_accuracy"] = new("Word accuracy", FigureScale.Share, "Share of words with the right tag. Most words are outside of any span, so it is high by itself."),
        ["squad/exact_match"] = new("Exact match", FigureScale.Hundred, "Share of questions, of 100, whose answer is a gold answer but for case, punctuation and articles."),
        ["squad/f1"] = new("F1", FigureScale.Hundred, "Overlap of words between answer and gold answer, mean over the questions. From 0 to 100."),
        ["has_answer_exact_match"] = new("Exact match, answerable", FigureScale.Hundred, "Exact match over the questions that have an answer. From 0 to 100."),
        ["has_answer_f1"] = new("F1, answerable", FigureScale.Hundred, "F1 over the questions that have an answer. From 0 to 100."),
        ["no_answer_accuracy"] = new("Accuracy, unanswerable", FigureScale.Hundred, "Share, of 100, of the questions without an answer to which none was given."),
        ["pearson"] = new("Pearson correlation", FigureScale.Plain, "Linear agreement of predicted and gold numbers: 1 perfect, 0 none."),
        ["spearman"] = new("Spearman correlation", FigureScale.Plain, "Agreement of their order, ties averaged: 1 perfect, 0 none."),
        ["mse"] = new("Mean squared error", FigureScale.Plain, "Mean square of predicted minus gold; 0 is best."),
        ["cosine-regression/pearson"] = new("Pearson correlation", FigureScale.Plain, "Linear agreement of the cosines with the gold scores: 1 perfect, 0 none."),
        ["cosine-regression/spearman"] = new("Spearman correlation", FigureScale.Plain, "Agreement of the order of the cosines with that of the gold scores, ties averaged: 1 perfect, 0 none."),
        ["recall_at_1"] = new("Recall at 1", FigureScale.Plain, "Share of a query's right texts that come first, mean over the queries. From 0 to 1."),
        ["recall_at_5"] = new("Recall at 5", FigureScale.Plain, "Share of a query's right texts among the first 5, mean over the queries. From 0 to 1."),
        ["recall_at_10"] = new("Recall at 10", FigureScale.Plain, "Share of a query's right texts among the first 10, mean over the queries. From 0 to 1."),
        ["mean_reciprocal_rank"] = new("Mean reciprocal rank", FigureScale.Plain, "1 divided by the place of the first right text, mean over the queries. From 0 to 1."),
        ["ndcg_at_10"] = new("nDCG at 10", FigureScale.Plain, "How early the right texts come among the first 10, beside the best order. From 0 to 1."),
        ["bleu"] = new("BLEU", FigureScale.Hundred, "Geometric mean of the precisions of 1 to 4 words in a row, less a penalty for being short. From 0 to 100."),
        ["chrf"] = new("chrF", FigureScale.Hundred, "F-score, recall counting more, of runs of 1 to 6 characters. From 0 to 100."),
        ["chrf++"] = new("chrF++", FigureScale.Hundred, "F-score, recall counting more, of runs of 1 to 6 characters and of 1 to 2 words. From 0 to 100."),
        ["ter"] = new("TER", FigureScale.Hundred, "Edits and moves of stretches that turn the text into the reference, per 100 words of it; 0 is best."),
        ["rouge1"] = new("ROUGE-1", FigureScale.Plain, "F1 of the words in common with the reference, mean over the texts. From 0 to 1."),
        ["rouge2"] = new("ROUGE-2", FigureScale.Plain, "F1 of the pairs of neighbouring words in common. From 0 to 1."),
        ["rougeL"] = new("ROUGE-L", FigureScale.Plain, "F1 of the longest sequence of words that both have in this order. From 0 to 1."),
        ["rougeLsum"] = new("ROUGE-Lsum", FigureScale.Plain, "As ROUGE-L, line by line. From 0 to 1."),
        ["exact_match"] = new("Exact match", FigureScale.Share, "Share of texts that equal a reference."),
        ["character_error_rate"] = new("Character error rate", FigureScale.Share, "Edits of characters that turn the text into the reference, per character of it; 0 is best."),
        ["word_error_rate"] = new("Word error rate", FigureScale.Share, "Edits of words that turn the text into the reference, per word of it; 0 is best."),
    };

    /// <summary>A figure with its name, definition and scale; one that is not known is shown under its key.</summary>
    public static ReportFigure Describe(MeasuredFigure figure)
    {
        var definition = Of(figure.Name, figure.Signature);
        return new ReportFigure(definition.Name, figure.Value, definition.Meaning) { Scale = definition.Scale, Interval = figure.Interval, Signature = figure.Signature };
    }

    /// <summary>The name of a figure as the head of a column, with its meaning.</summary>
    public static (ReportColumn Column, FigureScale Scale) Column(string name, string signature)
    {
        var definition = Of(name, signature);
        return (new ReportColumn(definition.Name, definition.Meaning, ReportColumnKind.Number), definition.Scale);
    }

    private static Definition Of(string name, string signature) =>
        Known.TryGetValue($"{signature.Split('|')[0]}/{name}", out var definition) || Known.TryGetValue(name, out definition)
            ? definition
            : new Definition(name, FigureScale.Plain, "See the signature.");
}
