using System.Diagnostics;
using System.Globalization;
using Attend.Training;
using Spectre.Console;

namespace Attend.App;

/// <summary>Shows a training run on standard error: a bar on a terminal, else a plain line every few seconds.</summary>
internal static class TrainingDisplay
{
    private const double SecondsBetweenLines = 5;

    /// <summary>Runs the work under the display.</summary>
    public static T Show<T>(Func<IProgress<TrainProgress>, Action<string>, T> work)
    {
        if (Console.IsErrorRedirected) return work(new Lines(), Console.Error.WriteLine);

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress()
            .AutoClear(false)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context => work(new Bar(console, context.AddTask("reading data", autoStart: true)), notice => console.MarkupLineInterpolated($"{notice}")));
    }

    private static string Describe(TrainProgress progress) => string.Create(CultureInfo.InvariantCulture,
        $"epoch {progress.Epoch}  {progress.Phase}  loss {progress.Loss:0.000}  {(progress.Record?.Figures is null ? $"{progress.ExamplesPerSecond:0} examples/s" : $"{progress.TokensPerSecond:#,0} tokens/s")}");

    private static string Describe(EpochRecord epoch)
    {
        var metrics = string.Join("  ", epoch.DevMetrics.Where(metric => metric.Key is "accuracy" or "f1_macro" or "f1_micro" or "f1" or "exact_match" or "pearson" or "spearman" or "recall_at_1" or "mean_reciprocal_rank" or "mlm_loss" or "mlm_accuracy" or "nsp_accuracy" or "bleu" or "rougeL").Select(metric => string.Create(CultureInfo.InvariantCulture, $"{metric.Key} {metric.Value:0.0000}")));
        return string.Create(CultureInfo.InvariantCulture, $"epoch {epoch.Epoch}  train loss {epoch.TrainLoss:0.0000}  {(double.IsFinite(epoch.DevLoss) ? string.Create(CultureInfo.InvariantCulture, $"dev loss {epoch.DevLoss:0.0000}  ") : "")}dev {metrics}  {epoch.Seconds:0} s");
    }

    private sealed class Bar(IAnsiConsole console, ProgressTask task) : IProgress<TrainProgress>
    {
        public void Report(TrainProgress value)
        {
            task.MaxValue = value.UpdateCount;
            task.Value = value.Update;
            task.Description = Markup.Escape(Describe(value));
            if (value.EpochDone is { } epoch) console.WriteLine(Describe(epoch));
        }
    }

    private sealed class Lines : IProgress<TrainProgress>
    {
        private readonly long _start = Stopwatch.GetTimestamp();
        private long _last = Stopwatch.GetTimestamp();
        private long _firstUpdate = -1;

        public void Report(TrainProgress value)
        {
            if (_firstUpdate < 0) _firstUpdate = value.Update - 1;
            if (value.EpochDone is { } epoch)
            {
                Console.Error.WriteLine(Describe(epoch));
                _last = Stopwatch.GetTimestamp();
            }
            else if (Stopwatch.GetElapsedTime(_last).TotalSeconds >= SecondsBetweenLines)
            {
                _last = Stopwatch.GetTimestamp();
                var done = value.Update - _firstUpdate;
                var left = done == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(_start) / done * (value.UpdateCount - value.Update);
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{100.0 * value.Update / value.UpdateCount,3:0} %  {Describe(value)}  {(int)left.TotalHours}:{left:mm\\:ss} left"));
            }
        }
    }
}
