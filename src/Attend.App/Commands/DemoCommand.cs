using System.CommandLine;
using Attend.Text.Data;

namespace Attend.App.Commands;

internal static class DemoCommand
{
    private static readonly string[] Questions =
    [
        "i was charged twice for the same order, please give me my money back",
        "where is my parcel? it should have been here on monday",
        "我忘记密码了，登录不了账号",
    ];

    public static Command Create(CancellationToken cancel)
    {
        var output = new Option<string>("--out") { Description = "the run's folder; a demo's run there is replaced", DefaultValueFactory = _ => "runs/demo", HelpName = "FOLDER" };
        var json = CommonOptions.Json();
        var command = new Command("demo", """
            The main job on data that come with Attend, in a minute or two.

            Teaches attend-mini, a small pre-trained BERT, the intents of customers' messages (English and Chinese), measures it on messages it has not seen, and uses it.

            Example:
              attend demo
            """)
        { output, json };
        command.SetAction(parsed =>
        {
            var folder = parsed.GetValue(output)!;
            var data = Path.Combine(AppContext.BaseDirectory, "data", "intents");
            var training = new ClassifierTraining
            {
                Data = Path.Combine(data, "train.tsv"),
                Dev = Path.Combine(data, "dev.tsv"),
                Out = folder,
                From = "attend-mini",
                Options = new() { Epochs = 12, LearningRate = 1e-3, BatchSize = 16 },
                TaskOptions = new() { TokenDropout = 0.1, LabelSmoothing = 0.1 },
            };
            // Only an earlier demo is replaced, never somebody's own run.
            training = training with { Overwrite = RunCard.Read(folder)?.Train.Sha256 == DatasetHash.Of(training.Data) };
            Console.Error.WriteLine($"attend train classify --from attend-mini --data {training.Data} --dev {training.Dev} --out {folder}");
            var card = TrainingDisplay.Show((progress, notice) => training.Run(progress, notice, cancel));

            using var classifier = TextClassifier.Load(folder);
            var test = Path.Combine(data, "test.tsv");
            var target = EvaluationCard.DefaultFolder(folder, test);
            var evaluation = ClassifierEvaluation.Run(classifier, test, training.Format, target, cancel);
            var answers = Questions.Select(question => (Text: question, Answer: classifier.Predict(question))).ToArray();
            if (parsed.GetValue(json))
            {
                Output.WriteJson(new { Run = folder, Report = Path.Combine(target, "report.html"), card.Seconds, evaluation.Card.Metrics, Predictions = answers.Select(entry => new { entry.Text, entry.Answer.Label, entry.Answer.Probability }) });
                return 0;
            }
            EvaluateCommand.Show(evaluation, target);
            Console.Out.WriteLine();
            Output.WriteColumns(Console.Out, answers.Select(entry => new[] { entry.Answer.Label, entry.Answer.Probability.ToString("0.00"), entry.Text }));
            return 0;
        });
        return command;
    }
}
