namespace Attend.Text.Tokenizers.Pipeline;

/// <summary>What happens to a delimiter that cuts a text.</summary>
internal enum DelimiterBehavior
{
    /// <summary>It vanishes.</summary>
    Removed,

    /// <summary>It is a word of its own.</summary>
    Isolated,

    /// <summary>It ends the word before it.</summary>
    MergedWithPrevious,

    /// <summary>It begins the word behind it.</summary>
    MergedWithNext,

    /// <summary>Neighbouring delimiters are one word.</summary>
    Contiguous,
}

/// <summary>Makes words of delimiters and what lies between them.</summary>
internal static class Delimiters
{
    /// <summary>Adds the words; matches cover the text without gaps.</summary>
    /// <param name="matches">Changed on the way.</param>
    /// <param name="behavior">What becomes of delimiters.</param>
    /// <param name="shift">Where the text stands in its document.</param>
    /// <param name="into">Receives words that are not empty.</param>
    public static void Split(List<DelimiterMatch> matches, DelimiterBehavior behavior, int shift, List<TextPiece> into)
    {
        switch (behavior)
        {
            case DelimiterBehavior.MergedWithPrevious:
                MergeForward(matches, (match, previous) => match && !previous);
                break;
            case DelimiterBehavior.Contiguous:
                MergeForward(matches, (match, previous) => match == previous);
                break;
            case DelimiterBehavior.MergedWithNext:
                MergeBackward(matches);
                break;
        }
        foreach (var match in matches)
        {
            if (match.End > match.Start && !(behavior == DelimiterBehavior.Removed && match.IsMatch)) into.Add(new TextPiece(shift + match.Start, shift + match.End, -1));
        }
    }

    private static void MergeForward(List<DelimiterMatch> matches, Func<bool, bool, bool> joins)
    {
        var (kept, previous) = (0, false);
        for (var i = 0; i < matches.Count; i++)
        {
            var match = matches[i];
            if (kept > 0 && joins(match.IsMatch, previous)) matches[kept - 1] = matches[kept - 1] with { End = match.End };
            else matches[kept++] = match;
            previous = match.IsMatch;
        }
        matches.RemoveRange(kept, matches.Count - kept);
    }

    private static void MergeBackward(List<DelimiterMatch> matches)
    {
        var (kept, next) = (matches.Count, false);
        for (var i = matches.Count - 1; i >= 0; i--)
        {
            var match = matches[i];
            if (kept < matches.Count && match.IsMatch && !next) matches[kept] = matches[kept] with { Start = match.Start };
            else matches[--kept] = match;
            next = match.IsMatch;
        }
        matches.RemoveRange(0, kept);
    }
}
