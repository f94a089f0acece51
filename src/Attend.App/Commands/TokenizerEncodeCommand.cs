using System.CommandLine;
using System.Globalization;
using Attend.Text.Data;
using Attend.Text.Tokenizers;

namespace Attend.App.Commands;

/// <summary>`tokenizer encode`.</summary>
internal sealed class TokenizerEncodeCommand
{
    private readonly Option<string> _model = TokenizerCommand.Model();
    private readonly Option<string[]> _text = new("--text") { Description = "a text; may be given several times. Without it: lines from standard input", HelpName = "TEXT" };
    private readonly Option<string[]> _pair = new("--pair") { Description = "the second text of an input; one for each --text", HelpName = "TEXT" };
    private readonly Option<int?> _maxInputTokens = new("--max-input-tokens") { Description = "longest input, special tokens included  [default: no limit]" };
    private readonly Option<string> _truncation = new("--truncation") { Description = "what loses tokens when an input is too long", DefaultValueFactory = _ => "longest-first", HelpName = string.Join('|', Strategies.Keys) };
    private readonly Option<int?> _stride = new("--stride") { Description = "cut a long input into windows that share so many tokens, instead of cutting off its end" };
    private readonly Option<bool> _parseSpecial = new("--parse-special") { Description = "take special tokens written in a text, such as [SEP], as such  [default: they are plain text]" };
    private readonly Option<bool> _noSpecial = new("--no-special") { Description = "add no special tokens" };
    private readonly Option<bool> _codePoints = new("--code-points") { Description = "count offsets in code points, as Python does, not in UTF-16 code units" };
    private readonly Option<bool> _json = CommonOptions.Json();

    private static readonly Dictionary<string, TruncationStrategy> Strategies = new()
    {
        ["longest-first"] = TruncationStrategy.LongestFirst,
        ["only-first"] = TruncationStrategy.OnlyFirst,
        ["only-second"] = TruncationStrategy.OnlySecond,
    };

    public Command Create(CancellationToken cancel)
    {
        var command = new Command("encode", """
            Shows how a tokenizer cuts texts: ids, tokens, where in the text each stands, words, segments.

            Examples:
              attend tokenizer encode --model runs/tickets --text "naïve 你好"
              attend tokenizer encode --model runs/tickets --text "who won?" --pair "Anna won." --json
              attend tokenizer encode --model runs/tickets --text "who?" --pair "$(cat long.txt)" --max-input-tokens 384 --stride 128 --truncation only-second
            """)
        { _model, _text, _pair, _maxInputTokens, _truncation, _stride, _parseSpecial, _noSpecial, _codePoints, _json };
        _truncation.AcceptOnlyFromAmong([.. Strategies.Keys]);
        command.SetAction(parsed =>
        {
            Run(parsed, cancel);
            return 0;
        });
        return command;
    }

    private void Run(ParseResult parsed, CancellationToken cancel)
    {
        var (texts, pairs) = (parsed.GetValue(_text) ?? [], parsed.GetValue(_pair) ?? []);
        if (pairs.Length > 0 && pairs.Length != texts.Length) throw new ArgumentException($"{texts.Length} --text, but {pairs.Length} --pair; expected one for each, or none");
        if (parsed.GetValue(_stride) is not null && parsed.GetValue(_maxInputTokens) is null) throw new ArgumentException("--stride needs --max-input-tokens, the length of a window");
        var options = new EncodeOptions
        {
            MaxInputTokens = parsed.GetValue(_maxInputTokens) ?? int.MaxValue,
            Truncation = Strategies[parsed.GetValue(_truncation)!],
            Stride = parsed.GetValue(_stride) ?? 0,
            ParseSpecialTokens = parsed.GetValue(_parseSpecial),
            AddSpecialTokens = !parsed.GetValue(_noSpecial),
        };
        var tokenizer = TokenizerFolder.Load(parsed.GetValue(_model)!);
        var inputs = texts.Length > 0 ? texts.Select((text, index) => (text, pairs.ElementAtOrDefault(index)))
            : PlainTextFile.Read(Console.OpenStandardInput(), "standard input").Select(text => (text, (string?)null));
        var encodings = inputs.SelectMany(input =>
        {
            cancel.ThrowIfCancellationRequested();
            return parsed.GetValue(_stride) is null ? [tokenizer.Encode(input.Item1, input.Item2, options)] : tokenizer.EncodeWindows(input.Item1, input.Item2, options);
        });
        var codePoints = parsed.GetValue(_codePoints);
        if (parsed.GetValue(_json)) Output.WriteJson(new { Encodings = encodings.Select(encoding => Describe(encoding, tokenizer, codePoints)) });
        else
        {
            foreach (var encoding in encodings) WriteForEyes(encoding, tokenizer, codePoints);
        }
    }

    private static object Describe(Encoding encoding, ITokenizer tokenizer, bool codePoints) => new
    {
        encoding.Text,
        encoding.Pair,
        encoding.Ids,
        Tokens = encoding.Ids.Select(tokenizer.TokenOf),
        Offsets = (codePoints ? encoding.CodePointOffsets() : encoding.Offsets).Select(span => new[] { span.Start, span.End }),
        encoding.SegmentIds,
        encoding.TextIds,
        encoding.WordIds,
        encoding.SpecialTokensMask,
        encoding.TruncatedTokenCount,
    };

    private static void WriteForEyes(Encoding encoding, ITokenizer tokenizer, bool codePoints)
    {
        var offsets = codePoints ? encoding.CodePointOffsets() : encoding.Offsets;
        List<string[]> rows = [Header];
        for (var token = 0; token < encoding.Length; token++)
        {
            var isText = encoding.TextIds[token] >= 0;
            rows.Add([
                encoding.Ids[token].ToString(CultureInfo.InvariantCulture),
                Visible(tokenizer.TokenOf(encoding.Ids[token])),
                isText ? $"{offsets[token].Start}-{offsets[token].End}" : "",
                isText ? encoding.WordIds[token].ToString(CultureInfo.InvariantCulture) : "",
                encoding.SegmentIds[token].ToString(CultureInfo.InvariantCulture),
                Visible(encoding.TextOf(token)),
            ]);
        }
        Output.WriteColumns(Console.Out, rows);
        if (encoding.TruncatedTokenCount > 0) Console.Out.WriteLine($"{encoding.TruncatedTokenCount} tokens are not shown: the input is longer than the limit");
    }

    private static readonly string[] Header = ["id", "token", "offsets", "word", "segment", "text"];

    private static string Visible(string text) => string.Concat(text.Select(unit => char.IsControl(unit) ? $"\\u{(int)unit:X4}" : unit.ToString()));
}
