using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Attend.Text.Data;

/// <summary>Records of a TSV file; <see cref="TableFile"/> states the rule for quotes.</summary>
internal sealed class TsvRecords : IDisposable
{
    private readonly string _path;
    private readonly LineReader _reader;
    private readonly Stack<Line> _ahead = [];   // lines looked at, but not yet part of a record; the next one on top
    private int? _columnCount;                  // of the first record
    private bool _quotesAll;                    // the first record has quotes around every field

    private TsvRecords(string path)
    {
        _path = path;
        _reader = new LineReader(DataFile.OpenText(path));
    }

    private sealed record Line(long Number, string Text, string Break);

    public static IEnumerable<DelimitedRecord> Read(string path)
    {
        using var records = new TsvRecords(path);
        while (records.Next() is { } record) yield return record;
    }

    public void Dispose() => _reader.Dispose();

    private DelimitedRecord? Next()
    {
        if (!TakeLine(out var line)) return null;
        var record = new DelimitedRecord(line.Number, Fields(line));
        if (!record.IsBlank) _columnCount ??= record.Fields.Length;
        return record;
    }

    private string[] Fields(Line line)
    {
        var row = Split(line.Text);
        if (row.OpenField >= 0) return IsFollowedByItsLike(row) ? row.Fields : Continued(line, row);
        if (!Fits(row) && line.Text.Split('\t') is var plain && plain.Length == _columnCount) return plain;
        return row.Fields;
    }

    // Of a record; the first one also tells whether the writer quotes everything.
    private TsvRow Split(string text)
    {
        var row = TsvRow.Split(text, _quotesAll);
        if (_columnCount is not null || !row.AllQuoted) return row;
        _quotesAll = true;
        return TsvRow.Split(text, unquoteAll: true);
    }

    private bool Fits(TsvRow row) => _columnCount is not { } count || row.Fields.Length == count;

    // The line is as wide as a row should be, and so is the line after it (or the file ends).
    private bool IsFollowedByItsLike(TsvRow row)
    {
        if (!Fits(row)) return false;
        var looked = new List<Line>();
        while (TakeLine(out var line))
        {
            looked.Add(line);
            if (line.Text.Length > 0) break;
        }
        PutBack(looked);
        return looked is not [.., { Text.Length: > 0 } following] || TsvRow.Split(following.Text, _quotesAll).Fields.Length == row.Fields.Length;
    }

    private string[] Continued(Line first, TsvRow firstAlone)
    {
        var text = new StringBuilder(first.Text);
        var taken = new List<Line>();
        var lineBreak = first.Break;
        while (TakeLine(out var line))
        {
            taken.Add(line);
            text.Append(lineBreak).Append(line.Text);
            lineBreak = line.Break;
            if (!line.Text.Contains('"', StringComparison.Ordinal)) continue;
            var row = Split(text.ToString());
            if (row.HasBareLineBreak) break;
            if (row.OpenField >= 0) continue;
            if (Fits(row) || !Fits(firstAlone)) return row.Fields;
            break;
        }
        PutBack(taken);
        return Fits(firstAlone) ? firstAlone.Fields : throw new DataFileException(_path, first.Number,
            $"the quote that opens field {firstAlone.OpenField + 1} is never closed (a closing quote is followed by a tab or a line end), and taken as "
            + $"text it leaves {firstAlone.Fields.Length} field(s) where {_columnCount} are expected. Close it, or double each quote that is part of the "
            + "text (\"\") and quote the whole field.");
    }

    private bool TakeLine([NotNullWhen(true)] out Line? line)
    {
        if (_ahead.TryPop(out line)) return true;
        line = _reader.Next() ? new Line(_reader.Number, _reader.Text, _reader.LineBreak) : null;
        return line is not null;
    }

    private void PutBack(List<Line> lines)
    {
        for (var i = lines.Count - 1; i >= 0; i--) _ahead.Push(lines[i]);
    }
}
