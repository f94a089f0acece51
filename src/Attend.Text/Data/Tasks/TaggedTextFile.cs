namespace Attend.Text.Data;

/// <summary>How a file of tagged texts is read, of either form.</summary>
public sealed record TaggedTextOptions
{
    /// <summary>Column file: which column holds the words, from 1.</summary>
    public int WordColumn { get; init; } = 1;

    /// <summary>Column file: which column holds the tags, from 1; null for the last one.</summary>
    public int? TagColumn { get; init; }

    /// <summary>Column file: the scheme of the tags; null finds it by their prefixes.</summary>
    public TagScheme? Scheme { get; init; }

    /// <summary>JSON Lines: what the offsets count.</summary>
    public OffsetUnit Offsets { get; init; }

    /// <summary>JSON Lines: further keys to keep, to slice the figures by.</summary>
    public IReadOnlyList<string> KeepColumns { get; init; } = [];
}

/// <summary>Texts with labelled stretches from a column file (<see cref="ConllFile"/>) or, where its name ends in .jsonl, from JSON Lines with character spans (<see cref="SpanJsonFile"/>).</summary>
public sealed class TaggedTextFile
{
    private readonly string _path;
    private readonly SpanJsonOptions _json;
    private readonly ConllFile? _columns;

    private TaggedTextFile(string path, TaggedTextOptions options)
    {
        _path = path;
        _json = new SpanJsonOptions { Offsets = options.Offsets, KeepKeys = options.KeepColumns };
        if (DataFile.Extension(path) == ".jsonl") return;
        if (options.KeepColumns.Count > 0) throw new DataFileException(path, null, "a column file has no further columns to keep; expected JSON Lines.");
        _columns = ConllFile.Open(path, new ConllOptions { WordColumn = options.WordColumn, TagColumn = options.TagColumn, Scheme = options.Scheme });
    }

    /// <summary>The scheme of a column file's tags; null where there are none.</summary>
    public TagScheme? Scheme => _columns?.Scheme;

    /// <summary>Tags of a column file that go on with a span which has not begun; they are read as the beginning of one.</summary>
    public long OrphanCount => _columns?.OrphanCount ?? 0;

    /// <summary>Opens a file; a column file is read through once, to find its scheme and its faults.</summary>
    /// <param name="path">The file, which may be gzipped (.gz).</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="DataFileException">The file cannot be read, or is not as it should be.</exception>
    public static TaggedTextFile Open(string path, TaggedTextOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new TaggedTextFile(path, options ?? new TaggedTextOptions());
    }

    /// <summary>The texts, in the order of the file, read while they are enumerated.</summary>
    /// <exception cref="DataFileException">While enumerating: a line is broken.</exception>
    public IEnumerable<TaggedText> Read() => _columns?.Read() ?? SpanJsonFile.Read(_path, _json);
}
