using System.Diagnostics;
using System.Globalization;
using Attend.Checkpoints;
using Spectre.Console;

namespace Attend.App;

/// <summary>Pulls models, and shows it on standard error: a bar on a terminal, else a plain line every few seconds.</summary>
internal static class PullDisplay
{
    private const double SecondsBetweenLines = 5;

    /// <summary>Makes sure that the model a command starts from can be opened: a published one that is not in the cache is pulled.</summary>
    /// <param name="nameOrFolder">As the user gave it; null = none.</param>
    /// <param name="cancel">Stops; what has arrived is kept.</param>
    /// <returns>What was given.</returns>
    public static string? Ensure(string? nameOrFolder, CancellationToken cancel)
    {
        if (nameOrFolder is not null && ModelSource.NeedsPull(nameOrFolder)) Pull(nameOrFolder, new PullOptions(), HubOptions.FromEnvironment(), cancel);
        return nameOrFolder;
    }

    /// <summary>Pulls a model under a display.</summary>
    public static PulledModel Pull(string name, PullOptions pull, HubOptions options, CancellationToken cancel)
    {
        PulledModel Run(IProgress<PullProgress> progress, Action<string> notice)
        {
            using var hub = new HubClient(options, notice);
            return hub.PullAsync(name, pull, progress, cancel).GetAwaiter().GetResult();
        }
        try
        {
            var model = Show(Run);
            var fetched = model.Files.Where(file => file.Downloaded).ToArray();
            Console.Error.WriteLine($"{model.Name} {model.Revision} ({model.Commit[..12]}): {model.Files.Count} files, {Size(model.Files.Sum(file => file.Bytes))}; fetched now {fetched.Length}, {Size(fetched.Sum(file => file.Bytes))}");
            return model;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            Console.Error.WriteLine("what has arrived is kept: the same command goes on from there");
            throw;
        }
    }

    private static PulledModel Show(Func<IProgress<PullProgress>, Action<string>, PulledModel> run)
    {
        if (Console.IsErrorRedirected) return run(new Lines(), Console.Error.WriteLine);

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new DownloadedColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
            .Start(context => run(new Bar(context.AddTask("asking the hub", autoStart: true)), notice => console.MarkupLineInterpolated($"{notice}")));
    }

    private static string Size(long bytes) => bytes switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.00} GB"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.0} kB"),
    };

    private sealed class Bar(ProgressTask task) : IProgress<PullProgress>
    {
        public void Report(PullProgress value)
        {
            task.MaxValue = Math.Max(1, value.TotalBytes);
            task.Value = value.DoneBytes;
            task.Description = Markup.Escape($"{value.DoneFiles}/{value.FileCount}  {value.File}");
        }
    }

    private sealed class Lines : IProgress<PullProgress>
    {
        private long _last = Stopwatch.GetTimestamp();

        public void Report(PullProgress value)
        {
            if (Stopwatch.GetElapsedTime(_last).TotalSeconds < SecondsBetweenLines) return;
            _last = Stopwatch.GetTimestamp();
            Console.Error.WriteLine($"{100.0 * value.DoneBytes / Math.Max(1, value.TotalBytes),3:0} %  {Size(value.DoneBytes)} of {Size(value.TotalBytes)}  {value.DoneFiles}/{value.FileCount} files  {value.File}");
        }
    }
}
