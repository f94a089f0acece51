namespace Attend.Text.Data;

/// <summary>A piece of a TSV file cut at its tabs; quotes count only around a whole field.</summary>
/// <param name="Fields">The fields; one that begins with a quote but is not closed keeps its quotes and ends at the next tab.</param>
/// <param name="OpenField">Index of the field that begins with a quote and finds no other one, or -1.</param>
/// <param name="AllQuoted">Each of two or more fields is quoted.</param>
/// <param name="HasBareLineBreak">A field which is not quoted holds a line break, so that the text cannot be one row.</param>
internal readonly record struct TsvRow(string[] Fields, int OpenField, bool AllQuoted, bool HasBareLineBreak)
{
    /// <param name="text">One line, or several where a quoted field holds line breaks.</param>
    /// <param name="unquoteAll">Whether quotes are also removed where they are not needed: where they enclose no tab, line break or quote.</param>
    public static TsvRow Split(string text, bool unquoteAll)
    {
        var fields = new List<string>();
        var openField = -1;
        var hasBareLineBreak = false;
        var quotedCount = 0;
        var start = 0;
        while (true)
        {
            var end = -1;
            if (openField < 0 && start < text.Length && text[start] == '"')
            {
                var closing = ClosingQuote(text, start + 1);
                if (closing < 0) openField = fields.Count;
                else if (closing + 1 == text.Length || text[closing + 1] == '\t') end = closing + 1;
            }
            if (end >= 0)
            {
                var inside = text.AsSpan(start + 1, end - start - 2);
                var isNeeded = unquoteAll || inside.IsEmpty || inside.IndexOfAny("\t\r\n\"") >= 0;
                fields.Add(isNeeded ? inside.ToString().Replace("\"\"", "\"", StringComparison.Ordinal) : text[start..end]);
                quotedCount++;
            }
            else
            {
                end = text.IndexOf('\t', start) is var tab and >= 0 ? tab : text.Length;
                var field = text[start..end];
                hasBareLineBreak |= openField < 0 && field.Contains('\n', StringComparison.Ordinal);
                fields.Add(field);
            }
            if (end == text.Length) return new TsvRow([.. fields], openField, quotedCount > 1 && quotedCount == fields.Count, hasBareLineBreak);
            start = end + 1;
        }
    }

    // The first quote which is not one half of a pair; -1 where there is none.
    private static int ClosingQuote(string text, int from)
    {
        while (text.IndexOf('"', from) is var quote and >= 0)
        {
            if (quote + 1 == text.Length || text[quote + 1] != '"') return quote;
            from = quote + 2;
        }
        return -1;
    }
}
