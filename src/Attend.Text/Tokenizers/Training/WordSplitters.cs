using System.Globalization;
using Attend.Text.Tokenizers.Pipeline;
using Attend.Text.Tokenizers.Unicode;

namespace Attend.Text.Tokenizers.Training;

/// <summary>How the trainers of byte-pair encoding and unigram models cut texts into words.</summary>
internal static class WordSplitters
{
    /// <summary>Stands for a blank.</summary>
    public const char BlankSign = '\u2581';

    /// <summary>A longer word is cut, which bounds the memory and time that one line can take.</summary>
    public const int LongestWord = 64;

    private enum Kind
    {
        Letter,
        Ideograph,
        Digit,
        Other,
    }

    /// <summary>
    /// SentencePiece's words: blanks become signs that begin a word, and a word ends where letters, ideographs (kana among them), digits
    /// and other characters meet. No piece learnt crosses such a border, so a tokenizer that cuts at blanks alone needs no rule for it.
    /// </summary>
    public static void SplitAtBlanksAndKinds(string text, WordCounts counts)
    {
        Span<char> word = stackalloc char[LongestWord + 2];
        var length = 0;
        Kind? kind = null;
        if (text.Length > 0 && text[0] != ' ') word[length++] = BlankSign;
        for (var i = 0; i < text.Length;)
        {
            var codePoint = UnicodeCharacters.CodePointAt(text, i);
            var units = UnicodeCharacters.UnitsOf(codePoint);
            if (codePoint is ' ' or BlankSign)
            {
                if (length > 0) counts.Add(word[..length]);
                (length, kind) = (1, null);
                word[0] = BlankSign;
            }
            else
            {
                // A mark belongs to what it stands on.
                var own = KindOf(codePoint, kind);
                if (kind is { } before && (own != before || length >= LongestWord))
                {
                    counts.Add(word[..length]);
                    length = 0;
                }
                kind = own;
                text.AsSpan(i, units).CopyTo(word[length..]);
                length += units;
            }
            i += units;
        }
        if (length > 0) counts.Add(word[..length]);
    }

    /// <summary>The words of GPT-2 (Radford et al. 2019): contractions, letters, digits and others, each with the blank before it.</summary>
    public static void SplitAsGpt2(string text, WordCounts counts)
    {
        var words = new List<TextPiece>();
        Gpt2Words.Split(text, 0, words);
        foreach (var word in words)
        {
            for (var from = word.Start; from < word.End;)
            {
                var length = Math.Min(LongestWord, word.End - from);
                if (from + length < text.Length && char.IsSurrogatePair(text[from + length - 1], text[from + length])) length++;
                counts.Add(text.AsSpan(from, length));
                from += length;
            }
        }
    }

    private static Kind KindOf(int codePoint, Kind? before)
    {
        if (codePoint is (>= 0x3040 and <= 0x30FF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFF)) return Kind.Ideograph;
        return CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
        {
            <= UnicodeCategory.OtherLetter => Kind.Letter,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => before ?? Kind.Letter,
            UnicodeCategory.DecimalDigitNumber => Kind.Digit,
            _ => Kind.Other,
        };
    }
}
