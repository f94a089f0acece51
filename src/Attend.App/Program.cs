using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using System.Text;
using Attend.App.Commands;

namespace Attend.App;

/// <summary>The command line. Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        using var interrupted = new CancellationTokenSource();
        // The first Ctrl-C asks the work to stop where nothing is lost; the second ends the process at once.
        void Interrupt(PosixSignalContext context)
        {
            if (interrupted.IsCancellationRequested) return;
            context.Cancel = true;
            Console.Error.WriteLine("stopping (again to stop at once) ...");
            interrupted.Cancel();
        }
        using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
        using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
        return Run(arguments, interrupted.Token);
    }

    /// <summary>Runs one command line; also the way in for tests.</summary>
    internal static int Run(string[] arguments, CancellationToken cancel)
    {
        var parsed = CreateRoot(cancel).Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction error) error.ShowHelp = false;
        try
        {
            var code = parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
            return parsed.Action is ParseErrorAction ? 2 : code;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return Fail(arguments, 130, "interrupted");
        }
        catch (Exception exception) when (Failures.Describe(exception) is { } failure)
        {
            return Fail(arguments, failure.ExitCode, failure.Message);
        }
    }

    // Not a RootCommand, whose name in help texts is that of the assembly.
    internal static Command CreateRoot(CancellationToken cancel)
    {
        var root = new Command("attend", "Transformers and BERT for .NET: teach a model your labels, see how good it is, use it.")
        {
            DemoCommand.Create(cancel),
            TrainCommand.Create(cancel),
            PretrainCommand.Create(cancel),
            EvaluateCommand.Create(cancel),
            CompareCommand.Create(cancel),
            PredictCommand.Create(cancel),
            EmbedCommand.Create(cancel),
            TranslateCommand.Create(cancel),
            FillCommand.Create(),
            TokenizerCommand.Create(cancel),
            InfoCommand.Create(),
            PullCommand.Create(cancel),
            ConvertCommand.Create(),
            ExportCommand.Create(),
            DoctorCommand.Create(),
            new VersionOption(),
        };
        root.Add(new HelpOption { Action = new VerbHelp(root) });
        return root;
    }

    private static int Fail(string[] arguments, int exitCode, string message)
    {
        Console.Error.WriteLine(exitCode == 130 ? message : $"error: {message}");
        if (arguments.Contains("--json")) Output.WriteJson(new { Error = message, ExitCode = exitCode });
        return exitCode;
    }
}
