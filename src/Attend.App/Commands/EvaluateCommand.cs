using System.CommandLine;
using System.Globalization;
using Attend.Checkpoints;
using Attend.Layers;
using Attend.Models;
using Attend.Text.Data;

namespace Attend.App.Commands;

internal static class EvaluateCommand
{
    public static Command Create(CancellationToken cancel)
    {
        var model = CommonOptions.Model();
        var data = new Option<string?>("--data") { Description = "data of the model's task that it has not seen, in the form it was trained on", HelpName = "FILE" };
        var text = new Option<string[]>("--text") { Description = "for a language model: raw text it has not seen, one paragraph or sentence a line, an empty line between documents", HelpName = "FILES" };
        var sliceBy = new Option<string[]>("--slice-by") { Description = "columns by whose values the figures are given apart too, besides by length; may be repeated", HelpName = "NAME|NUMBER" };
        var output = new Option<string?>("--out") { Description = "folder of the results  [default: evaluation/NAME in the model's folder; evaluation/MODEL/NAME here for one given by its name]", HelpName = "FOLDER" };
        var precision = CommonOptions.Precision(Precision.Float32);
        var device = CommonOptions.Device();
        var json = CommonOptions.Json();
        var format = new FormatOptions();
        var writing = new EvaluateWriting();
        var tagging = new TaggingFormatOptions();
        var rules = TrainAnswerCommand.Rules();
        var pairs = new PairFormatOptions(format);
        var command = new Command("evaluate", """
            Measures a model by the figures of its task, each with its 95% interval, over all examples and over parts of them.

            Examples:
              attend evaluate runs/tickets --data test.tsv
              attend evaluate runs/tickets --data test.tsv --slice-by language
              attend evaluate runs/ner --data test.conll
              attend evaluate runs/qa --data dev-v2.0.json
              attend evaluate runs/similarity --data pairs.csv
              attend evaluate runs/search --data queries-and-texts.tsv
              attend evaluate runs/en-de --data test.tsv --beams 5
              attend evaluate runs/bert-mini --text held-out.txt
            """)
        { model, data, text, sliceBy, output, precision, device, json };
        format.AddTo(command);
        writing.AddTo(command);
        tagging.AddTo(command);
        command.Add(rules);
        pairs.AddTo(command);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(data) is null == parsed.GetValue(text) is not { Length: > 0 }) throw new ArgumentException("say what to measure on: --data FILE for a task's model, or --text FILES for a language model");
            if (parsed.GetValue(data) is null && parsed.GetValue(sliceBy) is { Length: > 0 }) throw new ArgumentException("--slice-by names columns of --data; raw text has none");
            if (parsed.GetValue(data) is not { } path)
            {
                using var language = MaskedLanguageModel.Load(parsed.GetValue(model)!, parsed.GetValue(device)!);
                language.UsePrecision(parsed.GetValue(precision), Console.Error.WriteLine);
                return LanguageModelCommand.Evaluate(language, parsed.GetValue(text)!, parsed.GetValue(output), parsed.GetValue(json), cancel);
            }
            var request = new EvaluateRequest(parsed.GetValue(model)!, path, parsed.GetValue(output), parsed.GetValue(device)!, parsed.GetValue(json), parsed.GetValue(sliceBy) ?? [], cancel) { Precision = parsed.GetValue(precision) };
            var folder = ModelFolder.Open(request.Model);
            if (folder.Format is Seq2SeqArchitecture)
            {
                using var generator = TextGenerator.Load(request.Model, request.Device);
                generator.UsePrecision(request.Precision, Console.Error.WriteLine);
                return writing.Run(parsed, generator, path, format.Read(parsed) with { KeepColumns = request.SliceBy }, request.Out, request.Json, cancel);
            }
            return folder.Head switch
            {
                HeadKind.TokenClassification => EvaluateTagging.Run(request, before => tagging.Read(parsed, before)),
                HeadKind.QuestionAnswering => EvaluateAnswering.Run(request, parsed.GetValue(rules)),
                HeadKind.SequenceClassification when pairs.AreMeant(parsed, folder) => EvaluatePairs.Run(request, folder, before => pairs.Read(parsed, before)),
                null when EvaluateEmbedding.IsMeant(folder) => EvaluateEmbedding.Run(request, folder, before => pairs.Read(parsed, before)),
                _ => EvaluateClassifier(request, before => format.Read(parsed, before)),
            };
        });
        return command;
    }

    private static int EvaluateClassifier(EvaluateRequest request, Func<LabeledTextOptions?, LabeledTextOptions> format)
    {
        using var classifier = TextClassifier.Load(request.Model, request.Device);
        classifier.UsePrecision(request.Precision, Console.Error.WriteLine);
        var folder = classifier.Folder.Path;
        var target = request.Folder(folder);
        var columns = format(RunCard.Read(folder) is { } card ? RunCard.As<LabeledTextOptions>(card.Format) : null) with { KeepColumns = request.SliceBy };
        return Report(ClassifierEvaluation.Run(classifier, request.Data, columns, target, request.Cancel), target, request.Json);
    }

    internal static int Report(ClassifierEvaluation evaluation, string folder, bool json)
    {
        if (json) Output.WriteJson(new { Folder = folder, evaluation.Card.Metrics, evaluation.Card.Intervals, evaluation.Card.Baselines, evaluation.Card.Slices, evaluation.Card.Notes, evaluation.Report });
        else Show(evaluation, folder);
        return 0;
    }

    internal static void Show(ClassifierEvaluation evaluation, string folder)
    {
        static string Number(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);
        var report = evaluation.Report;
        List<string[]> rows = [["label", "precision", "recall", "f1", "support"]];
        rows.AddRange(report.PerLabel.Select(label => new[] { label.Label, Number(label.Precision), Number(label.Recall), Number(label.F1), label.Support.ToString() }));
        rows.Add(["macro", Number(report.Macro.Precision), Number(report.Macro.Recall), Number(report.Macro.F1), report.ExampleCount.ToString()]);
        rows.Add(["micro", Number(report.Micro.Precision), Number(report.Micro.Recall), Number(report.Micro.F1), report.ExampleCount.ToString()]);
        rows.Add(["weighted", Number(report.Weighted.Precision), Number(report.Weighted.Recall), Number(report.Weighted.F1), report.ExampleCount.ToString()]);
        Output.WriteColumns(Console.Out, rows);
        Console.Out.WriteLine();
        EvaluationDisplay.Show(evaluation.Card, folder, "accuracy", "f1_macro", "f1_samples", "matthews_correlation", "log_loss", "calibration_error", "roc_auc", "average_precision");
    }
}
