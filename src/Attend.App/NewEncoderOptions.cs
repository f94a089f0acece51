using System.CommandLine;
using Attend.Models;
using Attend.Text.Tokenizers;

namespace Attend.App;

/// <summary>The options that say what a new encoder is like.</summary>
internal sealed class NewEncoderOptions
{
    private readonly Option<string> _size = new("--size") { Description = "size of a new model", DefaultValueFactory = _ => "tiny", HelpName = "tiny|mini|small|medium|base" };
    private readonly Option<string> _architecture = new("--architecture") { Description = "architecture of a new model", DefaultValueFactory = _ => "bert", HelpName = "NAME" };
    private readonly Option<int> _vocabSize = new("--vocab-size") { Description = "vocabulary of a new model, in tokens", DefaultValueFactory = _ => 8192 };
    private readonly Option<bool> _cased = new("--cased") { Description = "a new model's vocabulary keeps upper case and accents" };
    private readonly Option<double?> _dropout = new("--dropout") { Description = "dropout of a new model, in [0, 1)  [default: 0.1]" };

    public void AddTo(Command command)
    {
        _size.AcceptOnlyFromAmong([.. EncoderSize.Named.Keys]);
        _architecture.AcceptOnlyFromAmong([.. Architectures.All.Select(row => row.ModelType)]);
        foreach (var option in (Option[])[_size, _architecture, _vocabSize, _cased, _dropout]) command.Add(option);
    }

    public EncoderSize Size(ParseResult parsed)
    {
        var size = EncoderSize.Named[parsed.GetValue(_size)!];
        return size with { Dropout = parsed.GetValue(_dropout) ?? size.Dropout };
    }

    public string Architecture(ParseResult parsed) => parsed.GetValue(_architecture)!;

    public WordPieceTrainerOptions Vocabulary(ParseResult parsed) => new() { VocabSize = parsed.GetValue(_vocabSize), DoLowerCase = !parsed.GetValue(_cased) };
}
