namespace Attend.Text.Tokenizers;

/// <summary>Where the token is that speaks for a word.</summary>
/// <param name="Window">Which window, from 0.</param>
/// <param name="Token">Which token of it, from 0.</param>
public readonly record struct WordPlace(int Window, int Token);

/// <summary>A text of any length in overlapping windows of tokens, and for each of its words the one token that speaks for it.</summary>
/// <remarks>
/// Words and tokens are brought together by their offsets into the raw text alone. Words that share a token are one word here; words without
/// any are left out. A word is spoken for by its first token (Devlin et al. 2018, section 5.3), in the window that shows most around it.
/// </remarks>
public sealed class WordWindows
{
    private WordWindows(IReadOnlyList<Encoding> windows, TextSpan[] words, WordPlace[] places)
    {
        (Windows, Words, Places) = (windows, words, places);
    }

    /// <summary>The windows, in order; at least one.</summary>
    public IReadOnlyList<Encoding> Windows { get; }

    /// <summary>The words that have tokens, in order.</summary>
    public IReadOnlyList<TextSpan> Words { get; }

    /// <summary>Where each word is spoken for; rises from word to word.</summary>
    public IReadOnlyList<WordPlace> Places { get; }

    /// <summary>Encodes a text.</summary>
    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="text">Any string.</param>
    /// <param name="words">The words, in order and without overlap; null = <see cref="TextWords"/>.</param>
    /// <param name="maxInputTokens">Length of a window in tokens, special tokens included.</param>
    /// <param name="stride">How many tokens neighbouring windows share.</param>
    /// <exception cref="ArgumentOutOfRangeException">A window cannot hold more tokens than the stride.</exception>
    public static WordWindows Of(ITokenizer tokenizer, string text, IReadOnlyList<TextSpan>? words, int maxInputTokens, int stride)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        var windows = tokenizer.EncodeWindows(text, null, new EncodeOptions { MaxInputTokens = maxInputTokens, Stride = stride });
        words ??= TextWords.Of(text);
        var groups = Groups(words, windows);
        var places = new WordPlace[groups.Count];
        var margins = new int[groups.Count];
        Array.Fill(margins, -1);
        for (var window = 0; window < windows.Count; window++) Claim(window, windows, groups, places, margins);
        int[] spoken = [.. Enumerable.Range(0, groups.Count).Where(group => margins[group] >= 0)];
        return new WordWindows(windows, [.. spoken.Select(group => groups[group])], [.. spoken.Select(group => places[group])]);
    }

    // The words, those that a token spans put together.
    private static List<TextSpan> Groups(IReadOnlyList<TextSpan> words, IReadOnlyList<Encoding> windows)
    {
        var joined = new bool[words.Count];     // whether the word belongs to the one before it
        foreach (var window in windows)
        {
            var word = 0;
            for (var token = 0; token < window.Length; token++)
            {
                if (window.TextIds[token] != 0 || window.Offsets[token].Length == 0) continue;
                var offset = window.Offsets[token];
                while (word < words.Count && words[word].End <= offset.Start) word++;
                for (var next = word + 1; next < words.Count && words[next].Start < offset.End; next++) joined[next] = true;
            }
        }
        var groups = new List<TextSpan>(words.Count);
        for (var word = 0; word < words.Count; word++)
        {
            if (joined[word]) groups[^1] = groups[^1] with { End = words[word].End };
            else groups.Add(words[word]);
        }
        return groups;
    }

    // Takes the words whose first token the window shows with more around it than any window before.
    private static void Claim(int window, IReadOnlyList<Encoding> windows, List<TextSpan> groups, WordPlace[] places, int[] margins)
    {
        var encoding = windows[window];
        var first = Array.IndexOf(encoding.TextIds, 0);
        var last = Array.LastIndexOf(encoding.TextIds, 0);
        if (first < 0) return;
        var group = 0;
        var taken = -1;
        for (var token = first; token <= last; token++)
        {
            var offset = encoding.Offsets[token];
            if (encoding.TextIds[token] != 0 || offset.Length == 0) continue;
            while (group < groups.Count && groups[group].End <= offset.Start) group++;
            if (group == groups.Count) return;
            if (group == taken || groups[group].Start >= offset.End) continue;
            taken = group;
            // A later piece of a word whose beginning lies in an earlier window.
            if (token == first && window > 0 && offset.Start > groups[group].Start) continue;
            var margin = Math.Min(window == 0 ? int.MaxValue : token - first, window == windows.Count - 1 ? int.MaxValue : last - token);
            if (margin <= margins[group]) continue;
            margins[group] = margin;
            places[group] = new WordPlace(window, token);
        }
    }
}
