using System.Text;

namespace Attend.Text.Data;

/// <summary>Words and tags in columns, one word a line, an empty line after each sentence: the format of CoNLL's shared tasks.</summary>
/// <remarks>
/// Columns are parted by a tab, or by blanks where the first word's line has no tab; a file that does both is refused. A line of white space
/// ends a sentence, and so does -DOCSTART-. A line that begins with # at the beginning of a sentence is a comment, unless it has the columns
/// and the tag of a word. The text of a sentence is its words with a space between them, but with none beside Chinese characters. Where
/// all words of a file but one in a hundred are one character and a number (as in Weibo NER, which so marks the place within a word), the
/// numbers are left out.
/// </remarks>
public sealed class ConllFile
{
    private readonly string _path;
    private readonly int _word;
    private readonly int _tag;
    private readonly int _columnCount;
    private readonly bool _hasTabs;
    private readonly SortedDictionary<string, long> _spanCounts = new(StringComparer.Ordinal);

    private ConllFile(string path, ConllOptions options)
    {
        _path = path;
        var first = FirstRow(path) ?? throw new DataFileException(path, null, "has no word; expected one word and its tag a line.");
        _hasTabs = first.Text.Contains('\t', StringComparison.Ordinal);
        var columns = Split(first.Text);
        _columnCount = columns.Length;
        _word = Column(options.WordColumn, nameof(options.WordColumn));
        _tag = Column(options.TagColumn ?? _columnCount, nameof(options.TagColumn));
        if (_word == _tag)
        {
            throw new DataFileException(path, first.Number,
                $"has {_columnCount} column(s) parted by {Separator}; expected a word and its tag. Part the columns by a tab or by blanks.");
        }
        Survey(options);
    }

    private readonly record struct Row(long Number, string Text);

    /// <summary>The scheme of the tags.</summary>
    public TagScheme Scheme { get; private set; }

    /// <summary>Sentences.</summary>
    public long SentenceCount { get; private set; }

    /// <summary>Words.</summary>
    public long WordCount { get; private set; }

    /// <summary>How many spans each label has.</summary>
    public IReadOnlyDictionary<string, long> SpanCounts => _spanCounts;

    /// <summary>Tags that go on with a span which has not begun (such as I-X after O); read as the beginning of one, as conlleval does.</summary>
    public long OrphanCount { get; private set; }

    /// <summary>Whether the words are characters with numbers, which are left out.</summary>
    public bool HasPlaceNumbers { get; private set; }

    /// <summary>Reads the whole file once, to find out the scheme and to complain before anything is learnt from it.</summary>
    /// <param name="path">The file, UTF-8, which may be gzipped (.gz).</param>
    /// <param name="options">Columns and scheme; null for the defaults.</param>
    /// <exception cref="DataFileException">The file cannot be read; a line has other columns, or a tag that is none of the scheme.</exception>
    public static ConllFile Open(string path, ConllOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new ConllFile(path, options ?? new ConllOptions());
    }

    /// <summary>The sentences, in the order of the file, read while they are enumerated.</summary>
    public IEnumerable<TaggedText> Read()
    {
        foreach (var (words, tags, line) in Sentences()) yield return Sentence(words, tags, line);
    }

    private string Separator => _hasTabs ? "tabs" : "blanks";

    private void Survey(ConllOptions options)
    {
        var evidence = new SchemeEvidence();
        var numbered = 0L;
        foreach (var (words, tags, _) in Sentences())
        {
            SentenceCount++;
            WordCount += words.Count;
            numbered += words.Count(HasPlaceNumber);
            evidence.Add(tags);
            foreach (var span in SpanTags.ToSpans(tags)) _spanCounts[span.Label] = _spanCounts.GetValueOrDefault(span.Label) + 1;
        }
        if (SentenceCount == 0) throw new DataFileException(_path, null, "has no sentence.");
        HasPlaceNumbers = numbered >= 0.99 * WordCount;
        Scheme = options.Scheme ?? evidence.Scheme() ?? throw new DataFileException(_path, null,
            "mixes the tags of several schemes (M-, E- and L-, or S- and U-). Use one of IOB1, IOB2, BIOES, BMES or BILOU throughout.");
        foreach (var (_, tags, line) in Sentences())
        {
            var at = line;
            try
            {
                foreach (var tag in tags)
                {
                    SpanTags.Parse(tag, Scheme);
                    at++;
                }
                OrphanCount += SpanTags.OrphanCount(tags, Scheme);
            }
            catch (FormatException e)
            {
                throw new DataFileException(_path, at, e.Message, e);
            }
        }
    }

