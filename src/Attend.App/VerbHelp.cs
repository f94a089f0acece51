using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Attend.App;

/// <summary>Help in two lengths: one line for each verb in the list of verbs, the whole description with its examples in the verb's own help.</summary>
internal sealed class VerbHelp : SynchronousCommandLineAction
{
    private readonly HelpAction _inner = new();
    private readonly Dictionary<Command, string> _more = [];

    /// <summary>Leaves every command the first line of its description, and keeps the rest for its own help.</summary>
    public VerbHelp(Command root)
    {
        foreach (var command in root.Subcommands) Shorten(command);
    }

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var code = _inner.Invoke(parseResult);
        if (_more.TryGetValue(parseResult.CommandResult.Command, out var more)) parseResult.InvocationConfiguration.Output.WriteLine(more + Environment.NewLine);
        return code;
    }

    private void Shorten(Command command)
    {
        foreach (var child in command.Subcommands) Shorten(child);
        if (command.Description is not { } whole || whole.IndexOf('\n', StringComparison.Ordinal) is not (> 0 and var end)) return;
        command.Description = whole[..end].TrimEnd();
        _more[command] = whole[end..].Trim('\r', '\n');
    }
}
