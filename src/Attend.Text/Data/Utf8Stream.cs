using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Attend.Text.Data;

/// <summary>Passes bytes on while they are UTF-8, without a leading byte order mark, and throws at the first that are not.</summary>
/// <remarks>All bytes before a wrong one are handed out first, so that a reader reports the rows in front of it.</remarks>
internal sealed class Utf8Stream(Stream content, string path) : Stream
{
    private readonly byte[] _buffer = new byte[1 << 16];
    private int _start;         // first byte not handed out
    private int _checked;       // end of the bytes known to be UTF-8
    private int _end;           // end of the bytes read
    private long _offset;       // of _buffer[0] in the content
    private long _line = 1;     // of _buffer[_checked]
    private bool _begun;
    private DataFileException? _failure;

    public string Path => path;

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        if (_start == _checked) Fill();
        var count = Math.Min(buffer.Length, _checked - _start);
        _buffer.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    private void Fill()
    {
        if (_failure is not null) throw _failure;
        _offset += _start;
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = _checked = 0;

        int read;
        do
        {
            read = ReadContent();
            _end += read;
        } while (read > 0 && !_begun && _end < 3 && MayBeginMark(_buffer[0]));
        if (!_begun) SkipMark();

        var fresh = _buffer.AsSpan(_start, _end - _start);
        var complete = read == 0 ? fresh.Length : fresh.Length - CutOffLength(fresh);
        if (!Utf8.IsValid(fresh[..complete])) complete = FailAtFirstWrongByte(fresh);
        _checked = _start + complete;
        _line += fresh[..complete].Count((byte)'\n');
        if (complete == 0 && _failure is not null) throw _failure;
        if (complete == 0 && read > 0) Fill();
    }

    private int ReadContent()
    {
        try
        {
            return content.Read(_buffer, _end, _buffer.Length - _end);
        }
        catch (Exception e) when (DataFile.IsDamage(e))
        {
            throw DataFile.Damaged(path, _offset == 0 && _end == 0 ? null : _line, e);
        }
    }

    // Only then is it worth waiting for more bytes: a terminal gives one short line at a time.
    private static bool MayBeginMark(byte first) => first is 0xEF or 0xFE or 0xFF or 0x1F;

    private void SkipMark()
    {
        _begun = true;
        switch (_buffer.AsSpan(0, _end))
        {
            case [0xEF, 0xBB, 0xBF, ..]:
                _start = 3;
                break;
            case [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]:
                throw new DataFileException(path, null,
                    "is UTF-16 (it begins with a UTF-16 byte order mark); expected UTF-8. Convert it: iconv -f UTF-16 -t UTF-8 OLD > NEW");
            case [0x1F, 0x8B, ..]:
                throw new DataFileException(path, null, "is gzipped; add .gz to its name.");
        }
    }

    // How many of the last bytes begin a character whose other bytes have not been read yet: 0 to 3.
    private static int CutOffLength(ReadOnlySpan<byte> bytes)
    {
        for (var length = 1; length <= Math.Min(3, bytes.Length); length++)
        {
            var tail = bytes[^length..];
            if ((tail[0] & 0xC0) == 0x80) continue;
            return Rune.DecodeFromUtf8(tail, out _, out _) == OperationStatus.NeedMoreData ? length : 0;
        }
        return 0;
    }

    private int FailAtFirstWrongByte(ReadOnlySpan<byte> bytes)
    {
        var position = 0;
        while (Rune.DecodeFromUtf8(bytes[position..], out _, out var length) == OperationStatus.Done) position += length;
        var line = _line + bytes[..position].Count((byte)'\n');
        _failure = new DataFileException(path, line,
            $"byte 0x{bytes[position]:X2} at offset {_offset + _start + position} is not UTF-8. "
            + "Convert the file from the encoding it was saved in, for example: iconv -f GB18030 -t UTF-8 OLD > NEW");
        return position;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) content.Dispose();
        base.Dispose(disposing);
    }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