    private IEnumerable<(List<string> Words, List<string> Tags, long Line)> Sentences()
    {
        var (words, tags, line) = (new List<string>(), new List<string>(), 0L);
        foreach (var row in Rows(_path))
        {
            var isEnd = string.IsNullOrWhiteSpace(row.Text) || row.Text.StartsWith("-DOCSTART-", StringComparison.Ordinal);
            if (isEnd && words.Count > 0)
            {
                yield return (words, tags, line);
                (words, tags) = ([], []);
            }
            if (isEnd || (words.Count == 0 && IsComment(row.Text))) continue;
            if (words.Count == 0) line = row.Number;
            var columns = Columns(row);
            words.Add(columns[_word]);
            tags.Add(columns[_tag]);
        }
        if (words.Count > 0) yield return (words, tags, line);
    }

    private string[] Columns(Row row)
    {
        var columns = Split(row.Text);
        if (columns.Length != _columnCount) throw new DataFileException(_path, row.Number, WrongColumns(row.Text, columns.Length));
        if (columns[_word].Length == 0) throw new DataFileException(_path, row.Number, "the word is empty; expected a word and its tag, or an empty line between sentences.");
        try
        {
            SpanTags.Parse(columns[_tag]);
        }
        catch (FormatException e)
        {
            throw new DataFileException(_path, row.Number, $"{e.Message} The tag is taken from column {_tag + 1} of {_columnCount}.", e);
        }
        return columns;
    }

    private string WrongColumns(string text, int found)
    {
        var problem = $"{found} column(s) parted by {Separator}, but the first word's line has {_columnCount}.";
        if (!_hasTabs && text.Contains('\t', StringComparison.Ordinal)) return $"{problem} This line has tabs and the first has none: use the same separator throughout.";
        if (_hasTabs && !text.Contains('\t', StringComparison.Ordinal)) return $"{problem} This line has blanks and the first has tabs: use the same separator throughout.";
        return _hasTabs ? $"{problem} Leave no column out." : $"{problem} Words and labels must not hold blanks where blanks part the columns: part them by tabs.";
    }

    private bool IsComment(string text)
    {
        if (text[0] != '#') return false;
        var columns = Split(text);
        return columns.Length != _columnCount || !IsTag(columns[_tag]);
    }

    private static bool IsTag(string text)
    {
        try
        {
            SpanTags.Parse(text);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    // With tabs, blanks belong to the words, and a tab at the end of a line makes an empty column.
    private string[] Split(string text) => _hasTabs ? text.Split('\t') : text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private int Column(int number, string option) => number >= 1 && number <= _columnCount ? number - 1
        : throw new DataFileException(_path, null, $"there is no column {number} ({option}); the lines have {_columnCount} column(s), parted by {Separator}.");

    private static IEnumerable<Row> Rows(string path)
    {
        using var reader = new LineReader(DataFile.OpenText(path));
        while (reader.Next()) yield return new Row(reader.Number, reader.Text);
    }

    // A line with # may be a comment or a word: the first that is neither tells the columns, or else the first of all.
    private static Row? FirstRow(string path)
    {
        Row? first = null;
        foreach (var row in Rows(path))
        {
            if (string.IsNullOrWhiteSpace(row.Text) || row.Text.StartsWith("-DOCSTART-", StringComparison.Ordinal)) continue;
            first ??= row;
            if (row.Text[0] != '#') return row;
        }
        return first;
    }

    private TaggedText Sentence(List<string> words, List<string> tags, long line)
    {
        var text = new StringBuilder();
        var ranges = new Range[words.Count];
        for (var i = 0; i < ranges.Length; i++)
        {
            var word = HasPlaceNumbers ? WithoutPlaceNumber(words[i]) : words[i];
            if (text.Length > 0 && !StandsClose(text[^1]) && !StandsClose(word[0])) text.Append(' ');
            ranges[i] = text.Length..(text.Length + word.Length);
            text.Append(word);
        }
        LabeledSpan[] spans = [.. SpanTags.ToSpans(tags).Select(span => new LabeledSpan(ranges[span.Start].Start.Value, ranges[span.End - 1].End.Value, span.Label))];
        return new TaggedText { Text = text.ToString(), Spans = spans, Words = ranges, Tags = tags, Scheme = Scheme, Line = line };
    }

    // Chinese, Japanese and full-width characters and marks.
    private static bool StandsClose(char unit) => unit is >= '\u2E80' and <= '\uA4CF' or >= '\uF900' and <= '\uFAFF' or >= '\uFE30' and <= '\uFE4F'
        or >= '\uFF00' and <= '\uFFEF' or >= '\uD840' and <= '\uD8BF' or >= '\u2018' and <= '\u201D' or '\u2026' or '\u2014';

    private static bool HasPlaceNumber(string word)
    {
        var first = char.IsHighSurrogate(word[0]) ? 2 : 1;
        return word.Length > first && !word.AsSpan(first).ContainsAnyExceptInRange('0', '9');
    }

    private static string WithoutPlaceNumber(string word)
    {
        if (HasPlaceNumber(word)) return word[..(char.IsHighSurrogate(word[0]) ? 2 : 1)];
        var trimmed = word.TrimEnd("0123456789".ToCharArray());
        return trimmed.Length > 0 ? trimmed : word;
    }
}
