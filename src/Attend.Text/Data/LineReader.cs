namespace Attend.Text.Data;

/// <summary>Lines of a UTF-8 stream, of any length. A line ends at LF or CR LF; a lone CR is text.</summary>
internal sealed class LineReader(Utf8Stream stream) : IDisposable
{
    private byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _end;

    /// <summary>The number of the current line, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>The current line without its end; valid until the next call of <see cref="Next"/>.</summary>
    public ReadOnlyMemory<byte> Bytes { get; private set; }

    /// <summary>How the current line ended: "\n", "\r\n", or "" at the end of a file without a last line break.</summary>
    public string LineBreak { get; private set; } = "";

    /// <summary>The current line as a string.</summary>
    public string Text => System.Text.Encoding.UTF8.GetString(Bytes.Span);

    /// <summary>Moves to the next line; false at the end.</summary>
    /// <exception cref="DataFileException">The bytes are not UTF-8, or the gzip data is damaged.</exception>
    public bool Next()
    {
        var searched = 0;
        while (true)
        {
            var found = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (found >= 0) return Take(searched + found, lineBreakFound: true);
            searched = _end - _start;
            if (!Fill()) return searched > 0 && Take(searched, lineBreakFound: false);
        }
    }

    public void Dispose() => stream.Dispose();

    private bool Take(int length, bool lineBreakFound)
    {
        var hasReturn = lineBreakFound && length > 0 && _buffer[_start + length - 1] == '\r';
        Bytes = _buffer.AsMemory(_start, hasReturn ? length - 1 : length);
        LineBreak = hasReturn ? "\r\n" : lineBreakFound ? "\n" : "";
        _start += lineBreakFound ? length + 1 : length;
        Number++;
        return true;
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }
        if (_end == _buffer.Length)
        {
            if (_end == Array.MaxLength) throw new DataFileException(stream.Path, Number + 1, "the line is longer than 2 GB.");
            Array.Resize(ref _buffer, (int)Math.Min(Array.MaxLength, _buffer.Length * 2L));
        }
        var read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        return read > 0;
    }
}
