namespace Attend.Text.Tokenizers;

/// <summary>In which order texts and special tokens make an input, and how it is cut to a length.</summary>
internal sealed class InputTemplate
{
    private readonly Element[] _single, _pair;
    private readonly bool _trimsOffsets;

    /// <param name="single">For one text.</param>
    /// <param name="pair">For two.</param>
    /// <param name="trimsOffsets">Offsets leave out blanks at the ends of a token.</param>
    public InputTemplate(IEnumerable<Element> single, IEnumerable<Element> pair, bool trimsOffsets = false)
    {
        (_single, _pair, _trimsOffsets) = ([.. single], [.. pair], trimsOffsets);
    }

    /// <summary>A text (0 or 1), or special tokens where <paramref name="SpecialIds"/> is not null.</summary>
    public sealed record Element(int Text, int[]? SpecialIds, int SegmentId)
    {
        public static Element Special(int id, int segmentId) => new(-1, [id], segmentId);

        public static Element Of(int text, int segmentId) => new(text, null, segmentId);
    }

    /// <summary>CLS A SEP, and B SEP in segment 1.</summary>
    public static InputTemplate Bert(int cls, int sep)
    {
        Element[] single = [Element.Special(cls, 0), Element.Of(0, 0), Element.Special(sep, 0)];
        return new InputTemplate(single, [.. single, Element.Of(1, 1), Element.Special(sep, 1)]);
    }

    /// <summary>Texts alone, the second in segment 1.</summary>
    public static InputTemplate Plain(bool trimsOffsets) => new([Element.Of(0, 0)], [Element.Of(0, 0), Element.Of(1, 1)], trimsOffsets);

    /// <summary>Elements for one text.</summary>
    public IReadOnlyList<Element> Single => _single;

    public bool TrimsOffsets => _trimsOffsets;

    public bool IsSameAs(InputTemplate other) => AreSame(_single, other._single) && AreSame(_pair, other._pair) && _trimsOffsets == other._trimsOffsets;

    private static bool AreSame(Element[] left, Element[] right) => left.Length == right.Length && left.Zip(right).All(both
        => both.First.Text == both.Second.Text && both.First.SegmentId == both.Second.SegmentId && (both.First.SpecialIds ?? []).SequenceEqual(both.Second.SpecialIds ?? []));

    public int SpecialTokenCount(bool pair) => (pair ? _pair : _single).Sum(element => element.SpecialIds?.Length ?? 0);

    /// <summary>One encoding of texts, cut to the length that the options allow.</summary>
    public Encoding Assemble(TokenizedTexts texts, EncodeOptions options)
    {
        var (first, second) = Truncate(texts, options, Room(texts, options));
        var encoding = Assemble(texts, options, Kept(0, texts.FirstCount, first, options), Kept(texts.FirstCount, texts.SecondCount, second, options));
        return options.Padding is { } padding ? padding.Apply([encoding])[0] : encoding;
    }

    private static (int From, int Count) Kept(int from, int count, int kept, EncodeOptions options) => (options.TruncateLeft ? from + count - kept : from, kept);

    /// <summary>Windows over the text that the strategy cuts; the other stays whole in each.</summary>
    public IReadOnlyList<Encoding> AssembleWindows(TokenizedTexts texts, EncodeOptions options)
    {
        var windows = Windows(texts, options);
        return options.Padding is { } padding ? padding.Apply(windows) : windows;
    }

    private List<Encoding> Windows(TokenizedTexts texts, EncodeOptions options)
    {
        if (options.Stride < 0) throw new ArgumentOutOfRangeException(nameof(options), options.Stride, $"A stride of {options.Stride} tokens; expected 0 or more.");
        var room = Room(texts, options);
        if (texts.FirstCount + texts.SecondCount <= room) return [Assemble(texts, options, (0, texts.FirstCount), (texts.FirstCount, texts.SecondCount))];
        if (texts.Pair is not null && options.Truncation == TruncationStrategy.LongestFirst)
            throw new ArgumentException("Windows over a pair need to know which text they slide over; expected the truncation OnlyFirst or OnlySecond.", nameof(options));
        var slidesOverSecond = options.Truncation == TruncationStrategy.OnlySecond;
        if (slidesOverSecond) RequirePair(texts);
        var (from, count) = slidesOverSecond ? (texts.FirstCount, texts.SecondCount) : (0, texts.FirstCount);
        var whole = slidesOverSecond ? (0, texts.FirstCount) : (texts.FirstCount, texts.SecondCount);
        var size = room - whole.Item2;
        if (size <= options.Stride)
            throw new ArgumentOutOfRangeException(nameof(options), options.MaxInputTokens, $"{options.MaxInputTokens} tokens at most leave room for {Math.Max(size, 0)} tokens of the text that the window slides over; expected more than the {options.Stride} that neighbours share.");

        var windows = new List<Encoding>();
        for (var start = 0; ; start += size - options.Stride)
        {
            var length = Math.Min(size, count - start);
            var window = (options.TruncateLeft ? from + count - start - length : from + start, length);
            windows.Add(slidesOverSecond ? Assemble(texts, options, whole, window) : Assemble(texts, options, window, whole));
            if (start + length == count) return windows;
        }
    }

