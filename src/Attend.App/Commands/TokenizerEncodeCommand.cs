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
    private readonly Option<bool> _asFile = new("--as-file") { Description = "cut and fill as the model's tokenizer.json says, where it does; options given here count more" };
    private readonly Option<string?> _truncation = new("--truncation") { Description = "what loses tokens when an input is too long  [default: longest-first]", HelpName = string.Join('|', Strategies.Keys) };
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
        { _model, _text, _pair, _maxInputTokens, _truncation, _stride, _asFile, _parseSpecial, _noSpecial, _codePoints, _json };
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
        var tokenizer = TokenizerCommand.Load(parsed.GetValue(_model)!);
        var options = Options(parsed, parsed.GetValue(_asFile) ? tokenizer.FileOptions : new EncodeOptions());
        var inputs = texts.Length > 0 ? texts.Select((text, index) => (text, pairs.ElementAtOrDefault(index)))
            : PlainTextFile.Read(Console.OpenStandardInput(), "standard input").Select(text => (text, (string?)null));
        var slides = options.Stride > 0 || parsed.GetValue(_stride) is not null;
        var encodings = inputs.SelectMany((input, index) =>
        {
            cancel.ThrowIfCancellationRequested();
            IReadOnlyList<Encoding> windows = slides ? tokenizer.EncodeWindows(input.Item1, input.Item2, options) : [tokenizer.Encode(input.Item1, input.Item2, options)];
            return windows.Select((encoding, window) => new Shown(index, window, windows.Count, encoding));
        });
        var codePoints = parsed.GetValue(_codePoints);
        if (parsed.GetValue(_json)) Output.WriteJson(new { Encodings = encodings.Select(shown => Describe(shown, tokenizer, codePoints)) });
        else
        {
            foreach (var shown in encodings) WriteForEyes(shown, tokenizer, codePoints);
        }
    }

    private EncodeOptions Options(ParseResult parsed, EncodeOptions otherwise)
    {
        var options = otherwise with
        {
            MaxInputTokens = parsed.GetValue(_maxInputTokens) ?? otherwise.MaxInputTokens,
            Truncation = parsed.GetValue(_truncation) is { } name ? Strategies[name] : otherwise.Truncation,
            Stride = parsed.GetValue(_stride) ?? otherwise.Stride,
            ParseSpecialTokens = parsed.GetValue(_parseSpecial),
            AddSpecialTokens = !parsed.GetValue(_noSpecial),
        };
        return parsed.GetValue(_stride) is null || options.MaxInputTokens < int.MaxValue ? options : throw new ArgumentException("--stride needs --max-input-tokens, the length of a window");
    }

    /// <summary>What an input became, or one window of it.</summary>
    private sealed record Shown(int Input, int Window, int WindowCount, Encoding Encoding);

    private static object Describe(Shown shown, ITokenizer tokenizer, bool codePoints) => new
    {
        shown.Input,
        shown.Window,
        shown.Encoding.Text,
        shown.Encoding.Pair,
        shown.Encoding.Ids,
        Tokens = shown.Encoding.Ids.Select(tokenizer.TokenOf),
        Offsets = (codePoints ? shown.Encoding.CodePointOffsets() : shown.Encoding.Offsets).Select(span => new[] { span.Start, span.End }),
        shown.Encoding.SegmentIds,
        shown.Encoding.TextIds,
        shown.Encoding.WordIds,
        shown.Encoding.SpecialTokensMask,
        AttentionMask = shown.Encoding.AttentionMask(),
        shown.Encoding.TruncatedTokenCount,
    };

    private static void WriteForEyes(Shown shown, ITokenizer tokenizer, bool codePoints)
    {
        var encoding = shown.Encoding;
        if (shown.Input > 0 || shown.Window > 0) Console.Out.WriteLine();
        if (shown.WindowCount > 1) Console.Out.WriteLine($"window {shown.Window + 1} of {shown.WindowCount}");
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
        if (encoding.TruncatedTokenCount > 0 && shown.WindowCount == 1) Console.Out.WriteLine($"{encoding.TruncatedTokenCount} tokens are not shown: the input is longer than the limit");
    }

    private static readonly string[] Header = ["id", "token", "offsets", "word", "segment", "text"];

    private static string Visible(string text) => string.Concat(text.Select(unit => char.IsControl(unit) ? $"\\u{(int)unit:X4}" : unit.ToString()));
}
