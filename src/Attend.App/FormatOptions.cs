using System.CommandLine;
using Attend.Text.Data;

namespace Attend.App;

/// <summary>The options that say how a data file is read, the same for every verb.</summary>
internal sealed class FormatOptions
{
    private readonly Option<string?> _textColumn = new("--text-column") { Description = "column of the text, by name or by number from 1", HelpName = "NAME|NUMBER" };
    private readonly Option<string?> _labelColumn = new("--label-column") { Description = "column of the label, by name or by number from 1", HelpName = "NAME|NUMBER" };
    private readonly Option<bool> _noHeader = new("--no-header") { Description = "the file's first line is data, not column names" };
    private readonly Option<string?> _labelSeparator = new("--label-separator") { Description = "a text bears several labels, separated by this: \"|\"", HelpName = "TEXT" };

    public void AddTo(Command command, bool labels = true, bool severalLabels = true)
    {
        command.Add(_textColumn);
        if (labels) command.Add(_labelColumn);
        command.Add(_noHeader);
        if (labels && severalLabels) command.Add(_labelSeparator);
    }

    public LabeledTextOptions Read(ParseResult parsed, bool labelsRequired = true) => new()
    {
        HasHeader = !parsed.GetValue(_noHeader),
        TextColumn = parsed.GetValue(_textColumn),
        LabelColumn = parsed.GetValue(_labelColumn),
        LabelSeparator = parsed.GetValue(_labelSeparator),
        LabelsRequired = labelsRequired,
    };

    /// <summary>The format of a run's own data, with what the command line says in its place.</summary>
    public LabeledTextOptions Read(ParseResult parsed, LabeledTextOptions? before)
    {
        var given = Read(parsed);
        return before is null || given != new LabeledTextOptions() ? given with { LabelSeparator = given.LabelSeparator ?? before?.LabelSeparator } : before;
    }
}
