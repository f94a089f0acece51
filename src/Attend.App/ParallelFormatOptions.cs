using System.CommandLine;
using Attend.Text.Data;

namespace Attend.App;

/// <summary>The options that say how pairs of texts are read.</summary>
internal sealed class ParallelFormatOptions
{
    private readonly Option<string?> _source = new("--source") { Description = "in place of --data: a plain file of sources, one a line", HelpName = "FILE" };
    private readonly Option<string?> _target = new("--target") { Description = "what line n of --source is to become, in line n", HelpName = "FILE" };
    private readonly Option<string?> _devTarget = new("--dev-target") { Description = "targets of --dev, where that is a plain file of sources", HelpName = "FILE" };
    private readonly Option<string?> _sourceColumn = new("--source-column") { Description = "column of the source, by name or by number from 1", HelpName = "NAME|NUMBER" };
    private readonly Option<string?> _targetColumn = new("--target-column") { Description = "column of the target, by name or by number from 1", HelpName = "NAME|NUMBER" };
    private readonly Option<bool> _noHeader = new("--no-header") { Description = "the file's first line is data, not column names" };

    public void AddTo(Command command, bool training = true)
    {
        if (training) foreach (var option in (Option[])[_source, _target, _devTarget]) command.Add(option);
        foreach (var option in (Option[])[_sourceColumn, _targetColumn, _noHeader]) command.Add(option);
    }

    /// <summary>The data file, and the file of its targets where it is a plain one.</summary>
    /// <exception cref="ArgumentException">Neither or both ways to name the data are used.</exception>
    public (string Data, string? Target) Files(ParseResult parsed, string? data)
    {
        var (source, target) = (parsed.GetValue(_source), parsed.GetValue(_target));
        if (data is null == source is null) throw new ArgumentException("say where the data are: --data FILE, or --source FILE --target FILE");
        if (source is null != target is null) throw new ArgumentException("--source and --target go together");
        return (data ?? source!, target);
    }

    public string? DevTarget(ParseResult parsed) => parsed.GetValue(_devTarget);

    public ParallelTextOptions Read(ParseResult parsed, bool targetRequired = true) => new()
    {
        HasHeader = parsed.GetValue(_noHeader) ? false : null,
        SourceColumn = parsed.GetValue(_sourceColumn),
        TargetColumn = parsed.GetValue(_targetColumn),
        TargetRequired = targetRequired,
    };
}
