using Attend.Text.Tokenizers.Unicode;
using static Attend.Text.Tokenizers.Unicode.UnicodeCategoryCode;

namespace Attend.Text.Tokenizers;

/// <summary>Parts a text into words, the same for every tokenizer: what an answer about a stretch of text is made of.</summary>
/// <remarks>
/// A word is a run of letters, digits and the marks on them. Punctuation and symbols stand alone, and so does each character of a writing that
/// puts no blanks between words: Han, kana, Thai, Lao, Khmer, Myanmar, Tibetan. White space and control characters belong to no word.
/// </remarks>
public static class TextWords
{
    private static readonly string[] WithoutBlanks = ["Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar", "Tibetan"];

    /// <summary>The words, in order, without overlap; none begins or ends inside a surrogate pair.</summary>
    /// <param name="text">Any string.</param>
    public static IReadOnlyList<TextSpan> Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var words = new List<TextSpan>();
        // Whether the last word may be gone on with by letters.
        var isOpen = false;
        for (var at = 0; at < text.Length;)
        {
            var codePoint = UnicodeCharacters.CodePointAt(text, at);
            var end = at + UnicodeCharacters.UnitsOf(codePoint);
            var kind = KindOf(codePoint);
            var touches = words.Count > 0 && words[^1].End == at;
            if (kind == Kind.Attached ? touches : kind == Kind.Letter && isOpen && touches) words[^1] = words[^1] with { End = end };
            else if (kind is not Kind.Outside) words.Add(new TextSpan(at, end));
            if (kind != Kind.Attached || !touches) isOpen = kind == Kind.Letter;
            at = end;
        }
        return words;
    }

    private enum Kind
    {
        Outside,
        Letter,
        Alone,
        Attached,
    }

    private static Kind KindOf(int codePoint)
    {
        if (codePoint < 0x80) return char.IsAsciiLetterOrDigit((char)codePoint) ? Kind.Letter : codePoint is > ' ' and < 0x7F ? Kind.Alone : Kind.Outside;
        if (UnicodeProperties.IsWhiteSpace(codePoint)) return Kind.Outside;
        return UnicodeProperties.CategoryOf(codePoint) switch
        {
            Mn or Mc or Me or Cf => Kind.Attached,
            Lu or Ll or Lt or Nd or Nl or No => Kind.Letter,
            // The long mark of kana belongs to several scripts.
            Lo or Lm => codePoint is 'ー' || Array.IndexOf(WithoutBlanks, UnicodeProperties.ScriptOf(codePoint)) >= 0 ? Kind.Alone : Kind.Letter,
            Zs or Zl or Zp or Cc => Kind.Outside,
            _ => Kind.Alone,
        };
    }
}
