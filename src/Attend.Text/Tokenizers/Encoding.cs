using Attend.Text.Tokenizers.Unicode;

namespace Attend.Text.Tokenizers;

/// <summary>A half-open range of UTF-16 code units in a raw text.</summary>
/// <param name="Start">First code unit.</param>
/// <param name="End">One past the last code unit.</param>
public readonly record struct TextSpan(int Start, int End)
{
    /// <summary>Length in UTF-16 code units.</summary>
    public int Length => End - Start;

    /// <summary>The piece of the raw text this span covers.</summary>
    public string Of(string text) => text[Start..End];
}

/// <summary>One encoded text or pair, or one window of it. All arrays have one entry per token.</summary>
public sealed class Encoding
{
    /// <summary>Token ids.</summary>
    public required int[] Ids { get; init; }

    /// <summary>What the model is told about each token's text: for BERT 0 in the first text and 1 in the second, for RoBERTa always 0.</summary>
    public required int[] SegmentIds { get; init; }

    /// <summary>Where each token stands in its own raw text (see <see cref="TextIds"/>); empty for a token that stands for no text.</summary>
    /// <remarks>
    /// Within one text neither starts nor ends run backwards, and two tokens overlap only in a character of which each is a part.
    /// A token never begins or ends inside a surrogate pair.
    /// </remarks>
    public required TextSpan[] Offsets { get; init; }

    /// <summary>0 where a token stands in the first text, 1 in the second, -1 where the tokenizer added it.</summary>
    public required int[] TextIds { get; init; }

    /// <summary>Number of the word each token is a piece of, from 0 in each text; -1 where the tokenizer added it.</summary>
    public required int[] WordIds { get; init; }

    /// <summary>True where the token was added by the tokenizer and stands for no text.</summary>
    public required bool[] SpecialTokensMask { get; init; }

    /// <summary>The first raw text.</summary>
    public required string Text { get; init; }

    /// <summary>The second raw text, or null.</summary>
    public string? Pair { get; init; }

    /// <summary>How many tokens of the texts are not in this encoding because of the length limit; 0 when all fit.</summary>
    public int TruncatedTokenCount { get; init; }

    /// <summary>How many tokens at the beginning only fill up the length.</summary>
    public int LeftPaddingCount { get; init; }

    /// <summary>How many tokens at the end only fill up the length.</summary>
    public int RightPaddingCount { get; init; }

    /// <summary>Number of tokens.</summary>
    public int Length => Ids.Length;

    /// <summary>The raw text a token stands for: always a piece of <see cref="Text"/> or <see cref="Pair"/>, empty for an added token.</summary>
    /// <param name="token">Position in this encoding, not an id.</param>
    public string TextOf(int token) => TextIds[token] switch { 0 => Offsets[token].Of(Text), 1 => Offsets[token].Of(Pair!), _ => "" };

    /// <summary>True where a token is to be attended to: all but those that fill up the length.</summary>
    public bool[] AttentionMask()
    {
        var mask = new bool[Length];
        mask.AsSpan(LeftPaddingCount..(Length - RightPaddingCount)).Fill(true);
        return mask;
    }

    /// <summary><see cref="Offsets"/> counted in Unicode code points instead of UTF-16 code units, as Python counts.</summary>
    public TextSpan[] CodePointOffsets()
    {
        var spans = new TextSpan[Length];
        var (first, second) = (new CodePointCounter(Text), new CodePointCounter(Pair ?? ""));
        for (var token = 0; token < spans.Length; token++)
        {
            if (TextIds[token] < 0) continue;
            ref var counter = ref (TextIds[token] == 0 ? ref first : ref second);
            spans[token] = new TextSpan(counter.CountTo(Offsets[token].Start), counter.CountTo(Offsets[token].End));
        }
        return spans;
    }

    /// <summary>The encoding filled up to a length; itself where it is long enough.</summary>
    /// <param name="length">Length in tokens.</param>
    /// <param name="padId">Id of the tokens that fill.</param>
    /// <param name="onLeft">Fill at the beginning, as decoders do that generate.</param>
    /// <param name="segmentId">Segment of the tokens that fill.</param>
    public Encoding PadTo(int length, int padId, bool onLeft = false, int segmentId = 0)
    {
        var missing = length - Length;
        if (missing <= 0) return this;
        T[] Grown<T>(T[] values, T filler)
        {
            var grown = new T[length];
            var at = onLeft ? missing : 0;
            values.CopyTo(grown, at);
            grown.AsSpan(onLeft ? 0 : values.Length, missing).Fill(filler);
            return grown;
        }
        return new Encoding
        {
            Ids = Grown(Ids, padId),
            SegmentIds = Grown(SegmentIds, segmentId),
            Offsets = Grown(Offsets, default),
            TextIds = Grown(TextIds, -1),
            WordIds = Grown(WordIds, -1),
            SpecialTokensMask = Grown(SpecialTokensMask, true),
            Text = Text,
            Pair = Pair,
            TruncatedTokenCount = TruncatedTokenCount,
            LeftPaddingCount = LeftPaddingCount + (onLeft ? missing : 0),
            RightPaddingCount = RightPaddingCount + (onLeft ? 0 : missing),
        };
    }

    /// <summary>Counts code points up to positions that mostly rise.</summary>
    private struct CodePointCounter(string text)
    {
        private int _unit, _count;

        public int CountTo(int unit)
        {
            if (unit < _unit) (_unit, _count) = (0, 0);
            while (_unit < unit)
            {
                _unit += UnicodeCharacters.UnitsOf(UnicodeCharacters.CodePointAt(text, _unit));
                _count++;
            }
            return _count;
        }
    }
}
