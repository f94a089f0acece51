using System.CommandLine;
using Attend.Text.Data;
using Attend.Text.Metrics;

namespace Attend.App.Commands;

/// <summary>`evaluate` for encoder-decoders.</summary>
internal sealed class EvaluateWriting
{
    private readonly Option<string[]> _target = new("--target") { Description = "for an encoder-decoder: references of --data, where that is a plain file of sources, line by line; may be given several times", HelpName = "FILE" };
    private readonly Option<int?> _beams = new("--beams") { Description = "for an encoder-decoder: beams  [default: as it was judged in training]" };
    private readonly Option<string?> _bleu = new("--bleu") { Description = "for an encoder-decoder: how BLEU is computed  [default: sacrebleu]", HelpName = "sacrebleu|sacrebleu-lc|multi-bleu-de|multi-bleu-en" };

    public void AddTo(Command command)
    {
        _bleu.AcceptOnlyFromAmong("sacrebleu", "sacrebleu-lc", "multi-bleu-de", "multi-bleu-en");
        foreach (var option in (Option[])[_target, _beams, _bleu]) command.Add(option);
    }

    public int Run(ParseResult parsed, TextGenerator generator, string data, LabeledTextOptions columns, string? output, bool json, CancellationToken cancel)
    {
        var format = generator.Card is { } card ? RunCard.As<ParallelTextOptions>(card.Format) : new ParallelTextOptions();
        format = format with
        {
            HasHeader = columns.HasHeader ? format.HasHeader : false,
            SourceColumn = columns.TextColumn ?? format.SourceColumn,
            TargetColumn = columns.LabelColumn ?? format.TargetColumn,
            KeepColumns = columns.KeepColumns,
        };
        IEnumerable<ParallelText> Open() => parsed.GetValue(_target) is { Length: > 0 } targets ? ParallelTextFile.Read(data, targets) : ParallelTextFile.Read(data, format);
        var bleu = parsed.GetValue(_bleu) switch
        {
            "multi-bleu-de" => BleuOptions.MultiBleuGerman,
            "multi-bleu-en" => BleuOptions.MultiBleuEnglish,
            "sacrebleu-lc" => new BleuOptions { Lowercase = true },
            _ => null,
        };
        var decoding = generator.DefaultDecoding;
        if (parsed.GetValue(_beams) is { } beams) decoding = decoding with { Beams = beams };
        var folder = output ?? EvaluationCard.DefaultFolder(generator.Folder.Path, data);
        var evaluation = WritingEvaluation.Run(generator, data, Open, folder, decoding, bleu, cancel);
        if (json) Output.WriteJson(new { Folder = folder, evaluation.Card.Metrics, evaluation.Card.Intervals, evaluation.Card.Baselines, evaluation.Card.Slices, evaluation.Card.Signatures, evaluation.Card.Notes });
        else EvaluationDisplay.Show(evaluation.Card, folder, [.. evaluation.MainFigures]);
        return 0;
    }
}
