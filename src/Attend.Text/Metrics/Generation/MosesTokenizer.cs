using System.Text.RegularExpressions;

namespace Attend.Text.Metrics;

/// <summary>Cuts German or English text as Moses' scripts normalize-punctuation.perl and tokenizer.perl do, one after the other.</summary>
/// <remarks>
/// Without the escaping of special characters, which changes no comparison of words. The scripts' lists of abbreviations are represented by
/// the common ones.
/// </remarks>
internal sealed partial class MosesTokenizer
{
    private const string Letter = @"\p{L}\p{Nl}", LetterOrDigit = @"\p{L}\p{Nl}\p{Nd}";

    private readonly bool _isEnglish;
    private readonly HashSet<string> _abbreviations;
    private readonly HashSet<string> _abbreviationsBeforeNumbers;

    private MosesTokenizer(bool isEnglish, string abbreviations, string beforeNumbers)
    {
        _isEnglish = isEnglish;
        _abbreviationsBeforeNumbers = [.. beforeNumbers.Split(' ')];
        _abbreviations = [.. abbreviations.Split(' '), .. Enumerable.Range('A', 26).Select(letter => ((char)letter).ToString())];
        if (isEnglish) return;
        _abbreviations.UnionWith(Enumerable.Range('a', 26).Select(letter => ((char)letter).ToString()));
        _abbreviations.UnionWith(Enumerable.Range(1, 99).Select(number => $"{number}"));   // ordinals
    }

    public static MosesTokenizer German { get; } = new(isEnglish: false,
        "Dr Prof Hr Fr Frl Hrn Dipl Ing Mag St Abs Art Bd bzw ca d.h etc evtl ggf inkl Inc max min Mio Mrd Nr s.o sog Str Tel u.a usw v.a vgl z.B zzgl", "Nr");

    public static MosesTokenizer English { get; } = new(isEnglish: true,
        "Dr Mr Mrs Ms Messrs Prof Rev Hon Gen Col Capt Lt Sgt Sen Rep Gov Pres St Jr Sr Ltd Inc Co Corp Bros vs etc i.e e.g Ph.D Ave Blvd Rd Mt Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec",
        "No Nos Art Nr pp");

    public List<string> Tokenize(string text)
    {
        text = $" {Normalize(text)} ";
        text = Controls().Replace(Spaces().Replace(text, " "), "").Trim(' ');
        text = OtherCharacters().Replace(text, " $1 ");
        text = SeparateDots(text);
        text = CommaAfterNoNumber().Replace(text, "$1 , ");
        text = CommaBeforeNoNumber().Replace(text, " , $1");
        text = CommaAtEnd().Replace(text, "$1 ,");
        text = _isEnglish ? EnglishApostrophes(text) : text.Replace("'", " ' ", StringComparison.Ordinal);
        var words = SeparatePeriods(UnicodeText.Split(text));
        if (words is not [.., [.., '.', '\''] last]) return words;
        words.RemoveAt(words.Count - 1);
        if (last.Length > 2) words.Add(last[..^2]);
        words.AddRange(".", "'");
        return words;
    }

    private string Normalize(string text)
    {
        text = text.Replace("\r", "", StringComparison.Ordinal).Replace("(", " (", StringComparison.Ordinal).Replace(")", ") ", StringComparison.Ordinal);
        text = MoreSpaces().Replace(text, " ");
        text = MarkAfterParenthesis().Replace(text, ")$1").Replace("( ", "(", StringComparison.Ordinal).Replace(" )", ")", StringComparison.Ordinal);
        text = SpaceBeforePercent().Replace(text, "$1%").Replace(" :", ":", StringComparison.Ordinal).Replace(" ;", ";", StringComparison.Ordinal);
        text = text.Replace('`', '\'').Replace("''", " \" ", StringComparison.Ordinal);
        text = DoubleQuotes().Replace(text, "\"").Replace('–', '-');
        text = MoreSpaces().Replace(text.Replace("—", " - ", StringComparison.Ordinal), " ").Replace('´', '\'');
        text = QuoteWithinWord().Replace(text, "$1'$2");
        text = SingleQuotes().Replace(text, "\"").Replace("''", "\"", StringComparison.Ordinal).Replace("…", "...", StringComparison.Ordinal);
        text = OpeningGuillemet().Replace(text, " \"").Replace("« ", "\"", StringComparison.Ordinal).Replace('«', '"');
        text = ClosingGuillemet().Replace(text, "\" ").Replace(" »", "\"", StringComparison.Ordinal).Replace('»', '"');
        text = text.Replace("\u00A0%", "%", StringComparison.Ordinal).Replace("\u00A0:", ":", StringComparison.Ordinal).Replace("\u00A0?", "?", StringComparison.Ordinal)
            .Replace("\u00A0!", "!", StringComparison.Ordinal).Replace("\u00A0;", ";", StringComparison.Ordinal).Replace(",\u00A0", ", ", StringComparison.Ordinal);
        text = MoreSpaces().Replace(text, " ");
        if (_isEnglish) return NumbersApart().Replace(MarksAfterQuote().Replace(text, "$1\""), "$1.$2");
        text = DotsBeforeQuote().Replace(text.Replace(",\"", "\",", StringComparison.Ordinal), "\"$1$2");
        return NumbersApart().Replace(text, "$1,$2");
    }

