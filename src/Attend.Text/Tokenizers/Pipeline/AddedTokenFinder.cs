using Attend.Text.Tokenizers.Unicode;

namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>Finds added tokens in a text, with their wishes about neighbours.</summary>
internal sealed class AddedTokenFinder
{
    private readonly AddedToken[] _tokens;
    private readonly StringSearch _search;

    private AddedTokenFinder(AddedToken[] tokens, IReadOnlyList<string> contents) => (_tokens, _search) = (tokens, new StringSearch(contents));

    /// <summary>A finder, or null where there is nothing to find.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="contentOf">What to search for; of tokens with the same content the last counts, empty ones are never found.</param>
    public static AddedTokenFinder? Create(IEnumerable<AddedToken> tokens, Func<AddedToken, string> contentOf)
    {
        var byContent = new Dictionary<string, AddedToken>(StringComparer.Ordinal);
        foreach (var token in tokens)
        {
            if (contentOf(token) is { Length: > 0 } content) byContent[content] = token;
        }
        return byContent.Count == 0 ? null : new AddedTokenFinder([.. byContent.Values], [.. byContent.Keys]);
    }

    /// <summary>Adds the tokens of a text in order; they do not overlap.</summary>
    public void Find(ReadOnlySpan<char> text, List<(int Start, int End, int Index)> matches, List<(int Start, int End, AddedToken Token)> found)
    {
        found.Clear();
        _search.Find(text, matches);
        var (free, spacesEnd) = (0, 0);
        foreach (var (matchStart, matchEnd, index) in matches)
        {
            var token = _tokens[index];
            var (start, end) = (Math.Max(matchStart, free), Math.Max(matchEnd, free));
            if (token.SingleWord && (TouchesWordBefore(text, matchStart) || TouchesWordAfter(text, matchEnd))) continue;
            if (token.LeftStrip)
            {
                while (start > free && UnicodeProperties.IsWhiteSpace(text[start - 1])) start--;
            }
            if (token.RightStrip)
            {
                // Matches inside one run of white space do not read it again.
                if (spacesEnd <= end)
                {
                    for (spacesEnd = end; spacesEnd < text.Length && UnicodeProperties.IsWhiteSpace(text[spacesEnd]);) spacesEnd++;
                }
                end = spacesEnd;
            }
            found.Add((start, end, token));
            free = end;
        }
    }

    private static bool TouchesWordBefore(ReadOnlySpan<char> text, int at) => at > 0 && UnicodeProperties.IsWord(UnicodeCharacters.CodePointBefore(text, at));

    private static bool TouchesWordAfter(ReadOnlySpan<char> text, int at) => at < text.Length && UnicodeProperties.IsWord(UnicodeCharacters.CodePointAt(text, at));
}
