using System.CommandLine;
using Attend.Checkpoints;
using Attend.Models;
using Attend.Text.Data;

namespace Attend.App;

/// <summary>The options that say how pairs of texts are read, beside those of <see cref="FormatOptions"/>.</summary>
internal sealed class PairFormatOptions(FormatOptions format)
{
    private readonly Option<string?> _text2Column = new("--text2-column") { Description = "pairs: column of the second text, by name or by number from 1", HelpName = "NAME|NUMBER" };
    private readonly Option<string?> _scoreColumn = new("--score-column") { Description = "pairs: column of the score, by name or by number from 1", HelpName = "NAME|NUMBER" };

    public void AddTo(Command command, bool targets = true)
    {
        command.Add(_text2Column);
        if (targets) command.Add(_scoreColumn);
    }

    /// <summary>What the command line says; where it says nothing, what was said in training.</summary>
    public TextPairOptions Read(ParseResult parsed, TextPairOptions? before = null)
    {
        var texts = format.Read(parsed);
        var (text2, score) = (parsed.GetValue(_text2Column), parsed.GetValue(_scoreColumn));
        if (before is not null && text2 is null && score is null && texts == new LabeledTextOptions()) return before;
        if (score is not null && texts.LabelColumn is not null) throw new ArgumentException("--label-column and --score-column exclude each other: a pair has a label or a score");
        return new TextPairOptions { HasHeader = texts.HasHeader, TextColumn = texts.TextColumn, Text2Column = text2, TargetColumn = score ?? texts.LabelColumn, Target = score is not null ? PairTarget.Score : before?.Target ?? PairTarget.Label };
    }

    /// <summary>Whether a model with a head over whole inputs is to read pairs: as it was trained to, or as the command line says.</summary>
    public bool AreMeant(ParseResult parsed, ModelFolder folder) =>
        folder.Head == HeadKind.SequenceClassification && (folder.Config.IsRegression || parsed.GetValue(_text2Column) is not null || RunCard.Read(folder.Path)?.Task == "pair classification");

    /// <summary>How a run's own pairs were read; null where the folder is no run over pairs.</summary>
    public static TextPairOptions? Before(string folder) =>
        RunCard.Read(folder) is { Task: "pair classification" or "pair scoring" or "text embedding" } card ? RunCard.As<TextPairOptions>(card.Format) : null;
}
