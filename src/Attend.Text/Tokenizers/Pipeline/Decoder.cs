using System.Text;

namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>Makes text of tokens.</summary>
internal abstract class Decoder
{
    /// <summary>Changes a list of tokens, whose texts joined are the result.</summary>
    public abstract List<string> Decode(List<string> tokens);

    /// <summary>Removes blanks before punctuation and in English contractions.</summary>
    protected static string CleanUp(string text) => text
        .Replace(" .", ".").Replace(" ?", "?").Replace(" !", "!").Replace(" ,", ",").Replace(" ' ", "'")
        .Replace(" n't", "n't").Replace(" 'm", "'m").Replace(" do not", " don't").Replace(" 's", "'s").Replace(" 've", "'ve").Replace(" 're", "'re");
}

/// <summary>Several, one after another.</summary>
internal sealed class DecoderSequence(IReadOnlyList<Decoder> steps) : Decoder
{
    public IReadOnlyList<Decoder> Steps { get; } = steps;

    public override List<string> Decode(List<string> tokens)
    {
        foreach (var step in Steps) tokens = step.Decode(tokens);
        return tokens;
    }
}

/// <summary>Joins pieces to words and words by blanks.</summary>
internal sealed class WordPieceDecoder(string prefix, bool cleanUp) : Decoder
{
    public string Prefix { get; } = prefix;

    /// <summary>Removes the blank before punctuation.</summary>
    public new bool CleanUp { get; } = cleanUp;

    public override List<string> Decode(List<string> tokens)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            if (i > 0) tokens[i] = tokens[i].StartsWith(Prefix, StringComparison.Ordinal) ? tokens[i][Prefix.Length..] : " " + tokens[i];
            if (CleanUp) tokens[i] = Decoder.CleanUp(tokens[i]);
        }
        return tokens;
    }
}

/// <summary>Turns printable characters back into bytes.</summary>
internal sealed class ByteLevelDecoder : Decoder
{
    // Kept for the file alone.
    public bool AddPrefixSpace { get; init; } = true;

    public bool TrimOffsets { get; init; } = true;

    public bool UseRegex { get; init; } = true;

    public override List<string> Decode(List<string> tokens)
    {
        var bytes = new List<byte>();
        foreach (var token in tokens)
        {
            // A token with any other character stands for itself.
            if (token.All(character => ByteCharacters.ByteOf(character) >= 0)) bytes.AddRange(token.Select(character => (byte)ByteCharacters.ByteOf(character)));
            else bytes.AddRange(System.Text.Encoding.UTF8.GetBytes(token));
        }
        return [System.Text.Encoding.UTF8.GetString([.. bytes])];
    }
}

/// <summary>Turns the visible sign back into blanks.</summary>
internal sealed class MetaspaceDecoder(string replacement, PrependScheme scheme) : Decoder
{
    public string Replacement { get; } = replacement;

    public PrependScheme Scheme { get; } = scheme;

    public bool Split { get; init; } = true;

    public override List<string> Decode(List<string> tokens)
    {
        for (var i = 0; i < tokens.Count; i++) tokens[i] = tokens[i].Replace(Replacement, i == 0 && Scheme != PrependScheme.Never ? "" : " ");
        return tokens;
    }
}

/// <summary>Makes a blank of the sign that ends a word.</summary>
internal sealed class BpeDecoder(string suffix) : Decoder
{
    public string Suffix { get; } = suffix;

    public override List<string> Decode(List<string> tokens)
    {
        if (Suffix.Length == 0) return tokens;
        for (var i = 0; i < tokens.Count; i++) tokens[i] = tokens[i].Replace(Suffix, i == tokens.Count - 1 ? "" : " ");
        return tokens;
    }
}

/// <summary>Joins repeated tokens of connectionist temporal classification.</summary>
internal sealed class CtcDecoder(string padToken, string wordDelimiter, bool cleanUp) : Decoder
{
    public string PadToken { get; } = padToken;