    private static void RequirePair(TokenizedTexts texts)
    {
        if (texts.Pair is null) throw new ArgumentException("The truncation OnlySecond needs a second text; there is only one.", nameof(texts));
    }

    private int Room(TokenizedTexts texts, EncodeOptions options)
    {
        if (!options.AddSpecialTokens)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(options.MaxInputTokens, nameof(options));
            return options.MaxInputTokens;
        }
        var special = SpecialTokenCount(texts.Pair is not null);
        return options.MaxInputTokens >= special
            ? options.MaxInputTokens - special
            : throw new ArgumentOutOfRangeException(nameof(options), options.MaxInputTokens, $"{options.MaxInputTokens} tokens at most: the special tokens alone are {special}.");
    }

    private static (int First, int Second) Truncate(TokenizedTexts texts, EncodeOptions options, int room)
    {
        var (first, second) = (texts.FirstCount, texts.SecondCount);
        if (room - first >= second) return (first, second);
        switch (options.Truncation)
        {
            case TruncationStrategy.OnlyFirst:
                if (second > room) throw NoRoom("second", second, room);
                return (room - second, second);
            case TruncationStrategy.OnlySecond:
                RequirePair(texts);
                if (first > room) throw NoRoom("first", first, room);
                return (first, room - first);
            default:
                var shorter = Math.Min(Math.Min(first, second), room / 2);
                return first > second ? (room - shorter, shorter) : (shorter, room - shorter);
        }
    }

    private static ArgumentOutOfRangeException NoRoom(string which, int count, int room)
        => new(nameof(room), room, $"the {which} text, which is not to be cut, has {count} tokens; there is room for {room}");

    private Encoding Assemble(TokenizedTexts texts, EncodeOptions options, (int From, int Count) first, (int From, int Count) second)
    {
        var elements = texts.Pair is null ? _single : _pair;
        var length = 0;
        foreach (var element in elements)
            length += element.SpecialIds is { } special ? options.AddSpecialTokens ? special.Length : 0 : element.Text == 0 ? first.Count : second.Count;
        var encoding = new Encoding
        {
            Ids = new int[length],
            SegmentIds = new int[length],
            Offsets = new TextSpan[length],
            TextIds = new int[length],
            WordIds = new int[length],
            SpecialTokensMask = new bool[length],
            Text = texts.Text,
            Pair = texts.Pair,
            TruncatedTokenCount = texts.FirstCount + texts.SecondCount - first.Count - second.Count,
        };
        var at = 0;
        foreach (var element in elements)
        {
            int count;
            if (element.SpecialIds is { } special)
            {
                if (!options.AddSpecialTokens) continue;
                count = special.Length;
                special.CopyTo(encoding.Ids.AsSpan(at));
                encoding.TextIds.AsSpan(at, count).Fill(-1);
                encoding.WordIds.AsSpan(at, count).Fill(-1);
                encoding.SpecialTokensMask.AsSpan(at, count).Fill(true);
            }
            else
            {
                var (from, kept) = element.Text == 0 ? first : second;
                count = kept;
                texts.Tokens.CopyTo(from, count, encoding.Ids.AsSpan(at), encoding.Offsets.AsSpan(at), encoding.WordIds.AsSpan(at));
                encoding.TextIds.AsSpan(at, count).Fill(element.Text);
                if (_trimsOffsets) Trim(encoding.Offsets.AsSpan(at, count), element.Text == 0 ? texts.Text : texts.Pair!);
            }
            encoding.SegmentIds.AsSpan(at, count).Fill(element.SegmentId);
            at += count;
        }
        return encoding;
    }

    private static void Trim(Span<TextSpan> spans, string text)
    {
        foreach (ref var span in spans)
        {
            var (start, end) = span;
            while (start < end && text[start] == ' ') start++;
            while (end > start && text[end - 1] == ' ') end--;
            span = new TextSpan(start, end);
        }
    }
}

/// <summary>One text or two, cut into tokens: those of the first, then those of the second.</summary>
internal readonly record struct TokenizedTexts(TokenList Tokens, int FirstCount, string Text, string? Pair)
{
    public int SecondCount => Tokens.Count - FirstCount;
}