    // Several dots stay together and stand alone.
    private static string SeparateDots(string text) => SeveralDots().Replace(text, match => $" {match.Value} ");

    private static string EnglishApostrophes(string text)
    {
        text = ApostropheBetweenNoLetters().Replace(text, "$1 ' $2");
        text = ApostropheBeforeLetter().Replace(text, "$1 ' $2");
        text = ApostropheAfterLetter().Replace(text, "$1 ' $2");
        text = ApostropheBetweenLetters().Replace(text, "$1 '$2");
        return ApostropheAfterNumber().Replace(text, "$1 '$2");
    }

    // A period is parted from its word at the end of the text, and elsewhere unless it belongs to an abbreviation or goes on in lower case.
    private List<string> SeparatePeriods(List<string> words)
    {
        var separated = new List<string>(words.Count + 4);
        for (var i = 0; i < words.Count; i++)
        {
            var word = words[i];
            if (word.Length < 2 || word[^1] != '.' || word[^2] == '.')
            {
                separated.Add(word);
                continue;
            }
            var before = word[..^1];
            var next = i + 1 < words.Count ? words[i + 1] : null;
            var staysTogether = (before.Contains('.', StringComparison.Ordinal) && before.Any(char.IsLetter))
                || _abbreviations.Contains(before)
                || (next is not null && (char.IsLower(next[0]) || (_abbreviationsBeforeNumbers.Contains(before) && char.IsAsciiDigit(next[0]))));
            separated.AddRange(staysTogether ? [word] : [before, "."]);
        }
        return separated;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@" +")]
    private static partial Regex MoreSpaces();

    [GeneratedRegex(@"[\x00-\x1F]")]
    private static partial Regex Controls();

    [GeneratedRegex($@"([^{LetterOrDigit}\s.'`,\-])")]
    private static partial Regex OtherCharacters();

    [GeneratedRegex(@"\.{2,}")]
    private static partial Regex SeveralDots();

    [GeneratedRegex(@"(\P{N}),")]
    private static partial Regex CommaAfterNoNumber();

    [GeneratedRegex(@",(\P{N})")]
    private static partial Regex CommaBeforeNoNumber();

    [GeneratedRegex(@"(\p{N}),$")]
    private static partial Regex CommaAtEnd();

    [GeneratedRegex($@"([^{Letter}])'([^{Letter}])")]
    private static partial Regex ApostropheBetweenNoLetters();

    [GeneratedRegex($@"([^{Letter}\p{{N}}])'([{Letter}])")]
    private static partial Regex ApostropheBeforeLetter();

    [GeneratedRegex($@"([{Letter}])'([^{Letter}])")]
    private static partial Regex ApostropheAfterLetter();

    [GeneratedRegex($@"([{Letter}])'([{Letter}])")]
    private static partial Regex ApostropheBetweenLetters();

    [GeneratedRegex(@"(\p{N})'(s)")]
    private static partial Regex ApostropheAfterNumber();

    [GeneratedRegex(@"\) ([.!:?;,])")]
    private static partial Regex MarkAfterParenthesis();

    [GeneratedRegex(@"(\d) %")]
    private static partial Regex SpaceBeforePercent();

    [GeneratedRegex("[„“”]")]
    private static partial Regex DoubleQuotes();

    [GeneratedRegex("([a-zA-Z])[‘’]([a-zA-Z])")]
    private static partial Regex QuoteWithinWord();

    [GeneratedRegex("[‘‚’]")]
    private static partial Regex SingleQuotes();

    [GeneratedRegex("[ \u00A0]«[ \u00A0]")]
    private static partial Regex OpeningGuillemet();

    [GeneratedRegex("[ \u00A0]»[ \u00A0]")]
    private static partial Regex ClosingGuillemet();

    [GeneratedRegex(@"""([,.]+)")]
    private static partial Regex MarksAfterQuote();

    [GeneratedRegex(@"(\.+)""(\s*[^<]|$)")]
    private static partial Regex DotsBeforeQuote();

    [GeneratedRegex(@"(\d)\u00A0(\d)")]
    private static partial Regex NumbersApart();
}