    public string WordDelimiter { get; } = wordDelimiter;

    public new bool CleanUp { get; } = cleanUp;

    public override List<string> Decode(List<string> tokens)
    {
        var kept = new List<string>();
        for (var i = 0; i < tokens.Count; i++)
        {
            if (i > 0 && tokens[i] == tokens[i - 1]) continue;
            var text = PadToken.Length > 0 ? tokens[i].Replace(PadToken, "") : tokens[i];
            if (CleanUp) text = WordDelimiter.Length > 0 ? Decoder.CleanUp(text).Replace(WordDelimiter, " ") : Decoder.CleanUp(text);
            if (text.Length > 0) kept.Add(text);
        }
        return kept;
    }
}

/// <summary>Turns "&lt;0xE4&gt;" tokens back into bytes.</summary>
internal sealed class ByteFallbackDecoder : Decoder
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public override List<string> Decode(List<string> tokens)
    {
        var (texts, bytes) = (new List<string>(), new List<byte>());
        foreach (var token in tokens)
        {
            if (ByteOf(token) is { } value)
            {
                bytes.Add(value);
                continue;
            }
            Flush(bytes, texts);
            texts.Add(token);
        }
        Flush(bytes, texts);
        return texts;
    }

    /// <summary>The byte a token "&lt;0xE4&gt;" stands for, or null.</summary>
    public static byte? ByteOf(string token) => token is ['<', '0', 'x', _, _, '>']
        && byte.TryParse(token.AsSpan(3, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out var value) ? value : null;

    private static void Flush(List<byte> bytes, List<string> texts)
    {
        if (bytes.Count == 0) return;
        try
        {
            texts.Add(Strict.GetString([.. bytes]));
        }
        catch (DecoderFallbackException)
        {
            texts.AddRange(Enumerable.Repeat("\uFFFD", bytes.Count));
        }
        bytes.Clear();
    }
}

/// <summary>Joins all tokens into one.</summary>
internal sealed class FuseDecoder : Decoder
{
    public override List<string> Decode(List<string> tokens) => [string.Concat(tokens)];
}

/// <summary>Removes a character at the ends of each token, so many times at most.</summary>
internal sealed class StripDecoder(string content, int start, int stop) : Decoder
{
    /// <summary>One character.</summary>
    public string Content { get; } = content;

    public int Start { get; } = start;

    public int Stop { get; } = stop;

    public override List<string> Decode(List<string> tokens)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            var text = tokens[i].AsSpan();
            for (var left = 0; left < Start && text.StartsWith(Content); left++) text = text[Content.Length..];
            for (var left = 0; left < Stop && text.EndsWith(Content); left++) text = text[..^Content.Length];
            tokens[i] = text.ToString();
        }
        return tokens;
    }
}

/// <summary>Puts a text in place of every match, token by token.</summary>
internal sealed class ReplaceDecoder(TextPattern pattern, string content) : Decoder
{
    private const long MostUnits = 1 << 22;

    public TextPattern Pattern { get; } = pattern;

    public string Content { get; } = content;

    public override List<string> Decode(List<string> tokens)
    {
        var (matches, text) = (new List<DelimiterMatch>(), new StringBuilder());
        var left = Math.Max(MostUnits, tokens.Sum(token => (long)token.Length));
        for (var i = 0; i < tokens.Count; i++)
        {
            Pattern.Find(tokens[i], matches);
            text.Clear();
            foreach (var match in matches)
            {
                if (match.IsMatch) text.Append(Content);
                else text.Append(tokens[i], match.Start, match.End - match.Start);
                if (text.Length > left) throw new TokenizationException($"decoding makes more than {MostUnits} characters; the tokenizer's definition cannot be meant");
            }
            left -= text.Length;
            tokens[i] = text.ToString();
        }
        return tokens;
    }
}
