using System.Diagnostics;
using System.Globalization;
using Attend.Text.Tokenizers.Training;
using Spectre.Console;

namespace Attend.App;

/// <summary>Shows the training of a tokenizer on standard error: a bar on a terminal, else a plain line every few seconds.</summary>
internal static class TokenizerTrainingDisplay
{
    private const double SecondsBetweenLines = 5, SecondsBetweenBars = 0.1;

    /// <summary>Runs the work under the display.</summary>
    public static T Show<T>(Func<IProgress<TokenizerTrainingProgress>, T> work)
    {
        if (Console.IsErrorRedirected) return work(new Throttled(SecondsBetweenLines, progress => Console.Error.WriteLine(Describe(progress))));

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
            .Start(context =>
            {
                var bar = context.AddTask("reading", autoStart: true);
                var result = work(new Throttled(SecondsBetweenBars, progress =>
                {
                    bar.MaxValue = Math.Max(1, progress.Total);
                    bar.Value = progress.Done;
                    bar.Description = progress.Phase switch { TokenizerTrainingPhase.Counting => "counting words", TokenizerTrainingPhase.Joining => "joining pieces", _ => "choosing pieces" };
                }));
                bar.Value = bar.MaxValue;
                return result;
            });
    }

    private static string Describe(TokenizerTrainingProgress progress) => progress.Phase switch
    {
        TokenizerTrainingPhase.Counting => string.Create(CultureInfo.InvariantCulture, $"counting words: {progress.Done / 1e6:0.0} of {progress.Total / 1e6:0.0} MB"),
        TokenizerTrainingPhase.Joining => $"joining pieces: {progress.Done} of {progress.Total}",
        _ => $"choosing pieces: round {progress.Done} of {progress.Total}",
    };

    private sealed class Throttled(double secondsBetween, Action<TokenizerTrainingProgress> show) : IProgress<TokenizerTrainingProgress>
    {
        private long _last = Stopwatch.GetTimestamp();

        public void Report(TokenizerTrainingProgress value)
        {
            if (Stopwatch.GetElapsedTime(_last).TotalSeconds < secondsBetween) return;
            _last = Stopwatch.GetTimestamp();
            show(value);
        }
    }
}
